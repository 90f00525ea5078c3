#pragma once

#include "apps/compiler/control_graph.h"
#include "apps/compiler/placement.h"
#include "apps/compiler/uses.h"

namespace scaiflow::compiler {

/// Ends of edges and the need for an entry: F101 to F107, F111. Runs before the control graph.
void check_edge_ends(const FlowGraph& graph, diag::Diagnostics& found);

/// What needs the control graph: F107 on branch and body edges, F110, F114 to F117, F125, F126, the limits
/// on arms and branches (F009), and the conditions themselves (F301 to F311).
void check_splits(const FlowGraph& graph, const ControlGraph& control, diag::Diagnostics& found, Uses& uses);

}  // namespace scaiflow::compiler
