#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "generated/cpp/kinds.h"
#include "libs/base/json.h"
#include "libs/diag/diag.h"

namespace scaiflow::flow {

/// Positions in `FlowGraph::nodes` and `edges`, which are the positions in the document.
using NodeIndex = std::uint32_t;
using EdgeIndex = std::uint32_t;
using PortIndex = std::uint32_t;
inline constexpr std::uint32_t no_index = UINT32_MAX;

struct Port {
  std::string id;
  std::string label;
};

struct Node {
  std::string id;
  KindId kind{};
  std::string label;
  Json config = Json::object();  ///< always an object; an old `node.breakpoint` is in it
  std::vector<Port> inputs;      ///< the kind's own where the document names none
  std::vector<Port> outputs;

  const KindSpec& spec() const { return kind_spec(kind); }
};

enum class EdgeType : std::uint8_t { Sequential, Conditional, Data };

/// One end of an edge. The indices are `no_index` where node or port do not exist (F102 to F105).
struct EdgeEnd {
  std::string node_id;
  std::string port_id;  ///< the only port of the side where the document names none; else empty
  NodeIndex node = no_index;
  PortIndex port = no_index;
};

struct Edge {
  std::string id;
  EdgeType type = EdgeType::Sequential;
  EdgeEnd source;
  EdgeEnd target;
  std::optional<std::string> condition;

  bool is_connected() const { return source.port != no_index && target.port != no_index; }
};

/// A flow document whose envelope is sound (01 §2 to §6), with indices in place of ids. Edges may still be
/// wrong.
struct FlowGraph {
  Json document;  ///< in canonical order (01 §9), migrated
  std::vector<Node> nodes;
  std::vector<Edge> edges;
  /// Connected edges of every type by their source and their target, in document order.
  std::vector<std::vector<EdgeIndex>> outgoing;
  std::vector<std::vector<EdgeIndex>> incoming;

  const Json& config() const { return document["config"]; }
  const Json& core_identity() const { return config()["core_identity"]; }
};

struct ParseResult {
  std::optional<FlowGraph> graph;  ///< absent when the envelope has an error (F001 to F012)
  diag::Diagnostics diagnostics;   ///< in document order
};

/// Stages 1 and 2 of 06 §1: bytes or an already read value to a graph.
ParseResult parse(std::string_view bytes);
/// The same without F002, for bytes that the caller has made from something of limited size.
ParseResult parse_of_any_size(std::string_view bytes);
ParseResult parse_document(const Json& document);

/// The bytes as a JSON value, or F001, F002, F003, F012 alone: stage 1.
struct ReadResult {
  std::optional<Json> document;
  diag::Diagnostics diagnostics;
};
ReadResult read_document(std::string_view bytes);

std::string_view name_of(EdgeType type);
/// `nodes[3]`, `edges[3]`.
std::string node_path(NodeIndex node);
std::string edge_path(EdgeIndex edge);
/// The places of diagnostics about a node, one of its config fields, an edge.
diag::Place place_of(const FlowGraph& graph, NodeIndex node, std::string_view field = {});
diag::Place place_of_edge(const FlowGraph& graph, EdgeIndex edge, std::string_view field = {});

/// Sorts by place in the document, then code, then message; drops equal ones. More than 1 000 end with F999
/// (06 §1, §3), which takes the place of warnings first: an error never hides.
void arrange(diag::Diagnostics& diagnostics);

}  // namespace scaiflow::flow
