#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "apps/compiler/config_view.h"
#include "libs/diag/diag.h"

namespace scaiflow::compiler {

/// What an edge does in the control graph (06 §5.1, §5.2).
enum class EdgeRole : std::uint8_t {
  None,      ///< data, or an end is missing or parked
  Back,      ///< from a loop's body to the loop: adds nothing
  Plain,     ///< taken when its source ran
  Entry,     ///< arm of `flow#entry`: leaves one of several entries
  Decision,  ///< arm of a logic_decision
  Decide,    ///< arm of `<node>#decide`: conditional, or leaves an option port
  Branch,    ///< leaves a branch port of a parallel
  Body,      ///< leaves the body port of a loop
};

/// The body of one loop (06 §5.4).
struct LoopBody {
  NodeIndex loop = no_index;
  std::vector<NodeIndex> nodes;
  friend bool operator==(const LoopBody&, const LoopBody&) = default;
};

/// Sequential and conditional edges without back edges, over the nodes that an entry reaches.
struct ControlGraph {
  std::vector<EdgeRole> roles;              ///< per edge
  std::vector<char> is_reachable;           ///< per node
  std::vector<NodeIndex> entries;           ///< in document order
  std::vector<LoopBody> bodies;             ///< of the loops reached, outer ones before inner ones
  std::vector<std::vector<EdgeIndex>> out;  ///< per node, roles Plain to Body, document order
  std::vector<std::vector<EdgeIndex>> in;
  std::vector<NodeIndex> order;  ///< topological, ties by document order; empty when there is a cycle
  bool is_sound = false;         ///< false: a cycle or bodies too deep; places cannot be found
  friend bool operator==(const ControlGraph&, const ControlGraph&) = default;
};

/// Finds all of the above and reports F108, F109, F118, F119 and, for bodies too deep in each other, E419.
ControlGraph build_control_graph(const FlowGraph& graph, diag::Diagnostics& found);

}  // namespace scaiflow::compiler
