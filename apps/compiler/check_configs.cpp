#include "apps/compiler/check_configs.h"

namespace scaiflow::compiler {

void ConfigCheck::report(diag::Code code, std::string_view field,
                         std::initializer_list<std::string_view> args) const {
  found.push_back(diag::make(code, args, place_of(graph, index, field)));
}

void ConfigCheck::must_be(std::string_view field, std::string_view what) const {
  report(diag::Code::F202, field, {node.id, field, what});
}

UseSpot ConfigCheck::spot(std::string_view field) const { return field_spot(graph, index, field); }

void check_configs(const FlowGraph& graph, const ControlGraph& control, const Names& names,
                   diag::Diagnostics& found, Uses& uses, const Cancelled& cancelled) {
  for (NodeIndex n = 0; n < graph.nodes.size(); ++n) {
    if (n % cancel_interval == 0 && cancelled && cancelled()) return;
    if (!control.is_reachable[n]) continue;
    const ConfigCheck check{graph, names, n, graph.nodes[n], found, uses};
    check_fields(check);
    check_kind(check);
  }
}

}  // namespace scaiflow::compiler
