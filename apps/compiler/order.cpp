#include "apps/compiler/order.h"

#include <algorithm>
#include <queue>

#include "apps/compiler/cycles.h"

namespace scaiflow::compiler {
namespace {

/// Items are numbered: nodes, then the joins of the nodes, then the switch on the entry.
using ItemId = std::uint32_t;

class Orderer {
 public:
  Orderer(const FlowGraph& graph, const ControlGraph& control, const Placement& placement,
          diag::Diagnostics& found)
      : graph_(graph), control_(control), placement_(placement), found_(found),
        count_(static_cast<NodeIndex>(graph.nodes.size())) {}

  Order run() {
    collect_links();
    if (!sort()) {
      drop_circular_data();
      sort();
    }
    set_points();
    report_late_sources();
    return std::move(order_);
  }

 private:
  struct Link {
    ItemId to;
    EdgeIndex edge;
  };

  ItemId join_item(NodeIndex n) const { return count_ + n; }
  ItemId entries_item() const { return 2 * count_; }
  ItemId item_count() const { return 2 * count_ + 1; }

  Item item(ItemId id) const {
    if (id == entries_item()) return {ItemKind::Entries, control_.entries.front()};
    return id < count_ ? Item{ItemKind::Node, id} : Item{ItemKind::Join, id - count_};
  }

  /// An entry stands in a body only for the decision behind it.
  bool stands(NodeIndex n) const {
    if (placement_.node_places[n] == no_index) return false;
    return !graph_.nodes[n].spec().is_entry || placement_.decide_splits[n] != no_index;
  }

  PlaceId place_of_item(ItemId id) const {
    if (id == entries_item()) return flow_body;
    if (id < count_) return placement_.node_places[id];
    return placement_.joins[placement_.join_of_node[id - count_]].at;
  }

  ItemId item_of_split(const Split& split) const {
    if (split.kind == SplitKind::Entries) return entries_item();
    return split.kind == SplitKind::Join ? join_item(split.node) : split.node;
  }

  /// The item of `ancestor`'s body that holds node `n`.
  ItemId item_at(PlaceId ancestor, NodeIndex n) const {
    PlaceId place = placement_.node_places[n];
    if (place == ancestor) return n;
    while (placement_.places[place].parent != ancestor) place = placement_.places[place].parent;
    return item_of_split(placement_.split_at(place));
  }

  void collect_links() {
    links_.resize(item_count());
    for (EdgeIndex e = 0; e < graph_.edges.size(); ++e) {
      const flow::Edge& edge = graph_.edges[e];
      if (!edge.is_connected()) continue;
      const bool is_data = edge.type == flow::EdgeType::Data;
      if (!is_data && (control_.roles[e] == EdgeRole::None || control_.roles[e] == EdgeRole::Back)) continue;
      link(e, edge.source.node, edge.target.node);
    }
  }

  void link(EdgeIndex e, NodeIndex source, NodeIndex target) {
    const PlaceId from = placement_.node_places[source];
    const PlaceId to = placement_.node_places[target];
    if (from == no_index || to == no_index) return;
    const PlaceId place = placement_.common(from, to);
    const ItemId a = item_at(place, source);
    const ItemId b = item_at(place, target);
    if (a != b && (a >= count_ || stands(a))) links_[a].push_back({b, e});
  }

  bool is_data(EdgeIndex e) const { return graph_.edges[e].type == flow::EdgeType::Data; }

  /// True when every item found its place.
  bool sort() {
    order_.bodies.assign(placement_.places.size(), {});
    std::vector<std::uint32_t> waiting(item_count(), 0);
    for (const auto& links : links_) {
      for (const Link& link : links) ++waiting[link.to];
    }
    using Key = std::pair<NodeIndex, ItemId>;
    std::priority_queue<Key, std::vector<Key>, std::greater<>> ready;
    std::size_t left = 0;
    const auto add = [&](ItemId id) {
      ++left;
      if (waiting[id] == 0) ready.emplace(item(id).node, id);
    };
    for (NodeIndex n = 0; n < count_; ++n) {
      if (stands(n)) add(n);
    }
    for (const Join& join : placement_.joins) add(join_item(join.node));
    if (placement_.entries_split != no_index) add(entries_item());
    while (!ready.empty()) {
      const ItemId id = ready.top().second;
      ready.pop();
      --left;
      order_.bodies[place_of_item(id)].push_back(item(id));
      for (const Link& link : links_[id]) {
        if (--waiting[link.to] == 0) ready.emplace(item(link.to).node, link.to);
      }
    }
    return left == 0;
  }

