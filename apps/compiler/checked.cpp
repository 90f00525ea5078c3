#include "apps/compiler/checked.h"

#include <algorithm>
#include <utility>

namespace scaiflow::compiler {
namespace {

bool have_same_ports(const std::vector<flow::Port>& a, const std::vector<flow::Port>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const flow::Port& x, const flow::Port& y) {
    return x.id == y.id && x.label == y.label;
  });
}

/// The rest of the graph takes both alike.
bool have_same_form(const Node& a, const Node& b) {
  return a.id == b.id && a.kind == b.kind && have_same_ports(a.inputs, b.inputs) &&
         have_same_ports(a.outputs, b.outputs);
}

/// True when one is the other with other words in its templates.
bool differ_in_texts(const Node& a, const Node& b) {
  const JsonObject &before = a.config.as_object(), &after = b.config.as_object();
  const auto is_text = [&](const JsonMember& member) {
    const Json* former = before.find(member.first);
    if (!former) return false;
    if (*former == member.second) return true;
    const flow::FieldSpec* field = a.spec().field(member.first);
    return field && field->type == flow::FieldClass::Template && former->is_string() &&
           member.second.is_string();
  };
  return a.label == b.label && before.size() == after.size() &&
         std::all_of(after.begin(), after.end(), is_text);
}

/// `part` holds the nodes at `changed` as they are now.
Difference difference_of(const FlowGraph& graph, const FlowGraph& part, std::span<const NodeIndex> changed) {
  for (std::size_t i = 0; i < changed.size(); ++i) {
    if (!differ_in_texts(graph.nodes[changed[i]], part.nodes[i])) return Difference::Any;
  }
  return Difference::Texts;
}

bool is_about_nodes(const diag::Diagnostic& diagnostic) {
  return diagnostic.node_id || (diagnostic.path && diagnostic.path->starts_with("nodes"));
}

/// The nodes at `changed` as a flow of their own, for stages 1 and 2.
Json only(const Json& document, std::span<const NodeIndex> changed) {
  JsonArray nodes;
  for (const NodeIndex n : changed) nodes.push_back(document["nodes"].at(n));
  Json part = document;
  part.set("nodes", Json(std::move(nodes)));
  return part.set("edges", Json::array());
}

void replace_nodes(FlowGraph& graph, FlowGraph part, std::span<const NodeIndex> changed) {
  JsonArray nodes = graph.document["nodes"].as_array();
  for (std::size_t i = 0; i < changed.size(); ++i) {
    nodes[changed[i]] = part.document["nodes"].at(i);
    graph.nodes[changed[i]] = std::move(part.nodes[i]);
  }
  graph.document.set("nodes", Json(std::move(nodes)));
}

}  // namespace

Checked check(flow::ParseResult parsed, const Cancelled& cancelled) {
  Checked checked;
  checked.parsed = std::move(parsed.diagnostics);
  checked.found = checked.parsed;
  if (!parsed.graph) return checked;
  checked.graph = std::make_unique<FlowGraph>(std::move(*parsed.graph));
  checked.analysis = analyse(*checked.graph, checked.found, cancelled);
  checked.is_cancelled = checked.analysis.is_cancelled || (cancelled && cancelled());
  return checked;
}

bool check_again(Checked& checked, const Json& document, std::span<const NodeIndex> changed) {
  if (!checked.graph || checked.is_cancelled) return false;
  flow::ParseResult part = flow::parse_document(only(document, changed));
  const auto says_of_nodes = [](const diag::Diagnostics& found) {
    return std::any_of(found.begin(), found.end(), is_about_nodes);
  };
  if (!part.graph || says_of_nodes(part.diagnostics) || says_of_nodes(checked.parsed)) return false;
  for (std::size_t i = 0; i < changed.size(); ++i) {
    if (!have_same_form(part.graph->nodes[i], checked.graph->nodes[changed[i]])) return false;
  }
  const Difference difference = difference_of(*checked.graph, *part.graph, changed);
  replace_nodes(*checked.graph, std::move(*part.graph), changed);
  checked.found = checked.parsed;
  Analysis former = std::move(checked.analysis);
  const Former known{former, changed, difference};
  checked.analysis = analyse(*checked.graph, checked.found, {}, &known);
  return true;
}

diag::Diagnostics diagnostics_of(const Checked& checked) {
  diag::Diagnostics found = checked.found;
  flow::arrange(found);
  return found;
}

}  // namespace scaiflow::compiler
