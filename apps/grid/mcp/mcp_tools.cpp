#include "apps/grid/mcp/mcp_tools.h"

#include <algorithm>

#include "libs/expr/type.h"

namespace scaiflow::grid {

namespace {

constexpr std::size_t name_max = 64;

Json schema_of(const Json& type, const expr::NamedTypes& named) {
  const auto parsed = expr::Type::from_json(type);
  return parsed ? expr::json_schema(*parsed, named) : Json::object();
}

/// The parameters of a flow; a flow without any takes what it is given.
Json input_schema(const CoreRow& core, const ir::Flow& flow, const expr::NamedTypes& named) {
  Json properties = Json::object();
  Json required = Json::array();
  for (const ir::Param& param : flow.params) {
    properties.set(param.name, schema_of(param.type, named));
    if (param.required) required.push_back(param.name);
  }
  const std::string key = core.entity_key_field.value_or("");
  if (core.concurrency_mode == "entity" && !key.empty()) {
    if (!properties.contains(key)) properties.set(key, Json::object({{"type", "string"}}));
    const JsonArray& names = required.as_array();
    if (std::find(names.begin(), names.end(), Json(key)) == names.end()) required.push_back(key);
  }
  Json out = Json::object({{"type", "object"}});
  if (properties.size() > 0) out.set("properties", properties);
  if (required.size() > 0) out.set("required", required);
  return out;
}

std::string description_of(const CoreRow& core, const ir::Module& module) {
  return core.description.empty() ? module.identity.persona : core.description;
}

}  // namespace

std::vector<McpTool> mcp_tools(const CoreRow& core, const ir::Module& module) {
  std::vector<const ir::Trigger*> triggers;
  for (const ir::Trigger& trigger : module.triggers) {
    if (trigger.kind == "api") triggers.push_back(&trigger);
  }
  expr::NamedTypes named;
  for (const ir::TypeDef& def : module.types) {
    if (const auto type = expr::Type::from_json(def.type)) named.emplace(def.name, *type);
  }
  std::vector<McpTool> out;
  for (const ir::Trigger* trigger : triggers) {
    const ir::Flow* flow = ir::find_flow(module, trigger->target_flow);
    if (flow == nullptr) continue;
    const bool sole = triggers.size() == 1;
    const std::string name = (sole ? core.slug : core.slug + "_" + trigger->name).substr(0, name_max);
    Json described = Json::object({{"name", name},
                                   {"title", sole ? core.name : core.name + ": " + trigger->name},
                                   {"description", description_of(core, module)},
                                   {"inputSchema", input_schema(core, *flow, named)}});
    const Json result = schema_of(flow->return_type, named);
    if (result.string_or("type", "") == "object") described.set("outputSchema", result);
    out.push_back({name, trigger->name, std::move(described)});
  }
  return out;
}

}  // namespace scaiflow::grid
