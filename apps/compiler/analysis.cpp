#include "apps/compiler/analysis.h"

#include "apps/compiler/check_configs.h"
#include "apps/compiler/check_edges.h"
#include "apps/compiler/check_flow.h"
#include "apps/compiler/check_names.h"
#include "apps/compiler/data_edges.h"

namespace scaiflow::compiler {

Analysis analyse(const FlowGraph& graph, diag::Diagnostics& found, const Cancelled& cancelled) {
  const auto is_cancelled = [&] { return cancelled && cancelled(); };
  Analysis analysis;
  analysis.graph = &graph;
  Uses uses(found);
  check_edge_ends(graph, found);
  analysis.control = build_control_graph(graph, found);
  analysis.names = resolve(graph, analysis.control, found, analysis.fixes);
  check_flow(graph, analysis.names, found, uses);
  check_splits(graph, analysis.control, found, uses);
  if (is_cancelled()) return analysis;
  check_configs(graph, analysis.control, analysis.names, found, uses, cancelled);
  if (is_cancelled() || !analysis.control.is_sound) return analysis;
  analysis.placement = find_places(graph, analysis.control, analysis.names.bindings, found);
  if (!analysis.placement.is_sound) return analysis;
  analysis.order = find_order(graph, analysis.control, analysis.placement, found);
  analysis.has_order = true;
  analysis.data_inputs = find_data_inputs(graph, analysis.names);
  analysis.sandboxes =
      find_sandboxes(graph, analysis.names, analysis.order, analysis.placement, analysis.fixes);
  check_concurrent_sets(graph, analysis.placement, found);
  if (!is_cancelled()) check_names(analysis, uses, found, cancelled);
  return analysis;
}

}  // namespace scaiflow::compiler
