#include "apps/compiler/lower/lower.h"

/// The one hand-written function of a kind that says `custom`: step 4 of docs/adding-a-kind.md.
namespace scaiflow::compiler {

ir::Block lower_data_upper(LowerInput& input) {
  ir::Block block = node_block(input);
  ir::RigidBlock rigid;
  const std::string text = optional_expression(input.node, "text").value_or("\"\"");
  rigid.statements.push_back({ir::ExpressionStatement{"(" + text + ").upper()"}});
  block.detail = std::move(rigid);
  return block;
}

}  // namespace scaiflow::compiler
