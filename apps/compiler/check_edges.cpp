#include "apps/compiler/check_edges.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "generated/cpp/limits.h"
#include "libs/base/text.h"

namespace scaiflow::compiler {
namespace {

using diag::Code;
using flow::Edge;
using flow::EdgeType;

bool has_condition(const Edge& edge) { return edge.condition && !trim(*edge.condition).empty(); }

class EndChecker {
 public:
  EndChecker(const FlowGraph& graph, diag::Diagnostics& found) : graph_(graph), found_(found) {}

  void run() {
    const auto is_entry = [](const Node& node) { return node.spec().is_entry; };
    if (std::none_of(graph_.nodes.begin(), graph_.nodes.end(), is_entry)) {
      found_.push_back(diag::make(Code::F101, {}, {.path = "nodes", .node_id = {}, .edge_id = {}}));
    }
    for (EdgeIndex e = 0; e < graph_.edges.size(); ++e) check(e);
  }

 private:
  void report(Code code, EdgeIndex e, std::string_view field, std::initializer_list<std::string_view> args) {
    found_.push_back(diag::make(code, args, place_of_edge(graph_, e, field)));
  }

  void check(EdgeIndex e) {
    const Edge& edge = graph_.edges[e];
    if (edge.source.node == no_index) {
      report(Code::F102, e, "source", {edge.id, edge.source.node_id});
    } else if (edge.source.port == no_index) {
      report(Code::F104, e, "source", {edge.id, edge.source.node_id, edge.source.port_id});
    }
    if (edge.target.node == no_index) {
      report(Code::F103, e, "target", {edge.id, edge.target.node_id});
    } else if (edge.target.port == no_index) {
      report(Code::F105, e, "target", {edge.id, edge.target.node_id, edge.target.port_id});
    }
    if (edge.type == EdgeType::Conditional) {
      if (!has_condition(edge)) report(Code::F106, e, "", {edge.id});
    } else if (has_condition(edge)) {
      report(Code::F107, e, "condition", {edge.id, name_of(edge.type)});
    }
    check_repeated(e);
  }

  void check_repeated(EdgeIndex e) {
    const Edge& edge = graph_.edges[e];
    const Key key{edge.source.node_id, edge.source.port_id, edge.target.node_id, edge.target.port_id,
                  edge.type, edge.condition.value_or("")};
    const auto [first, is_new] = seen_.emplace(key, e);
    if (!is_new) report(Code::F111, e, "", {edge.id, graph_.edges[first->second].id});
  }

  using Key = std::tuple<std::string, std::string, std::string, std::string, EdgeType, std::string>;
  const FlowGraph& graph_;
  diag::Diagnostics& found_;
  std::map<Key, EdgeIndex> seen_;
};

class SplitChecker {
 public:
  SplitChecker(const FlowGraph& graph, const ControlGraph& control, diag::Diagnostics& found, Uses& uses)
      : graph_(graph), control_(control), found_(found), uses_(uses) {}

  void run() {
    check_entries();
    for (NodeIndex n = 0; n < graph_.nodes.size(); ++n) {
      if (!control_.is_reachable[n]) continue;
      check_unused_ports(n);
      if (graph_.nodes[n].kind == KindId::LogicDecision) check_decision(n);
      if (graph_.nodes[n].kind == KindId::LogicParallel) check_branches(n);
      check_arms(n, EdgeRole::Decision);
      check_arms(n, EdgeRole::Decide);
    }
    for (EdgeIndex e = 0; e < graph_.edges.size(); ++e) check_condition(e);
  }

 private:
  void report(Code code, NodeIndex n, std::initializer_list<std::string_view> args) {
    found_.push_back(diag::make(code, args, place_of(graph_, n)));
  }

  void report(Code code, EdgeIndex e, std::string_view field, std::initializer_list<std::string_view> args) {
    found_.push_back(diag::make(code, args, place_of_edge(graph_, e, field)));
  }

  std::vector<EdgeIndex> arms_of(NodeIndex n, EdgeRole role) const {
    std::vector<EdgeIndex> arms;
    for (const EdgeIndex e : control_.out[n]) {
      if (control_.roles[e] == role) arms.push_back(e);
    }
    return arms;
  }

  void check_entries() {
    std::map<std::pair<std::string, std::string>, NodeIndex> seen;
    for (const NodeIndex n : control_.entries) {
      const Node& node = graph_.nodes[n];
      if (node.config.bool_or("breakpoint", false)) report(Code::F126, n, {node.id});
      if (node.kind == KindId::EntrySchedule) continue;
      const std::pair key{text_field(node, "method"), text_field(node, "path")};
      const auto [first, is_new] = seen.emplace(key, n);
      if (!is_new) report(Code::F125, n, {graph_.nodes[first->second].id, node.id});
    }
  }

