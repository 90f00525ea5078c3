#include "apps/compiler/lower/assemble.h"

#include <algorithm>
#include <numeric>

#include "apps/compiler/lower/lower.h"
#include "libs/expr/expr.h"

namespace scaiflow::compiler {
namespace {

ir::Block assign_block(std::string id, const std::string& target, std::string_view value) {
  ir::Block block = derived_block(std::move(id));
  ir::RigidBlock rigid;
  rigid.statements.push_back({ir::AssignStatement{target, std::string(value)}});
  block.detail = std::move(rigid);
  return block;
}

ir::Block match_block(std::string id, ir::MatchBlock match) {
  ir::Block block = derived_block(std::move(id));
  block.detail = std::move(match);
  return block;
}

LowerInput input_alone(const Analysis& analysis, NodeIndex n) {
  return {analysis.graph->nodes[n],
          analysis.names,
          analysis.names.bindings[n],
          analysis.sandboxes[n],
          analysis.data_inputs[n],
          {},
          std::nullopt,
          {}};
}

class Assembler {
 public:
  explicit Assembler(const Analysis& analysis)
      : analysis_(analysis),
        graph_(*analysis.graph),
        places_(analysis.placement),
        bodies_(places_.places.size()),
        heads_(places_.places.size()),
        flags_(graph_.edges.size()) {}

  ir::Body run() {
    set_flags();
    for (const PlaceId place : innermost_first()) build(place);
    return std::move(bodies_[flow_body]);
  }

 private:
  std::vector<PlaceId> innermost_first() const {
    std::vector<PlaceId> order(places_.places.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [this](PlaceId a, PlaceId b) {
      return places_.places[a].depth > places_.places[b].depth;
    });
    return order;
  }

  /// Where the flags of partial joins are set: first in the arm that an edge is, else behind its source (06
  /// §5.6).
  void set_flags() {
    std::vector<const Join*> joins;
    for (const Join& join : places_.joins) joins.push_back(&join);
    std::sort(joins.begin(), joins.end(), [](const Join* a, const Join* b) { return a->node < b->node; });
    for (const Join* join : joins) {
      if (join->reset_at == no_index) continue;
      const std::string id = graph_.nodes[join->node].id + "#reset";
      heads_[join->reset_at].push_back(assign_block(id, join->flag, "false"));
    }
    for (EdgeIndex e = 0; e < graph_.edges.size(); ++e) {
      const NodeIndex target = graph_.edges[e].target.node;
      if (places_.edge_places[e] == no_index || places_.join_of_node[target] == no_index) continue;
      const Join& join = places_.joins[places_.join_of_node[target]];
      ir::Block flag = assign_block(graph_.edges[e].id + "#flag", join.flag, "true");
      if (places_.edge_arms[e].split != no_index) {
        heads_[places_.edge_places[e]].push_back(std::move(flag));
      } else {
        flags_[e].push_back(std::move(flag));
      }
    }
  }

  void build(PlaceId place) {
    ir::Body body = std::move(heads_[place]);
    for (const Item& item : analysis_.order.bodies[place]) {
      switch (item.kind) {
        case ItemKind::Node: add_node(body, item.node); break;
        case ItemKind::Join: add_join(body, item.node); break;
        case ItemKind::Entries: add_entries(body); break;
      }
    }
    bodies_[place] = std::move(body);
  }

  ir::Body take(SplitId split, std::uint32_t arm) {
    const PlaceId place = places_.splits[split].arm_places[arm];
    return place == no_index ? ir::Body() : std::move(bodies_[place]);
  }

  void add_node(ir::Body& body, NodeIndex n) {
    const Node& node = graph_.nodes[n];
    if (!node.spec().is_entry) {
      if (node.config.bool_or("breakpoint", false)) body.push_back(breakpoint_block(node));
      body.push_back(lower_node(input_of(n)));
    }
    for (const EdgeIndex e : analysis_.control.out[n]) {
      for (ir::Block& flag : flags_[e]) body.push_back(std::move(flag));
    }
    if (places_.decide_splits[n] != no_index) add_decide(body, n);
  }

