#include "apps/compiler/placement.h"

#include <algorithm>
#include <map>
#include <unordered_set>

#include "apps/compiler/report.h"
#include "libs/flow/names.h"

namespace scaiflow::compiler {
namespace {

constexpr std::uint32_t depth_max = 64;

/// Rules P1 to P3 on one set of places. Works from the deepest place outwards: a place is *full* when it is
/// in the set or its arms make it so; what is left are the outermost full places.
class Reducer {
 public:
  explicit Reducer(const Placement& placement) : placement_(placement) {}

  std::vector<PlaceId> reduce(const std::vector<PlaceId>& set) {
    for (const PlaceId place : set) {
      full_[place] = true;
      collect(place);
    }
    for (auto level = by_depth_.rbegin(); level != by_depth_.rend(); ++level) {
      for (const PlaceId place : level->second) settle(place);
    }
    return outermost();
  }

 private:
  struct Group {
    std::size_t present = 0;
    std::size_t full = 0;
  };

  /// Notes the place and all around it, once.
  void collect(PlaceId place) {
    for (; place != no_index; place = placement_.places[place].parent) {
      if (!seen_.insert(place).second) return;
      by_depth_[placement_.places[place].depth].push_back(place);
    }
  }

  /// All places inside `place` are settled: decides whether it is full, and tells its parent.
  void settle(PlaceId place) {
    bool& is_full = full_[place];
    const auto first = groups_.lower_bound({place, 0});
    for (auto group = first; group != groups_.end() && group->first.first == place; ++group) {
      const Split& split = placement_.splits[group->first.second];
      const Group& arms = group->second;
      const bool all_arms = split.is_complete && arms.full == split.arm_places.size();
      const bool two_branches = split.kind == SplitKind::Parallel && arms.full > 0 && arms.present > 1;
      is_full = is_full || all_arms || two_branches;
    }
    const Place& here = placement_.places[place];
    if (here.parent == no_index) return;
    Group& group = groups_[{here.parent, here.arm.split}];
    ++group.present;
    if (is_full) ++group.full;
  }

  std::vector<PlaceId> outermost() {
    std::vector<PlaceId> left;
    std::unordered_set<PlaceId> covered;
    for (const auto& [depth, level] : by_depth_) {
      for (const PlaceId place : level) {
        const PlaceId parent = placement_.places[place].parent;
        if (parent != no_index && (covered.contains(parent) || full_[parent])) {
          covered.insert(place);
        } else if (full_[place]) {
          left.push_back(place);
        }
      }
    }
    return left;
  }

  const Placement& placement_;
  std::unordered_set<PlaceId> seen_;
  std::map<std::uint32_t, std::vector<PlaceId>> by_depth_;
  std::map<PlaceId, bool> full_;
  std::map<std::pair<PlaceId, SplitId>, Group> groups_;
};

class Placer {
 public:
  Placer(const FlowGraph& graph, const ControlGraph& control, const std::vector<std::string>& bindings,
         diag::Diagnostics& found)
      : graph_(graph), control_(control), bindings_(bindings), found_(found) {}

  Placement run() {
    out_.node_places.assign(graph_.nodes.size(), no_index);
    out_.main_splits.assign(graph_.nodes.size(), no_index);
    out_.decide_splits.assign(graph_.nodes.size(), no_index);
    out_.join_of_node.assign(graph_.nodes.size(), no_index);
    out_.edge_places.assign(graph_.edges.size(), no_index);
    out_.edge_arms.assign(graph_.edges.size(), Arm{});
    if (control_.entries.size() > 1) add_entries_split();
    for (const NodeIndex n : control_.order) add_splits(n);
    for (const NodeIndex n : control_.order) {
      if (!place_node(n)) break;
    }
    return std::move(out_);
  }

 private:
  SplitId add_split(SplitKind kind, NodeIndex node, std::size_t arms) {
    out_.splits.push_back({kind, node, false, std::vector<PlaceId>(arms, no_index)});
    return static_cast<SplitId>(out_.splits.size() - 1);
  }

  void add_entries_split() {
    out_.entries_split = add_split(SplitKind::Entries, control_.entries.front(), control_.entries.size());
    out_.splits[out_.entries_split].is_complete = true;
  }

  void add_splits(NodeIndex n) {
    const Node& node = graph_.nodes[n];
    if (node.kind == KindId::LogicDecision) {
      out_.main_splits[n] = add_decision(n, SplitKind::Decision, EdgeRole::Decision);
    } else if (node.kind == KindId::LogicParallel) {
      out_.main_splits[n] = add_split(SplitKind::Parallel, n, node.outputs.size());
    } else if (node.kind == KindId::LogicLoop) {
      out_.main_splits[n] = add_split(SplitKind::Loop, n, 1);
    }
    for (const EdgeIndex e : control_.out[n]) {
      const PortIndex port = graph_.edges[e].source.port;
      if (control_.roles[e] == EdgeRole::Branch) out_.edge_arms[e] = {out_.main_splits[n], port};
      if (control_.roles[e] == EdgeRole::Body) out_.edge_arms[e] = {out_.main_splits[n], 0};
    }
    out_.decide_splits[n] = add_decision(n, SplitKind::Decide, EdgeRole::Decide);
  }

