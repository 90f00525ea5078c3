#include "apps/compiler/import_config.h"

#include <string>

#include "generated/cpp/kinds.h"
#include "libs/base/free_names.h"
#include "libs/flow/names.h"

namespace scaiflow::compiler {
namespace {

void copy(Json& to, const Json& from, std::initializer_list<const char*> keys) {
  for (const char* key : keys) {
    if (!from[key].is_null()) to.set(key, from[key]);
  }
}

Json entry_of(const Json& trigger, const Json& input, FreeNames& ids) {
  const std::string type = trigger.string_or("type", "api");
  const std::string kind_name = "entry_" + type;
  const auto kind = flow::kind_from_name(kind_name);
  const std::string id = ids.take("node_" + flow::identifier_from(trigger.string_or("name", type)));
  Json config = Json::object();
  copy(config, trigger, {"method", "path", "auth", "cron", "timezone"});
  if (!input.is_null()) config.set("input_schema", input);
  const std::string label = kind ? std::string(flow::kind_spec(*kind).title) : kind_name;
  return Json::object({{"id", id}, {"type", kind_name}, {"label", label}, {"config", std::move(config)}});
}

/// A `bunker` capability is a setting of the flow, all others stay capabilities.
void import_capabilities(const Json& core, Json& config) {
  JsonArray others;
  for (std::size_t i = 0; i < core["capabilities"].size(); ++i) {
    const Json& capability = core["capabilities"].at(i);
    if (capability["bunker"].is_object()) {
      config.set("bunker", capability["bunker"]);
    } else {
      others.push_back(capability);
    }
  }
  config.set("capabilities", std::move(others));
}

Json import_variables(const Json& core) {
  JsonArray variables;
  for (std::size_t i = 0; i < core["variables"].size(); ++i) variables.push_back(core["variables"].at(i));
  for (std::size_t i = 0; i < core["memory"].size(); ++i) {
    Json field = core["memory"].at(i);
    if (field.is_object()) variables.push_back(field.set("persist", true));
  }
  return variables;
}

Json import_identity(const Json& core, diag::Diagnostics& found) {
  Json identity = Json::object();
  copy(identity, core["identity"], {"name", "persona"});
  identity.set("models", import_models(core, found));
  if (core["mode"].is_string()) identity.set("mode", core["mode"]);
  const Json& entity = core["entity"];
  if (!entity["key"].is_null()) identity.set("entity_key", entity["key"]);
  copy(identity, entity, {"idle_timeout", "max_concurrent", "max_active_instances", "overflow"});
  return identity;
}

}  // namespace

Json import_models(const Json& core, diag::Diagnostics& found) {
  const Json& models = core["scaiflow_meta"]["models"];
  if (models.is_array()) return models;
  const std::string model = core.string_or("model", "");
  if (model.empty()) return Json::array();
  const std::size_t slash = model.find('/');
  if (slash == std::string::npos) found.push_back(diag::make(diag::Code::F605, {model}));
  const bool names_provider = slash != std::string::npos;
  return Json::array({Json::object({{"role", "primary"},
                                    {"ref", names_provider ? model.substr(0, slash) : "scaigrid"},
                                    {"model", names_provider ? model.substr(slash + 1) : model}})});
}

std::vector<Json> import_entries(const Json& flow) {
  std::vector<Json> entries;
  FreeNames ids;
  const Json& first = flow["trigger"];
  entries.push_back(entry_of(first.is_object() ? first : Json::object(), flow["input"], ids));
  const Json& others = flow["additional_triggers"];
  for (std::size_t i = 0; i < others.size(); ++i)
    entries.push_back(entry_of(others.at(i), flow["input"], ids));
  return entries;
}

void import_core(const Json& core, Json& document, diag::Diagnostics& found) {
  Json config = Json::object({{"core_identity", import_identity(core, found)}});
  if (core["plugins"].is_array()) config.set("plugins", core["plugins"]);
  import_capabilities(core, config);
  copy(config, core, {"scaiqueue", "types"});
  copy(config, core["scaiflow_meta"], {"publish_as_model", "model_visibility_group_ids"});
  document.set("config", std::move(config));
  document.set("variables", import_variables(core));
  if (core["description"].is_string()) {
    document.set("metadata", Json::object({{"description", core["description"]}}));
  }
}

}  // namespace scaiflow::compiler
