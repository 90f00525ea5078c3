#include "libs/manifest/step_fields.h"

#include <algorithm>
#include <array>

namespace scaiflow::manifest {
namespace {

constexpr StepField budget[] = {
    {"max_duration", "max_duration_ms", Form::Duration, "null"},
    {"max_retries", "max_retries", Form::Plain, "null"},
    {"max_tokens", "max_tokens", Form::Plain, "null"},
    {"max_cost", "max_cost", Form::Plain, "null"},
};

constexpr StepField constraints[] = {
    {"text", "text", Form::Plain, "null"},       {"never", "never", Form::Plain, "[]"},
    {"always", "always", Form::Plain, "[]"},     {"prefer", "prefer", Form::Plain, "[]"},
    {"inherit", "inherit", Form::Plain, "true"},
};

constexpr StepField example[] = {
    {"input", "input", Form::Plain, ""},
    {"output", "output", Form::Plain, ""},
};

constexpr StepField failure_action[] = {
    {"action", "action", Form::Plain, ""},
    {"max", "max", Form::Plain, "null"},
    {"with", "with", Form::Plain, "null"},
};

/// `guarded` stands for the block kind and is no field.
constexpr StepField llm_turn[] = {
    {"role", "llm_role", Form::Plain, ""},
    {"output", "output_type", Form::Type, "null"},
    {"guarded", "", Form::Plain, ""},
    {"guard", "guard", Form::Expression, "null"},
    {"validate", "validate", Form::Expression, "null"},
    {"input", "input_bindings", Form::Expressions, "{}"},
    {"context", "context_bindings", Form::Expressions, "{}"},
    {"guidance", "guidance", Form::Plain, "null"},
    {"identity", "identity_ref", Form::Plain, "false"},
    {"constraints", "constraints", Form::Record, "null", constraints},
    {"examples", "examples", Form::Records, "[]", example},
    {"on_validation_failure", "on_validation_failure", Form::Steps, "null"},
    {"on_failure", "on_failure", Form::OnFailure, "null", failure_action},
    {"budget", "budget", Form::Record, "null", budget},
};

constexpr StepField plugin_call[] = {
    {"alias", "plugin", Form::Plain, ""},
    {"method", "method", Form::Plain, ""},
    {"args", "args", Form::Plain, ""},
    {"timeout", "timeout_ms", Form::Duration, "null"},
    {"idempotency", "idempotency", Form::Plain, "\"key\""},
};

constexpr StepField emit[] = {
    {"event", "event", Form::Plain, ""},
    {"payload", "payload", Form::Plain, "null"},
};

constexpr StepField model_call[] = {
    {"modality", "modality", Form::Plain, ""},
    {"role", "llm_role", Form::Plain, ""},
    {"input", "input_bindings", Form::Expressions, "{}"},
    {"output", "output_type", Form::Type, "null"},
    {"params", "params", Form::Plain, "{}"},
};

constexpr StepField branch[] = {
    {"name", "name", Form::Plain, ""},
    {"steps", "body", Form::Steps, ""},
};

constexpr StepField parallel[] = {
    {"branches", "branches", Form::Records, "", branch},
    {"max_concurrent", "max_concurrent", Form::Plain, "null"},
    {"fail_fast", "fail_fast", Form::Plain, "true"},
};

constexpr StepField foreach[] = {
    {"in", "iterable", Form::Expression, ""}, {"as", "item", Form::Plain, ""},
    {"index", "index", Form::Plain, "null"},  {"max_concurrent", "max_concurrent", Form::Plain, "1"},
    {"steps", "body", Form::Steps, ""},
};

constexpr StepField while_[] = {
    {"condition", "condition", Form::Expression, ""},
    {"max_iterations", "max_iterations", Form::Plain, ""},
    {"steps", "body", Form::Steps, ""},
};

constexpr StepField arm[] = {
    {"when", "when", Form::Expression, ""},
    {"steps", "body", Form::Steps, ""},
};

constexpr StepField match[] = {
    {"subject", "subject", Form::Expression, "null"},
    {"arms", "arms", Form::Records, "", arm},
    {"else", "else_body", Form::Steps, "null"},
};

constexpr StepField catch_[] = {
    {"error", "error", Form::Plain, ""},
    {"as", "binding", Form::Plain, ""},
    {"steps", "body", Form::Steps, ""},
};

constexpr StepField try_[] = {
    {"steps", "body", Form::Steps, ""},
    {"catches", "catches", Form::Records, "[]", catch_},
    {"finally", "finally", Form::Steps, "null"},
};

constexpr StepField with_budget[] = {
    {"max_duration", "limits/max_duration_ms", Form::Duration, "null"},
    {"max_retries", "limits/max_retries", Form::Plain, "null"},
    {"max_tokens", "limits/max_tokens", Form::Plain, "null"},
    {"max_cost", "limits/max_cost", Form::Plain, "null"},
    {"steps", "body", Form::Steps, ""},
};

constexpr StepField response[] = {
    {"option", "option", Form::Plain, ""},
    {"steps", "body", Form::Steps, ""},
};

constexpr StepField checkpoint[] = {
    {"type", "checkpoint_type", Form::Plain, ""},
    {"scope", "hitl_target/scope", Form::Plain, "null"},
    {"queue", "hitl_target/queue", Form::Plain, ""},
    {"prompt", "prompt", Form::Plain, "null"},
    {"payload", "payload", Form::Plain, "null"},
    {"options", "options", Form::Plain, "[]"},
    {"assignee", "assignee", Form::Plain, "null"},
    {"priority", "priority", Form::Plain, "\"normal\""},
    {"timeout", "timeout_ms", Form::Duration, "null"},
    {"on_timeout", "on_timeout", Form::Plain, "\"fail\""},
    {"hitl_spec", "hitl_target/hitl_spec", Form::Plain, "null"},
    {"on_response", "on_response", Form::Records, "[]", response},
};

constexpr StepField core_call[] = {
    {"target", "target", Form::Plain, ""},
    {"flow", "flow_name", Form::Plain, "null"},
    {"input", "input_bindings", Form::Expressions, "{}"},
    {"instance_key", "instance_key", Form::Expression, "null"},
    {"version", "version", Form::Plain, "null"},
    {"timeout", "timeout_ms", Form::Duration, "null"},
    {"is_async", "is_async", Form::Plain, "false"},
    {"idempotency", "idempotency", Form::Plain, "\"key\""},
};

constexpr StepField await_responses[] = {
    {"calls", "calls", Form::Expression, ""},
    {"mode", "mode", Form::Plain, ""},
    {"timeout", "timeout_ms", Form::Duration, "null"},
    {"on_timeout", "on_timeout", Form::Plain, "\"fail\""},
};

/// `plugin_call` and `emit` are statements of a rigid block; `llm_turn` writes guarded blocks too.
constexpr std::array<Keyword, 13> rows = {{
    {"llm_turn", "flexible", llm_turn},
    {"plugin_call", "", plugin_call},
    {"emit", "", emit},
    {"model_call", "model_call", model_call},
    {"parallel", "parallel", parallel},
    {"foreach", "foreach", foreach},
    {"while", "while", while_},
    {"match", "match", match},
    {"try", "try", try_},
    {"with_budget", "budget", with_budget},
    {"checkpoint", "checkpoint", checkpoint},
    {"core_call", "core_call", core_call},
    {"await_responses", "await_responses", await_responses},
}};

constexpr std::array<std::string_view, 4> special_words = {"rigid", "set", "return", "debug"};

}  // namespace

const Keyword* find_keyword(std::string_view keyword) {
  const auto row =
      std::find_if(rows.begin(), rows.end(), [&](const Keyword& r) { return r.keyword == keyword; });
  return row == rows.end() ? nullptr : &*row;
}

const Keyword* find_row(std::string_view block_kind) {
  if (block_kind.empty()) return nullptr;
  if (block_kind == "guarded") return find_keyword("llm_turn");
  const auto row =
      std::find_if(rows.begin(), rows.end(), [&](const Keyword& r) { return r.block_kind == block_kind; });
  return row == rows.end() ? nullptr : &*row;
}

bool is_keyword(std::string_view word) {
  return find_keyword(word) ||
         std::find(special_words.begin(), special_words.end(), word) != special_words.end();
}

}  // namespace scaiflow::manifest
