#pragma once

#include <optional>
#include <string>
#include <vector>

#include "apps/compiler/analysis.h"
#include "generated/cpp/kind_lowering.h"
#include "libs/ir/ir.h"

namespace scaiflow::compiler {

/// One lowered arm of a decision (`label` is its condition or pattern) or branch of a parallel (its port).
struct LoweredArm {
  std::string label;
  ir::Body body;
};

/// All that lowering a node may know beside its own config.
struct LowerInput {
  const Node& node;
  const Names& names;  ///< default role, default scope, persistent variables
  std::string binding;
  std::string sandbox;  ///< binding whose `bunker_id` is meant; empty: none
  std::vector<DataInput> data_inputs;
  std::vector<LoweredArm> arms;      ///< of a decision or parallel
  std::optional<ir::Body> fallback;  ///< of a decision
  ir::Body body;                     ///< of a loop
};

/// The block of a node, as chapter 02 says, with its `budget` wrapper where it has one. The config must be
/// free of errors. Entries have no block.
ir::Block lower_node(LowerInput input);

/// Empty block of a node or, for derived ids, of none (04 §3.15).
ir::Block node_block(const LowerInput& input);
ir::Block derived_block(std::string id);
/// What stands before a node with `breakpoint` (02 §1).
ir::Block breakpoint_block(const Node& node);

/// "call P.M(args)" from the kind table (02 §1).
ir::Block lower_call(const LowerInput& input);

/// A rigid block with one plugin call.
ir::Block call_block(const LowerInput& input, std::string plugin, std::string method, ir::JsonMap args);

/// A class E value as IR text: texts as they are, literals as the text of their JSON (03 §6.6).
std::string expression_text(const Json& value);
std::optional<std::string> optional_expression(const Node& node, std::string_view field);
std::optional<std::int64_t> optional_ms(const Node& node, std::string_view field);
std::optional<std::string> optional_text(const Node& node, std::string_view field);
ir::TextMap expression_map(const Node& node, std::string_view field);
ir::Idempotency idempotency_of(const Node& node);
/// `budget` and execution limits; nullopt when no member is set.
std::optional<ir::Budget> budget_of(const Json& limits);
/// The queue scope: the node's own, or the flow's.
std::string scope_of(const LowerInput& input);
/// The given `input_bindings`, then those of data edges under names that are not given.
ir::TextMap input_bindings_of(const LowerInput& input);

}  // namespace scaiflow::compiler
