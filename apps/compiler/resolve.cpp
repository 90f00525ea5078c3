#include "apps/compiler/resolve.h"

#include <algorithm>
#include <unordered_set>

#include "libs/flow/names.h"
#include "libs/flow/values.h"

namespace scaiflow::compiler {
namespace {

using diag::Code;

bool uses_scope(const Node& node) { return node.spec().field("scope") != nullptr; }

/// The plugin a node calls; empty for none.
std::string plugin_of(const Node& node) {
  if (node.kind == KindId::ToolPlugin) return text_field(node, "plugin");
  if (node.kind == KindId::QueueEscalation) return "scaiqueue";
  return std::string(node.spec().call.plugin);
}

class Resolver {
 public:
  Resolver(const FlowGraph& graph, const ControlGraph& control, diag::Diagnostics& found,
           std::vector<std::string>& fixes)
      : graph_(graph), control_(control), found_(found), fixes_(fixes) {}

  Names run() {
    read_types();
    read_variables();
    read_roles();
    names_.default_scope = graph_.config()["scaiqueue"].string_or("scope", "");
    read_bindings();
    read_params();
    read_fixes();
    return std::move(names_);
  }

 private:
  void report(Code code, std::initializer_list<std::string_view> args, diag::Place place) {
    found_.push_back(diag::make(code, args, std::move(place)));
  }

  void read_types() {
    const Json& types = graph_.config()["types"];
    if (!types.is_object()) return;
    for (const auto& [name, value] : types.as_object()) {
      const std::string path = "config.types." + name;
      if (value.is_string()) {
        if (auto type = expr::Type::parse(value.as_string())) {
          names_.types.emplace(name, *type);
        } else {
          report(Code::F231_Path, {path, type.error().text}, {.path = path, .node_id = {}, .edge_id = {}});
        }
        continue;
      }
      auto type = expr::Type::from_output_schema(value);
      if (!type) {
        report(Code::F231_Path, {path + type.error().path, type.error().text},
               {.path = path, .node_id = {}, .edge_id = {}});
      } else {
        names_.types.emplace(name, type->value_or(expr::Type::object({})));
      }
    }
  }

  void read_variables() {
    const Json& variables = graph_.document["variables"];
    for (std::size_t i = 0; i < variables.size(); ++i) {
      const Json& value = variables.at(i);
      VariableInfo info{value["name"].as_string(), std::nullopt, value.bool_or("persist", false)};
      if (const Json& text = value["type"]; text.is_string()) {
        const std::string path = "variables[" + std::to_string(i) + "].type";
        if (auto type = expr::Type::parse(text.as_string())) {
          info.type = *type;
        } else {
          report(Code::F231_Path, {path, type.error().text}, {.path = path, .node_id = {}, .edge_id = {}});
        }
      }
      names_.by_variable.emplace(info.name, static_cast<std::uint32_t>(names_.variables.size()));
      names_.variables.push_back(std::move(info));
    }
  }

  void read_roles() {
    const Json& models = graph_.core_identity()["models"];
    for (std::size_t i = 0; i < models.size(); ++i) names_.roles.push_back(models.at(i)["role"].as_string());
  }

  void read_bindings() {
    names_.bindings.reserve(graph_.nodes.size());
    for (NodeIndex n = 0; n < graph_.nodes.size(); ++n) {
      const Node& node = graph_.nodes[n];
      const Json* chosen = has_result(node.kind) ? field_value(node, "result_binding") : nullptr;
      const bool is_chosen = chosen && chosen->is_string();
      names_.bindings.push_back(is_chosen ? chosen->as_string() : flow::default_binding(node.id));
      if (!control_.is_reachable[n] || !has_result(node.kind)) continue;
      check_binding(n, place_of(graph_, n, is_chosen ? "result_binding" : ""));
    }
    for (NodeIndex n = 0; n < graph_.nodes.size(); ++n) {
      if (control_.is_reachable[n] && graph_.nodes[n].kind == KindId::LogicLoop) check_item_names(n);
    }
  }

  void check_binding(NodeIndex n, const diag::Place& place) {
    const std::string& binding = names_.bindings[n];
    const std::string& id = graph_.nodes[n].id;
    if (!flow::is_valid_name(binding)) return report(Code::F123, {id, flow::shown(Json(binding))}, place);
    const auto [known, is_new] = names_.by_binding.emplace(binding, n);
    if (!is_new) report(Code::F122_Two, {binding, graph_.nodes[known->second].id, id}, place);
    if (names_.by_variable.contains(binding)) report(Code::F122_Variable, {binding, id}, place);
  }

