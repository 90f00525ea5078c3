#include <iterator>

#include "apps/compiler/lower/lower.h"

namespace scaiflow::compiler {
namespace {

ir::Priority priority_of(const Node& node) {
  const std::string text = text_field(node, "priority");
  for (std::size_t i = 0; i < std::size(ir::Priority_names); ++i) {
    if (ir::Priority_names[i] == text) return static_cast<ir::Priority>(i);
  }
  return ir::Priority::Normal;
}

Json value_or_null(const Node& node, std::string_view field) {
  const Json* value = field_value(node, field);
  return value ? *value : Json();
}

/// A text that is no template, as a template.
std::string escaped(const std::string& text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const bool opens = text.compare(at, 2, "{{") == 0;
    out += opens ? "\\{{" : text.substr(at, 1);
    at += opens ? 2 : 1;
  }
  return out;
}

/// What the three kinds that wait for a person share.
ir::CheckpointBlock checkpoint_of(const Node& node) {
  ir::CheckpointBlock checkpoint;
  checkpoint.prompt = value_or_null(node, "prompt");
  checkpoint.options = options_of(node);
  checkpoint.assignee = value_or_null(node, "assignee");
  checkpoint.priority = priority_of(node);
  checkpoint.timeout_ms = optional_ms(node, "timeout");
  checkpoint.on_timeout = text_field(node, "on_timeout");
  return checkpoint;
}

Json hitl_spec_of(const Node& node, const ir::CheckpointBlock& checkpoint) {
  Json spec = Json::object({{"sections", field_or_default(node, "sections")}});
  if (!checkpoint.assignee.is_null()) spec.set("assignee", checkpoint.assignee);
  if (const Json* labels = field_value(node, "labels")) spec.set("labels", *labels);
  if (checkpoint.timeout_ms) spec.set("timeout_s", (*checkpoint.timeout_ms + 999) / 1000);
  return spec;
}

}  // namespace

ir::Block lower_checkpoint(LowerInput& input) {
  ir::Block block = node_block(input);
  ir::CheckpointBlock checkpoint = checkpoint_of(input.node);
  checkpoint.checkpoint_type = text_field(input.node, "type");
  checkpoint.payload = value_or_null(input.node, "payload");
  block.detail = std::move(checkpoint);
  return block;
}

ir::Block lower_hitl_decision(LowerInput& input) { return lower_checkpoint(input); }

ir::Block lower_hitl_review(LowerInput& input) {
  const Node& node = input.node;
  ir::Block block = node_block(input);
  ir::CheckpointBlock checkpoint = checkpoint_of(node);
  checkpoint.checkpoint_type = "hitl_review";
  if (checkpoint.prompt.is_null()) checkpoint.prompt = escaped(node.label);
  checkpoint.hitl_target =
      ir::HitlTarget{scope_of(input), field_or_default(node, "queue"), hitl_spec_of(node, checkpoint)};
  block.detail = std::move(checkpoint);
  return block;
}

}  // namespace scaiflow::compiler
