#include "apps/compiler/whole_flow.h"

#include "apps/compiler/lower/assemble.h"
#include "apps/compiler/lower/lower.h"
#include "libs/base/text.h"
#include "libs/flow/values.h"

namespace scaiflow::compiler {
namespace {

ir::JsonMap map_of(const Json& value) { return value.is_object() ? value.as_object() : ir::JsonMap(); }

std::vector<std::string> texts(const Json& list) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < list.size(); ++i) out.push_back(list.at(i).as_string());
  return out;
}

template <class T, class Names>
T enum_of(const Names& names, std::string_view text, T fallback) {
  for (std::size_t i = 0; i < std::size(names); ++i) {
    if (names[i] == text) return static_cast<T>(i);
  }
  return fallback;
}

class FlowLowering {
 public:
  FlowLowering(const Analysis& analysis, const std::string& source_id)
      : analysis_(analysis), document_(analysis.graph->document), config_(analysis.graph->config()),
        identity_(analysis.graph->core_identity()), source_id_(source_id) {}

  ir::Module run() {
    const std::string& name = document_["name"].as_string();
    module_.name = slug_of(name);
    if (module_.name.empty()) module_.name = "flow";
    module_.version = document_["version"].as_string();
    module_.description = document_["metadata"].string_or("description", "");
    module_.instance = instance();
    module_.identity.name = identity_.string_or("name", name);
    module_.identity.persona = identity_.string_or("persona", name);
    for (const Json& model : identity_["models"].as_array()) module_.models.push_back(model_of(model));
    add_plugins();
    add_capabilities();
    if (config_["scaiqueue"].is_object()) module_.scaiqueue = scaiqueue();
    add_types();
    add_variables();
    for (const NodeIndex n : analysis_.control.entries) module_.triggers.push_back(trigger(n));
    module_.flows.push_back(flow());
    module_.metadata.set("scaiflow_meta", meta());
    return std::move(module_);
  }

 private:
  ir::Instance instance() const {
    ir::Instance out;
    out.mode = enum_of(ir::InstanceMode_names, identity_.string_or("mode", ""), out.mode);
    // What a stateless Core cannot use does not reach its manifest (05 §1), so the module has no trace of it
    // either.
    if (out.mode == ir::InstanceMode::Stateless) return out;
    if (identity_["entity_key"].is_string()) out.entity_key = identity_["entity_key"].as_string();
    if (const auto ms = flow::duration_of(identity_["idle_timeout"])) out.idle_timeout_ms = *ms;
    out.max_concurrent = identity_.int_or("max_concurrent", out.max_concurrent);
    out.max_active_instances = identity_.int_or("max_active_instances", out.max_active_instances);
    out.overflow = enum_of(ir::Overflow_names, identity_.string_or("overflow", ""), out.overflow);
    return out;
  }

  static ir::Model model_of(const Json& value) {
    ir::Model out;
    out.role = value["role"].as_string();
    out.provider = value["ref"].as_string();
    out.model = value["model"].as_string();
    if (value["temperature"].is_number()) out.temperature = value["temperature"].as_double();
    if (value.contains("modalities")) out.modalities = texts(value["modalities"]);
    if (value["system_context"].is_string()) out.system_context = value["system_context"].as_string();
    for (std::size_t i = 0; i < value["fallback"].size(); ++i) {
      const Json& other = value["fallback"].at(i);
      out.fallback.push_back({other["ref"].as_string(), other["model"].as_string()});
    }
    return out;
  }

  void add_plugins() {
    const auto add = [this](const std::string& alias, const Json& endpoint, const Json& config) {
      module_.plugins.push_back(
          {alias, endpoint.is_string() ? endpoint.as_string() : "plugin://" + alias, map_of(config)});
    };
    const Json& declared = config_["plugins"];
    for (std::size_t i = 0; i < declared.size(); ++i) {
      const Json& plugin = declared.at(i);
      if (plugin.is_string()) {
        add(plugin.as_string(), Json(), Json());
      } else {
        add(plugin["alias"].as_string(), plugin["endpoint"], plugin["config"]);
      }
    }
    for (const std::string& alias : analysis_.names.added_plugins) add(alias, Json(), Json());
  }

