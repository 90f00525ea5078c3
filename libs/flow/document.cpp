#include "libs/flow/document.h"

#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "generated/cpp/limits.h"
#include "libs/base/json_text.h"
#include "libs/flow/canonical.h"
#include "libs/flow/migrate.h"
#include "libs/flow/shape_check.h"

namespace scaiflow::flow {
namespace {

using diag::Code;

diag::Diagnostic of_problem(const JsonProblem& problem) {
  switch (problem.kind) {
    case JsonProblem::Kind::TooDeep: return diag::make(Code::F012, {});
    case JsonProblem::Kind::DuplicateKey: {
      const bool at_root = problem.path.empty();
      diag::Place place;
      if (!at_root) place.path = problem.path;
      return diag::make(Code::F003, {at_root ? "document" : problem.path, problem.reason}, place);
    }
    case JsonProblem::Kind::Syntax: break;
  }
  return diag::make(Code::F001,
                    {problem.reason, std::to_string(problem.line), std::to_string(problem.column)});
}

/// F004 to F011: the codes behind which no graph can be built.
bool is_envelope_error(const diag::Diagnostic& diagnostic) {
  return diagnostic.code.size() == 4 && diagnostic.code >= "F001" && diagnostic.code <= "F012";
}

class GraphBuilder {
 public:
  explicit GraphBuilder(Json document) { graph_.document = std::move(document); }

  ParseResult run() {
    read_nodes();
    read_edges();
    ParseResult result;
    if (found_.empty()) result.graph = std::move(graph_);
    result.diagnostics = std::move(found_);
    return result;
  }

 private:
  void read_nodes() {
    const Json& nodes = graph_.document["nodes"];
    graph_.nodes.reserve(nodes.size());
    for (NodeIndex i = 0; i < nodes.size(); ++i) {
      read_node(nodes.at(i));
      const Node& node = graph_.nodes.back();
      if (!index_.emplace(node.id, i).second) report(Code::F011_Node, {node.id}, place_of(graph_, i));
      check_ports(i, node.inputs, "inputs");
      check_ports(i, node.outputs, "outputs");
    }
    graph_.outgoing.resize(graph_.nodes.size());
    graph_.incoming.resize(graph_.nodes.size());
  }

  void read_node(const Json& value) {
    Node& node = graph_.nodes.emplace_back();
    node.id = value["id"].as_string();
    node.kind = *kind_from_name(value["type"].as_string());
    node.label = value["label"].as_string();
    if (const Json* config = value.find("config")) node.config = *config;
    // Nothing leads into an entry, whatever ports the document draws on it (02 §2).
    if (!node.spec().is_entry) node.inputs = read_ports(value["inputs"], node.spec().inputs);
    node.outputs = read_ports(value["outputs"], node.spec().outputs);
  }

  static std::vector<Port> read_ports(const Json& value, std::span<const PortSpec> defaults) {
    std::vector<Port> ports;
    for (std::size_t i = 0; i < value.size(); ++i) {
      const std::string& id = value.at(i)["id"].as_string();
      ports.push_back({id, value.at(i).string_or("label", id)});
    }
    if (!ports.empty()) return ports;
    for (const PortSpec& port : defaults) ports.push_back({std::string(port.id), std::string(port.label)});
    return ports;
  }

  void check_ports(NodeIndex node, const std::vector<Port>& ports, std::string_view side) {
    std::unordered_set<std::string_view> seen;
    for (std::size_t i = 0; i < ports.size(); ++i) {
      if (seen.insert(ports[i].id).second) continue;
      diag::Place place = place_of(graph_, node);
      place.path->append(".").append(side).append("[").append(std::to_string(i)).append("]");
      report(Code::F011_Port, {ports[i].id, graph_.nodes[node].id}, std::move(place));
    }
  }

  void read_edges() {
    const Json& edges = graph_.document["edges"];
    graph_.edges.reserve(edges.size());
    std::unordered_set<std::string> seen;
    for (EdgeIndex i = 0; i < edges.size(); ++i) {
      read_edge(i, edges.at(i));
      const Edge& edge = graph_.edges.back();
      if (!seen.insert(edge.id).second) report(Code::F011_Edge, {edge.id}, place_of_edge(graph_, i));
      if (!edge.is_connected()) continue;
      graph_.outgoing[edge.source.node].push_back(i);
      graph_.incoming[edge.target.node].push_back(i);
    }
  }