  /// Loops may share item names with each other, but with no binding and no variable (02 §4.2).
  void check_item_names(NodeIndex n) {
    const Node& node = graph_.nodes[n];
    if (is_while(node)) return;
    std::unordered_set<std::string> own;
    for (const char* field : {"item_name", "index_name"}) {
      const std::string name = text_field(node, field);
      if (name.empty() || !flow::is_valid_name(name)) continue;
      diag::Place place = place_of(graph_, n, field);
      if (!own.insert(name).second) report(Code::F122_Two, {name, node.id, node.id}, place);
      if (names_.by_variable.contains(name)) report(Code::F122_Variable, {name, node.id}, place);
      const auto other = names_.by_binding.find(name);
      if (other == names_.by_binding.end()) continue;
      const NodeIndex first = std::min(other->second, n);
      const NodeIndex second = std::max(other->second, n);
      report(Code::F122_Two, {name, graph_.nodes[first].id, graph_.nodes[second].id}, place);
    }
  }

  /// The params are the union of all input schemas, if every entry has one (02 §2).
  void read_params() {
    std::vector<expr::Type> schemas;
    for (const NodeIndex n : control_.entries) {
      const Json* schema = field_value(graph_.nodes[n], "input_schema");
      if (!schema) continue;
      const auto type = expr::Type::from_output_schema(*schema);
      if (type && *type && (*type)->kind() == expr::Type::Kind::Object) schemas.push_back(**type);
    }
    if (schemas.empty() || schemas.size() != control_.entries.size()) return;
    std::vector<std::vector<expr::Type>> seen;
    for (const expr::Type& schema : schemas) {
      for (const expr::Type::Field& field : schema.fields()) {
        const auto at = static_cast<std::uint32_t>(names_.params.size());
        const auto [known, is_new] = names_.by_param.emplace(field.name, at);
        if (is_new) {
          names_.params.push_back({field.name, {}});
          seen.emplace_back();
        }
        seen[known->second].push_back(field.type);
      }
    }
    for (std::size_t i = 0; i < seen.size(); ++i) {
      const bool is_in_all = seen[i].size() == schemas.size();
      const expr::Type type = united(seen[i]);
      names_.params[i].type = is_in_all || type.is_optional() ? type : expr::Type::optional(type);
    }
  }

  static expr::Type united(const std::vector<expr::Type>& types) {
    std::vector<expr::Type> different;
    for (const expr::Type& type : types) {
      if (std::find(different.begin(), different.end(), type) == different.end()) different.push_back(type);
    }
    return different.size() == 1 ? different.front() : expr::Type::unite(different);
  }

  void read_fixes() {
    std::unordered_set<std::string> plugins;
    const Json& declared = graph_.config()["plugins"];
    for (std::size_t i = 0; i < declared.size(); ++i) {
      const Json& plugin = declared.at(i);
      plugins.insert(plugin.is_string() ? plugin.as_string() : plugin["alias"].as_string());
    }
    const bool has_bunker = graph_.config()["bunker"].is_object();
    for (NodeIndex n = 0; n < graph_.nodes.size(); ++n) {
      const Node& node = graph_.nodes[n];
      if (!control_.is_reachable[n]) continue;
      fix_role(node);
      fix_scope(node);
      if (const std::string plugin = plugin_of(node); !plugin.empty() && plugins.insert(plugin).second) {
        names_.added_plugins.push_back(plugin);
        fixes_.push_back("added plugin '" + plugin + "'");
      }
      const bool is_compute = node.spec().category == flow::Category::Compute;
      if (is_compute && !has_bunker && !names_.adds_bunker) {
        names_.adds_bunker = true;
        fixes_.push_back("added default bunker capability");
      }
    }
  }

  void fix_role(const Node& node) {
    const flow::FieldSpec* role = node.spec().field("llm_role");
    if (!role || role->alias.empty() || !node.config["llm_role"].is_null()) return;
    if (node.config[role->alias].is_string())
      fixes_.push_back("node '" + node.id + "': model read as llm_role");
  }

  void fix_scope(const Node& node) {
    if (!uses_scope(node) || field_value(node, "scope") || names_.default_scope.empty()) return;
    fixes_.push_back("node '" + node.id + "': scope '" + names_.default_scope + "' taken from the flow");
  }

  const FlowGraph& graph_;
  const ControlGraph& control_;
  diag::Diagnostics& found_;
  std::vector<std::string>& fixes_;
  Names names_;
};

}  // namespace

const VariableInfo* Names::variable(std::string_view name) const {
  const auto found = by_variable.find(std::string(name));
  return found == by_variable.end() ? nullptr : &variables[found->second];
}

const ParamInfo* Names::param(std::string_view name) const {
  const auto found = by_param.find(std::string(name));
  return found == by_param.end() ? nullptr : &params[found->second];
}

bool has_result(KindId kind) { return kind != KindId::DataVariableSet; }

std::string role_of(const Names& names, const Node& node) {
  const std::string role = text_field(node, "llm_role");
  if (!role.empty() || names.roles.empty()) return role;
  return names.roles.front();
}

Names resolve(const FlowGraph& graph, const ControlGraph& control, diag::Diagnostics& found,
              std::vector<std::string>& fixes) {
  return Resolver(graph, control, found, fixes).run();
}

}  // namespace scaiflow::compiler
