#include "apps/compiler/import_steps.h"

#include <iterator>
#include <utility>

#include "generated/cpp/kinds.h"
#include "libs/manifest/manifest.h"

namespace scaiflow::compiler {
namespace {

using Sources = std::vector<EdgeSource>;

void add(Sources& to, Sources from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

class StepWalker {
 public:
  explicit StepWalker(diag::Diagnostics& found) : found_(found) {}

  /// Walks one list; gives what leads on from its last steps. At most as deep as the YAML reader admits.
  Sources list(const Json& steps, Sources sources, const std::string& path) {
    for (std::size_t i = 0; i < steps.size(); ++i) {
      sources = step(steps.at(i), std::move(sources), path + std::to_string(i));
    }
    return sources;
  }

  ImportedSteps take() { return std::move(out_); }

 private:
  Sources step(const Json& step, Sources sources, const std::string& path) {
    const Json& meta = step["meta"];
    const std::string node_id = meta.string_or("node_id", "");
    if (meta.bool_or("synthetic", false)) return synthetic(step, std::move(sources), path);
    const bool is_node = !node_id.empty() && flow::kind_from_name(meta.string_or("node_kind", ""));
    if (!is_node || !add_node(node_id, meta)) {
      keep_unknown(step, path);
      return sources;
    }
    for (const EdgeSource& source : sources) connect(source, node_id);
    return inside(step, node_id, path);
  }

  void keep_unknown(const Json& step, const std::string& path) {
    out_.unknown.push_back(Json::object({{"path", path}, {"step", step}}));
    found_.push_back(diag::make(diag::Code::F604, {path}));
  }

  bool add_node(const std::string& id, const Json& meta) {
    if (!out_.by_id.emplace(id, out_.nodes.size()).second) return false;
    Json node =
        Json::object({{"id", id}, {"type", meta["node_kind"]}, {"label", meta.string_or("node_label", id)}});
    if (const Json* config = meta.find("node_config")) node.set("config", *config);
    out_.nodes.push_back(std::move(node));
    return true;
  }

  void connect(const EdgeSource& source, const std::string& target) {
    Json edge = Json::object({{"type", source.condition.empty() ? "sequential" : "conditional"},
                              {"source", Json::object({{"node", source.node}, {"port", source.port}})},
                              {"target", Json::object({{"node", target}, {"port", "in"}})}});
    if (!source.condition.empty()) edge.set("condition", source.condition);
    out_.edges.push_back(std::move(edge));
  }

  /// The lists inside a node's step; gives what leads on from the node.
  Sources inside(const Json& step, const std::string& id, const std::string& path) {
    const std::string type = step["meta"].string_or("node_kind", "");
    const std::string port = default_output(type);
    const auto lists = manifest::step_lists(step);
    if (type == "logic_decision") return arms(lists, id, port, path, Sources{});
    for (const manifest::StepList& inner : lists) {
      Sources sources{{id, port, {}}};
      if (type == "logic_loop") sources = {{id, "body", {}}};
      if (type == "logic_parallel") {
        sources = {{id, inner.label, {}}};
        out_.branches[id].push_back(inner.label);
      }
      list(inner.steps, std::move(sources), inner_path(path, inner));
    }
    if (type == "logic_loop") return {{id, "done", {}}};
    return {{id, type == "logic_parallel" ? "out" : port, {}}};
  }

  static std::string inner_path(const std::string& path, const manifest::StepList& inner) {
    return path + '.' + std::to_string(inner.index) + '.';
  }

  /// Arms leave the decision by conditional edges; without a fallback an empty one keeps the way on open.
  Sources arms(const std::vector<manifest::StepList>& lists, const std::string& id, const std::string& port,
               const std::string& path, Sources after) {
    bool has_fallback = false;
    for (const manifest::StepList& arm : lists) {
      const bool is_fallback = arm.key == "else";
      has_fallback = has_fallback || is_fallback;
      Sources sources{{id, port, is_fallback ? "else" : arm.label}};
      add(after, list(arm.steps, std::move(sources), inner_path(path, arm)));
    }
    if (!has_fallback) after.push_back({id, port, "else"});
    return after;
  }

  /// A derived step is no node. A decision behind a node gives that node conditional edges; whatever else is
  /// derived just holds steps.
  Sources synthetic(const Json& step, Sources sources, const std::string& path) {
    const auto lists = manifest::step_lists(step);
    const std::string id = step["meta"].string_or("block_id", "");
    const bool is_decision = id.ends_with("#decide") && sources.size() == 1 && sources[0].condition.empty();
    if (is_decision) {
      const EdgeSource from = sources[0];
      for (const manifest::StepList& arm : lists) {
        const std::string condition = arm.key == "else" ? "else" : arm.label;
        add(sources, list(arm.steps, {{from.node, from.port, condition}}, inner_path(path, arm)));
      }
      return sources;
    }
    const bool is_wrapper = id.ends_with("#budget");
    Sources after = is_wrapper ? Sources() : sources;
    for (const manifest::StepList& inner : lists)
      add(after, list(inner.steps, sources, inner_path(path, inner)));
    return after;
  }

  diag::Diagnostics& found_;
  ImportedSteps out_;
};

}  // namespace

std::string default_output(const std::string& type) {
  const auto kind = flow::kind_from_name(type);
  if (!kind || flow::kind_spec(*kind).outputs.empty()) return "out";
  return std::string(flow::kind_spec(*kind).outputs.front().id);
}

ImportedSteps read_steps(const Json& steps, std::vector<EdgeSource> sources, diag::Diagnostics& found) {
  StepWalker walker(found);
  walker.list(steps, std::move(sources), {});
  return walker.take();
}

}  // namespace scaiflow::compiler
