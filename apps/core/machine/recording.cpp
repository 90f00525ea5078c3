#include "apps/core/machine/recording.h"

#include <algorithm>
#include <set>
#include <utility>

#include "libs/base/hash.h"
#include "libs/base/json_text.h"

namespace scaiflow::machine {

namespace {

template <class... Each>
struct Overloaded : Each... {
  using Each::operator()...;
};
template <class... Each>
Overloaded(Each...) -> Overloaded<Each...>;

Json without(Json request, std::initializer_list<const char*> names) {
  for (const char* name : names) request.erase(name);
  return request;
}

}  // namespace

const std::string* effect_of(const Command& command) {
  return std::visit(
      [](const auto& each) -> const std::string* {
        using T = std::decay_t<decltype(each)>;
        constexpr bool asks = std::is_same_v<T, CallModel> || std::is_same_v<T, CallPlugin> ||
                              std::is_same_v<T, WriteMemory> || std::is_same_v<T, OpenCheckpoint> ||
                              std::is_same_v<T, StartCall>;
        if constexpr (asks) return &each.effect_id;
        return nullptr;
      },
      command);
}

std::string_view place_of(std::string_view effect_id) {
  const std::size_t colon = effect_id.find(':');
  return colon == std::string_view::npos ? effect_id : effect_id.substr(colon + 1);
}

std::string fingerprint_of(const Command& command) {
  const Json request = std::visit(
      Overloaded{
          [](const CallModel& each) { return without(to_json(each), {"effect_id", "key", "deadline_ms"}); },
          [](const CallPlugin& each) { return without(to_json(each), {"effect_id", "key", "deadline_ms"}); },
          [](const WriteMemory& each) {
            return without(to_json(each), {"effect_id", "expect_version", "picture_version"});
          },
          [](const OpenCheckpoint& each) {
            return without(to_json(each), {"checkpoint_id", "effect_id", "expires_at_ms", "fiber", "block_id",
                                           "node_id", "block_index"});
          },
          [](const StartCall& each) {
            return without(to_json(each), {"effect_id", "call_id", "key", "depth"});
          },
          [](const auto&) { return Json(); },
      },
      command);
  return sha256_hex(std::to_string(command.index()) + to_text(request));
}

namespace {

/// Gathers the results while a journal is folded.
class Recorder {
 public:
  explicit Recorder(Recording& out) : out_(out) {}

  void asked(const Command& command) {
    const std::string* effect = effect_of(command);
    if (!effect) return;
    const std::string place(place_of(*effect));
    open_[*effect] = place;
    if (const auto* opened = std::get_if<OpenCheckpoint>(&command)) open_[opened->checkpoint_id] = place;
    if (const auto* call = std::get_if<StartCall>(&command)) {
      open_[call->call_id] = place;
      calls_.insert(place);
    }
    RecordedResult fresh;
    fresh.fingerprint = fingerprint_of(command);
    out_.results[place] = std::move(fresh);
  }

  void answered(const Event& event, std::int64_t at_ms) {
    const std::string* id =
        std::visit(Overloaded{
                       [](const EffectSucceeded& each) { return &each.effect_id; },
                       [](const EffectFailed& each) { return &each.effect_id; },
                       [](const CheckpointResolved& each) { return &each.checkpoint_id; },
                       [](const CheckpointCancelled& each) { return &each.checkpoint_id; },
                       [](const CallAnswered& each) { return &each.call_id; },
                       [](const CallSuspended& each) { return &each.call_id; },
                       [](const auto&) -> const std::string* { return nullptr; },
                   },
                   event.body);
    const auto place = id ? open_.find(*id) : open_.end();
    if (place == open_.end()) return;
    RecordedResult& result = out_.results[place->second];
    result.seq = event.seq;
    result.at_ms = at_ms;
    result.events.push_back(event.body);
  }

  /// A call without its answer must be made again; so must what was not answered at all.
  void close() {
    std::erase_if(out_.results, [this](const auto& entry) {
      const auto& events = entry.second.events;
      if (events.empty()) return true;
      const EventBody& last = events.back();
      if (!calls_.contains(entry.first)) return false;
      return !std::holds_alternative<CallAnswered>(last) && !std::holds_alternative<EffectFailed>(last);
    });
  }