  /// One arm for each edge of the role; a derived decision without edges does not exist.
  SplitId add_decision(NodeIndex n, SplitKind kind, EdgeRole role) {
    std::uint32_t arms = 0;
    bool is_complete = false;
    for (const EdgeIndex e : control_.out[n]) {
      if (control_.roles[e] != role) continue;
      out_.edge_arms[e] = {static_cast<SplitId>(out_.splits.size()), arms++};
      is_complete = is_complete || is_fallback(graph_, control_, e);
    }
    if (arms == 0 && kind == SplitKind::Decide) return no_index;
    const SplitId split = add_split(kind, n, arms);
    out_.splits[split].is_complete = is_complete;
    return split;
  }

  /// False when a place is too deep.
  bool place_node(NodeIndex n) {
    const Node& node = graph_.nodes[n];
    PlaceId place = node.spec().is_entry ? place_of_entry(n) : meeting_place(n);
    if (place == no_index) place = join(n);
    if (place == no_index) return give_up(n);
    out_.node_places[n] = place;
    for (const EdgeIndex e : control_.out[n]) {
      const Arm arm = out_.edge_arms[e];
      const bool is_arm = arm.split != no_index && control_.roles[e] != EdgeRole::Entry;
      out_.edge_places[e] = is_arm ? arm_place(place, arm) : place;
      if (out_.edge_places[e] == no_index) return give_up(n);
    }
    return true;
  }

  bool give_up(NodeIndex n) {
    found_.push_back(too_deep(graph_, n));
    out_.is_sound = false;
    return false;
  }

  PlaceId place_of_entry(NodeIndex n) {
    if (out_.entries_split == no_index) return flow_body;
    const auto& entries = control_.entries;
    const auto at = std::lower_bound(entries.begin(), entries.end(), n) - entries.begin();
    const Arm arm{out_.entries_split, static_cast<std::uint32_t>(at)};
    for (const EdgeIndex e : control_.out[n]) {
      if (control_.roles[e] == EdgeRole::Entry) out_.edge_arms[e] = arm;
    }
    return arm_place(flow_body, arm);
  }

  PlaceId arm_place(PlaceId at, Arm arm) {
    PlaceId& place = out_.splits[arm.split].arm_places[arm.index];
    if (place != no_index) return place;
    const std::uint32_t depth = out_.places[at].depth + 1;
    if (depth > depth_max) return no_index;
    place = static_cast<PlaceId>(out_.places.size());
    out_.places.push_back({at, arm, depth});
    return place;
  }

  /// The one place left by the rules, or no_index when several are.
  PlaceId meeting_place(NodeIndex n) {
    left_.clear();
    for (const EdgeIndex e : control_.in[n]) left_.push_back(out_.edge_places[e]);
    // A loop that only its own body leads to: its ways in were left out with F118.
    if (left_.empty()) return flow_body;
    std::sort(left_.begin(), left_.end());
    left_.erase(std::unique(left_.begin(), left_.end()), left_.end());
    if (left_.size() > 1) left_ = Reducer(out_).reduce(left_);
    return left_.size() == 1 ? left_.front() : no_index;
  }

  /// Makes the partial join for the places that `meeting_place` left.
  PlaceId join(NodeIndex n) {
    PlaceId at = left_.front();
    for (const PlaceId place : left_) at = out_.common(at, place);
    const SplitId split = add_split(SplitKind::Join, n, 1);
    out_.join_of_node[n] = static_cast<std::uint32_t>(out_.joins.size());
    out_.joins.push_back({n, split, at, flag_name(n), enclosing_while(at)});
    return arm_place(at, {split, 0});
  }

  std::string flag_name(NodeIndex n) {
    std::string name = std::string(flow::join_prefix) + bindings_[n];
    while (!flags_.insert(name).second) name += '_';
    return name;
  }

  /// `at` itself when it lies in the body of a while.
  PlaceId enclosing_while(PlaceId at) const {
    for (PlaceId place = at; place != flow_body; place = out_.places[place].parent) {
      const Split& split = out_.split_at(place);
      if (split.kind == SplitKind::Loop && is_while(graph_.nodes[split.node])) return at;
    }
    return no_index;
  }

  const FlowGraph& graph_;
  const ControlGraph& control_;
  const std::vector<std::string>& bindings_;
  diag::Diagnostics& found_;
  Placement out_;
  std::vector<PlaceId> left_;
  std::unordered_set<std::string> flags_;
};

}  // namespace

PlaceId Placement::common(PlaceId a, PlaceId b) const {
  while (a != b) {
    if (places[a].depth >= places[b].depth) {
      a = places[a].parent;
    } else {
      b = places[b].parent;
    }
  }
  return a;
}

bool is_fallback(const FlowGraph& graph, const ControlGraph& control, EdgeIndex e) {
  const flow::Edge& edge = graph.edges[e];
  const bool is_decision = control.roles[e] == EdgeRole::Decision;
  if (edge.type != flow::EdgeType::Conditional) return is_decision;
  const bool is_match = is_decision && is_match_style(graph.nodes[edge.source.node]);
  return is_fallback_text(edge.condition.value_or(""),
                          is_match ? CatchAll::ElseOrUnderscore : CatchAll::ElseOnly);
}

Placement find_places(const FlowGraph& graph, const ControlGraph& control,
                      const std::vector<std::string>& bindings, diag::Diagnostics& found) {
  return Placer(graph, control, bindings, found).run();
}

}  // namespace scaiflow::compiler
