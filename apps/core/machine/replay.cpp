#include "apps/core/machine/replay.h"

#include <algorithm>
#include <utility>

namespace scaiflow::machine {

void Fork::take(EventBody body, std::int64_t at_ms, std::int64_t skew_ms) {
  if (!accepts(state_, body)) return;
  Event event{state_.seq + 1, std::max(state_.now_ms, at_ms), std::move(body), skew_ms};
  Commands turn;
  Progress progress = step(*program_, state_, event, turn);
  while (progress == Progress::Yielded) progress = resume(*program_, state_, turn);
  journal_.push_back(std::move(event));
  hashes_.push_back(hash_of(turn));
  obey(turn);
}

void Fork::obey(const Commands& turn) {
  for (const Command& command : turn) {
    if (const auto* emit = std::get_if<Emit>(&command))
      events_.insert(events_.end(), emit->events.begin(), emit->events.end());
    if (const auto* opened = std::get_if<OpenCheckpoint>(&command)) opened_[opened->checkpoint_id] = *opened;
    if (!effect_of(command) || !book_) continue;
    AnswerBook::Answer answer = book_->answer(command, state_.now_ms);
    if (answer.events.empty()) {
      live_.push_back(live_of(command, answer.found == AnswerBook::Found::Changed));
      continue;
    }
    if (answer.found == AnswerBook::Found::Reused) ++reused_;
    const std::int64_t at_ms = std::max(answer.at_ms, state_.now_ms);
    for (EventBody& event : answer.events) due_.push_back({answer.seq, at_ms, std::move(event)});
  }
}

LiveRequest Fork::live_of(const Command& command, bool changed) const {
  constexpr const char* kinds[] = {"model", "plugin", "memory", "checkpoint", "", "call"};
  LiveRequest out;
  out.place = place_of(*effect_of(command));
  const std::size_t colon = out.place.find(':');
  out.block_id = out.place.substr(0, colon);
  out.occurrence = std::strtoll(out.place.c_str() + colon + 1, nullptr, 10);
  const BlockId block = program_->block_named(out.block_id);
  if (block >= 0) out.node_id = program_->block(block).node_id();
  out.kind = kinds[command.index()];
  out.changed = changed;
  return out;
}

bool Fork::copy(const std::vector<Event>& journal, const std::vector<std::uint32_t>& hashes) {
  for (const Event& event : journal) {
    const std::int64_t before = state_.seq;
    take(event.body, event.at_ms, event.skew_ms);
    const bool taken = state_.seq != before && hashes_.size() <= hashes.size();
    if (!taken || hashes_.back() != hashes[hashes_.size() - 1]) return false;
  }
  for (RuntimeEvent& event : events_) {
    if (event.type == RuntimeEvent::Type::BlockExited) event.reused_from = state_.start.execution_id;
  }
  return true;
}

/// What the origin had next: a recorded result, or a timer that ran out before it.
std::optional<Fork::Due> Fork::next(std::int64_t until_ms) {
  const auto first =
      std::min_element(due_.begin(), due_.end(), [](const Due& a, const Due& b) { return a.seq < b.seq; });
  const std::int64_t before_ms = first == due_.end() ? until_ms : std::min(first->at_ms - 1, until_ms);
  std::optional<Due> timer;
  for (const Command& command : outstanding(state_).commands) {
    const auto* start = std::get_if<StartTimer>(&command);
    if (!start || start->due_ms > before_ms || (timer && timer->at_ms <= start->due_ms)) continue;
    timer = Due{0, start->due_ms, TimerFired{start->timer_id}};
  }
  if (timer || first == due_.end()) return timer;
  Due out = std::move(*first);
  due_.erase(first);
  return out;
}

void Fork::settle(std::int64_t until_ms) {
  while (!has_ended(state_.status)) {
    std::optional<Due> due = next(until_ms);
    if (!due) return;
    take(std::move(due->event), due->at_ms);
  }
}

void Fork::replay(Started started, const AnswerBook& book) {
  book_ = &book;
  take(std::move(started), book.recording().started_ms);
  settle(book.recording().ended_ms);
  book_ = nullptr;
}

void Fork::apply(ForkApplied fork, const AnswerBook& book, std::int64_t now_ms, std::int64_t until_ms) {
  if (has_ended(state_.status)) {
    state_.fork = fork;
    return;
  }
  const std::int64_t shift_ms = std::max(now_ms, state_.now_ms) - state_.now_ms;
  for (RuntimeEvent& event : events_) event.at_ms += shift_ms;
  book_ = &book;
  live_.clear();
  due_.clear();
  take(std::move(fork), now_ms, shift_ms);  // between an execution and its fork nobody lives
  settle(until_ms);
  book_ = nullptr;
}

std::vector<OpenCheckpoint> Fork::checkpoints() const {
  std::vector<OpenCheckpoint> out;
  for (const auto& [id, opened] : opened_) {
    if (state_.checkpoints.contains(id)) out.push_back(opened);
  }
  return out;
}

}  // namespace scaiflow::machine