  /// Control alone is never circular, so every circle holds data edges: F120 for each of them.
  void drop_circular_data() {
    const auto successors = [this](ItemId id, auto&& visit) {
      for (const Link& link : links_[id]) visit(link.to);
    };
    const std::vector<std::uint32_t> component = components_of(item_count(), successors);
    for (ItemId id = 0; id < item_count(); ++id) {
      const auto is_circular = [&](const Link& link) {
        return is_data(link.edge) && component[id] == component[link.to];
      };
      for (const Link& link : links_[id]) {
        if (is_circular(link)) report(link.edge);
      }
      links_[id].erase(std::remove_if(links_[id].begin(), links_[id].end(), is_circular), links_[id].end());
    }
  }

  void set_points() {
    order_.points.assign(count_, Point{});
    order_.steps.assign(placement_.places.size(), Step{});
    std::vector<std::uint32_t> position(item_count(), 0);
    for (PlaceId place = 0; place < order_.bodies.size(); ++place) {
      const std::vector<Item>& body = order_.bodies[place];
      for (std::uint32_t i = 0; i < body.size(); ++i) {
        const bool is_node = body[i].kind == ItemKind::Node;
        const ItemId id = body[i].kind == ItemKind::Entries ? entries_item()
                          : is_node                         ? body[i].node
                                                            : join_item(body[i].node);
        position[id] = i;
        if (is_node) order_.points[body[i].node] = {place, {i, Part::Block}};
      }
    }
    for (PlaceId place = 1; place < placement_.places.size(); ++place) {
      const Split& split = placement_.split_at(place);
      const Part part = split.kind == SplitKind::Decide ? Part::Decide : Part::Block;
      order_.steps[place] = {position[item_of_split(split)], part};
    }
  }

  /// F120 for data edges between different bodies, and from what never runs.
  void report_late_sources() {
    for (EdgeIndex e = 0; e < graph_.edges.size(); ++e) {
      const flow::Edge& edge = graph_.edges[e];
      if (!is_data(e) || !edge.is_connected() || !stands(edge.target.node)) continue;
      if (graph_.nodes[edge.source.node].spec().is_entry) continue;
      const bool runs = stands(edge.source.node);
      const Point target = order_.points[edge.target.node];
      if (!runs || !can_run_before(graph_, placement_, order_, edge.source.node, target)) report(e);
    }
  }

  void report(EdgeIndex e) {
    const flow::Edge& edge = graph_.edges[e];
    found_.push_back(diag::make(diag::Code::F120, {edge.id, edge.source.node_id, edge.target.node_id},
                                place_of_edge(graph_, e)));
  }

  const FlowGraph& graph_;
  const ControlGraph& control_;
  const Placement& placement_;
  diag::Diagnostics& found_;
  const NodeIndex count_;
  std::vector<std::vector<Link>> links_;
  Order order_;
};

}  // namespace

bool can_run_before(const FlowGraph& graph, const Placement& placement, const Order& order, NodeIndex a,
                    const Point& b) {
  const Point from = order.points[a];
  const PlaceId meeting = placement.common(from.place, b.place);
  const auto parent = [&](PlaceId place) { return placement.places[place].parent; };
  const auto loop_at = [&](PlaceId place) -> const Node* {
    const Split& split = placement.split_at(place);
    return split.kind == SplitKind::Loop ? &graph.nodes[split.node] : nullptr;
  };
  Step step_a = from.step;
  for (PlaceId place = from.place; place != meeting; place = parent(place)) {
    // What a foreach binds ends with each of its rounds (04 §6.5).
    if (const Node* loop = loop_at(place); loop && !is_while(*loop)) return false;
    step_a = order.steps[place];
  }
  for (PlaceId place = meeting; place != flow_body; place = parent(place)) {
    if (const Node* loop = loop_at(place); loop && is_while(*loop)) return true;
  }
  Step step_b = b.step;
  for (PlaceId place = b.place; place != meeting; place = parent(place)) step_b = order.steps[place];
  return step_a < step_b;
}

Order find_order(const FlowGraph& graph, const ControlGraph& control, const Placement& placement,
                 diag::Diagnostics& found) {
  return Orderer(graph, control, placement, found).run();
}

}  // namespace scaiflow::compiler