  void add_capabilities() {
    const Json& declared = config_["capabilities"];
    for (std::size_t i = 0; i < declared.size(); ++i) module_.capabilities.push_back(declared.at(i));
    const Json& bunker = config_["bunker"];
    if (bunker.is_object()) {
      module_.capabilities.push_back(Json::object({{"bunker", bunker}}));
    } else if (analysis_.names.adds_bunker) {
      const Json fallback = Json::object({{"lifecycle", "ephemeral"}, {"image", "python-3.12"}});
      module_.capabilities.push_back(Json::object({{"bunker", fallback}}));
    }
  }

  Json scaiqueue() const {
    Json queues = Json::array();
    const Json& declared = config_["scaiqueue"]["queues"];
    for (std::size_t i = 0; i < declared.size(); ++i) queues.push_back(queue_of(declared.at(i)));
    return Json::object({{"scope", config_["scaiqueue"]["scope"]}, {"queues", std::move(queues)}});
  }

  /// With its defaults (01 §6.4).
  static Json queue_of(const Json& value) {
    const std::string& slug = value["slug"].as_string();
    return Json::object({{"slug", slug},
                         {"display_name", value.string_or("display_name", slug)},
                         {"description", value.string_or("description", "")},
                         {"consumer_mode", value.string_or("consumer_mode", "fifo")},
                         {"max_retries", value.int_or("max_retries", 5)},
                         {"purpose", value.string_or("purpose", "custom")}});
  }

  void add_types() {
    if (!config_["types"].is_object()) return;
    for (const auto& [name, value] : config_["types"].as_object()) {
      const auto type = analysis_.names.types.find(name);
      if (type != analysis_.names.types.end()) module_.types.push_back({name, type->second.to_json()});
    }
  }

  void add_variables() {
    const Json& variables = document_["variables"];
    for (std::size_t i = 0; i < variables.size(); ++i) {
      const VariableInfo& info = analysis_.names.variables[i];
      const Json type = info.type ? info.type->to_json() : Json();
      const Json& value = variables.at(i);
      if (info.is_persistent) {
        module_.memory.push_back({info.name, info.type ? type : expr::Type().to_json(), value["default"]});
      } else {
        module_.variables.push_back({info.name, type, value["default"], value.string_or("description", "")});
      }
    }
  }

  ir::Trigger trigger(NodeIndex n) const {
    const Node& node = analysis_.graph->nodes[n];
    ir::Trigger out;
    out.name = analysis_.names.bindings[n];
    out.target_flow = module_.name;
    if (node.kind == KindId::EntrySchedule) {
      out.kind = "schedule";
      out.cron = text_field(node, "cron");
      out.timezone = text_field(node, "timezone");
      return out;
    }
    out.kind = node.kind == KindId::EntryApi ? "api" : "webhook";
    out.method = text_field(node, "method");
    out.path = text_field(node, "path");
    if (const Json* auth = field_value(node, "auth")) out.auth = *auth;
    return out;
  }

  ir::Flow flow() const {
    ir::Flow out;
    out.name = module_.name;
    for (const ParamInfo& param : analysis_.names.params) {
      out.params.push_back({param.name, param.type.to_json(), Json(), !param.type.is_optional()});
    }
    out.body = assemble(analysis_);
    if (const std::optional<ir::Budget> limits = budget_of(config_)) {
      ir::Block block = derived_block("flow#budget");
      block.detail = ir::BudgetBlock{*limits, std::move(out.body)};
      out.body = ir::Body();
      out.body.push_back(std::move(block));
    }
    if (!config_["output"].is_null()) {
      ir::Block block = derived_block("flow#return");
      ir::RigidBlock rigid;
      rigid.statements.push_back({ir::ReturnStatement{config_["output"]}});
      block.detail = std::move(rigid);
      out.body.push_back(std::move(block));
    }
    return out;
  }

  Json meta() const {
    const Json* groups = config_.find("model_visibility_group_ids");
    return Json::object({{"source_id", source_id_},
                         {"source_version", document_["version"]},
                         {"scaicore_target", document_.string_or("scaicore_target", "0.2")},
                         {"publish_as_model", config_.bool_or("publish_as_model", false)},
                         {"model_visibility_group_ids", groups ? *groups : Json::array()}});
  }

  const Analysis& analysis_;
  const Json& document_;
  const Json& config_;
  const Json& identity_;
  const std::string& source_id_;
  ir::Module module_;
};

}  // namespace

ir::Module lower_flow(const Analysis& analysis, const std::string& source_id) {
  return FlowLowering(analysis, source_id).run();
}

}  // namespace scaiflow::compiler