  void read_edge(EdgeIndex i, const Json& value) {
    Edge& edge = graph_.edges.emplace_back();
    edge.id = value["id"].as_string();
    const std::string& type = value["type"].as_string();
    edge.type = type == "sequential"    ? EdgeType::Sequential
                : type == "conditional" ? EdgeType::Conditional
                                        : EdgeType::Data;
    if (value["condition"].is_string()) edge.condition = value["condition"].as_string();
    edge.source = read_end(i, value["source"], "source");
    edge.target = read_end(i, value["target"], "target");
  }

  EdgeEnd read_end(EdgeIndex i, const Json& value, std::string_view side) {
    EdgeEnd end;
    end.node_id = value["node"].as_string();
    end.port_id = value.string_or("port", "");
    const auto node = index_.find(end.node_id);
    if (node == index_.end()) return end;
    end.node = node->second;
    const Node& owner = graph_.nodes[end.node];
    const std::vector<Port>& ports = side == "source" ? owner.outputs : owner.inputs;
    if (!value.contains("port")) {
      if (ports.size() == 1) end.port_id = ports[0].id;
      if (ports.size() > 1) {
        diag::Place place = place_of_edge(graph_, i, side);
        const std::string path = *place.path;
        report(Code::F004, {path, "port"}, std::move(place));
      }
    }
    for (PortIndex p = 0; p < ports.size(); ++p) {
      if (ports[p].id == end.port_id) end.port = p;
    }
    return end;
  }

  void report(Code code, std::initializer_list<std::string_view> args, diag::Place place) {
    found_.push_back(diag::make(code, args, std::move(place)));
  }

  FlowGraph graph_;
  std::unordered_map<std::string, NodeIndex> index_;
  diag::Diagnostics found_;
};

ReadResult read_of_any_size(std::string_view bytes) {
  ReadResult result;
  JsonParseResult parsed =
      parse_json(bytes, {.integral_float = IntegralFloat::ToInt, .depth_max = limits::document_depth_max});
  for (const JsonProblem& problem : parsed.problems) result.diagnostics.push_back(of_problem(problem));
  if (parsed.ok()) result.document = std::move(parsed.value);
  return result;
}

ParseResult parse_read(ReadResult read) {
  if (!read.document) return {std::nullopt, std::move(read.diagnostics)};
  return parse_document(*read.document);
}

void append_field(std::string& path, std::string_view field) {
  if (!field.empty()) path.append(".").append(field);
}

}  // namespace

std::string_view name_of(EdgeType type) {
  switch (type) {
    case EdgeType::Sequential: return "sequential";
    case EdgeType::Conditional: return "conditional";
    case EdgeType::Data: return "data";
  }
  return "";
}

std::string node_path(NodeIndex node) { return "nodes[" + std::to_string(node) + ']'; }
std::string edge_path(EdgeIndex edge) { return "edges[" + std::to_string(edge) + ']'; }

diag::Place place_of(const FlowGraph& graph, NodeIndex node, std::string_view field) {
  std::string path = node_path(node);
  if (!field.empty()) path += ".config";
  append_field(path, field);
  return {.path = std::move(path), .node_id = graph.nodes[node].id, .edge_id = {}};
}

diag::Place place_of_edge(const FlowGraph& graph, EdgeIndex edge, std::string_view field) {
  std::string path = edge_path(edge);
  append_field(path, field);
  return {.path = std::move(path), .node_id = {}, .edge_id = graph.edges[edge].id};
}

ReadResult read_document(std::string_view bytes) {
  if (bytes.size() <= limits::document_bytes_max) return read_of_any_size(bytes);
  return {std::nullopt, {diag::make(Code::F002, {std::to_string(bytes.size())})}};
}

ParseResult parse(std::string_view bytes) { return parse_read(read_document(bytes)); }
ParseResult parse_of_any_size(std::string_view bytes) { return parse_read(read_of_any_size(bytes)); }

ParseResult parse_document(const Json& document) {
  const Json migrated = migrate(document);
  diag::Diagnostics found = check_shape(migrated);
  for (const diag::Diagnostic& diagnostic : found) {
    if (is_envelope_error(diagnostic)) return {std::nullopt, std::move(found)};
  }
  ParseResult result = GraphBuilder(canonical_value(migrated)).run();
  found.insert(found.end(), result.diagnostics.begin(), result.diagnostics.end());
  result.diagnostics = std::move(found);
  return result;
}

}  // namespace scaiflow::flow
