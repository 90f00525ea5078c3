#include "apps/compiler/lower/lower.h"

#include <cassert>

namespace scaiflow::compiler {
namespace {

ir::Block lower_block(LowerInput& input) {
  switch (input.node.kind) {
    case KindId::LlmRigid: return lower_llm_rigid(input);
    case KindId::LlmGuarded: return lower_llm_guarded(input);
    case KindId::LlmFlexible: return lower_llm_flexible(input);
    case KindId::LogicDecision: return lower_logic_decision(input);
    case KindId::LogicLoop: return lower_logic_loop(input);
    case KindId::LogicParallel: return lower_logic_parallel(input);
    case KindId::ToolPlugin: return lower_tool_plugin(input);
    case KindId::DataVariableSet: return lower_data_variable_set(input);
    case KindId::Checkpoint: return lower_checkpoint(input);
    case KindId::HitlDecision: return lower_hitl_decision(input);
    case KindId::HitlReview: return lower_hitl_review(input);
    case KindId::QueueEscalation: return lower_queue_escalation(input);
    case KindId::SubflowCall: return lower_subflow_call(input);
    case KindId::ToolHttp:
    case KindId::QueuePublish:
    case KindId::QueueConsume:
    case KindId::ComputeProvision:
    case KindId::ComputeExec:
    case KindId::ComputeFileUpload:
    case KindId::ComputeFileDownload:
    case KindId::ComputeDestroy: return lower_call(input);
    case KindId::EntryApi:
    case KindId::EntryWebhook:
    case KindId::EntrySchedule: break;
  }
  assert(false && "entries have no block");
  return {};
}

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
