#include "apps/core/machine/step.h"

#include <algorithm>

#include "apps/core/machine/run.h"

namespace scaiflow::machine {

namespace {

struct Accepts {
  const State& state;

  bool operator()(const Started&) const { return state.seq == 0; }
  bool operator()(const EffectBegun& e) const { return state.effects.contains(e.effect_id); }
  bool operator()(const EffectSucceeded& e) const { return state.effects.contains(e.effect_id); }
  bool operator()(const EffectFailed& e) const { return state.effects.contains(e.effect_id); }
  bool operator()(const TimerFired& e) const { return state.timers.contains(e.timer_id); }
  bool operator()(const CheckpointResolved& e) const { return state.checkpoints.contains(e.checkpoint_id); }
  bool operator()(const CheckpointCancelled& e) const { return state.checkpoints.contains(e.checkpoint_id); }
  bool operator()(const CallAnswered& e) const { return is_open(e.call_id); }
  bool operator()(const CallSuspended& e) const {
    return is_open(e.call_id) && state.calls.at(e.call_id).suspended != e.suspended;
  }
  bool operator()(const CancelRequested&) const { return !state.cancel; }
  bool operator()(const DebugCommand&) const { return true; }
  bool operator()(const Adopted&) const { return true; }
  bool operator()(const ForkApplied&) const { return true; }
  bool operator()(const HostFault&) const { return true; }

  bool is_open(const std::string& call_id) const {
    const auto call = state.calls.find(call_id);
    return call != state.calls.end() && !call->second.answer;
  }
};

}  // namespace

bool accepts(const State& state, const EventBody& event) {
  return !has_ended(state.status) && std::visit(Accepts{state}, event);
}

Progress step(const Program& program, State& state, const Event& event, Commands& out) {
  Run run(program, state, out);
  run.apply(event);
  return run.drive();
}

Progress resume(const Program& program, State& state, Commands& out) {
  return Run(program, state, out).drive();
}

Outstanding outstanding(const State& state) {
  Outstanding out;
  for (const auto& [id, effect] : state.effects) {
    if (effect.held) continue;
    if (effect.at_most_once && effect.begun) {
      out.unknown_outcomes.push_back(id);
    } else {
      std::visit([&](const auto& request) { out.commands.push_back(request); }, effect.request);
    }
  }
  for (const auto& [id, timer] : state.timers) {
    if (timer.armed) out.commands.push_back(StartTimer{id, state.now_ms + left_ms(state, timer)});
  }
  return out;
}

std::int64_t left_ms(const State& state, const Timer& timer) {
  return timer.due_ms - (timer.purpose == Timer::Purpose::Budget ? state.active_ms : state.now_ms);
}

/// Suspended: nothing under way, and every fiber waits for something that may take long (07 §5.2).
Status Run::status_now() const {
  for (const auto& [id, effect] : state_.effects) {
    if (effect.held) continue;
    const auto* call = std::get_if<StartCall>(&effect.request);
    if (!call || call->is_async) return Status::Running;
  }
  const auto is_suspended = [&](const std::string& id) {
    const auto call = state_.calls.find(id);
    return call == state_.calls.end() || call->second.answer || call->second.suspended;
  };
  for (const auto& [id, fiber] : state_.fibers) {
    switch (fiber.wait.kind) {
      case Wait::Kind::Checkpoint:
      case Wait::Kind::Debug:
      case Wait::Kind::Children: break;
      case Wait::Kind::None: return Status::Running;
      case Wait::Kind::Effect:
        if (!state_.effects.at(fiber.wait.id).held) return Status::Running;
        break;
      case Wait::Kind::Timer:
        if (state_.timers.at(fiber.wait.timer_id).due_ms - state_.now_ms <= 60'000) return Status::Running;
        break;
      case Wait::Kind::Call:
        if (!is_suspended(fiber.wait.id)) return Status::Running;
        break;
      case Wait::Kind::Calls: {
        const auto& calls = std::get<AskRun>(fiber.frames.back().detail).calls;
        if (!std::all_of(calls.begin(), calls.end(), is_suspended)) return Status::Running;
        break;
      }
    }
  }
  return Status::Suspended;
}

Json waiting_on(const Program& program, const State& state) {
  JsonArray out;
  for (const auto& [id, fiber] : state.fibers) {
    if (fiber.wait.kind == Wait::Kind::None || fiber.wait.kind == Wait::Kind::Children) continue;
    const Frame& top = fiber.frames.back();
    // A paused fiber stands before the block that it names.
    const BlockId at = fiber.wait.kind == Wait::Kind::Debug ? program.block_named(fiber.wait.id) : top.block;
    const BlockEntry* entry = at < 0 ? nullptr : &program.block(at);
    const auto effect = state.effects.find(fiber.wait.id);
    const bool held = effect != state.effects.end() && effect->second.held;
    const Wait::Kind kind = held ? Wait::Kind::Debug : fiber.wait.kind;
    Json each = Json::object({{"kind", names_of(kind)[static_cast<int>(kind)]},
                              {"block_id", entry ? Json(entry->id()) : Json()},
                              {"node_id", entry && entry->node_id() ? Json(*entry->node_id()) : Json()},
                              {"since", fiber.wait.since_ms}});
    if (fiber.wait.kind == Wait::Kind::Checkpoint) each.set("checkpoint_id", fiber.wait.id);
    if (const auto timer = state.timers.find(fiber.wait.timer_id); timer != state.timers.end()) {
      each.set("due_at", timer->second.due_ms);
    }
    out.push_back(std::move(each));
  }
  return out;
}

void Run::settle() {
  if (finished_) return;
  if (over_state_limit()) {
    const ErrorValue error =
        make_error("LimitExceededError", "state_bytes_max", "the state of the execution is too large");
    state_.error = error;
    return end_all(error, Status::Failed);
  }
  const Status before = state_.status;
  state_.status = status_now();
  arm_budget_timers();
  flush_events();
  if (state_.status == before) return;
  if (state_.status == Status::Suspended) state_.suspended_since_ms = state_.now_ms;
  out_.push_back(SetStatus{std::string(name_of(state_.status))});
}

/// Counted at each of the first turns, then at every 64th and whenever much has come in since: the sum costs
/// as much as the state is large.
bool Run::over_state_limit() {
  const std::int64_t max = state_.start.limits.state_bytes_max;
  const bool much = state_.bytes_grown > max / 16;
  if (state_.seq > 64 && state_.seq % 64 != 0 && !much) return false;
  state_.bytes_grown = 0;
  return state_bytes(state_, static_cast<std::size_t>(max)) > static_cast<std::size_t>(max);
}

void Run::finish(Status status) {
  finished_ = true;
  state_.status = status;
  while (!state_.timers.empty()) stop_timer(state_.timers.begin()->first);
  if (status == Status::Completed) {
    invocation_event(RuntimeEvent::Type::InvocationCompleted, state_.output, {});
  } else {
    if (status == Status::Cancelled)
      state_.error = make_error("Cancelled", "cancelled", "the execution was cancelled");
    invocation_event(RuntimeEvent::Type::InvocationFailed, {}, state_.error);
  }
  flush_events();
  Finish command;
  command.status = name_of(status);
  command.output = state_.output;
  command.error = state_.error;
  command.usage = state_.usage;
  out_.push_back(std::move(command));
}

}  // namespace scaiflow::machine
