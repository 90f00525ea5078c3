#include <cassert>

#include "apps/core/machine/run.h"

namespace scaiflow::machine {

Progress Run::drive() {
  if (runnable_.empty()) {
    for (const auto& [id, fiber] : state_.fibers) {
      if (fiber.wait.kind == Wait::Kind::None) runnable_.insert(id);
    }
  }
  std::int64_t next = 0;
  while (!runnable_.empty() && !finished_) {
    auto at = runnable_.lower_bound(next);
    if (at == runnable_.end()) at = runnable_.begin();
    const std::int64_t id = *at;
    runnable_.erase(at);
    next = id + 1;
    Fiber* fiber = fiber_of(id);
    if (!fiber) continue;
    const bool done = run_fiber(*fiber);
    if (fiber->frames.empty()) state_.fibers.erase(id);
    if (!done) return flush_events(), Progress::Yielded;
  }
  settle();
  state_.event_fuel = 0;
  return Progress::Done;
}

/// False when the slice is used up before the fiber waits or ends.
bool Run::run_fiber(Fiber& fiber) {
  while (fiber.wait.kind == Wait::Kind::None && !fiber.frames.empty() && !finished_) {
    if (slice_fuel_ > limits::step_fuel) return runnable_.insert(fiber.id), false;
    advance(fiber);
  }
  return true;
}

void Run::advance(Fiber& fiber) {
  if (fiber.unwind.kind != Unwind::Kind::None) return unwind_top(fiber);
  const Frame& top = fiber.frames.back();
  if (top.body < 0) return resume_block(fiber);
  const std::vector<BlockId>& blocks = program_.body(top.body);
  if (static_cast<std::size_t>(top.index) == blocks.size()) return body_ended(fiber);
  enter(fiber, blocks[static_cast<std::size_t>(top.index)]);
}

void Run::enter(Fiber& fiber, BlockId block) {
  if (pause_here(fiber, block)) return;
  fiber.delivery = {};
  use_fuel(10);
  Frame frame;
  frame.block = block;
  frame.occurrence = ++state_.occurrences[block];
  frame.entered_ms = state_.now_ms;
  fiber.frames.push_back(std::move(frame));
  block_event(RuntimeEvent::Type::BlockEntered, fiber, fiber.frames.back());
  if (!out_of_fuel(fiber)) begin_block(fiber);
}

void Run::begin_block(Fiber& fiber) {
  switch (program_.block(fiber.frames.back().block).kind) {
    case ir::BlockKind::Rigid:
    case ir::BlockKind::Debug: fiber.frames.back().detail = RigidRun(); return;
    case ir::BlockKind::Flexible:
    case ir::BlockKind::Guarded: return begin_model(fiber);
    case ir::BlockKind::ModelCall: return begin_modality(fiber);
    case ir::BlockKind::Parallel: return begin_parallel(fiber);
    case ir::BlockKind::Foreach: return begin_foreach(fiber);
    case ir::BlockKind::While:
      fiber.frames.back().input = input_of(fiber);
      fiber.frames.back().detail = WhileRun();
      return;
    case ir::BlockKind::Match: return begin_match(fiber);
    case ir::BlockKind::Try:
      fiber.frames.back().detail = TryRun();
      return start_body(fiber, code_of<TryCode>(fiber).body, input_of(fiber));
    case ir::BlockKind::Budget: return begin_budget(fiber);
    case ir::BlockKind::Checkpoint: return begin_checkpoint(fiber);
    case ir::BlockKind::CoreCall: return begin_call(fiber);
    case ir::BlockKind::AwaitResponses: return begin_await(fiber);
  }
}

/// Goes on with a block that stands between its bodies and waits.
void Run::resume_block(Fiber& fiber) {
  switch (entry_of(fiber.frames.back()).kind) {
    case ir::BlockKind::Rigid: return run_rigid(fiber);
    case ir::BlockKind::Debug: return run_debug(fiber);
    case ir::BlockKind::Flexible:
    case ir::BlockKind::Guarded: return resume_model(fiber);
    case ir::BlockKind::ModelCall: return take_modality(fiber);
    case ir::BlockKind::Parallel:
    case ir::BlockKind::Foreach: return resume_children(fiber);
    case ir::BlockKind::While: return next_round(fiber);
    case ir::BlockKind::Budget: return start_body(fiber, code_of<BudgetCode>(fiber).body, input_of(fiber));
    case ir::BlockKind::Checkpoint: return resume_checkpoint(fiber);
    case ir::BlockKind::CoreCall: return resume_call(fiber);
    case ir::BlockKind::AwaitResponses: return resume_await(fiber);
    case ir::BlockKind::Match:
    case ir::BlockKind::Try: assert(false); return;
  }
}

void Run::start_body(Fiber& fiber, BodyId body, Json input) {
  Frame& top = fiber.frames.back();
  top.body = body;
  top.index = 0;
  top.input = std::move(input);
  top.value.reset();
}

void Run::body_ended(Fiber& fiber) {
  Frame& top = fiber.frames.back();
  std::optional<Json> value = std::move(top.value);
  if (top.block < 0) return end_fiber(fiber, std::move(value), {});
  top.body = -1;
  top.value.reset();
  switch (entry_of(top).kind) {
    case ir::BlockKind::While: return round_ended(fiber, std::move(value));
    case ir::BlockKind::Try: return try_ended(fiber, std::move(value));
    case ir::BlockKind::Guarded: return leave(fiber, value.value_or(Json()));
    case ir::BlockKind::Checkpoint: {
      Json resolution = std::move(detail_of<AskRun>(fiber).value);
      return leave(fiber, value ? std::move(value) : std::optional(std::move(resolution)));
    }
    case ir::BlockKind::Match:
    case ir::BlockKind::Budget:
    case ir::BlockKind::Rigid:
    case ir::BlockKind::Flexible:
    case ir::BlockKind::ModelCall:
    case ir::BlockKind::Parallel:
    case ir::BlockKind::Foreach:
    case ir::BlockKind::CoreCall:
    case ir::BlockKind::AwaitResponses:
    case ir::BlockKind::Debug: return leave(fiber, std::move(value));
  }
}

/// The block on top leaves with its value; absent leaves the running value as it is (04 §6.2).
void Run::leave(Fiber& fiber, std::optional<Json> value) {
  const Frame frame = std::move(fiber.frames.back());
  fiber.frames.pop_back();
  if (frame.budget && frame.budget->timer_id) stop_timer(frame.budget->timer_id);
  block_exited(fiber, frame, value.value_or(Json()));
  Frame& outer = fiber.frames.back();
  ++outer.index;
  const ir::Block& source = *entry_of(frame).source;
  if (source.result_binding) bind(fiber, *source.result_binding, value.value_or(Json()));
  if (!value) return;
  outer.input = *value;
  outer.value = std::move(value);
}

void Run::bind(Fiber& fiber, const std::string& name, Json value) {
  fiber.bindings.set(name, std::move(value));
}

void Run::end_fiber(Fiber& fiber, std::optional<Json> value, Unwind outcome) {
  if (fiber.parent >= 0) {
    child_ended(*fiber_of(fiber.parent), fiber, std::move(value), std::move(outcome));
    fiber.frames.clear();
    return;
  }
  for (const Frame& frame : fiber.frames) {
    if (frame.budget && frame.budget->timer_id) stop_timer(frame.budget->timer_id);
  }
  fiber.frames.clear();
  state_.final_bindings = fiber.bindings;
  switch (outcome.kind) {
    case Unwind::Kind::None:
    case Unwind::Kind::Break:
    case Unwind::Kind::Continue: state_.output = value.value_or(Json()); return finish(Status::Completed);
    case Unwind::Kind::Return: state_.output = std::move(outcome.value); return finish(Status::Completed);
    case Unwind::Kind::Error: state_.error = std::move(outcome.error); return finish(Status::Failed);
    case Unwind::Kind::Cancel: return finish(Status::Cancelled);
  }
}

Fiber& Run::spawn(Fiber& parent, std::int64_t slot, std::string name, BodyId body, Json input) {
  const std::int64_t id = state_.next_fiber++;
  Fiber& child = state_.fibers[id];
  child.id = id;
  child.parent = parent.id;
  child.slot = slot;
  child.name = std::move(name);
  child.locals = parent.locals;
  for (const Frame& frame : parent.frames) {
    if (frame.locals.is_null()) continue;
    for (const auto& [local, value] : frame.locals.as_object()) child.locals.set(local, value);
  }
  child.in_cancelled_finally = is_cancelling(parent);
  Frame frame;
  frame.body = body;
  frame.input = std::move(input);
  frame.entered_ms = state_.now_ms;
  child.frames.push_back(std::move(frame));
  runnable_.insert(id);
  return child;
}

void Run::wait_for(Fiber& fiber, Wait::Kind kind, std::string id, std::int64_t timer_id) {
  fiber.wait.kind = kind;
  fiber.wait.id = std::move(id);
  fiber.wait.timer_id = timer_id;
  fiber.wait.since_ms = state_.now_ms;
}

void Run::wake(Fiber& fiber) {
  fiber.wait = {};
  runnable_.insert(fiber.id);
}

void Run::use_fuel(std::int64_t units) {
  slice_fuel_ += units;
  state_.event_fuel += units;
}

/// True when the event at work used all its fuel: the block on top has failed.
bool Run::out_of_fuel(Fiber& fiber) {
  if (state_.event_fuel <= limits::event_fuel_max) return false;
  raise(fiber, "FuelExhaustedError", "fuel",
        "one event used more than " + std::to_string(limits::event_fuel_max) + " units of fuel");
  return true;
}

Fiber* Run::fiber_of(std::int64_t id) {
  const auto at = state_.fibers.find(id);
  return at == state_.fibers.end() ? nullptr : &at->second;
}

const Json& Run::input_of(const Fiber& fiber) const { return fiber.frames[fiber.frames.size() - 2].input; }

ErrorValue Run::expression_error(const expr::EvalError& problem) {
  ErrorValue error = make_error("ExpressionError", problem.code, problem.message);
  error.data = Json::object(
      {{"expression", problem.expression}, {"offset", static_cast<std::int64_t>(problem.offset)}});
  return error;
}

std::optional<Json> Run::eval(Fiber& fiber, const expr::Expression& expression) {
  const FiberScope scope(program_, state_, fiber, input_of(fiber));
  expr::Fuel fuel;
  auto value = expr::evaluate(expression, scope, fuel);
  use_fuel(fuel.used);
  if (value) return std::move(*value);
  raise(fiber, expression_error(value.error()));
  return std::nullopt;
}

std::optional<Json> Run::eval(Fiber& fiber, const expr::TemplateValue& value, Secrets secrets) {
  FiberScope scope(program_, state_, fiber, input_of(fiber));
  scope.set_secrets(secrets);
  expr::Fuel fuel;
  auto made = value.evaluate(scope, fuel);
  use_fuel(fuel.used);
  if (made) return std::move(*made);
  raise(fiber, expression_error(made.error()));
  return std::nullopt;
}

std::optional<Json> Run::eval_map(Fiber& fiber, const std::vector<NamedExpression>& map) {
  JsonObject out;
  for (const NamedExpression& each : map) {
    std::optional<Json> value = eval(fiber, each.expression);
    if (!value) return std::nullopt;
    out.append(each.name, std::move(*value));
  }
  return Json(std::move(out));
}

std::optional<bool> Run::test(Fiber& fiber, const expr::Expression& expression, const Json* result) {
  FiberScope scope(program_, state_, fiber, input_of(fiber));
  if (result) scope.set_result(*result);
  expr::Fuel fuel;
  auto value = expr::evaluate(expression, scope, fuel);
  use_fuel(fuel.used);
  return value ? std::optional(expr::is_truthy(*value)) : std::nullopt;
}

bool Run::too_large(Fiber& fiber, const Json& value) {
  const std::size_t bytes = json_bytes(value, value_bytes_max);
  state_.bytes_grown += static_cast<std::int64_t>(bytes);
  if (bytes <= value_bytes_max) return false;
  raise(fiber, "LimitExceededError", "value_bytes_max",
        "value larger than " + std::to_string(value_bytes_max) + " bytes");
  return true;
}

}  // namespace scaiflow::machine
