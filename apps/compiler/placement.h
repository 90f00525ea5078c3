#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "apps/compiler/control_graph.h"

namespace scaiflow::compiler {

using PlaceId = std::uint32_t;
using SplitId = std::uint32_t;
inline constexpr PlaceId flow_body = 0;

enum class SplitKind : std::uint8_t { Entries, Decision, Decide, Parallel, Loop, Join };

/// Something that has bodies (06 §5.2, §5.6). `node` is the first entry for Entries.
struct Split {
  SplitKind kind = SplitKind::Decision;
  NodeIndex node = no_index;
  bool is_complete = false;         ///< one of its arms always runs (P2)
  std::vector<PlaceId> arm_places;  ///< by arm; no_index while nothing stands there
  friend bool operator==(const Split&, const Split&) = default;
};

/// One way through a split. Arms count edges for decisions, entries, output ports for parallels; a loop and a
/// partial join have one.
struct Arm {
  SplitId split = no_index;
  std::uint32_t index = 0;
  friend bool operator==(const Arm&, const Arm&) = default;
};

/// A place (06 §5.5): a path of (split, arm) pairs from the flow body inwards. Since a split stands at one
/// place, an arm names its place.
struct Place {
  PlaceId parent = no_index;
  Arm arm;
  std::uint32_t depth = 0;
  friend bool operator==(const Place&, const Place&) = default;
};

/// A node that is reached from some arms only (06 §5.6).
struct Join {
  NodeIndex node = no_index;
  SplitId split = no_index;
  PlaceId at = flow_body;       ///< where `J#join` stands
  std::string flag;             ///< `_join_<b>`
  PlaceId reset_at = no_index;  ///< the body of a while in which the flag starts as false
  friend bool operator==(const Join&, const Join&) = default;
};

/// Where every reached node and control edge stands.
struct Placement {
  std::vector<Split> splits;
  std::vector<Place> places{Place{}};
  std::vector<PlaceId> node_places;  ///< no_index for what is not reached
  std::vector<PlaceId> edge_places;
  std::vector<Arm> edge_arms;        ///< `split` is no_index for edges that are no arms
  std::vector<SplitId> main_splits;  ///< per node: its Decision, Parallel or Loop
  std::vector<SplitId> decide_splits;
  SplitId entries_split = no_index;
  std::vector<Join> joins;                  ///< in topological order of their nodes
  std::vector<std::uint32_t> join_of_node;  ///< index into `joins`, or no_index
  bool is_sound = true;

  const Split& split_at(PlaceId place) const { return splits[places[place].arm.split]; }
  /// The deepest place that holds both.
  PlaceId common(PlaceId a, PlaceId b) const;
  friend bool operator==(const Placement&, const Placement&) = default;
};

/// Finds the places by rules P1 to P3 and the partial joins they leave (06 §5.5, §5.6). Needs a sound control
/// graph. `bindings` gives the name of each node's flag. Too deep a place is E419 and ends the pass.
Placement find_places(const FlowGraph& graph, const ControlGraph& control,
                      const std::vector<std::string>& bindings, diag::Diagnostics& found);

/// True for the arm that runs when no other does (02 §4.1): an `else` edge, or the sequential edge of a
/// decision.
bool is_fallback(const FlowGraph& graph, const ControlGraph& control, EdgeIndex edge);

}  // namespace scaiflow::compiler
