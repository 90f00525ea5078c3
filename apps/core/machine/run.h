#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "apps/core/machine/scope.h"
#include "apps/core/machine/step.h"
#include "generated/cpp/limits.h"

namespace scaiflow::machine {

inline constexpr std::int64_t conflicts_max = 10;

/// One step at work: the interpreter over a State. Its member functions are grouped by file: run_apply
/// (events in), run_body (fibers, frames, bodies), run_rigid, run_model and run_answer, run_branches (match,
/// while, try, budget), run_children (parallel, foreach), run_ask (checkpoint, core_call, await_responses),
/// run_unwind (errors and cancellation).
class Run {
 public:
  Run(const Program& program, State& state, Commands& out) : program_(program), state_(state), out_(out) {}

  void apply(const Event& event);
  Progress drive();

 private:
  // --- events in (run_apply.cpp) -----------------------------------------------------------------
  void on(const Started& event);
  void on(const EffectBegun& event);
  void on(const EffectSucceeded& event);
  void on(const EffectFailed& event);
  void on(const TimerFired& event);
  void on(const CheckpointResolved& event);
  void on(const CheckpointCancelled& event);
  void on(const CallAnswered& event);
  void on(const CallSuspended& event);
  void on(const CancelRequested& event);
  void on(const DebugCommand& event);
  void on(const Adopted& event);
  void on(const ForkApplied& event);
  void on(const HostFault& event);
  void start_root(const FlowEntry& flow);
  // --- forks (run_fork.cpp) ------------------------------------------------------------------------
  void shift_times(std::int64_t by_ms);
  void mark_reused(std::int64_t fiber, const std::string& origin);
  void become(const ForkApplied& fork);
  void set_value(const std::string& name, const Json& value);
  void ask_again(Fiber& fiber);
  void ask_effect_again(Fiber& fiber);
  void ask_model_again(Fiber& fiber, const Effect& effect);
  void hold(const std::string& effect_id);
  bool release_held(const DebugCommand& event, bool all);
  void bind_input(const FlowEntry& flow, Fiber& root);
  void checkpoint_expired(Fiber& fiber);
  void budget_expired(Fiber& fiber, int at);
  bool awaits(const Fiber& fiber, const std::string& call_id) const;
  void take_usage(std::int64_t fiber, const std::optional<Usage>& usage);
  void take_memory(const std::optional<MemoryRows>& delta);
  /// Hands a result to a waiting fiber.
  void deliver(std::int64_t fiber, Delivery delivery);

  // --- the end of a step -------------------------------------------------------------------------
  void settle();
  Status status_now() const;
  bool over_state_limit();
  void arm_budget_timers();
  void finish(Status status);
  void flush_events();

  // --- fibers, frames, bodies (run_body.cpp) -----------------------------------------------------
  bool run_fiber(Fiber& fiber);
  void advance(Fiber& fiber);
  void enter(Fiber& fiber, BlockId block);
  void begin_block(Fiber& fiber);
  void resume_block(Fiber& fiber);
  void start_body(Fiber& fiber, BodyId body, Json input);
  void body_ended(Fiber& fiber);
  void leave(Fiber& fiber, std::optional<Json> value);
  void bind(Fiber& fiber, const std::string& name, Json value);
  void end_fiber(Fiber& fiber, std::optional<Json> value, Unwind outcome);
  Fiber& spawn(Fiber& parent, std::int64_t slot, std::string name, BodyId body, Json input);
  void wait_for(Fiber& fiber, Wait::Kind kind, std::string id = {}, std::int64_t timer_id = 0);
  void wake(Fiber& fiber);
  void use_fuel(std::int64_t units);
  bool out_of_fuel(Fiber& fiber);

  // --- statements (run_rigid.cpp) ----------------------------------------------------------------
  void run_rigid(Fiber& fiber);
  void run_debug(Fiber& fiber);
  /// Executes one instruction; false when the block waits, failed or was left.
  bool run_instruction(Fiber& fiber, const Instruction& instruction);
  bool assign(Fiber& fiber, const AssignTarget& target, Json value);
  bool call_plugin(Fiber& fiber, const Instruction& instruction);
  bool write_memory(Fiber& fiber, const Instruction& instruction);
  bool checked_memory(Fiber& fiber, const std::string& field, const std::optional<std::string>& key,
                      Json& value);
  bool expect_version(Fiber& fiber, WriteMemory& write, const Json& rows);
  bool take_statement_result(Fiber& fiber);
  void emit_author(Fiber& fiber, const std::string& name, Json data);
  std::string statement_effect_id(const Fiber& fiber, const Instruction& instruction, int attempt) const;

