#include "apps/compiler/control_graph.h"

#include <algorithm>
#include <queue>
#include <unordered_map>
#include <unordered_set>

#include "apps/compiler/cycles.h"
#include "apps/compiler/report.h"

namespace scaiflow::compiler {
namespace {

using diag::Code;

/// More enclosing loops than a place may be deep (06 §5.5); bounds the work on bodies too.
constexpr std::uint8_t bodies_per_node_max = 64;

class Builder {
 public:
  Builder(const FlowGraph& graph, diag::Diagnostics& found) : graph_(graph), found_(found) {
    control_.roles.assign(graph.edges.size(), EdgeRole::None);
    control_.is_reachable.assign(graph.nodes.size(), 0);
    for (NodeIndex n = 0; n < graph.nodes.size(); ++n) {
      if (graph.nodes[n].spec().is_entry) control_.entries.push_back(n);
    }
    for (EdgeIndex e = 0; e < graph.edges.size(); ++e) {
      const flow::Edge& edge = graph.edges[e];
      const bool is_control = edge.is_connected() && edge.type != flow::EdgeType::Data;
      control_.roles[e] = is_control ? EdgeRole::Plain : EdgeRole::None;
    }
  }

  ControlGraph run() {
    const std::vector<NodeIndex> discovery = reach();
    const bool bodies_fit = find_bodies(discovery);
    // Without all bodies some back edges are unknown and would look like cycles.
    const bool is_acyclic = !bodies_fit || report_cycles();
    report_unreachable();
    assign_roles();
    connect();
    report_loops();
    control_.is_sound = bodies_fit && is_acyclic;
    if (control_.is_sound) sort();
    return std::move(control_);
  }

 private:
  bool is_control(EdgeIndex e) const {
    return control_.roles[e] != EdgeRole::None && control_.roles[e] != EdgeRole::Back;
  }

  bool leaves_body_port(EdgeIndex e) const {
    const flow::EdgeEnd& source = graph_.edges[e].source;
    const Node& node = graph_.nodes[source.node];
    return node.kind == KindId::LogicLoop && source.port == body_port(node);
  }

  /// Marks what the entries reach; gives the nodes breadth first, then the others in document order.
  std::vector<NodeIndex> reach() {
    std::vector<NodeIndex> queue = control_.entries;
    for (const NodeIndex entry : queue) control_.is_reachable[entry] = 1;
    for (std::size_t i = 0; i < queue.size(); ++i) {
      for (const EdgeIndex e : graph_.outgoing[queue[i]]) {
        const NodeIndex target = graph_.edges[e].target.node;
        if (!is_control(e) || control_.is_reachable[target]) continue;
        control_.is_reachable[target] = 1;
        queue.push_back(target);
      }
    }
    for (NodeIndex n = 0; n < graph_.nodes.size(); ++n) {
      if (!control_.is_reachable[n]) queue.push_back(n);
    }
    return queue;
  }

  /// A loop that encloses another is discovered before it, so an edge from an inner body to the outer loop is
  /// known as a back edge before the inner body is looked for.
  bool find_bodies(const std::vector<NodeIndex>& discovery) {
    visited_by_.assign(graph_.nodes.size(), no_index);
    std::vector<std::uint8_t> enclosing(graph_.nodes.size(), 0);
    for (const NodeIndex n : discovery) {
      if (graph_.nodes[n].kind != KindId::LogicLoop) continue;
      LoopBody body{n, body_of(n)};
      mark_back_edges(n);
      for (const NodeIndex inner : body.nodes) {
        if (++enclosing[inner] <= bodies_per_node_max) continue;
        found_.push_back(too_deep(graph_, inner));
        return false;
      }
      control_.bodies.push_back(std::move(body));
    }
    return true;
  }

  std::vector<NodeIndex> body_of(NodeIndex loop) {
    std::vector<NodeIndex> body;
    const auto visit = [&](EdgeIndex e) {
      const NodeIndex target = graph_.edges[e].target.node;
      if (!is_control(e) || target == loop || visited_by_[target] == loop) return;
      visited_by_[target] = loop;
      body.push_back(target);
    };
    for (const EdgeIndex e : graph_.outgoing[loop]) {
      if (leaves_body_port(e)) visit(e);
    }
    for (std::size_t i = 0; i < body.size(); ++i) {
      for (const EdgeIndex e : graph_.outgoing[body[i]]) visit(e);
    }
    return body;
  }

  void mark_back_edges(NodeIndex loop) {
    for (const EdgeIndex e : graph_.incoming[loop]) {
      const NodeIndex source = graph_.edges[e].source.node;
      const bool is_inside = visited_by_[source] == loop || (source == loop && leaves_body_port(e));
      if (is_control(e) && is_inside) control_.roles[e] = EdgeRole::Back;
    }
  }

  bool report_cycles() {
    const auto successors = [this](NodeIndex n, auto&& visit) {
      for (const EdgeIndex e : graph_.outgoing[n]) {
        if (is_control(e)) visit(graph_.edges[e].target.node);
      }
    };
    const auto cycles = find_cycles(static_cast<NodeIndex>(graph_.nodes.size()), successors);
    for (const std::vector<NodeIndex>& cycle : cycles) {
      std::string text;
      for (const NodeIndex n : cycle) text += graph_.nodes[n].id + " -> ";
      text += graph_.nodes[cycle.front()].id;
      found_.push_back(diag::make(Code::F108, {text}, place_of(graph_, cycle.front())));
    }
    return cycles.empty();
  }

  void report_unreachable() {
    for (NodeIndex n = 0; n < graph_.nodes.size(); ++n) {
      if (control_.is_reachable[n]) continue;
      found_.push_back(diag::make(Code::F109, {graph_.nodes[n].id}, place_of(graph_, n)));
    }
  }

