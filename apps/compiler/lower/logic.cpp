#include "apps/compiler/lower/lower.h"

namespace scaiflow::compiler {

ir::Block lower_logic_decision(LowerInput& input) {
  ir::Block block = node_block(input);
  ir::MatchBlock match;
  if (is_match_style(input.node)) match.subject = optional_expression(input.node, "subject");
  for (LoweredArm& arm : input.arms) match.arms.push_back({std::move(arm.label), std::move(arm.body)});
  match.else_body = std::move(input.fallback);
  block.detail = std::move(match);
  return block;
}

ir::Block lower_logic_loop(LowerInput& input) {
  ir::Block block = node_block(input);
  const Node& node = input.node;
  if (is_while(node)) {
    ir::WhileBlock loop;
    loop.condition = optional_expression(node, "condition").value_or("");
    loop.max_iterations = node.config.int_or("max_iterations", 0);
    loop.body = std::move(input.body);
    block.detail = std::move(loop);
    return block;
  }
  ir::ForeachBlock loop;
  loop.item = text_field(node, "item_name");
  loop.index = optional_text(node, "index_name");
  loop.iterable = optional_expression(node, "collection").value_or("");
  loop.body = std::move(input.body);
  loop.max_concurrent = field_or_default(node, "max_concurrent").as_int();
  block.detail = std::move(loop);
  return block;
}

ir::Block lower_logic_parallel(LowerInput& input) {
  ir::Block block = node_block(input);
  ir::ParallelBlock parallel;
  for (LoweredArm& arm : input.arms) parallel.branches.push_back({std::move(arm.label), std::move(arm.body)});
  if (const Json* most = field_value(input.node, "max_concurrent")) parallel.max_concurrent = most->as_int();
  parallel.fail_fast = input.node.config.bool_or("fail_fast", true);
  block.detail = std::move(parallel);
  return block;
}

}  // namespace scaiflow::compiler
