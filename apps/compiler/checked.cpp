#include "apps/compiler/checked.h"

namespace scaiflow::compiler {

Checked check(flow::ParseResult parsed, const Cancelled& cancelled) {
  Checked checked;
  checked.found = std::move(parsed.diagnostics);
  if (!parsed.graph) return checked;
  checked.graph = std::make_unique<const FlowGraph>(std::move(*parsed.graph));
  checked.analysis = analyse(*checked.graph, checked.found, cancelled);
  checked.is_cancelled = cancelled && cancelled();
  return checked;
}

diag::Diagnostics diagnostics_of(const Checked& checked) {
  diag::Diagnostics found = checked.found;
  flow::arrange(found);
  return found;
}

}  // namespace scaiflow::compiler