  void assign_roles() {
    for (EdgeIndex e = 0; e < graph_.edges.size(); ++e) {
      if (!is_control(e)) continue;
      control_.roles[e] = control_.is_reachable[graph_.edges[e].source.node] ? role_of(e) : EdgeRole::None;
    }
  }

  /// True for a sequential edge that leaves an option port of a checkpoint kind (02 §7).
  bool leaves_option_port(const flow::Edge& edge) {
    const Node& source = graph_.nodes[edge.source.node];
    if (!source.spec().has_option_ports || edge.type != flow::EdgeType::Sequential) return false;
    const auto [options, is_new] = options_.try_emplace(edge.source.node);
    if (is_new) {
      for (std::string& option : options_of(source)) options->second.insert(std::move(option));
    }
    return options->second.contains(edge.source.port_id);
  }

  EdgeRole role_of(EdgeIndex e) {
    const flow::Edge& edge = graph_.edges[e];
    const Node& source = graph_.nodes[edge.source.node];
    if (source.kind == KindId::LogicDecision) return EdgeRole::Decision;
    if (source.kind == KindId::LogicParallel && edge.source.port_id != "out") return EdgeRole::Branch;
    if (leaves_body_port(e)) return EdgeRole::Body;
    const bool is_arm = edge.type == flow::EdgeType::Conditional || leaves_option_port(edge);
    if (is_arm) return EdgeRole::Decide;
    return source.spec().is_entry && control_.entries.size() > 1 ? EdgeRole::Entry : EdgeRole::Plain;
  }

  void connect() {
    control_.out.resize(graph_.nodes.size());
    control_.in.resize(graph_.nodes.size());
    for (EdgeIndex e = 0; e < graph_.edges.size(); ++e) {
      if (!is_control(e)) continue;
      control_.out[graph_.edges[e].source.node].push_back(e);
      control_.in[graph_.edges[e].target.node].push_back(e);
    }
  }

  void report_loops() {
    for (NodeIndex n = 0; n < graph_.nodes.size(); ++n) {
      if (!control_.is_reachable[n]) continue;
      const KindId kind = graph_.nodes[n].kind;
      if (kind == KindId::LogicLoop && !has_out(n, EdgeRole::Body) && !has_empty_body(n)) {
        found_.push_back(diag::make(Code::F119_Loop, {graph_.nodes[n].id}, place_of(graph_, n)));
      }
      if (kind == KindId::LogicParallel && !has_out(n, EdgeRole::Branch)) {
        found_.push_back(diag::make(Code::F119_Parallel, {graph_.nodes[n].id}, place_of(graph_, n)));
      }
    }
    for (const LoopBody& body : control_.bodies) report_side_entrances(body);
  }

  bool has_out(NodeIndex n, EdgeRole role) const {
    const auto& out = control_.out[n];
    return std::any_of(out.begin(), out.end(), [&](EdgeIndex e) { return control_.roles[e] == role; });
  }

  /// The body port leads straight back to a loop: a body that does nothing.
  bool has_empty_body(NodeIndex loop) const {
    const auto& out = graph_.outgoing[loop];
    const auto leads_back = [&](EdgeIndex e) {
      return control_.roles[e] == EdgeRole::Back && leaves_body_port(e);
    };
    return std::any_of(out.begin(), out.end(), leads_back);
  }

  /// F118: a node of the body that is also reached from outside. That edge is left out of what follows.
  void report_side_entrances(const LoopBody& body) {
    if (!control_.is_reachable[body.loop]) return;
    for (const NodeIndex n : body.nodes) visited_by_[n] = body.loop;
    for (const NodeIndex n : body.nodes) {
      bool is_reported = false;
      auto& in = control_.in[n];
      const auto is_from_outside = [&](EdgeIndex e) {
        const NodeIndex source = graph_.edges[e].source.node;
        return source == body.loop ? !leaves_body_port(e) : visited_by_[source] != body.loop;
      };
      for (const EdgeIndex e : in) is_reported = is_reported || is_from_outside(e);
      if (!is_reported) continue;
      const std::string& loop = graph_.nodes[body.loop].id;
      found_.push_back(diag::make(Code::F118, {graph_.nodes[n].id, loop}, place_of(graph_, n)));
      in.erase(std::remove_if(in.begin(), in.end(), is_from_outside), in.end());
    }
  }

  /// Always the ready node that comes first in the document.
  void sort() {
    std::vector<std::size_t> waiting(graph_.nodes.size());
    std::priority_queue<NodeIndex, std::vector<NodeIndex>, std::greater<>> ready;
    for (NodeIndex n = 0; n < graph_.nodes.size(); ++n) {
      waiting[n] = control_.in[n].size();
      if (control_.is_reachable[n] && waiting[n] == 0) ready.push(n);
    }
    while (!ready.empty()) {
      const NodeIndex n = ready.top();
      ready.pop();
      control_.order.push_back(n);
      for (const EdgeIndex e : control_.out[n]) {
        const NodeIndex target = graph_.edges[e].target.node;
        const auto& in = control_.in[target];
        if (!std::binary_search(in.begin(), in.end(), e)) continue;
        if (--waiting[target] == 0) ready.push(target);
      }
    }
  }

  const FlowGraph& graph_;
  diag::Diagnostics& found_;
  ControlGraph control_;
  std::vector<NodeIndex> visited_by_;  ///< the last loop whose body search met the node
  std::unordered_map<NodeIndex, std::unordered_set<std::string>> options_;
};

}  // namespace

ControlGraph build_control_graph(const FlowGraph& graph, diag::Diagnostics& found) {
  return Builder(graph, found).run();
}

}  // namespace scaiflow::compiler
