#include <algorithm>

#include "apps/compiler/check_configs.h"
#include "generated/cpp/plugins.h"
#include "libs/flow/values.h"

namespace scaiflow::compiler {
namespace {

using diag::Code;
using flow::shown;

/// F209: a queue node that can inherit no scope.
void check_scope(const ConfigCheck& c) {
  if (!c.node.spec().field("scope") || !c.names.default_scope.empty()) return;
  if (text_field(c.node, "scope").empty()) c.report(Code::F209, "scope", {c.node.id});
}

void check_model(const ConfigCheck& c) {
  const Json& role = c.node.config["llm_role"];
  const Json& model = c.node.config["model"];
  if (role.is_string() && model.is_string() && role.as_string() != model.as_string()) {
    c.report(Code::F216, "llm_role", {c.node.id});
  }
  const std::string used = role_of(c.names, c.node);
  const Json& models = c.graph.core_identity()["models"];
  for (std::size_t i = 0; i < models.size(); ++i) {
    if (models.at(i)["role"].as_string() != used) continue;
    const Json* modalities = models.at(i).find("modalities");
    if (!modalities) return;
    const auto& all = modalities->as_array();
    if (std::find(all.begin(), all.end(), Json("text")) == all.end()) {
      c.report(Code::F232, "llm_role", {c.node.id, used});
    }
    return;
  }
}

void check_guards(const ConfigCheck& c) {
  if (!field_value(c.node, "guard") && !field_value(c.node, "validate")) {
    c.report(Code::F218, "", {c.node.id});
  }
}

void check_options(const ConfigCheck& c) {
  const std::string type = text_field(c.node, "type");
  if ((type == "approval" || type == "choice") && options_of(c.node).empty()) {
    c.report(Code::F215, "options", {c.node.id});
  }
}

/// The call against the signature of a built-in plugin (02 §11).
void check_signature(const ConfigCheck& c) {
  const std::string alias = text_field(c.node, "plugin");
  const std::string name = text_field(c.node, "method");
  const flow::Plugin* plugin = flow::builtin_plugin(alias);
  if (!plugin || name.empty()) return;
  const flow::PluginMethod* method = plugin->method(name);
  if (!method) {
    if (plugin->closed) c.report(Code::F404, "method", {alias, name});
    return;
  }
  const Json args = field_or_default(c.node, "args");
  for (const flow::PluginArg& arg : method->args) {
    if (arg.required && !args.contains(arg.name)) c.report(Code::F403, "args", {alias, name, arg.name});
  }
  if (!args.is_object()) return;
  for (const JsonMember& given : args.as_object()) {
    const auto is_given = [&](const flow::PluginArg& arg) { return arg.name == given.first; };
    if (std::any_of(method->args.begin(), method->args.end(), is_given)) continue;
    c.report(Code::F405, "args." + given.first, {alias, name, shown(Json(given.first))});
  }
}

void check_lifecycle(const ConfigCheck& c) {
  if (text_field(c.node, "lifecycle") != "session") return;
  if (c.graph.core_identity().string_or("mode", "stateless") != "entity") {
    c.report(Code::F222, "lifecycle", {c.node.id});
  }
}

void check_guarded(const ConfigCheck& c) {
  check_guards(c);
  check_model(c);
}

/// Kinds with more to check than their fields say.
struct OwnCheck {
  KindId kind;
  void (*run)(const ConfigCheck&);
};
constexpr OwnCheck own_checks[] = {
    {KindId::LlmGuarded, check_guarded},   {KindId::LlmFlexible, check_model},
    {KindId::Checkpoint, check_options},   {KindId::HitlDecision, check_options},
    {KindId::ToolPlugin, check_signature}, {KindId::ComputeProvision, check_lifecycle},
};

}  // namespace

void check_kind(const ConfigCheck& c) {
  check_scope(c);
  for (const OwnCheck& own : own_checks) {
    if (own.kind == c.node.kind) own.run(c);
  }
}

}  // namespace scaiflow::compiler
