#include <algorithm>

#include "apps/core/machine/run.h"

namespace scaiflow::machine {

void Run::begin_match(Fiber& fiber) {
  const MatchCode& code = code_of<MatchCode>(fiber);
  std::optional<Json> subject;
  if (code.subject && !(subject = eval(fiber, *code.subject))) return;
  BodyId chosen = code.else_body;
  for (const MatchArm& arm : code.arms) {
    bool fits = false;
    if (subject) {
      fits = arm.pattern.matches(*subject);
    } else {
      const std::optional<Json> condition = eval(fiber, arm.condition);
      if (!condition) return;
      fits = expr::is_truthy(*condition);
    }
    if (fits) {
      chosen = arm.body;
      break;
    }
  }
  if (chosen < 0) return leave(fiber, std::nullopt);
  start_body(fiber, chosen, input_of(fiber));
}

/// The condition reads the value that the round before left as `input` (04 §6.1).
void Run::next_round(Fiber& fiber) {
  const WhileCode& code = code_of<WhileCode>(fiber);
  use_fuel(5);
  if (out_of_fuel(fiber)) return;
  WhileRun& run = detail_of<WhileRun>(fiber);
  const FiberScope scope(program_, state_, fiber, fiber.frames.back().input);
  expr::Fuel fuel;
  auto condition = expr::evaluate(code.condition, scope, fuel);
  use_fuel(fuel.used);
  if (!condition) return raise(fiber, expression_error(condition.error()));
  if (!expr::is_truthy(*condition)) return leave(fiber, std::move(run.value));
  if (run.round == code.iterations_max) {
    return raise(fiber, "MaxIterationsExceededError", "max_iterations",
                 "condition still holds after " + std::to_string(run.round) + " rounds");
  }
  ++run.round;
  start_body(fiber, code.body, std::move(fiber.frames.back().input));
}

void Run::round_ended(Fiber& fiber, std::optional<Json> value) {
  Frame& top = fiber.frames.back();
  if (value) top.input = *value;
  detail_of<WhileRun>(fiber).value = std::move(value);
}

void Run::try_ended(Fiber& fiber, std::optional<Json> value) {
  TryRun& run = detail_of<TryRun>(fiber);
  fiber.frames.back().locals = Json();
  if (run.phase != TryRun::Phase::Finally) return run_finally(fiber, std::move(value), {});
  if (run.pending.kind == Unwind::Kind::None) return leave(fiber, std::move(run.value));
  fiber.unwind = std::move(run.pending);
  pop_unwinding(fiber);
}

/// Runs `finally`, if there is one, and then goes on with the value or the pending outcome.
void Run::run_finally(Fiber& fiber, std::optional<Json> value, Unwind pending) {
  const BodyId body = code_of<TryCode>(fiber).finally_body;
  TryRun& run = detail_of<TryRun>(fiber);
  run.phase = TryRun::Phase::Finally;
  run.value = std::move(value);
  run.pending = std::move(pending);
  fiber.frames.back().locals = Json();
  if (body >= 0) return start_body(fiber, body, input_of(fiber));
  if (run.pending.kind == Unwind::Kind::None) return leave(fiber, std::move(run.value));
  fiber.unwind = std::move(run.pending);
  pop_unwinding(fiber);
}

namespace {

bool can_be_caught(const std::string& type) {
  return type != "IrUnavailableError" && type != "JournalCorruptError" && type != "ReplayDivergedError" &&
         type != "InternalError";
}

Json caught(const ErrorValue& error) {
  const bool located = error.location.has_value();
  return Json::object(
      {{"type", error.type},
       {"message", error.message},
       {"code", error.code},
       {"block_id", located ? Json(error.location->block_id) : Json()},
       {"node_id", located && error.location->node_id ? Json(*error.location->node_id) : Json()},
       {"data", error.data}});
}

}  // namespace

/// True when the try block on top takes the unwinding over.
bool Run::absorb_try(Fiber& fiber) {
  const TryCode& code = code_of<TryCode>(fiber);
  TryRun& run = detail_of<TryRun>(fiber);
  if (run.phase == TryRun::Phase::Finally) {
    Unwind& replaced = run.pending;
    if (replaced.kind == Unwind::Kind::Cancel) {
      fiber.unwind = std::move(replaced);
    } else if (replaced.kind == Unwind::Kind::Error && fiber.unwind.kind == Unwind::Kind::Error) {
      fiber.unwind.error.data.set("suppressed", replaced.error.type);
    }
    return false;
  }
  if (run.phase == TryRun::Phase::Body && fiber.unwind.kind == Unwind::Kind::Error &&
      can_be_caught(fiber.unwind.error.type)) {
    const auto& catches = code.block->catches;
    for (std::size_t i = 0; i < catches.size(); ++i) {
      if (catches[i].error != "*" && catches[i].error != fiber.unwind.error.type) continue;
      const Unwind taken = std::exchange(fiber.unwind, {});
      run.phase = TryRun::Phase::Catch;
      fiber.frames.back().locals = Json::object({{catches[i].binding, caught(taken.error)}});
      start_body(fiber, code.catches[i], input_of(fiber));
      return true;
    }
  }
  if (code.finally_body < 0) return false;
  run_finally(fiber, std::nullopt, std::exchange(fiber.unwind, {}));
  return true;
}

void Run::begin_budget(Fiber& fiber) {
  const BudgetCode& code = code_of<BudgetCode>(fiber);
  start_budget(fiber, static_cast<int>(fiber.frames.size()) - 1, limits_of(*code.limits));
  start_body(fiber, code.body, input_of(fiber));
}

/// A retryable error starts the body again after a growing pause, as often as the limit says (07 §14).
bool Run::absorb_budget(Fiber& fiber) {
  Frame& top = fiber.frames.back();
  BudgetUse& budget = *top.budget;
  if (fiber.unwind.kind != Unwind::Kind::Error || !fiber.unwind.error.retryable) return false;
  if (budget.retries >= budget.retries_max.value_or(0)) return false;
  fiber.unwind = {};
  top.body = -1;
  top.value.reset();
  ++budget.retries;
  ++state_.usage.retries;
  std::int64_t pause_ms = 500;
  for (std::int64_t i = 1; i < budget.retries && pause_ms < 30'000; ++i) pause_ms *= 2;
  Timer timer;
  timer.purpose = Timer::Purpose::Retry;
  timer.fiber = fiber.id;
  timer.due_ms = state_.now_ms + std::min<std::int64_t>(pause_ms, 30'000);
  wait_for(fiber, Wait::Kind::Timer, {}, start_timer(timer));
  return true;
}

}  // namespace scaiflow::machine
