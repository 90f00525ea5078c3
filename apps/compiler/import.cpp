#include <algorithm>
#include <unordered_set>
#include <utility>

#include "apps/compiler/compile.h"
#include "apps/compiler/import_config.h"
#include "apps/compiler/import_steps.h"
#include "libs/flow/canonical.h"
#include "libs/flow/document.h"
#include "libs/manifest/yaml_reader.h"

namespace scaiflow::compiler {
namespace {

using diag::Code;

class Importer {
 public:
  Importer(const Json& core, const std::string& fresh_id)
      : core_(core), meta_(core["scaiflow_meta"]), graph_(meta_["graph"]), flow_(core["flows"].at(0)) {
    document_.set("id", meta_.string_or("source_id", fresh_id));
    document_.set("name", graph_.string_or("name", core.string_or("name", "Imported Flow")));
    document_.set("version", meta_.string_or("source_version", "1.0.0"));
    if (meta_["scaicore_target"].is_string()) document_.set("scaicore_target", meta_["scaicore_target"]);
  }

  ImportResult run() {
    const bool has_graph = graph_.is_object();
    read_steps_of_flow(has_graph);
    if (has_graph) {
      from_graph();
    } else {
      from_steps();
    }
    keep_unknown();
    ImportResult result;
    result.diagnostics = std::move(found_);
    std::string text = flow::canonical(document_);
    // A manifest may have been changed by hand; what comes out is a valid document or nothing. Its size is
    // that of the canonical form, which may be larger than the bytes that F002 limits, but not than the
    // manifest allows.
    flow::ParseResult parsed = flow::parse_of_any_size(text);
    if (parsed.graph) {
      result.flow = std::move(text);
    } else {
      for (diag::Diagnostic& problem : parsed.diagnostics) result.diagnostics.push_back(std::move(problem));
    }
    return result;
  }

 private:
  void read_steps_of_flow(bool has_graph) {
    std::vector<EdgeSource> sources;
    if (!has_graph) {
      entries_ = import_entries(flow_);
      for (const Json& entry : entries_) {
        const std::string type = entry["type"].as_string();
        sources.push_back({entry["id"].as_string(), default_output(type), {}});
      }
    }
    steps_ = read_steps(flow_["steps"], std::move(sources), found_);
  }

  // ---- with `graph`: the steps only fill in what it leaves out (05 §6.1) ----

  void from_graph() {
    for (const char* key : {"metadata", "variables", "config", "tests"}) {
      if (const Json* value = graph_.find(key)) document_.set(key, *value);
    }
    if (graph_["extra"].is_object()) {
      for (const auto& [key, value] : graph_["extra"].as_object()) document_.set(key, value);
    }
    if (document_["config"].is_object()) restore_models();
    restore_nodes();
    restore_edges();
  }

  void restore_models() {
    Json config = document_["config"];
    Json identity = config["core_identity"].is_object() ? config["core_identity"] : Json::object();
    identity.set("models", import_models(core_, found_));
    config.set("core_identity", std::move(identity));
    document_.set("config", std::move(config));
  }

  void restore_nodes() {
    JsonArray nodes;
    for (std::size_t i = 0; i < graph_["nodes"].size(); ++i) {
      const Json& drawn = graph_["nodes"].at(i);
      const std::string id = drawn.string_or("id", "");
      kept_.insert(id);
      const auto step = steps_.by_id.find(id);
      if (step != steps_.by_id.end()) {
        nodes.push_back(merged(drawn, steps_.nodes[step->second]));
      } else if (drawn.contains("type")) {
        nodes.push_back(drawn);
      } else {
        kept_.erase(id);
        diag::Place place;
        place.node_id = id;
        found_.push_back(diag::make(Code::F606, {id}, std::move(place)));
      }
    }
    for (const Json& node : steps_.nodes) {
      if (!kept_.insert(node["id"].as_string()).second) continue;
      added_.insert(node["id"].as_string());
      nodes.push_back(placed(node, nodes.size()));
    }
    document_.set("nodes", std::move(nodes));
  }

  static Json merged(const Json& drawn, const Json& step) {
    Json node = drawn;
    for (const char* key : {"type", "label", "config"}) {
      if (const Json* value = step.find(key)) node.set(key, *value);
    }
    return node;
  }

