#include <algorithm>
#include <array>

#include "apps/core/machine/compiler.h"
#include "apps/core/machine/ids.h"
#include "apps/core/machine/messages.h"
#include "apps/core/machine/run.h"
#include "libs/base/json_text.h"
#include "libs/base/text.h"

namespace scaiflow::machine {

namespace {

/// Causes in the order of 04 §3.2.1, with the errors they end in.
struct Cause {
  std::string_view name, error, message;
};
constexpr std::array<Cause, 5> causes = {{
    {"low_confidence", "LowConfidenceError", "the answer is not confident enough"},
    {"constraint_violation", "ConstraintViolationError", "the answer violates a constraint"},
    {"parse_error", "OutputParseError", "the answer does not match the output type"},
    {"refusal", "ModelRefusalError", "the model refused to answer"},
    {"hallucination", "HallucinationError", "the answer makes a claim that its input does not support"},
}};

std::size_t cause_index(std::string_view name) {
  for (std::size_t i = 0; i < causes.size(); ++i) {
    if (causes[i].name == name) return i;
  }
  return 0;
}

const std::vector<ir::FailureAction>* actions_for(const ModelCode& code, std::string_view cause) {
  if (!code.on_failure) return nullptr;
  for (const auto& [name, actions] : *code.on_failure) {
    if (name == cause) return &actions;
  }
  return nullptr;
}

std::string joined(const std::vector<std::string>& messages) { return join(messages, "; "); }

}  // namespace

void Run::take_answer(Fiber& fiber) {
  const Delivery delivery = std::exchange(fiber.delivery, {});
  if (delivery.kind == Delivery::Kind::Error) return raise(fiber, delivery.error);
  if (over_budget(fiber)) return;
  const Json& result = delivery.value;
  ModelRun& run = detail_of<ModelRun>(fiber);
  const Json* given = result.find("value");
  run.answer_text = result.string_or("text", "");
  if (given) run.answer_text = given->is_string() ? given->as_string() : to_text(*given);
  run.answer = run.answer_text;
  const std::string finish = result.string_or("finish", "stop");
  if (!result["refusal"].is_null() || finish == "refusal" || finish == "content_filter") {
    return bad_answer(fiber, "refusal", "");
  }
  const ModelCode& code = code_of<ModelCode>(fiber);
  if (code.plain_text) {
    if (given && !given->is_string()) return bad_answer(fiber, "parse_error", "expected string");
  } else {
    if (finish == "length") return bad_answer(fiber, "parse_error", "the answer was cut at its length limit");
    const std::string problem = read_structured(fiber, result);
    if (!problem.empty()) return bad_answer(fiber, "parse_error", problem);
  }
  if (answer_too_large(fiber)) return;
  run.judging = 0;
  next_check(fiber);
}

/// Too large to be kept or shown to the model again: the block fails without another try.
bool Run::answer_too_large(Fiber& fiber) {
  constexpr auto bytes_max = static_cast<std::size_t>(limits::model_answer_bytes_max);
  const std::size_t bytes = json_bytes(detail_of<ModelRun>(fiber).answer, bytes_max);
  state_.bytes_grown += static_cast<std::int64_t>(bytes);
  if (bytes <= bytes_max) return false;
  ErrorValue error = make_error("OutputParseError", "parse_error",
                                "the answer is larger than " + std::to_string(bytes_max) + " bytes");
  error.retryable = true;
  raise(fiber, std::move(error));
  return true;
}

/// Takes the structured answer over, or says why it does not fit the output type (07 §9.3).
std::string Run::read_structured(Fiber& fiber, const Json& result) {
  const ModelCode& code = code_of<ModelCode>(fiber);
  ModelRun& run = detail_of<ModelRun>(fiber);
  Json value;
  if (const Json* given = result.find("value")) {
    value = *given;
  } else {
    const std::string mode = result.string_or("structured", "json_schema");
    const bool lenient = mode == "json_object" || mode == "prompt";
    std::optional<Json> parsed =
        lenient ? first_json(run.answer_text) : try_parse_json(trim(run.answer_text));
    if (!parsed) return "the answer is not JSON";
    value = std::move(*parsed);
    if (code.wrapped) {
      const Json* inner = value.find("value");
      if (!inner) return "value: missing";
      value = Json(*inner);
    }
  }
  value = without_optional_nulls(value, *code.output_type, program_.types());
  auto checked = expr::check(value, *code.output_type, expr::Strictness::ModelAnswer, program_.types());
  if (!checked) return joined(checked.error());
  run.answer = std::move(*checked);
  return {};
}

/// constraint_violation, then hallucination, then low_confidence; each only when `on_failure` names it.
void Run::next_check(Fiber& fiber) {
  const ModelCode& code = code_of<ModelCode>(fiber);
  ModelRun& run = detail_of<ModelRun>(fiber);
  if (run.judging == 0) {
    run.judging = 1;
    const bool has_rules = !constraint_text(program_.inherited_constraints(), code.constraints).empty();
    if (has_rules && actions_for(code, "constraint_violation")) return issue_judge(fiber);
  }
  if (run.judging == 1) {
    run.judging = 2;
    if (actions_for(code, "hallucination")) return issue_judge(fiber);
  }
  const Json& confidence = run.answer["confidence"];
  const double limit = static_cast<double>(state_.start.limits.low_confidence_permille) / 1000;
  if (actions_for(code, "low_confidence") && confidence.is_number() && confidence.as_double() < limit) {
    return bad_answer(fiber, "low_confidence", "confidence " + expr::text_form(confidence));
  }
  accept_answer(fiber);
}

void Run::issue_judge(Fiber& fiber) {
  if (!may_spend(fiber)) return;
  const ModelCode& code = code_of<ModelCode>(fiber);
  ModelRun& run = detail_of<ModelRun>(fiber);
  const ir::Model* reviewer = nullptr;
  for (const ir::Model& model : program_.module().models) {
    if (model.role == "reviewer") reviewer = &model;
  }
  if (!reviewer) reviewer = code.model;
  const std::string answer = run.answer.is_string() ? run.answer.as_string() : to_text(run.answer);
  const std::string user =
      run.judging == 1 ? judge_constraints_text(
                             constraint_text(program_.inherited_constraints(), code.constraints), answer)
                       : judge_support_text(run.input, run.context, answer);
  run.phase = ModelRun::Phase::Judge;
  ++run.judges;
  CallModel call;
  call.key = effect_base(fiber);
  call.effect_id = call.key + "/j" + std::to_string(run.judges);
  call.role = reviewer->role;
  call.candidates.push_back({reviewer->provider, reviewer->model});
  for (const ir::ModelRef& other : reviewer->fallback)
    call.candidates.push_back({other.provider, other.model});
  call.messages = chat_messages(std::string(judge_system), {}, user);
  call.schema = Json::object({{"type", "object"},
                              {"properties", Json::object({{"violated", Json::object({{"type", "boolean"}})},
                                                           {"reason", Json::object({{"type", "string"}})}})},
                              {"required", Json::array({"violated", "reason"})},
                              {"additionalProperties", false}});
  call.schema_name = "judgement";
  call.strict = true;
  if (const auto left = tokens_left(fiber)) call.params.set("max_tokens", *left);
  call.deadline_ms = duration_left(fiber).value_or(state_.start.limits.model_call_ms);
  ++state_.usage.model_calls;
  const std::string id = call.effect_id;
  start_effect(fiber, id, false, std::move(call));
}

void Run::take_judgement(Fiber& fiber) {
  const Delivery delivery = std::exchange(fiber.delivery, {});
  if (delivery.kind == Delivery::Kind::Error) return raise(fiber, delivery.error);
  if (over_budget(fiber)) return;
  const Json* given = delivery.value.find("value");
  const Json verdict = given ? *given : first_json(delivery.value.string_or("text", "")).value_or(Json());
  if (!verdict.bool_or("violated", false)) return next_check(fiber);
  const bool rules = detail_of<ModelRun>(fiber).judging == 1;
  bad_answer(fiber, rules ? "constraint_violation" : "hallucination", verdict.string_or("reason", ""));
}

void Run::bad_answer(Fiber& fiber, std::string cause, std::string detail) {
  ModelRun& run = detail_of<ModelRun>(fiber);
  run.cause = std::move(cause);
  run.detail = std::move(detail);
  act(fiber);
}

/// Walks the cause's action list; the counters in the frame say which are used up (07 §9.4).
void Run::act(Fiber& fiber) {
  ModelRun& run = detail_of<ModelRun>(fiber);
  const auto* actions = actions_for(code_of<ModelCode>(fiber), run.cause);
  std::int64_t& used = run.retries[cause_index(run.cause)];
  if (!actions) {
    if (run.cause != "parse_error" || used >= 1 || !may_retry(fiber)) return fail_cause(fiber);
    ++used;
    return retry_model(fiber, "");
  }
  std::int64_t passed = used;
  for (const ir::FailureAction& action : *actions) {
    if (action.action != "retry") return open_decision(fiber, action.action);
    const std::int64_t max = action.max.value_or(1);
    if (passed >= max) {
      passed -= max;
      continue;
    }
    if (!may_retry(fiber)) continue;
    ++used;
    return retry_model(fiber, action.with.value_or(""));
  }
  fail_cause(fiber);
}

void Run::fail_cause(Fiber& fiber) {
  const ModelRun& run = detail_of<ModelRun>(fiber);
  const Cause& cause = causes[cause_index(run.cause)];
  ErrorValue error = make_error(std::string(cause.error), run.cause, std::string(cause.message));
  error.retryable = run.cause != "refusal";
  if (!run.detail.empty()) error.data = Json::object({{"detail", run.detail}});
  raise(fiber, std::move(error));
}

void Run::open_decision(Fiber& fiber, const std::string& action) {
  ModelRun& run = detail_of<ModelRun>(fiber);
  run.phase = ModelRun::Phase::Decide;
  run.decision = action;
  ++run.checkpoints;
  OpenCheckpoint request;
  request.effect_id = effect_base(fiber) + "/c" + std::to_string(run.checkpoints);
  const bool escalated = action == "escalate";
  request.checkpoint_type = escalated ? "escalation" : "review";
  request.priority = escalated ? "high" : "normal";
  if (escalated) request.assignee = state_.start.checkpoint_assignee;
  request.prompt =
      "The answer of '" + entry_of(fiber.frames.back()).id() + "' needs a decision: " + run.cause + ".";
  request.payload = Json::object({{"cause", run.cause},
                                  {"detail", run.detail},
                                  {"goal", run.goal},
                                  {"input", run.input},
                                  {"answer", run.answer}});
  request.options = {"accept", "retry", "fail"};
  open_checkpoint(fiber, std::move(request), 0);
}

void Run::take_decision(Fiber& fiber) {
  const Delivery delivery = std::exchange(fiber.delivery, {});
  if (delivery.kind == Delivery::Kind::Error) return raise(fiber, delivery.error);
  ModelRun& run = detail_of<ModelRun>(fiber);
  const Json& resolution = delivery.value;
  const Json& chosen = resolution.is_object() ? resolution["decision"] : resolution;
  if (chosen == Json("retry")) {
    run.hint.clear();
    run.keep_conversation = false;
    return issue_model(fiber);
  }
  if (chosen != Json("accept")) return fail_cause(fiber);
  if (const Json* value = resolution.find("value")) run.answer = *value;
  const ModelCode& code = code_of<ModelCode>(fiber);
  const expr::Type type = code.output_type.value_or(expr::Type::primitive(expr::Primitive::String));
  auto checked = expr::check(run.answer, type, expr::Strictness::ModelAnswer, program_.types());
  if (!checked) {
    run.cause = "parse_error";
    run.detail = joined(checked.error());
    return fail_cause(fiber);
  }
  run.answer = std::move(*checked);
  if (!too_large(fiber, run.answer)) accept_answer(fiber);
}

}  // namespace scaiflow::machine
