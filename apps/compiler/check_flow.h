#pragma once

#include "apps/compiler/resolve.h"
#include "apps/compiler/uses.h"

namespace scaiflow::compiler {

/// What concerns the flow as a whole: models, plugins, queues, variables, tests, identity and the output
/// (F301 to F311, F402, F407, F408, F410 to F413, F501 to F503).
void check_flow(const FlowGraph& graph, const Names& names, diag::Diagnostics& found, Uses& uses);

}  // namespace scaiflow::compiler
