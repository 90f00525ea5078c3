#pragma once

#include "apps/compiler/cancel.h"
#include "apps/compiler/resolve.h"
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

/// Compares the configs of all reached nodes with their kinds (02): F123, F201 to F232, F401, F403 to F405,
/// F410 (form fields), and the expressions in them (F301 to F311).
void check_configs(const FlowGraph& graph, const ControlGraph& control, const Names& names,
                   diag::Diagnostics& found, Uses& uses, const Cancelled& cancelled);

/// The rules of the kind table for one node (check_fields.cpp).
void check_fields(const ConfigCheck& check);
/// What only the kind itself knows (check_kinds.cpp).
void check_kind(const ConfigCheck& check);

/// `on_failure` (check_policy.cpp).
void check_policy(const ConfigCheck& check, const flow::FieldSpec& field, const Json& value);
/// The sections of a review form (check_sections.cpp).
void check_sections(const ConfigCheck& check, const Json& value);

}  // namespace scaiflow::compiler
