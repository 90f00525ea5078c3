#pragma once

#include "apps/compiler/analysis.h"

namespace scaiflow::compiler {

/// The bindings that data edges make (06 §5.8), per target node, in edge order.
std::vector<std::vector<DataInput>> find_data_inputs(const FlowGraph& graph, const Names& names);

/// For each compute node without `bunker`: the binding of the last sandbox that surely is provided before
/// (02 §9). Empty elsewhere. Each gives a line of `fixes`.
std::vector<std::string> find_sandboxes(const FlowGraph& graph, const Names& names, const Order& order,
                                        const Placement& placement, std::vector<std::string>& fixes);

/// F220: variables set inside a parallel branch or a concurrent foreach.
void check_concurrent_sets(const FlowGraph& graph, const Placement& placement, diag::Diagnostics& found);

/// The variables a data_variable_set node sets, in order.
std::vector<std::string> variables_set_by(const Node& node);

}  // namespace scaiflow::compiler
