#include <algorithm>
#include <cmath>

#include "apps/core/machine/run.h"

namespace scaiflow::machine {

std::string Run::effect_base(const Fiber& fiber) const {
  const Frame& top = fiber.frames.back();
  return state_.start.execution_id + ":" + entry_of(top).id() + ":" + std::to_string(top.occurrence);
}

/// The first budget around the place that is used up; after a result only one that is exceeded counts.
std::optional<ErrorValue> Run::exhausted(const Fiber& fiber, bool after_result) const {
  std::optional<ErrorValue> found;
  const auto judge = [&](const Frame& frame, std::string_view limit, std::int64_t used,
                         std::optional<std::int64_t> max) {
    if (found || !max || (after_result ? used <= *max : used < *max)) return;
    found = make_error("BudgetExceededError", std::string(limit), std::string(limit) + " budget is used up");
    found->data = Json::object({{"limit", limit},
                                {"used", used},
                                {"max", *max},
                                {"block_id", frame.block < 0 ? Json() : Json(entry_of(frame).id())}});
  };
  each_budget(fiber.id, [&](const BudgetUse& budget, const Frame& frame) {
    judge(frame, "duration", state_.active_ms - budget.started_active_ms, budget.duration_ms_max);
    judge(frame, "tokens", budget.tokens, budget.tokens_max);
    judge(frame, "cost", budget.cost_micros, budget.cost_micros_max);
  });
  return found;
}

bool Run::may_spend(Fiber& fiber) {
  std::optional<ErrorValue> error = exhausted(fiber, false);
  if (error) raise(fiber, std::move(*error));
  return !error;
}

bool Run::over_budget(Fiber& fiber) {
  std::optional<ErrorValue> error = exhausted(fiber, true);
  if (error) raise(fiber, std::move(*error));
  return error.has_value();
}

std::optional<std::int64_t> Run::duration_left(const Fiber& fiber) const {
  std::optional<std::int64_t> left;
  each_budget(fiber.id, [&](const BudgetUse& budget, const Frame&) {
    if (!budget.duration_ms_max) return;
    const std::int64_t mine = *budget.duration_ms_max - (state_.active_ms - budget.started_active_ms);
    left = std::min(left.value_or(mine), mine);
  });
  return left;
}

std::optional<std::int64_t> Run::tokens_left(const Fiber& fiber) const {
  std::optional<std::int64_t> left;
  each_budget(fiber.id, [&](const BudgetUse& budget, const Frame&) {
    if (!budget.tokens_max) return;
    const std::int64_t mine = *budget.tokens_max - budget.tokens;
    left = std::min(left.value_or(mine), mine);
  });
  return left;
}

void Run::start_effect(Fiber& fiber, const std::string& id, bool at_most_once, Request request) {
  std::visit([&](const auto& command) { out_.push_back(command); }, request);
  Effect& effect = state_.effects[id];
  effect.fiber = fiber.id;
  effect.block = fiber.frames.back().block;
  effect.occurrence = fiber.frames.back().occurrence;
  effect.at_most_once = at_most_once;
  effect.request = std::move(request);
  wait_for(fiber, Wait::Kind::Effect, id);
}

std::int64_t Run::start_timer(Timer timer) {
  const std::int64_t id = state_.next_timer++;
  if (timer.purpose != Timer::Purpose::Budget) {
    timer.armed = true;
    out_.push_back(StartTimer{id, timer.due_ms});
  }
  state_.timers[id] = timer;
  return id;
}

void Run::stop_timer(std::int64_t id) {
  const auto at = state_.timers.find(id);
  if (at == state_.timers.end()) return;
  if (at->second.armed) out_.push_back(StopTimer{id});
  state_.timers.erase(at);
}

/// Timers of budgets run while the execution does: they are stopped at suspension and armed again with the
/// rest.
void Run::arm_budget_timers() {
  const bool running = state_.status == Status::Running;
  for (auto& [id, timer] : state_.timers) {
    if (timer.purpose != Timer::Purpose::Budget || timer.armed == running) continue;
    timer.armed = running;
    if (running) {
      out_.push_back(StartTimer{id, state_.now_ms + left_ms(state_, timer)});
    } else {
      out_.push_back(StopTimer{id});
    }
  }
}

BudgetUse Run::limits_of(const ir::Budget& limits) {
  BudgetUse use;
  use.duration_ms_max = limits.max_duration_ms;
  use.retries_max = limits.max_retries;
  use.tokens_max = limits.max_tokens;
  if (limits.max_cost) use.cost_micros_max = std::llround(*limits.max_cost * 1e6);
  return use;
}

void Run::start_budget(Fiber& fiber, int frame, BudgetUse limits) {
  limits.started_active_ms = state_.active_ms;
  if (limits.duration_ms_max) {
    Timer timer;
    timer.purpose = Timer::Purpose::Budget;
    timer.fiber = fiber.id;
    timer.frame = frame;
    timer.due_ms = state_.active_ms + *limits.duration_ms_max;
    limits.timer_id = start_timer(timer);
  }
  fiber.frames[static_cast<std::size_t>(frame)].budget = std::move(limits);
}

/// Adds what an effect cost to the execution and to every budget around its fiber.
void Run::take_usage(std::int64_t fiber, const std::optional<Usage>& usage) {
  if (!usage) return;
  state_.usage += *usage;
  for (Fiber* each = fiber_of(fiber); each; each = each->parent < 0 ? nullptr : fiber_of(each->parent)) {
    for (Frame& frame : each->frames) {
      if (!frame.budget) continue;
      frame.budget->tokens += usage->tokens();
      frame.budget->cost_micros += usage->cost_micros;
    }
  }
}

}  // namespace scaiflow::machine
