// A fork becomes an execution of its own (07 §18), and stops before effects that were never recorded.
#include <utility>

#include "apps/core/machine/ids.h"
#include "apps/core/machine/run.h"

namespace scaiflow::machine {

/// Moves what was measured from the wall clock, so that the time between an execution and its fork counts
/// nowhere.
void Run::shift_times(std::int64_t by_ms) {
  state_.started_at_ms += by_ms;
  if (state_.status == Status::Suspended) state_.suspended_since_ms += by_ms;
  for (auto& [id, fiber] : state_.fibers) {
    fiber.wait.since_ms += by_ms;
    for (Frame& frame : fiber.frames) frame.entered_ms += by_ms;
  }
  for (auto& [id, timer] : state_.timers) {
    if (timer.purpose != Timer::Purpose::Budget) timer.due_ms += by_ms;
  }
}

void Run::mark_reused(std::int64_t fiber, const std::string& origin) {
  Fiber* each = fiber_of(fiber);
  if (each && !each->frames.empty()) each->frames.back().reused_from = origin;
}

void Run::on(const ForkApplied& event) {
  become(event);
  for (const auto& [name, value] : event.set.as_object()) set_value(name, value);
  for (auto& [id, fiber] : state_.fibers) ask_again(fiber);
}

/// From here on it is its own execution: new ids, nobody's callee, its own memory unless that is shared.
void Run::become(const ForkApplied& fork) {
  Started& start = state_.start;
  start.execution_id = start.root_execution_id = fork.execution_id;
  start.parent.reset();
  start.shares_slot = false;
  if (fork.memory_mode == "sandbox") start.partition_key = "fork:" + fork.execution_id;
  state_.execution.set("id", fork.execution_id);
  state_.fork = fork;
  state_.debug = {};
  state_.debug.breakpoints = {fork.breakpoints.begin(), fork.breakpoints.end()};
}

void Run::set_value(const std::string& name, const Json& value) {
  if (program_.is_variable(name)) {
    state_.variables.set(name, value);
    return;
  }
  for (auto& [id, fiber] : state_.fibers) {
    if (id == 0 || fiber.bindings.contains(name)) bind(fiber, name, value);
  }
}

/// What a fiber waits for is asked once more, under the ids of the fork and with the values that hold now.
void Run::ask_again(Fiber& fiber) {
  switch (fiber.wait.kind) {
    case Wait::Kind::None:
    case Wait::Kind::Children:
    case Wait::Kind::Calls: return;
    case Wait::Kind::Timer: {
      const auto timer = state_.timers.find(fiber.wait.timer_id);
      if (timer != state_.timers.end()) out_.push_back(StartTimer{timer->first, timer->second.due_ms});
      return;
    }
    case Wait::Kind::Debug: {
      Delivery delivery;
      delivery.kind = Delivery::Kind::Wake;
      return deliver(fiber.id, std::move(delivery));
    }
    case Wait::Kind::Checkpoint: {
      if (fiber.wait.timer_id) stop_timer(fiber.wait.timer_id);
      state_.checkpoints.erase(fiber.wait.id);
      wake(fiber);
      if (entry_of(fiber.frames.back()).kind == ir::BlockKind::Checkpoint) return begin_checkpoint(fiber);
      ModelRun& run = detail_of<ModelRun>(fiber);
      --run.checkpoints;
      return open_decision(fiber, std::string(run.decision));
    }
    case Wait::Kind::Call: {
      if (fiber.wait.timer_id) stop_timer(fiber.wait.timer_id);
      const auto call = state_.calls.find(fiber.wait.id);
      if (call != state_.calls.end()) {
        state_.effects.erase(call->second.effect_id);
        state_.calls.erase(call);
      }
      wake(fiber);
      return begin_call(fiber);
    }
    case Wait::Kind::Effect: return ask_effect_again(fiber);
  }
}

void Run::ask_effect_again(Fiber& fiber) {
  const auto at = state_.effects.find(fiber.wait.id);
  const Effect effect = at->second;
  state_.effects.erase(at);
  wake(fiber);
  switch (entry_of(fiber.frames.back()).kind) {
    case ir::BlockKind::Flexible:
    case ir::BlockKind::Guarded: return ask_model_again(fiber, effect);
    case ir::BlockKind::ModelCall: --state_.usage.model_calls; return begin_modality(fiber);
    case ir::BlockKind::CoreCall: return begin_call(fiber);
    case ir::BlockKind::Rigid:
      // The statement at work is evaluated anew.
      if (std::holds_alternative<CallPlugin>(effect.request)) --state_.usage.plugin_calls;
      return;
    case ir::BlockKind::Parallel:
    case ir::BlockKind::Foreach:
    case ir::BlockKind::While:
    case ir::BlockKind::Match:
    case ir::BlockKind::Try:
    case ir::BlockKind::Budget:
    case ir::BlockKind::Checkpoint:
    case ir::BlockKind::AwaitResponses:
    case ir::BlockKind::Debug: return;
  }
}

/// A first question is put again from its goal on; a later one goes on with the conversation it is part of.
void Run::ask_model_again(Fiber& fiber, const Effect& effect) {
  --state_.usage.model_calls;
  ModelRun& run = detail_of<ModelRun>(fiber);
  if (run.phase == ModelRun::Phase::Judge) {
    --run.judges;
    return issue_judge(fiber);
  }
  if (run.calls == 1) {
    const std::optional<Json> goal = eval(fiber, code_of<ModelCode>(fiber).goal);
    if (!goal || !render_model(fiber)) return;
    detail_of<ModelRun>(fiber).goal = expr::text_form(*goal);
    run.calls = 0;
    return issue_model(fiber);
  }
  CallModel call = std::get<CallModel>(effect.request);
  call.key = effect_base(fiber);
  call.effect_id = call.key + "/" + std::to_string(run.calls);
  ++state_.usage.model_calls;
  const std::string id = call.effect_id;
  start_effect(fiber, id, false, std::move(call));
}

/// The host found no recorded result for the effect: it waits for the debugger.
void Run::hold(const std::string& effect_id) {
  const auto at = state_.effects.find(effect_id);
  if (at == state_.effects.end() || at->second.held) return;
  at->second.held = true;
  const BlockEntry& entry = program_.block(at->second.block);
  feed("debug.paused", Json::object({{"fiber", at->second.fiber},
                                     {"block_id", entry.id()},
                                     {"node_id", entry.node_id() ? Json(*entry.node_id()) : Json()},
                                     {"reason", "mismatch"}}));
}

/// Lets held effects go: all of them, or the first of the fiber. True when a step ends with that.
bool Run::release_held(const DebugCommand& event, bool all) {
  for (auto& [id, effect] : state_.effects) {
    if (!effect.held || (event.fiber && effect.fiber != *event.fiber)) continue;
    effect.held = false;
    effect.released = true;
    feed("debug.resumed", Json::object({{"fiber", effect.fiber},
                                        {"block_id", program_.block(effect.block).id()},
                                        {"reason", event.action}}));
    std::visit([&](const auto& command) { out_.push_back(command); }, effect.request);
    if (!all) {
      state_.debug.fiber = effect.fiber;
      state_.debug.depth = static_cast<std::int64_t>(fiber_of(effect.fiber)->frames.size()) - 1;
      return true;
    }
  }
  return false;
}

}  // namespace scaiflow::machine