  void check_unused_ports(NodeIndex n) {
    const Node& node = graph_.nodes[n];
    if (node.outputs.size() < 2) return;
    std::vector<char> is_used(node.outputs.size(), 0);
    for (const EdgeIndex e : graph_.outgoing[n]) is_used[graph_.edges[e].source.port] = 1;
    const auto options = node.spec().has_option_ports ? options_of(node) : std::vector<std::string>();
    for (PortIndex p = 0; p < node.outputs.size(); ++p) {
      const std::string& id = node.outputs[p].id;
      const bool is_option = std::find(options.begin(), options.end(), id) != options.end();
      if (is_used[p] || id == "out" || id == "done" || is_option) continue;
      report(Code::F110, n, {node.id, id});
    }
  }

  void check_decision(NodeIndex n) {
    const std::vector<EdgeIndex> arms = arms_of(n, EdgeRole::Decision);
    const auto is_conditional = [&](EdgeIndex e) { return graph_.edges[e].type == EdgeType::Conditional; };
    const auto falls_back = [&](EdgeIndex e) { return is_fallback(graph_, control_, e); };
    if (std::none_of(arms.begin(), arms.end(), is_conditional)) {
      report(Code::F116, n, {graph_.nodes[n].id});
    } else if (std::none_of(arms.begin(), arms.end(), falls_back)) {
      report(Code::F115, n, {graph_.nodes[n].id});
    }
  }

  /// Of decisions and derived decisions alike: one fallback, no arm that can never be taken.
  void check_arms(NodeIndex n, EdgeRole role) {
    const std::vector<EdgeIndex> arms = arms_of(n, role);
    limit(n, "", arms.size(), limits::arms_per_decision_max);
    std::map<std::string, EdgeIndex> seen;
    int fallbacks = 0;
    for (const EdgeIndex e : arms) {
      if (is_fallback(graph_, control_, e)) {
        ++fallbacks;
        continue;
      }
      const Edge& edge = graph_.edges[e];
      const bool is_option = edge.type != EdgeType::Conditional;
      const std::string text =
          is_option ? "option " + edge.source.port_id : std::string(trim(*edge.condition));
      const auto [first, is_new] = seen.emplace(text, e);
      if (!is_new) report(Code::F117, e, "condition", {edge.id, graph_.edges[first->second].id});
    }
    if (fallbacks > 1) report(Code::F114, n, {graph_.nodes[n].id});
  }

  void check_branches(NodeIndex n) {
    std::vector<char> is_used(graph_.nodes[n].outputs.size(), 0);
    for (const EdgeIndex e : arms_of(n, EdgeRole::Branch)) is_used[graph_.edges[e].source.port] = 1;
    const auto branches = static_cast<std::size_t>(std::count(is_used.begin(), is_used.end(), 1));
    limit(n, ".outputs", branches, limits::branches_per_parallel_max);
  }

  void limit(NodeIndex n, std::string_view part, std::size_t items, std::int64_t most) {
    if (items <= static_cast<std::size_t>(most)) return;
    diag::Place place = place_of(graph_, n);
    *place.path += part;
    const std::string path = *place.path;
    found_.push_back(
        diag::make(Code::F009, {path, std::to_string(items), std::to_string(most)}, std::move(place)));
  }

  void check_condition(EdgeIndex e) {
    const Edge& edge = graph_.edges[e];
    if (edge.type != EdgeType::Conditional || !has_condition(edge)) return;
    switch (control_.roles[e]) {
      case EdgeRole::Branch: return report(Code::F107, e, "condition", {edge.id, "branch"});
      case EdgeRole::Body: return report(Code::F107, e, "condition", {edge.id, "body"});
      case EdgeRole::Decision:
      case EdgeRole::Decide: break;
      case EdgeRole::Entry:
      case EdgeRole::Plain:
      case EdgeRole::None:
      case EdgeRole::Back: return;
    }
    if (is_fallback(graph_, control_, e)) return;
    const bool is_decision = control_.roles[e] == EdgeRole::Decision;
    const UseSpot spot = condition_spot(graph_, e, is_decision ? UseAt::Node : UseAt::Decide);
    if (is_decision && is_match_style(graph_.nodes[edge.source.node])) {
      for (const expr::Problem& problem : expr::parse_pattern(*edge.condition).problems) {
        found_.push_back(expr::to_diagnostic(problem, spot.where, spot.place));
      }
    } else {
      uses_.add_condition(*edge.condition, spot);
    }
  }

  const FlowGraph& graph_;
  const ControlGraph& control_;
  diag::Diagnostics& found_;
  Uses& uses_;
};

}  // namespace

void check_edge_ends(const FlowGraph& graph, diag::Diagnostics& found) { EndChecker(graph, found).run(); }

void check_splits(const FlowGraph& graph, const ControlGraph& control, diag::Diagnostics& found, Uses& uses) {
  SplitChecker(graph, control, found, uses).run();
}

}  // namespace scaiflow::compiler