  // --- model blocks (run_model.cpp, run_answer.cpp) ----------------------------------------------
  void begin_model(Fiber& fiber);
  void resume_model(Fiber& fiber);
  bool render_model(Fiber& fiber);
  Json next_messages(const Fiber& fiber) const;
  void issue_model(Fiber& fiber);
  void take_answer(Fiber& fiber);
  bool answer_too_large(Fiber& fiber);
  std::string read_structured(Fiber& fiber, const Json& result);
  void next_check(Fiber& fiber);
  void issue_judge(Fiber& fiber);
  void take_judgement(Fiber& fiber);
  void bad_answer(Fiber& fiber, std::string cause, std::string detail);
  void act(Fiber& fiber);
  void retry_model(Fiber& fiber, const std::string& hint);
  bool may_retry(const Fiber& fiber) const;
  void open_decision(Fiber& fiber, const std::string& action);
  void take_decision(Fiber& fiber);
  void accept_answer(Fiber& fiber);
  void fail_cause(Fiber& fiber);
  void violate(Fiber& fiber, std::string_view phase);
  void begin_modality(Fiber& fiber);
  void take_modality(Fiber& fiber);

  // --- match, while, try, budget (run_branches.cpp) ----------------------------------------------
  void begin_match(Fiber& fiber);
  void next_round(Fiber& fiber);
  void round_ended(Fiber& fiber, std::optional<Json> value);
  void try_ended(Fiber& fiber, std::optional<Json> value);
  void run_finally(Fiber& fiber, std::optional<Json> value, Unwind pending);
  bool absorb_try(Fiber& fiber);
  void begin_budget(Fiber& fiber);
  bool absorb_budget(Fiber& fiber);

  // --- parallel, foreach (run_children.cpp) ------------------------------------------------------
  void begin_parallel(Fiber& fiber);
  void begin_foreach(Fiber& fiber);
  void resume_children(Fiber& fiber);
  void start_child(Fiber& fiber, std::int64_t slot);
  void child_ended(Fiber& parent, Fiber& child, std::optional<Json> value, Unwind outcome);
  void parallel_child_ended(Fiber& parent, Fiber& child, std::optional<Json> value, Unwind outcome);
  void foreach_child_ended(Fiber& parent, Fiber& child, std::optional<Json> value, Unwind outcome);
  void leave_children(Fiber& fiber);
  void cancel_children(Fiber& fiber, std::int64_t from_slot);
  std::int64_t window(const Fiber& fiber) const;

  // --- checkpoint, core_call, await_responses (run_ask.cpp) --------------------------------------
  void begin_checkpoint(Fiber& fiber);
  void resume_checkpoint(Fiber& fiber);
  bool render_hitl(Fiber& fiber, OpenCheckpoint& request);
  void open_checkpoint(Fiber& fiber, OpenCheckpoint request, std::int64_t timeout_ms);
  std::int64_t start_expiry(const Fiber& fiber, std::int64_t timeout_ms);
  void begin_call(Fiber& fiber);
  void issue_call(Fiber& fiber, StartCall call);
  void resume_call(Fiber& fiber);
  void begin_await(Fiber& fiber);
  void resume_await(Fiber& fiber);
  bool await_is_over(const Fiber& fiber) const;
  ErrorValue call_error(const CallAnswered& answer) const;

  // --- errors and cancellation (run_unwind.cpp) --------------------------------------------------
  /// Makes the block on top fail. The location is filled in here.
  void raise(Fiber& fiber, ErrorValue error);
  void raise(Fiber& fiber, std::string type, std::string code, std::string message);
  void unwind(Fiber& fiber, Unwind::Kind kind, Json value = {});
  void unwind_top(Fiber& fiber);
  bool absorb(Fiber& fiber);
  void pop_unwinding(Fiber& fiber);
  /// Cancels everything above frame `until` of the fiber (-1: all); frame `until` then fails with `error`.
  void cancel_fiber(Fiber& fiber, int until, ErrorValue error = {});
  /// Ends what the fiber waits for: effects, checkpoints, calls, timers.
  void release_wait(Fiber& fiber, std::string_view reason);
  bool is_cancelling(const Fiber& fiber) const;
  void fail_checkpoints(Fiber& fiber);
  void end_all(const ErrorValue& error, Status status);