  void restore_edges() {
    JsonArray edges;
    std::unordered_set<std::string> ids;
    for (std::size_t i = 0; i < graph_["edges"].size(); ++i) {
      const Json& edge = graph_["edges"].at(i);
      const bool is_kept = kept_.contains(edge["source"].string_or("node", "")) &&
                           kept_.contains(edge["target"].string_or("node", ""));
      if (!is_kept) continue;
      ids.insert(edge.string_or("id", ""));
      edges.push_back(edge);
    }
    for (const Json& edge : steps_.edges) {
      const bool is_new = added_.contains(edge["source"]["node"].as_string()) ||
                          added_.contains(edge["target"]["node"].as_string());
      if (is_new) edges.push_back(numbered(edge, ids));
    }
    document_.set("edges", std::move(edges));
  }

  /// With the next free id. The number only grows: looking again at those that were taken would be quadratic.
  Json numbered(const Json& edge, std::unordered_set<std::string>& ids) {
    edge_number_ = std::max(edge_number_, ids.size());
    std::string id;
    do {
      id = "edge_" + std::to_string(++edge_number_);
    } while (!ids.insert(id).second);
    Json out = Json::object({{"id", std::move(id)}});
    for (const auto& [key, value] : edge.as_object()) out.set(key, value);
    return out;
  }

  /// Below one another, as there is nothing to tell where it was drawn (05 §6.2).
  static Json placed(Json node, std::size_t n) {
    node.set("position", Json::object({{"x", 80}, {"y", 80 + 120 * static_cast<std::int64_t>(n)}}));
    if (!node.contains("config")) node.set("config", Json::object());
    return node;
  }

  // ---- without `graph`: nodes and edges follow the nesting (05 §6.2) ----

  void from_steps() {
    JsonArray nodes;
    std::unordered_set<std::string> ids;
    for (const Json& entry : entries_) nodes.push_back(placed(entry, nodes.size()));
    for (Json node : steps_.nodes) {
      const std::string id = node["id"].as_string();
      if (const auto branches = steps_.branches.find(id); branches != steps_.branches.end()) {
        set_branch_ports(node, branches->second);
      }
      nodes.push_back(placed(std::move(node), nodes.size()));
    }
    JsonArray edges;
    for (const Json& edge : steps_.edges) edges.push_back(numbered(edge, ids));
    document_.set("nodes", std::move(nodes));
    document_.set("edges", std::move(edges));
    import_core(core_, document_, found_);
  }

  /// Only where the kind's own ports do not name the branches.
  static void set_branch_ports(Json& node, const std::vector<std::string>& branches) {
    bool are_default = true;
    for (const std::string& name : branches)
      are_default = are_default && (name == "branch_1" || name == "branch_2");
    if (are_default) return;
    JsonArray ports;
    for (const std::string& name : branches) ports.push_back(Json::object({{"id", name}}));
    ports.push_back(Json::object({{"id", "out"}, {"label", "joined"}}));
    node.set("outputs", std::move(ports));
  }

  /// Steps and flows that have no place in the document (05 §6.3, §6.5).
  void keep_unknown() {
    JsonArray unknown(steps_.unknown.begin(), steps_.unknown.end());
    for (std::size_t i = 1; i < core_["flows"].size(); ++i) {
      const Json& other = core_["flows"].at(i);
      unknown.push_back(Json::object({{"path", "flows[" + std::to_string(i) + "]"}, {"flow", other}}));
      found_.push_back(diag::make(Code::F607, {other.string_or("name", "")}));
    }
    if (unknown.empty()) return;
    Json metadata = document_["metadata"].is_object() ? document_["metadata"] : Json::object();
    Json all = metadata["unknown_steps"].is_array() ? metadata["unknown_steps"] : Json::array();
    for (Json& entry : unknown) all.push_back(std::move(entry));
    metadata.set("unknown_steps", std::move(all));
    document_.set("metadata", std::move(metadata));
  }

  const Json& core_;
  const Json& meta_;
  const Json& graph_;
  const Json& flow_;
  Json document_ = Json::object();
  std::vector<Json> entries_;
  ImportedSteps steps_;
  std::unordered_set<std::string> kept_;
  std::unordered_set<std::string> added_;
  std::size_t edge_number_ = 0;
  diag::Diagnostics found_;
};

}  // namespace

ImportResult import_manifest(std::string_view yaml_text, const std::string& fresh_id) {
  auto tree = manifest::read_yaml(yaml_text);
  if (!tree) return {std::nullopt, std::move(tree.error())};
  const Json& core = (*tree)["core"];
  if (!core.is_object()) return {std::nullopt, {diag::make(Code::F602, {})}};
  return Importer(core, fresh_id).run();
}

}  // namespace scaiflow::compiler
