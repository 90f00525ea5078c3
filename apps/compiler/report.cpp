#include "apps/compiler/report.h"

namespace scaiflow::compiler {

diag::Diagnostic verifier_error(diag::Diagnostic diagnostic) {
  diagnostic.message.insert(0, "verifier error: ");
  return diagnostic;
}

diag::Diagnostic too_deep(const flow::FlowGraph& graph, flow::NodeIndex node) {
  return verifier_error(diag::make(diag::Code::E419, {graph.nodes[node].id}, place_of(graph, node)));
}

}  // namespace scaiflow::compiler