  // --- effects and budgets (run_effects.cpp) -----------------------------------------------------
  std::string effect_base(const Fiber& fiber) const;
  /// False when a budget is used up: the block has failed, nothing may be issued.
  bool may_spend(Fiber& fiber);
  bool over_budget(Fiber& fiber);
  std::optional<ErrorValue> exhausted(const Fiber& fiber, bool after_result) const;
  /// What is left of the tightest duration around the fiber's place, or nothing.
  std::optional<std::int64_t> duration_left(const Fiber& fiber) const;
  std::optional<std::int64_t> tokens_left(const Fiber& fiber) const;
  void start_effect(Fiber& fiber, const std::string& id, bool at_most_once, Request request);
  std::int64_t start_timer(Timer timer);
  void stop_timer(std::int64_t id);
  static BudgetUse limits_of(const ir::Budget& limits);
  void start_budget(Fiber& fiber, int frame, BudgetUse limits);
  /// Frames around the fiber's place that have a budget, innermost first: fiber id and frame index.
  template <class Visit>
  void each_budget(std::int64_t fiber, Visit&& visit) const;

  // --- evaluation --------------------------------------------------------------------------------
  /// Nothing when evaluation failed: the block has failed with ExpressionError.
  std::optional<Json> eval(Fiber& fiber, const expr::Expression& expression);
  std::optional<Json> eval(Fiber& fiber, const expr::TemplateValue& value, Secrets secrets = Secrets::Masked);
  std::optional<Json> eval_map(Fiber& fiber, const std::vector<NamedExpression>& map);
  static ErrorValue expression_error(const expr::EvalError& error);
  /// True, false, or nothing for an evaluation error.
  std::optional<bool> test(Fiber& fiber, const expr::Expression& expression, const Json* result);
  /// The running value where the block on top stands.
  const Json& input_of(const Fiber& fiber) const;

  // --- events out (run_events.cpp) ---------------------------------------------------------------
  void block_event(RuntimeEvent::Type type, const Fiber& fiber, const Frame& frame);
  void block_exited(const Fiber& fiber, const Frame& frame, const Json& value);
  void block_failed(const Fiber& fiber, const Frame& frame, const ErrorValue& error);
  void invocation_event(RuntimeEvent::Type type, Json value, std::optional<ErrorValue> error);
  bool pause_here(Fiber& fiber, BlockId block);
  void feed(std::string entry, Json data);

  const BlockEntry& entry_of(const Frame& frame) const { return program_.block(frame.block); }
  template <class Code>
  const Code& code_of(const Fiber& fiber) const {
    return std::get<Code>(program_.block(fiber.frames.back().block).code);
  }
  template <class T>
  T& detail_of(Fiber& fiber) {
    return std::get<T>(fiber.frames.back().detail);
  }
  Fiber* fiber_of(std::int64_t id);
  bool too_large(Fiber& fiber, const Json& value);

  const Program& program_;
  State& state_;
  Commands& out_;
  std::vector<RuntimeEvent> events_;
  std::set<std::int64_t> runnable_;
  std::int64_t slice_fuel_ = 0;
  bool finished_ = false;
};

template <class Visit>
void Run::each_budget(std::int64_t fiber, Visit&& visit) const {
  while (fiber >= 0) {
    const Fiber& each = state_.fibers.at(fiber);
    for (int i = static_cast<int>(each.frames.size()) - 1; i >= 0; --i) {
      const Frame& frame = each.frames[static_cast<std::size_t>(i)];
      if (frame.budget) visit(*frame.budget, frame);
    }
    fiber = each.parent;
  }
}

/// The resolution object of 04 §3.11. `meta` has `comment`, `resolved_by`, `resolved_at`; `spec` is the form,
/// if any.
Json resolution_value(const Json& resolution, const Json& meta, const Json& spec);

}  // namespace scaiflow::machine
