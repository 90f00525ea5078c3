#include <unordered_set>

#include "apps/compiler/lower/lower.h"
#include "libs/expr/expr.h"
#include "libs/flow/values.h"

namespace scaiflow::compiler {

ir::Block node_block(const LowerInput& input) {
  ir::Block block;
  block.id = input.node.id;
  block.result_binding = input.binding;
  block.source_location.node_id = input.node.id;
  return block;
}

ir::Block derived_block(std::string id) {
  ir::Block block;
  block.id = std::move(id);
  return block;
}

ir::Block breakpoint_block(const Node& node) {
  ir::Block block = derived_block(node.id + "#bp");
  block.source_location.node_id = node.id;
  ir::CheckpointBlock checkpoint;
  checkpoint.checkpoint_type = "debug_breakpoint";
  checkpoint.options = {"continue"};
  block.detail = std::move(checkpoint);
  return block;
}

std::string expression_text(const Json& value) {
  return value.is_string() ? value.as_string() : expr::to_literal_text(value);
}

std::optional<std::string> optional_expression(const Node& node, std::string_view field) {
  const Json* value = field_value(node, field);
  return value ? std::optional(expression_text(*value)) : std::nullopt;
}

std::optional<std::int64_t> optional_ms(const Node& node, std::string_view field) {
  const Json* value = field_value(node, field);
  return value ? flow::duration_of(*value) : std::nullopt;
}

std::optional<std::string> optional_text(const Node& node, std::string_view field) {
  std::string text = text_field(node, field);
  return text.empty() ? std::nullopt : std::optional(std::move(text));
}

ir::TextMap expression_map(const Node& node, std::string_view field) {
  ir::TextMap out;
  const Json* value = field_value(node, field);
  if (!value || !value->is_object()) return out;
  for (const auto& [key, expression] : value->as_object()) out.emplace_back(key, expression_text(expression));
  return out;
}

ir::Idempotency idempotency_of(const Node& node) {
  return node.config.bool_or("at_most_once", false) ? ir::Idempotency::AtMostOnce : ir::Idempotency::Key;
}

std::optional<ir::Budget> budget_of(const Json& limits) {
  ir::Budget budget;
  if (const Json& duration = limits["max_duration"]; !duration.is_null()) {
    budget.max_duration_ms = flow::duration_of(duration);
  }
  if (limits["max_retries"].is_int()) budget.max_retries = limits["max_retries"].as_int();
  if (limits["max_tokens"].is_int()) budget.max_tokens = limits["max_tokens"].as_int();
  if (limits["max_cost"].is_number()) budget.max_cost = limits["max_cost"].as_double();
  const bool is_empty =
      !budget.max_duration_ms && !budget.max_retries && !budget.max_tokens && !budget.max_cost;
  return is_empty ? std::nullopt : std::optional(budget);
}

std::string scope_of(const LowerInput& input) {
  const std::string scope = text_field(input.node, "scope");
  return scope.empty() ? input.names.default_scope : scope;
}

ir::TextMap input_bindings_of(const LowerInput& input) {
  ir::TextMap bindings = expression_map(input.node, "input_bindings");
  std::unordered_set<std::string> given;
  for (const auto& [name, value] : bindings) given.insert(name);
  for (const DataInput& data : input.data_inputs) {
    if (given.insert(data.name).second) bindings.emplace_back(data.name, data.value);
  }
  return bindings;
}

}  // namespace scaiflow::compiler
