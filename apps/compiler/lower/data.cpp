#include "apps/compiler/lower/lower.h"

namespace scaiflow::compiler {
namespace {

ir::Statement set_statement(const Names& names, const std::string& variable, const Json& value) {
  const VariableInfo* info = names.variable(variable);
  if (info && info->is_persistent) {
    return {ir::MemorySetStatement{variable, std::nullopt, expression_text(value)}};
  }
  return {ir::AssignStatement{variable, expression_text(value)}};
}

}  // namespace

ir::Block lower_data_variable_set(LowerInput& input) {
  ir::Block block = node_block(input);
  block.result_binding = std::nullopt;
  ir::RigidBlock rigid;
  const std::string variable = text_field(input.node, "variable");
  if (const Json* value = field_value(input.node, "value"); value && !variable.empty()) {
    rigid.statements.push_back(set_statement(input.names, variable, *value));
  }
  if (const Json* assignments = field_value(input.node, "assignments")) {
    for (const auto& [name, value] : assignments->as_object()) {
      rigid.statements.push_back(set_statement(input.names, name, value));
    }
  }
  block.detail = std::move(rigid);
  return block;
}

}  // namespace scaiflow::compiler