  LowerInput input_of(NodeIndex n) {
    LowerInput input = input_alone(analysis_, n);
    const SplitId split = places_.main_splits[n];
    if (split == no_index) return input;
    switch (places_.splits[split].kind) {
      case SplitKind::Decision: add_arms(n, EdgeRole::Decision, input.arms, input.fallback); break;
      case SplitKind::Parallel: add_branches(n, input.arms); break;
      case SplitKind::Loop: input.body = take(split, 0); break;
      case SplitKind::Decide:
      case SplitKind::Entries:
      case SplitKind::Join: break;
    }
    return input;
  }

  /// The arms of a decision in document order; the fallback apart.
  void add_arms(NodeIndex n, EdgeRole role, std::vector<LoweredArm>& arms,
                std::optional<ir::Body>& fallback) {
    for (const EdgeIndex e : analysis_.control.out[n]) {
      if (analysis_.control.roles[e] != role) continue;
      const Arm arm = places_.edge_arms[e];
      ir::Body body = take(arm.split, arm.index);
      if (is_fallback(graph_, analysis_.control, e)) {
        fallback = std::move(body);
      } else {
        arms.push_back({condition_of(e), std::move(body)});
      }
    }
  }

  std::string condition_of(EdgeIndex e) const {
    const flow::Edge& edge = graph_.edges[e];
    if (edge.type == flow::EdgeType::Conditional) return *edge.condition;
    return analysis_.names.bindings[edge.source.node] + ".decision == " + expr::quoted(edge.source.port_id);
  }

  void add_branches(NodeIndex n, std::vector<LoweredArm>& branches) {
    const SplitId split = places_.main_splits[n];
    const std::vector<flow::Port>& ports = graph_.nodes[n].outputs;
    for (PortIndex p = 0; p < ports.size(); ++p) {
      if (places_.splits[split].arm_places[p] != no_index) branches.push_back({ports[p].id, take(split, p)});
    }
  }

  void add_decide(ir::Body& body, NodeIndex n) {
    std::vector<LoweredArm> arms;
    ir::MatchBlock match;
    add_arms(n, EdgeRole::Decide, arms, match.else_body);
    for (LoweredArm& arm : arms) match.arms.push_back({std::move(arm.label), std::move(arm.body)});
    body.push_back(match_block(graph_.nodes[n].id + "#decide", std::move(match)));
  }

  void add_join(ir::Body& body, NodeIndex n) {
    const Join& join = places_.joins[places_.join_of_node[n]];
    ir::MatchBlock match;
    match.arms.push_back({join.flag, take(join.split, 0)});
    body.push_back(match_block(graph_.nodes[n].id + "#join", std::move(match)));
  }

  /// Written only when an arm holds something (06 §5.11).
  void add_entries(ir::Body& body) {
    ir::MatchBlock match;
    match.subject = "entry_name";
    bool is_empty = true;
    for (std::uint32_t i = 0; i < analysis_.control.entries.size(); ++i) {
      const std::string& name = analysis_.names.bindings[analysis_.control.entries[i]];
      ir::Body arm = take(places_.entries_split, i);
      is_empty = is_empty && arm.empty();
      match.arms.push_back({expr::quoted(name), std::move(arm)});
    }
    if (!is_empty) body.push_back(match_block("flow#entry", std::move(match)));
  }

  const Analysis& analysis_;
  const FlowGraph& graph_;
  const Placement& places_;
  std::vector<ir::Body> bodies_;
  std::vector<ir::Body> heads_;  ///< by place: what stands first
  std::vector<ir::Body> flags_;  ///< by edge: what stands behind its source
};

}  // namespace

ir::Body assemble(const Analysis& analysis) { return Assembler(analysis).run(); }

std::optional<ir::Block> block_alone(const Analysis& analysis, NodeIndex node) {
  const bool has_bodies = analysis.placement.main_splits[node] != no_index;
  if (has_bodies || analysis.graph->nodes[node].spec().is_entry) return std::nullopt;
  return lower_node(input_alone(analysis, node));
}

}  // namespace scaiflow::compiler
