#include "apps/compiler/data_edges.h"

#include <algorithm>

#include "libs/flow/names.h"
#include "libs/flow/values.h"

namespace scaiflow::compiler {
namespace {

bool takes_data(KindId kind) {
  return kind == KindId::LlmGuarded || kind == KindId::LlmFlexible || kind == KindId::SubflowCall;
}

std::string name_of_port(const flow::Port& port) {
  return flow::is_free_identifier(port.label) ? port.label : flow::identifier_from(port.id);
}

DataInput data_input(const FlowGraph& graph, const Names& names, const flow::Edge& edge) {
  const Node& source = graph.nodes[edge.source.node];
  const std::string& binding = names.bindings[edge.source.node];
  const flow::Port& port = graph.nodes[edge.target.node].inputs[edge.target.port];
  DataInput input;
  input.name = port.id == "in" ? binding : name_of_port(port);
  input.value = source.spec().is_entry ? "trigger" : binding;
  return input;
}

/// The provision nodes of each body, by their position in it.
class Provisions {
 public:
  Provisions(const FlowGraph& graph, const Order& order, const Placement& placement)
      : order_(order), placement_(placement), by_place_(placement.places.size()) {
    for (PlaceId place = 0; place < placement.places.size(); ++place) {
      const std::vector<Item>& body = order.bodies[place];
      for (std::uint32_t i = 0; i < body.size(); ++i) {
        const bool is_node = body[i].kind == ItemKind::Node;
        if (is_node && graph.nodes[body[i].node].kind == KindId::ComputeProvision) {
          by_place_[place].emplace_back(i, body[i].node);
        }
      }
    }
  }

  /// Looks outwards from the node: the last one before it in its body, else before what holds it.
  NodeIndex nearest_before(NodeIndex node) const {
    Point point = order_.points[node];
    for (;;) {
      const NodeIndex found = last_before(point);
      if (found != no_index || point.place == flow_body) return found;
      point = {placement_.places[point.place].parent, order_.steps[point.place]};
    }
  }

 private:
  NodeIndex last_before(const Point& point) const {
    const auto& list = by_place_[point.place];
    // A step on a later part of the same item comes behind the item's own block.
    const std::uint32_t end = point.step.position + (point.step.part == Part::Block ? 0 : 1);
    const auto after =
        std::lower_bound(list.begin(), list.end(), std::pair<std::uint32_t, NodeIndex>{end, 0});
    return after == list.begin() ? no_index : std::prev(after)->second;
  }

  const Order& order_;
  const Placement& placement_;
  std::vector<std::vector<std::pair<std::uint32_t, NodeIndex>>> by_place_;
};

bool is_in_concurrency(const FlowGraph& graph, const Placement& placement, NodeIndex node) {
  PlaceId place = placement.node_places[node];
  for (; place != flow_body; place = placement.places[place].parent) {
    const Split& split = placement.split_at(place);
    if (split.kind == SplitKind::Parallel) return true;
    if (split.kind == SplitKind::Loop && is_concurrent_foreach(graph.nodes[split.node])) return true;
  }
  return false;
}

}  // namespace

std::vector<std::vector<DataInput>> find_data_inputs(const FlowGraph& graph, const Names& names) {
  std::vector<std::vector<DataInput>> inputs(graph.nodes.size());
  for (const flow::Edge& edge : graph.edges) {
    if (edge.type != flow::EdgeType::Data || !edge.is_connected()) continue;
    if (!takes_data(graph.nodes[edge.target.node].kind)) continue;
    if (!has_result(graph.nodes[edge.source.node].kind)) continue;
    inputs[edge.target.node].push_back(data_input(graph, names, edge));
  }
  return inputs;
}

std::vector<std::string> find_sandboxes(const FlowGraph& graph, const Names& names, const Order& order,
                                        const Placement& placement, std::vector<std::string>& fixes) {
  std::vector<std::string> sandboxes(graph.nodes.size());
  const Provisions provisions(graph, order, placement);
  for (NodeIndex n = 0; n < graph.nodes.size(); ++n) {
    const Node& node = graph.nodes[n];
    if (!node.spec().field("bunker") || field_value(node, "bunker")) continue;
    if (placement.node_places[n] == no_index) continue;
    const NodeIndex provision = provisions.nearest_before(n);
    if (provision == no_index) continue;
    sandboxes[n] = names.bindings[provision];
    fixes.push_back("node '" + node.id + "': uses the bunker of '" + sandboxes[n] + "'");
  }
  return sandboxes;
}

std::vector<std::string> variables_set_by(const Node& node) {
  std::vector<std::string> variables;
  if (const Json* assignments = field_value(node, "assignments"); assignments && assignments->is_object()) {
    for (const auto& [name, value] : assignments->as_object()) variables.push_back(name);
  }
  if (const std::string variable = text_field(node, "variable"); !variable.empty()) {
    variables.insert(variables.begin(), variable);
  }
  return variables;
}

void check_concurrent_sets(const FlowGraph& graph, const Placement& placement, diag::Diagnostics& found) {
  for (NodeIndex n = 0; n < graph.nodes.size(); ++n) {
    const Node& node = graph.nodes[n];
    if (node.kind != KindId::DataVariableSet || placement.node_places[n] == no_index) continue;
    if (!is_in_concurrency(graph, placement, n)) continue;
    for (const std::string& variable : variables_set_by(node)) {
      found.push_back(
          diag::make(diag::Code::F220, {node.id, flow::shown(Json(variable))}, place_of(graph, n)));
    }
  }
}

}  // namespace scaiflow::compiler
