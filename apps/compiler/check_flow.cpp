#include "apps/compiler/check_flow.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "libs/flow/values.h"

namespace scaiflow::compiler {
namespace {

using diag::Code;
using flow::shown;

std::string item_path(std::string_view list, std::size_t i) {
  return std::string(list) + '[' + std::to_string(i) + ']';
}

class FlowChecker {
 public:
  FlowChecker(const FlowGraph& graph, const Names& names, diag::Diagnostics& found, Uses& uses)
      : graph_(graph), names_(names), found_(found), uses_(uses) {}

  void run() {
    check_models();
    check_identity();
    check_unique(graph_.config()["plugins"], "config.plugins", "plugin", "alias");
    check_unique(graph_.config()["scaiqueue"]["queues"], "config.scaiqueue.queues", "queue", "slug");
    check_unique(graph_.document["variables"], "variables", "variable", "name");
    check_unique(graph_.document["tests"], "tests", "test", "name");
    check_variables();
    check_bunker();
    check_published();
    const std::string output = "config.output";
    uses_.add_template(
        graph_.config()["output"],
        {output, {.path = output, .node_id = {}, .edge_id = {}}, UseAt::FlowEnd, no_index, {}});
    check_tests();
  }

 private:
  void report(Code code, std::string path, std::initializer_list<std::string_view> args) {
    found_.push_back(diag::make(code, args, {.path = std::move(path), .node_id = {}, .edge_id = {}}));
  }

  void check_models() {
    const std::string path = "config.core_identity.models";
    const Json& models = graph_.core_identity()["models"];
    if (models.size() == 0) report(Code::F412, path, {});
    std::unordered_set<std::string> roles;
    for (std::size_t i = 0; i < models.size(); ++i) {
      const std::string& role = models.at(i)["role"].as_string();
      if (!roles.insert(role).second) report(Code::F402, item_path(path, i), {role});
      check_modalities(models.at(i)["modalities"], item_path(path, i) + ".modalities");
    }
  }

  void check_modalities(const Json& modalities, const std::string& path) {
    std::unordered_set<std::string> seen;
    for (std::size_t i = 0; i < modalities.size(); ++i) {
      const std::string& name = modalities.at(i).as_string();
      if (!seen.insert(name).second) report(Code::F410, path, {"modality", name});
    }
  }

  void check_identity() {
    const Json& identity = graph_.core_identity();
    if (identity.string_or("mode", "stateless") != "entity") return;
    const std::string path = "config.core_identity.entity_key";
    const std::string key = identity.string_or("entity_key", "");
    if (key.empty()) return report(Code::F407_Missing, path, {});
    if (!names_.params.empty() && !names_.param(key)) report(Code::F407_Unknown, path, {key});
  }

  /// `list` holds objects with the member `key`, or the bare value of it.
  void check_unique(const Json& list, std::string_view path, std::string_view what, std::string_view key) {
    std::unordered_set<std::string> seen;
    for (std::size_t i = 0; i < list.size(); ++i) {
      const Json& name = list.at(i).is_string() ? list.at(i) : list.at(i)[key];
      if (!seen.insert(name.as_string()).second) report(Code::F410, item_path(path, i), {what, shown(name)});
    }
  }

  void check_variables() {
    const bool is_stateless = graph_.core_identity().string_or("mode", "stateless") == "stateless";
    const Json& variables = graph_.document["variables"];
    for (std::size_t i = 0; i < variables.size(); ++i) {
      const VariableInfo& info = names_.variables[i];
      const std::string path = item_path("variables", i);
      if (info.is_persistent && is_stateless) report(Code::F408, path + ".persist", {info.name});
      const Json& value = variables.at(i)["default"];
      if (value.is_null() || !info.type) continue;
      if (!expr::check(value, *info.type, expr::Strictness::Exact, names_.types)) {
        report(Code::F411, path + ".default", {info.name, info.type->to_text()});
      }
    }
  }

  /// Host names count only where some are allowed (01 §6.5).
  void check_bunker() {
    const Json& bunker = graph_.config()["bunker"];
    const std::string profile = bunker.string_or("network_profile", "");
    if (!bunker.contains("network_allowlist") || profile == "allowlisted") return;
    report(Code::F006, "config.bunker.network_profile",
           {"config.bunker.network_profile", profile, "allowlisted"});
  }

  void check_published() {
    const auto is_api = [](const Node& node) { return node.kind == KindId::EntryApi; };
    const bool has_api = std::any_of(graph_.nodes.begin(), graph_.nodes.end(), is_api);
    if (graph_.config().bool_or("publish_as_model", false) && !has_api) {
      report(Code::F413, "config.publish_as_model", {});
    }
  }

  void check_tests() {
    const Json& tests = graph_.document["tests"];
    if (tests.size() == 0) return;
    for (NodeIndex n = 0; n < graph_.nodes.size(); ++n) by_id_.emplace(graph_.nodes[n].id, n);
    for (std::size_t i = 0; i < tests.size(); ++i) check_test(tests.at(i), item_path("tests", i));
  }

  void check_test(const Json& test, const std::string& path) {
    const std::string name = shown(test["name"]);
    if (const Json& entry = test["entry"]; entry.is_string()) {
      const auto node = by_id_.find(entry.as_string());
      const bool is_entry = node != by_id_.end() && graph_.nodes[node->second].spec().is_entry;
      if (!is_entry) report(Code::F502, path + ".entry", {name, shown(entry)});
    }
    if (const Json& mocks = test["mocks"]; mocks.is_object()) {
      for (const auto& [id, mock] : mocks.as_object()) check_mock(name, id, path + ".mocks");
    }
    const Json& expect = test["expect"];
    for (const char* list : {"visited", "not_visited"}) {
      for (std::size_t i = 0; i < expect[list].size(); ++i) {
        const std::string& id = expect[list].at(i).as_string();
        if (!by_id_.contains(id)) report(Code::F501, path + ".expect." + list, {name, shown(Json(id))});
      }
    }
    check_asserts(expect["assert"], path + ".expect.assert");
  }

  void check_mock(const std::string& test, const std::string& id, const std::string& path) {
    const auto node = by_id_.find(id);
    if (node == by_id_.end()) return report(Code::F501, path, {test, shown(Json(id))});
    if (!graph_.nodes[node->second].spec().is_mockable) report(Code::F503, path, {test, id});
  }

  /// Only their form: the scope of an assertion is that of a finished run.
  void check_asserts(const Json& asserts, const std::string& path) {
    for (std::size_t i = 0; i < asserts.size(); ++i) {
      const std::string here = item_path(path, i);
      for (const expr::Problem& problem : expr::parse_e(asserts.at(i).as_string()).problems) {
        found_.push_back(expr::to_diagnostic(problem, here, {.path = here, .node_id = {}, .edge_id = {}}));
      }
    }
  }

  const FlowGraph& graph_;
  const Names& names_;
  diag::Diagnostics& found_;
  Uses& uses_;
  std::unordered_map<std::string, NodeIndex> by_id_;
};

}  // namespace

void check_flow(const FlowGraph& graph, const Names& names, diag::Diagnostics& found, Uses& uses) {
  FlowChecker(graph, names, found, uses).run();
}

}  // namespace scaiflow::compiler
