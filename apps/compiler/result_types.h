#pragma once

#include <optional>
#include <vector>

#include "apps/compiler/resolve.h"
#include "libs/expr/type.h"

namespace scaiflow::compiler {

/// What is known of a node's result (03 §8).
struct ResultType {
  std::optional<expr::Type> type;  ///< absent: open, not checked
  bool is_certain = false;         ///< the value can have no other members, so it proves names unknown (F307)
  friend bool operator==(const ResultType&, const ResultType&) = default;
};

/// The results of the reached nodes, by node.
std::vector<ResultType> find_result_types(const FlowGraph& graph, const ControlGraph& control);

}  // namespace scaiflow::compiler