 private:
  Recording& out_;
  std::map<std::string, std::string> open_;
  std::set<std::string, std::less<>> calls_;
};

bool is_paused(const State& state) {
  return state.status == Status::Suspended &&
         std::any_of(state.fibers.begin(), state.fibers.end(),
                     [](const auto& fiber) { return fiber.second.wait.kind == Wait::Kind::Debug; });
}

}  // namespace

Recording record_of(const Program& program, const std::vector<Event>& journal, std::int64_t seq_max) {
  Recording out;
  Recorder recorder(out);
  State state;
  std::int64_t paused_ms = 0;
  for (const Event& event : journal) {
    if (event.seq > seq_max) break;
    const bool left_out = is_paused(state) || std::holds_alternative<ForkApplied>(event.body);
    if (event.seq > 1) paused_ms += left_out ? event.at_ms - state.now_ms : event.skew_ms;
    recorder.answered(event, event.at_ms - paused_ms);
    Commands turn;
    Progress progress = step(program, state, event, turn);
    while (progress == Progress::Yielded) progress = resume(program, state, turn);
    for (const Command& command : turn) recorder.asked(command);
    if (event.seq == 1) out.started_ms = event.at_ms;
    out.ended_ms = event.at_ms - paused_ms;
    ++out.records;
  }
  recorder.close();
  return out;
}

namespace {

/// A result given by hand as the answer that the host would have brought.
EventBody event_of(const Command& command, const ForkAnswer& answer, std::int64_t now_ms) {
  const std::string& effect_id = *effect_of(command);
  if (const auto* opened = std::get_if<OpenCheckpoint>(&command)) {
    if (answer.error) return CheckpointCancelled{opened->checkpoint_id, "user"};
    CheckpointResolved resolved;
    resolved.checkpoint_id = opened->checkpoint_id;
    const Json& given = *answer.result;
    resolved.resolution = given.is_object() ? given : Json::object({{"decision", given}});
    resolved.by = "fork";
    resolved.at = iso_time(now_ms);
    return resolved;
  }
  if (answer.error) {
    EffectFailed failed;
    failed.effect_id = effect_id;
    failed.error = *answer.error;
    return failed;
  }
  const auto* call = std::get_if<StartCall>(&command);
  if (call && !call->is_async) {
    CallAnswered answered;
    answered.call_id = call->call_id;
    answered.status = "completed";
    answered.output = *answer.result;
    return answered;
  }
  EffectSucceeded done;
  done.effect_id = effect_id;
  done.result = *answer.result;
  if (std::holds_alternative<CallModel>(command))
    done.result =
        Json::object({{answer.result->is_string() ? "text" : "value", *answer.result}, {"finish", "stop"}});
  return done;
}

/// A recorded event under the ids of the command that asks now.
EventBody renamed(const Command& command, EventBody body, const std::string& origin) {
  const std::string& effect_id = *effect_of(command);
  const auto* opened = std::get_if<OpenCheckpoint>(&command);
  const auto* call = std::get_if<StartCall>(&command);
  const auto note = [&](Json& meta) {
    if (!meta.is_object()) meta = Json::object();
    meta.set("reused_from", origin);
  };
  std::visit(Overloaded{
                 [&](EffectSucceeded& each) {
                   each.effect_id = effect_id;
                   note(each.meta);
                   if (call) each.result = Json::object({{"call_id", call->call_id}});
                 },
                 [&](EffectFailed& each) {
                   each.effect_id = effect_id;
                   note(each.meta);
                 },
                 [&](CheckpointResolved& each) {
                   each.checkpoint_id = opened->checkpoint_id;
                   each.reused_from = origin;
                 },
                 [&](CheckpointCancelled& each) { each.checkpoint_id = opened->checkpoint_id; },
                 [&](CallAnswered& each) {
                   each.call_id = call->call_id;
                   each.reused_from = origin;
                 },
                 [&](CallSuspended& each) { each.call_id = call->call_id; },
                 [](auto&) {},
             },
             body);
  return body;
}

}  // namespace

/// The answer for the first request of a block's occurrence.
const ForkAnswer* AnswerBook::edited(std::string_view place) const {
  for (const ForkAnswer& each : answers_) {
    const std::string base = each.block_id + ":" + std::to_string(each.occurrence);
    if (place == base || place == base + ":0") return &each;
  }
  return nullptr;
}

AnswerBook::Answer AnswerBook::answer(const Command& command, std::int64_t now_ms) const {
  Answer out;
  const std::string* effect = effect_of(command);
  if (!effect) return out;
  const std::string_view place = place_of(*effect);
  const auto recorded = recording_.results.find(place);
  const bool known = recorded != recording_.results.end();
  if (known) {
    out.seq = recorded->second.seq;
    out.at_ms = recorded->second.at_ms;
  }
  if (const ForkAnswer* given = edited(place)) {
    out.found = Found::Edited;
    out.events.push_back(event_of(command, *given, now_ms));
    return out;
  }
  if (!known) return out;
  out.found = recorded->second.fingerprint == fingerprint_of(command) ? Found::Reused : Found::Changed;
  if (out.found == Found::Changed) return out;
  for (const EventBody& event : recorded->second.events)
    out.events.push_back(renamed(command, event, origin_));
  return out;
}

}  // namespace scaiflow::machine
