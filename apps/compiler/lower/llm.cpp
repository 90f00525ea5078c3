#include "apps/compiler/lower/lower.h"
#include "apps/compiler/policy.h"
#include "libs/expr/expr.h"
#include "libs/expr/type.h"

namespace scaiflow::compiler {
namespace {

Json output_type_of(const Node& node) {
  const Json* schema = field_value(node, "output_schema");
  if (!schema) return {};
  const auto type = expr::Type::from_output_schema(*schema);
  return type && *type ? (*type)->to_json() : Json();
}

std::vector<std::string> texts(const Json& list) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < list.size(); ++i) out.push_back(list.at(i).as_string());
  return out;
}

std::optional<ir::Constraints> constraints_of(const Node& node) {
  const Json* value = field_value(node, "constraints");
  if (!value) return std::nullopt;
  ir::Constraints out;
  if (value->is_string()) {
    out.text = value->as_string();
    return out;
  }
  out.never = texts((*value)["never"]);
  out.always = texts((*value)["always"]);
  out.prefer = texts((*value)["prefer"]);
  out.inherit = value->bool_or("inherit", true);
  return out;
}

std::vector<ir::Example> examples_of(const Node& node) {
  std::vector<ir::Example> out;
  const Json* value = field_value(node, "examples");
  for (std::size_t i = 0; value && i < value->size(); ++i) {
    out.push_back({value->at(i)["input"], value->at(i)["output"]});
  }
  return out;
}

ir::FailureAction action_of(const Json& value) {
  ir::FailureAction out;
  if (value.is_string()) {
    out.action = value.as_string();
    return out;
  }
  out.action = value["action"].as_string();
  if (value["max"].is_int()) out.max = value["max"].as_int();
  if (value["with"].is_string()) out.with = value["with"].as_string();
  return out;
}

std::optional<ir::OnFailure> on_failure_of(const Node& node) {
  const Json* policy = field_value(node, "on_failure");
  if (!policy) return std::nullopt;
  ir::OnFailure out;
  for (const std::string_view cause : failure_causes) {
    const Json* actions = policy->find(cause);
    if (!actions) continue;
    auto& list = out.emplace_back(std::string(cause), std::vector<ir::FailureAction>()).second;
    if (actions->is_array()) {
      for (const Json& action : actions->as_array()) list.push_back(action_of(action));
    } else {
      list.push_back(action_of(*actions));
    }
  }
  return out.empty() ? std::nullopt : std::optional(std::move(out));
}

bool has_placeholder(const Json& value) { return expr::TemplateValue::parse(value).value.has_placeholder(); }

/// What flexible and guarded blocks have in common (02 §3.2, §3.3).
template <class Detail>
void fill(Detail& out, const LowerInput& input) {
  const Node& node = input.node;
  out.goal = field_or_default(node, "goal");
  out.output_type = output_type_of(node);
  out.llm_role = role_of(input.names, node);
  out.input_bindings = input_bindings_of(input);
  out.context_bindings = expression_map(node, "context_bindings");
  if (const Json* guidance = field_value(node, "guidance")) out.guidance = *guidance;
  out.constraints = constraints_of(node);
  out.examples = examples_of(node);
  out.on_failure = on_failure_of(node);
  if (const Json* budget = field_value(node, "budget")) out.budget = budget_of(*budget);
  const bool has_data = !out.input_bindings.empty() || !out.context_bindings.empty();
  if (!has_data && !has_placeholder(out.goal) && !has_placeholder(out.guidance)) {
    out.input_bindings.emplace_back("input", "input");
  }
}

std::optional<ir::Body> replacement_of(const Node& node) {
  const Json* value = field_value(node, "on_validation_failure");
  if (!value) return std::nullopt;
  ir::Block block = derived_block(node.id + "#ovf");
  ir::RigidBlock rigid;
  rigid.statements.push_back({ir::ExpressionStatement{expr::to_expression_text(*value)}});
  block.detail = std::move(rigid);
  ir::Body body;
  body.push_back(std::move(block));
  return body;
}

}  // namespace

ir::Block lower_llm_rigid(LowerInput& input) {
  const Json text = field_or_default(input.node, "template");
  ir::Block block = node_block(input);
  ir::RigidBlock rigid;
  std::string expression = has_placeholder(text) ? text.as_string() : expr::to_expression_text(text);
  rigid.statements.push_back({ir::ExpressionStatement{std::move(expression)}});
  block.detail = std::move(rigid);
  return block;
}

ir::Block lower_llm_guarded(LowerInput& input) {
  ir::Block block = node_block(input);
  ir::GuardedBlock guarded;
  fill(guarded, input);
  guarded.guard = optional_expression(input.node, "guard");
  guarded.validate = optional_expression(input.node, "validate");
  guarded.on_validation_failure = replacement_of(input.node);
  block.detail = std::move(guarded);
  return block;
}

ir::Block lower_llm_flexible(LowerInput& input) {
  ir::Block block = node_block(input);
  ir::FlexibleBlock flexible;
  fill(flexible, input);
  flexible.identity_ref = input.node.config.bool_or("identity_ref", false);
  block.detail = std::move(flexible);
  return block;
}

}  // namespace scaiflow::compiler
