#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "apps/compiler/control_graph.h"
#include "libs/expr/type.h"

namespace scaiflow::compiler {

struct VariableInfo {
  std::string name;
  std::optional<expr::Type> type;
  bool is_persistent = false;
  friend bool operator==(const VariableInfo&, const VariableInfo&) = default;
};

struct ParamInfo {
  std::string name;
  expr::Type type;
  friend bool operator==(const ParamInfo&, const ParamInfo&) = default;
};

/// The names of a flow (06 §1, stage 3). Parked nodes take no part.
struct Names {
  std::vector<std::string> bindings;  ///< per node; of entries and kinds without result too
  std::unordered_map<std::string, NodeIndex> by_binding;  ///< nodes that bind a result, and entries
  std::vector<VariableInfo> variables;
  std::unordered_map<std::string, std::uint32_t> by_variable;
  std::vector<ParamInfo> params;  ///< empty: the input is open (04 §2.5)
  std::unordered_map<std::string, std::uint32_t> by_param;
  expr::NamedTypes types;
  std::vector<std::string> roles;          ///< first one is the default
  std::vector<std::string> added_plugins;  ///< used but not declared, in order of first use
  std::string default_scope;               ///< `config.scaiqueue.scope`; empty: none
  bool adds_bunker = false;                ///< a compute node, but no `config.bunker`

  const VariableInfo* variable(std::string_view name) const;
  const ParamInfo* param(std::string_view name) const;
  friend bool operator==(const Names&, const Names&) = default;
};

/// False for the one kind that has no result (02 §6).
bool has_result(KindId kind);

/// The role an LLM node uses: its own, or the first of the flow.
std::string role_of(const Names& names, const Node& node);

/// Resolves and reports F122, F123 (bindings), F231 (variables, types); lists the fixes of 06 §4 except that
/// for the nearest sandbox, which needs the order.
Names resolve(const FlowGraph& graph, const ControlGraph& control, diag::Diagnostics& found,
              std::vector<std::string>& fixes);

}  // namespace scaiflow::compiler
