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

}  // namespace

void check_kind(const ConfigCheck& c) {
  check_scope(c);
  switch (c.node.kind) {
    case KindId::LlmGuarded: check_guards(c); return check_model(c);
    case KindId::LlmFlexible: return check_model(c);
    case KindId::Checkpoint:
    case KindId::HitlDecision: return check_options(c);
    case KindId::ToolPlugin: return check_signature(c);
    case KindId::ComputeProvision: return check_lifecycle(c);
    case KindId::EntryApi:
    case KindId::EntryWebhook:
    case KindId::EntrySchedule:
    case KindId::LlmRigid:
    case KindId::LogicDecision:
    case KindId::LogicLoop:
    case KindId::LogicParallel:
    case KindId::ToolHttp:
    case KindId::DataVariableSet:
    case KindId::QueuePublish:
    case KindId::QueueConsume:
    case KindId::HitlReview:
    case KindId::QueueEscalation:
    case KindId::ComputeExec:
    case KindId::ComputeFileUpload:
    case KindId::ComputeFileDownload:
    case KindId::ComputeDestroy:
    case KindId::SubflowCall: return;
  }
}

}  // namespace scaiflow::compiler
