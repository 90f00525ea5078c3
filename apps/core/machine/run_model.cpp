#include <algorithm>

#include "apps/core/machine/ids.h"
#include "apps/core/machine/messages.h"
#include "apps/core/machine/run.h"
#include "libs/base/json_text.h"

namespace scaiflow::machine {

void Run::begin_model(Fiber& fiber) {
  const ModelCode& code = code_of<ModelCode>(fiber);
  fiber.frames.back().detail = ModelRun();
  if (code.budget) start_budget(fiber, static_cast<int>(fiber.frames.size()) - 1, limits_of(*code.budget));
  const std::optional<Json> goal = eval(fiber, code.goal);
  if (!goal) return;
  detail_of<ModelRun>(fiber).goal = expr::text_form(*goal);
  if (code.guard && !test(fiber, *code.guard, nullptr).value_or(false)) return violate(fiber, "guard");
  if (!render_model(fiber)) return;
  issue_model(fiber);
}

bool Run::render_model(Fiber& fiber) {
  const ModelCode& code = code_of<ModelCode>(fiber);
  std::optional<Json> input = eval_map(fiber, code.input);
  if (!input) return false;
  std::optional<Json> context = eval_map(fiber, code.context);
  if (!context) return false;
  const std::optional<Json> guidance = eval(fiber, code.guidance);
  if (!guidance) return false;
  SystemParts parts;
  parts.preamble = state_.start.preamble;
  parts.system_context = code.model->system_context.value_or("");
  if (code.identity_ref) parts.identity = identity_text(program_.module().identity);
  parts.guidance = expr::text_form(*guidance);
  parts.constraints = constraint_text(program_.inherited_constraints(), code.constraints);
  ModelRun& run = detail_of<ModelRun>(fiber);
  run.input = std::move(*input);
  run.context = std::move(*context);
  run.system = system_text(parts);
  return true;
}

namespace {

std::vector<Candidate> candidates_of(const ir::Model& model) {
  std::vector<Candidate> out{{model.provider, model.model}};
  for (const ir::ModelRef& other : model.fallback) out.push_back({other.provider, other.model});
  return out;
}

}  // namespace

/// Goes on with the conversation after an answer of the wrong form, else asks anew (07 §9.4).
Json Run::next_messages(const Fiber& fiber) const {
  const auto& run = std::get<ModelRun>(fiber.frames.back().detail);
  if (!run.keep_conversation) {
    const ModelCode& code = code_of<ModelCode>(fiber);
    const auto& offers = code.model->modalities;
    JsonArray images;
    Json input = run.input, context = run.context;
    if (std::find(offers.begin(), offers.end(), "vision") != offers.end()) {
      input = with_images_apart(input, images);
      context = with_images_apart(context, images);
    }
    return chat_messages(run.system, *code.examples,
                         message_content(user_text(run.goal, input, context, run.hint), std::move(images)));
  }
  Json messages = run.messages;
  messages.push_back(message("assistant", run.answer_text));
  messages.push_back(message("user", format_complaint(run.detail, run.hint)));
  return messages;
}

void Run::issue_model(Fiber& fiber) {
  if (!may_spend(fiber)) return;
  const ModelCode& code = code_of<ModelCode>(fiber);
  ModelRun& run = detail_of<ModelRun>(fiber);
  run.messages = next_messages(fiber);
  ++run.calls;
  run.phase = ModelRun::Phase::Answer;
  CallModel call;
  call.key = effect_base(fiber);
  call.effect_id = call.key + (run.calls > 1 ? "/" + std::to_string(run.calls) : "");
  call.role = code.model->role;
  call.candidates = candidates_of(*code.model);
  call.messages = run.messages;
  if (!code.plain_text) call.schema = code.schema;
  call.schema_name = code.schema_name;
  call.strict = code.strict;
  if (code.model->temperature) call.params.set("temperature", *code.model->temperature);
  if (const auto left = tokens_left(fiber)) call.params.set("max_tokens", *left);
  call.deadline_ms = duration_left(fiber).value_or(state_.start.limits.model_call_ms);
  ++state_.usage.model_calls;
  const std::string id = call.effect_id;
  start_effect(fiber, id, false, std::move(call));
}

void Run::resume_model(Fiber& fiber) {
  switch (detail_of<ModelRun>(fiber).phase) {
    case ModelRun::Phase::Answer: return take_answer(fiber);
    case ModelRun::Phase::Judge: return take_judgement(fiber);
    case ModelRun::Phase::Decide: return take_decision(fiber);
    case ModelRun::Phase::Ask:
    case ModelRun::Phase::Violation: return issue_model(fiber);
  }
}

void Run::retry_model(Fiber& fiber, const std::string& hint) {
  ModelRun& run = detail_of<ModelRun>(fiber);
  run.hint = hint;
  run.keep_conversation = run.cause == "parse_error";
  ++run.retries_all;
  ++state_.usage.retries;
  issue_model(fiber);
}

/// Retries are bounded by the block's own and every enclosing `max_retries`.
bool Run::may_retry(const Fiber& fiber) const {
  const auto done = std::get<ModelRun>(fiber.frames.back().detail).retries_all;
  bool allowed = true;
  each_budget(fiber.id, [&](const BudgetUse& budget, const Frame&) {
    if (budget.retries_max && done >= *budget.retries_max) allowed = false;
  });
  return allowed;
}

void Run::accept_answer(Fiber& fiber) {
  const ModelCode& code = code_of<ModelCode>(fiber);
  const Json answer = detail_of<ModelRun>(fiber).answer;
  if (code.validate && !test(fiber, *code.validate, &answer).value_or(false))
    return violate(fiber, "validate");
  leave(fiber, answer);
}

/// The guard or the validation did not hold (04 §3.3).
void Run::violate(Fiber& fiber, std::string_view phase) {
  const ModelCode& code = code_of<ModelCode>(fiber);
  Frame& top = fiber.frames.back();
  ModelRun& run = detail_of<ModelRun>(fiber);
  const expr::Expression& condition = phase == "guard" ? *code.guard : *code.validate;
  const std::string message = std::string(phase) + " does not hold: " + condition.text();
  Json details = Json::object({{"phase", phase}, {"expression", condition.text()}, {"output", run.answer}});
  if (top.budget) {
    if (top.budget->timer_id) stop_timer(top.budget->timer_id);
    top.budget.reset();
  }
  run.phase = ModelRun::Phase::Violation;
  if (code.on_violation < 0) {
    ErrorValue error = make_error("GuardViolationError", std::string(phase), message);
    error.data = std::move(details);
    return raise(fiber, std::move(error));
  }
  Json error = Json::object({{"type", "GuardViolationError"}, {"message", message}});
  for (const auto& [name, value] : details.as_object()) error.set(name, value);
  top.locals = Json::object({{"error", std::move(error)}});
  start_body(fiber, code.on_violation, input_of(fiber));
}

void Run::begin_modality(Fiber& fiber) {
  if (!may_spend(fiber)) return;
  const ModalityCode& code = code_of<ModalityCode>(fiber);
  std::optional<Json> input = eval_map(fiber, code.input);
  if (!input) return;
  CallModel call;
  for (const auto& [name, value] : code.params) {
    std::optional<Json> made = eval(fiber, value);
    if (!made) return;
    call.params.set(name, std::move(*made));
  }
  call.effect_id = call.key = effect_base(fiber);
  call.operation = code.block->modality;
  call.role = code.model->role;
  call.candidates = candidates_of(*code.model);
  call.messages = Json::object({{"input", std::move(*input)}});
  call.deadline_ms = duration_left(fiber).value_or(state_.start.limits.model_call_ms);
  ++state_.usage.model_calls;
  const std::string id = call.effect_id;
  start_effect(fiber, id, false, std::move(call));
}

void Run::take_modality(Fiber& fiber) {
  const Delivery delivery = std::exchange(fiber.delivery, {});
  if (delivery.kind == Delivery::Kind::Error) return raise(fiber, delivery.error);
  if (over_budget(fiber)) return;
  const Json* given = delivery.value.find("value");
  Json value = given ? *given : delivery.value["text"];
  const ModalityCode& code = code_of<ModalityCode>(fiber);
  if (code.output_type) {
    auto checked = expr::check(value, *code.output_type, expr::Strictness::ModelAnswer, program_.types());
    if (!checked)
      return raise(fiber, "TypeMismatchError", "type", "model result: " + checked.error().front());
    value = std::move(*checked);
  }
  if (too_large(fiber, value)) return;
  leave(fiber, std::move(value));
}

}  // namespace scaiflow::machine
