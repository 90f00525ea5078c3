#pragma once

#include "apps/compiler/analysis.h"
#include "apps/compiler/uses.h"

namespace scaiflow::compiler {

/// What the checks of one node share.
struct ConfigCheck {
  const FlowGraph& graph;
  const Names& names;
  NodeIndex index;
  const Node& node;
  diag::Diagnostics& found;
  Uses& uses;

  void report(diag::Code code, std::string_view field, std::initializer_list<std::string_view> args) const;
  /// F202: `<field> must be <what>`.
  void must_be(std::string_view field, std::string_view what) const;
  UseSpot spot(std::string_view field) const;
};

/// Compares the config of a node with its kind (02): F123, F201 to F232, F401, F403 to F405, F410 (form
/// fields), and the expressions in it (F301 to F311). It looks at nothing but the node, the names and the
/// head of the flow.
Checks check_config(const FlowGraph& graph, const Names& names, NodeIndex node);

/// The rules of the kind table for one node (check_fields.cpp).
void check_fields(const ConfigCheck& check);
/// What only the kind itself knows (check_kinds.cpp).
void check_kind(const ConfigCheck& check);

/// `on_failure` (check_policy.cpp).
void check_policy(const ConfigCheck& check, const flow::FieldSpec& field, const Json& value);
/// The sections of a review form (check_sections.cpp).
void check_sections(const ConfigCheck& check, const Json& value);

}  // namespace scaiflow::compiler
