#pragma once

#include <string_view>

#include "libs/diag/diag.h"
#include "libs/flow/document.h"

namespace scaiflow::compiler {

/// A verifier message as users see it (06 §7).
diag::Diagnostic verifier_error(diag::Diagnostic diagnostic);

/// E419 for a node.
diag::Diagnostic too_deep(const flow::FlowGraph& graph, flow::NodeIndex node);

}  // namespace scaiflow::compiler
