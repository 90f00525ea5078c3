#pragma once

#include <cstdint>
#include <vector>

#include "apps/compiler/placement.h"

namespace scaiflow::compiler {

/// What stands in a body: a node with all that belongs to it, a partial join, or the switch on the entry (06
/// §5.7).
enum class ItemKind : std::uint8_t { Node, Join, Entries };

struct Item {
  ItemKind kind = ItemKind::Node;
  NodeIndex node = no_index;  ///< of Entries: the first entry
  friend bool operator==(const Item&, const Item&) = default;
};

/// The parts of a node's item in order: its block, its flag blocks, its derived decision.
enum class Part : std::uint8_t { Block, Flags, Decide };

/// Where something stands, as seen from one place: the number of the item in the body, and the part of it.
struct Step {
  std::uint32_t position = 0;
  Part part = Part::Block;
  auto operator<=>(const Step&) const = default;
};

/// A point in the flow that names are read from.
struct Point {
  PlaceId place = flow_body;
  Step step;
  friend bool operator==(const Point&, const Point&) = default;
};

/// The items of every body in the order in which they run, and where each stands.
struct Order {
  std::vector<std::vector<Item>> bodies;  ///< by place
  std::vector<Point> points;              ///< by node: its block; entries stand before everything
  std::vector<Step> steps;                ///< by place: where its split stands in the body around it
  friend bool operator==(const Order&, const Order&) = default;
};

/// Behind the last block of the flow.
inline constexpr Point flow_end{flow_body, {UINT32_MAX, Part::Block}};

/// True when node `a` can have run before `b` and its result can be read there (06 §5.10).
bool can_run_before(const FlowGraph& graph, const Placement& placement, const Order& order, NodeIndex a,
                    const Point& b);

/// Sorts every body (06 §5.7). Data edges on a circle, or whose source cannot run before the target, are
/// F120; the former are left out of the order.
Order find_order(const FlowGraph& graph, const ControlGraph& control, const Placement& placement,
                 diag::Diagnostics& found);

}  // namespace scaiflow::compiler
