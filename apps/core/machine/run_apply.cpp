#include <algorithm>

#include "apps/core/machine/memory_picture.h"
#include "apps/core/machine/run.h"

namespace scaiflow::machine {

void Run::apply(const Event& event) {
  const std::int64_t passed_ms = event.at_ms - state_.now_ms;
  if (state_.status == Status::Running && state_.seq > 0) state_.active_ms += passed_ms - event.skew_ms;
  state_.seq = event.seq;
  state_.now_ms = event.at_ms;
  if (std::holds_alternative<ForkApplied>(event.body)) shift_times(passed_ms);
  std::visit([this](const auto& body) { on(body); }, event.body);
}

void Run::on(const Started& event) {
  state_.start = event;
  state_.started_at_ms = state_.now_ms;
  state_.execution =
      Json::object({{"id", event.execution_id},
                    {"started_at", iso_time(state_.now_ms)},
                    {"core_id", event.core_id},
                    {"tenant_id", event.tenant_id},
                    {"flow", event.flow},
                    {"instance_key", event.instance_key ? Json(*event.instance_key) : Json()}});
  for (const ir::Variable& variable : program_.module().variables)
    state_.variables.set(variable.name, variable.default_);
  if (event.memory) state_.memory_rows = *event.memory;
  state_.memory = memory_picture(program_.module(), state_.memory_rows);
  if (event.debug.is_object()) {
    if (event.debug["breakpoints"].is_array()) {
      for (const Json& id : event.debug["breakpoints"].as_array()) {
        if (id.is_string()) state_.debug.breakpoints.insert(id.as_string());
      }
    }
    if (event.debug.bool_or("step", false)) state_.debug.mode = "pause";
  }
  invocation_event(RuntimeEvent::Type::InvocationStarted, {}, {});
  const FlowEntry* flow = program_.flow(event.flow);
  if (flow) return start_root(*flow);
  state_.error = make_error("InternalError", "flow", "unknown flow '" + event.flow + "'");
  finish(Status::Failed);
}

void Run::start_root(const FlowEntry& flow) {
  Fiber& root = state_.fibers[0];
  Frame frame;
  frame.body = flow.body;
  frame.input = state_.start.input;
  frame.entered_ms = state_.now_ms;
  root.frames.push_back(std::move(frame));
  runnable_.insert(0);
  const Limits& limits = state_.start.limits;
  if (limits.execution_ms_max || limits.tokens_max || limits.cost_micros_max) {
    BudgetUse use;
    use.duration_ms_max = limits.execution_ms_max;
    use.tokens_max = limits.tokens_max;
    use.cost_micros_max = limits.cost_micros_max;
    start_budget(root, 0, use);
  }
  bind_input(flow, root);
}

/// Names from the trigger input (04 §6.3): the params when the flow has any, else every member.
void Run::bind_input(const FlowEntry& flow, Fiber& root) {
  const Json& input = state_.start.input;
  if (flow.source->params.empty()) {
    if (input.is_object()) root.bindings = input;
  } else {
    const auto problems = check_input(program_, flow, input);
    if (!problems.empty()) {
      return raise(root, "InputValidationError", problems.front().code, problems.front().message);
    }
    for (std::size_t i = 0; i < flow.source->params.size(); ++i) {
      const ir::Param& param = flow.source->params[i];
      const Json* given = input.find(param.name);
      Json value = given ? *given : param.default_;
      if (given) value = *expr::check(*given, flow.param_types[i], expr::Strictness::Exact, program_.types());
      root.bindings.set(param.name, std::move(value));
    }
  }
  const std::string& entry = state_.start.entry_name;
  if (!entry.empty() && !root.bindings.contains(entry)) root.bindings.set(entry, input);
}

std::vector<InputProblem> check_input(const Program& program, const FlowEntry& flow, const Json& input) {
  std::vector<InputProblem> problems;
  for (std::size_t i = 0; i < flow.source->params.size(); ++i) {
    const ir::Param& param = flow.source->params[i];
    const Json* given = input.find(param.name);
    if (!given) {
      if (param.required)
        problems.push_back({param.name, "missing", "input '" + param.name + "' is missing"});
      continue;
    }
    const auto checked = expr::check(*given, flow.param_types[i], expr::Strictness::Exact, program.types());
    if (!checked)
      problems.push_back({param.name, "type", "input '" + param.name + "': " + checked.error().front()});
  }
  return problems;
}

void Run::deliver(std::int64_t id, Delivery delivery) {
  Fiber* fiber = fiber_of(id);
  if (!fiber) return;
  if (fiber->wait.timer_id) stop_timer(fiber->wait.timer_id);
  fiber->delivery = std::move(delivery);
  wake(*fiber);
}

void Run::on(const EffectBegun& event) { state_.effects.at(event.effect_id).begun = true; }

void Run::on(const EffectSucceeded& event) {
  const Effect effect = state_.effects.at(event.effect_id);
  take_usage(effect.fiber, event.usage);
  take_memory(event.memory_delta);
  mark_reused(effect.fiber, event.meta.string_or("reused_from", ""));
  state_.effects.erase(event.effect_id);
  if (const auto* call = std::get_if<StartCall>(&effect.request)) {
    Call& opened = state_.calls[call->call_id];
    opened.effect_id = event.effect_id;
    opened.fiber = effect.fiber;
    opened.is_async = true;
  }
  Delivery delivery;
  delivery.kind = Delivery::Kind::Value;
  delivery.value = event.result;
  delivery.meta = event.meta;
  deliver(effect.fiber, std::move(delivery));
}

void Run::on(const EffectFailed& event) {
  const Effect effect = state_.effects.at(event.effect_id);
  take_usage(effect.fiber, event.usage);
  take_memory(event.memory_delta);
  if (const auto* call = std::get_if<StartCall>(&effect.request)) state_.calls.erase(call->call_id);
  state_.effects.erase(event.effect_id);
  Delivery delivery;
  delivery.kind = Delivery::Kind::Error;
  delivery.error = event.error;
  delivery.meta = event.meta;
  deliver(effect.fiber, std::move(delivery));
}

void Run::take_memory(const std::optional<MemoryRows>& delta) {
  if (!delta) return;
  merge_memory(state_.memory_rows, *delta);
  state_.memory = memory_picture(program_.module(), state_.memory_rows);
}

void Run::on(const TimerFired& event) {
  const Timer timer = state_.timers.at(event.timer_id);
  state_.timers.erase(event.timer_id);
  Fiber* fiber = fiber_of(timer.fiber);
  switch (timer.purpose) {
    case Timer::Purpose::Checkpoint: return checkpoint_expired(*fiber);
    case Timer::Purpose::Retry:
    case Timer::Purpose::Call:
    case Timer::Purpose::Await: {
      fiber->wait.timer_id = 0;
      Delivery delivery;
      delivery.kind = Delivery::Kind::Timeout;
      if (timer.purpose == Timer::Purpose::Call) release_wait(*fiber, "timeout");
      return deliver(timer.fiber, std::move(delivery));
    }
    case Timer::Purpose::Budget: return budget_expired(*fiber, timer.frame);
    case Timer::Purpose::CancelGrace:
      return end_all(make_error("Cancelled", "cancelled", "cancelled"), Status::Cancelled);
  }
}

void Run::budget_expired(Fiber& fiber, int at) {
  Frame& frame = fiber.frames[static_cast<std::size_t>(at)];
  frame.budget->timer_id = 0;
  ErrorValue error = make_error("BudgetExceededError", "duration", "duration budget is used up");
  error.data = Json::object({{"limit", "duration"},
                             {"used", state_.active_ms - frame.budget->started_active_ms},
                             {"max", *frame.budget->duration_ms_max},
                             {"block_id", frame.block < 0 ? Json() : Json(entry_of(frame).id())}});
  frame.budget->duration_ms_max.reset();  // `finally` bodies run outside the limit
  cancel_fiber(fiber, at, std::move(error));
}

void Run::on(const CheckpointResolved& event) {
  const std::int64_t fiber = state_.checkpoints.at(event.checkpoint_id).fiber;
  state_.checkpoints.erase(event.checkpoint_id);
  mark_reused(fiber, event.reused_from.value_or(""));
  Delivery delivery;
  delivery.kind = Delivery::Kind::Value;
  delivery.value = event.resolution;
  delivery.meta = Json::object({{"comment", event.comment ? Json(*event.comment) : Json()},
                                {"resolved_by", event.by ? Json(*event.by) : Json()},
                                {"resolved_at", event.at}});
  deliver(fiber, std::move(delivery));
}

void Run::on(const CheckpointCancelled& event) {
  const std::int64_t fiber = state_.checkpoints.at(event.checkpoint_id).fiber;
  state_.checkpoints.erase(event.checkpoint_id);
  Delivery delivery;
  delivery.kind = Delivery::Kind::Error;
  delivery.error =
      make_error("CheckpointCancelledError", event.reason, "the checkpoint was cancelled: " + event.reason);
  deliver(fiber, std::move(delivery));
}

void Run::on(const CallAnswered& event) {
  Call& call = state_.calls.at(event.call_id);
  state_.effects.erase(call.effect_id);
  Usage spent = event.usage;
  take_usage(call.fiber, spent);
  call.answer = event;
  call.suspended = false;
  state_.bytes_grown += static_cast<std::int64_t>(json_bytes(event.output, value_bytes_max));
  mark_reused(call.fiber, event.reused_from.value_or(""));
  for (auto& [id, fiber] : state_.fibers) {
    const bool mine = fiber.wait.kind == Wait::Kind::Call && fiber.wait.id == event.call_id;
    if (!mine && fiber.wait.kind != Wait::Kind::Calls) continue;
    if (!mine && !awaits(fiber, event.call_id)) continue;
    if (!mine && !await_is_over(fiber)) continue;
    Delivery delivery;
    delivery.kind = Delivery::Kind::Wake;
    deliver(id, std::move(delivery));
  }
}

void Run::on(const CallSuspended& event) { state_.calls.at(event.call_id).suspended = event.suspended; }

void Run::on(const CancelRequested& event) {
  CancelState cancel;
  cancel.reason = event.reason;
  cancel.by = event.by;
  cancel.deadline_ms = state_.now_ms + state_.start.limits.cancel_grace_ms;
  state_.cancel = cancel;
  Timer grace;
  grace.purpose = Timer::Purpose::CancelGrace;
  grace.due_ms = cancel.deadline_ms;
  start_timer(grace);
  if (event.cascade) {
    for (const auto& [id, call] : state_.calls) {
      if (call.is_async && !call.answer) out_.push_back(CancelCall{id, call.effect_id, event.reason});
    }
  }
  if (Fiber* root = fiber_of(0)) cancel_fiber(*root, -1);
}

void Run::on(const DebugCommand& event) {
  DebugState& debug = state_.debug;
  if (event.breakpoints) debug.breakpoints = {event.breakpoints->begin(), event.breakpoints->end()};
  if (event.action == "set") return;
  if (event.action == "hold") return hold(event.effect_id.value_or(""));
  if (event.action == "pause") {
    debug.mode = "pause";
    return;
  }
  const bool all = event.action == "continue";
  debug.mode = all ? "run" : event.action;
  if (all && state_.fork) state_.fork->on_mismatch = "live";
  if (release_held(event, all)) return;
  for (auto& [id, fiber] : state_.fibers) {
    if (fiber.wait.kind != Wait::Kind::Debug || (!all && id != event.fiber.value_or(id))) continue;
    debug.fiber = id;
    debug.depth = static_cast<std::int64_t>(fiber.frames.size());
    feed("debug.resumed",
         Json::object({{"fiber", id}, {"block_id", fiber.wait.id}, {"reason", event.action}}));
    Delivery delivery;
    delivery.kind = Delivery::Kind::Wake;
    deliver(id, std::move(delivery));
    if (!all) return;
  }
}

void Run::on(const Adopted&) {}

void Run::on(const HostFault& event) {
  state_.error = event.error;
  end_all(event.error, Status::Failed);
}

}  // namespace scaiflow::machine
