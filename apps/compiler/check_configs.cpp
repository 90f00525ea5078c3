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

Checks check_config(const FlowGraph& graph, const Names& names, NodeIndex node) {
  Checks checks;
  Uses uses(checks.form);
  const ConfigCheck check{graph, names, node, graph.nodes[node], checks.form, uses};
  check_fields(check);
  check_kind(check);
  checks.uses = uses.take();
  return checks;
}

}  // namespace scaiflow::compiler
