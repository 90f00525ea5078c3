#include "apps/compiler/lower/lower.h"

namespace scaiflow::compiler {
namespace {

/// Effect kinds carry their budget around them; LLM kinds in themselves (02 §1).
ir::Block with_budget(const Node& node, ir::Block block) {
  const Json* limits = node.spec().is_effect ? field_value(node, "budget") : nullptr;
  const std::optional<ir::Budget> budget = limits ? budget_of(*limits) : std::nullopt;
  if (!budget) return block;
  ir::Block wrapper = derived_block(node.id + "#budget");
  ir::BudgetBlock detail;
  detail.limits = *budget;
  detail.body.push_back(std::move(block));
  wrapper.detail = std::move(detail);
  return wrapper;
}

}  // namespace

ir::Block lower_node(LowerInput input) { return with_budget(input.node, lower_block(input)); }

}  // namespace scaiflow::compiler
