#include <algorithm>
#include <array>
#include <utility>

#include "libs/base/text.h"
#include "libs/ir/codec.h"
#include "libs/manifest/manifest.h"
#include "libs/manifest/step_writer.h"

namespace scaiflow::manifest {
namespace {

constexpr std::array<std::string_view, 11> known_keys = {"$schema",         "id",       "name",  "version",
                                                         "scaicore_target", "metadata", "nodes", "edges",
                                                         "variables",       "config",   "tests"};

/// Appends members of another object under the same or another name, each under its own condition.
class Map {
 public:
  void always(std::string_view key, Json value) { out_.append(std::string(key), std::move(value)); }
  void unless_null(std::string_view key, const Json& value) {
    if (!value.is_null()) always(key, value);
  }
  void unless_empty(std::string_view key, const Json& value) {
    const bool empty = value.is_string() ? value.as_string().empty() : value.size() == 0;
    if (!empty) always(key, value);
  }
  void if_present(std::string_view key, const Json& from) {
    if (const Json* value = from.find(key)) always(key, *value);
  }
  Json take() { return Json(std::move(out_)); }

 private:
  JsonObject out_;
};

template <class Convert>
Json each(const Json& list, Convert convert) {
  JsonArray out;
  for (const Json& item : list.as_array()) out.push_back(convert(item));
  return Json(std::move(out));
}

Json optional_type(const Json& type) { return type.is_null() ? Json() : type_to_manifest(type); }

/// Only what the flow itself sets; the values are the module's (05 §1 `core.entity`).
Json entity(const Json& instance, const Json& core_identity) {
  const auto set = [&](std::string_view key) { return !core_identity[key].is_null(); };
  Map out;
  if (set("entity_key")) out.always("key", instance["entity_key"]);
  if (set("idle_timeout")) out.always("idle_timeout", duration_text(instance["idle_timeout_ms"].as_int()));
  for (const std::string_view key : {"max_concurrent", "max_active_instances", "overflow"}) {
    if (set(key)) out.always(key, instance[key]);
  }
  return out.take();
}

Json identity(const Json& module) {
  const Json& from = module["identity"];
  Map out;
  out.always("provider", from["provider"]);
  out.always("persona", from["persona"]);
  if (!(from["name"] == from["persona"])) out.always("name", from["name"]);
  return out.take();
}

Json plugin(const Json& from) {
  Map out;
  out.always("alias", from["alias"]);
  out.always("endpoint", from["endpoint"]);
  out.unless_empty("config", from["config"]);
  return out.take();
}

Json queue(const Json& from) {
  Map out;
  out.always("slug", from["slug"]);
  out.always("display_name", from["display_name"]);
  out.unless_empty("description", from["description"]);
  for (const std::string_view key : {"consumer_mode", "max_retries", "purpose"}) out.always(key, from[key]);
  return out.take();
}

Json scaiqueue(const Json& from) {
  if (from.is_null()) return {};
  return Json::object({{"scope", from["scope"]}, {"queues", each(from["queues"], queue)}});
}

Json types(const Json& list) {
  JsonObject out;
  for (const Json& type : list.as_array())
    out.append(type["name"].as_string(), type_to_manifest(type["type"]));
  return Json(std::move(out));
}

Json variable(const Json& from) {
  Map out;
  out.always("name", from["name"]);
  out.unless_null("type", optional_type(from["type"]));
  out.unless_null("default", from["default"]);
  out.unless_empty("description", from["description"]);
  return out.take();
}

Json memory_field(const Json& from) {
  Map out;
  out.always("name", from["name"]);
  out.always("type", type_to_manifest(from["type"]));
  out.unless_null("default", from["default"]);
  return out.take();
}

Json typed(Json from) { return from.set("type", type_to_manifest(from["type"])); }

Json trigger(const Json& from) {
  Map out;
  out.always("type", from["kind"]);
  for (const std::string_view key : {"name", "method", "path", "auth", "cron", "timezone"}) {
    out.unless_null(key, from[key]);
  }
  return out.take();
}

Json params(const Json& list) {
  JsonObject out;
  for (const Json& param : list.as_array())
    out.append(param["name"].as_string(), type_to_manifest(param["type"]));
  return Json(std::move(out));
}

Json flow(const Json& from, const Json& module, StepWriter& steps) {
  JsonArray triggers;
  for (const Json& candidate : module["triggers"].as_array()) {
    if (candidate["target_flow"] == from["name"]) triggers.push_back(trigger(candidate));
  }
  Map out;
  out.always("name", from["name"]);
  if (!triggers.empty()) {
    out.always("trigger", triggers.front());
    triggers.erase(triggers.begin());
  }
  out.unless_empty("additional_triggers", Json(std::move(triggers)));
  out.unless_empty("input", params(from["params"]));
  out.always("steps", steps.steps(from["body"]));
  return out.take();
}

/// What a step's `meta` holds is not repeated (05 §4).
Json graph_node(const Json& node, const StepWriter& steps) {
  if (!steps.has_own_step(node["id"].as_string())) return node;
  JsonObject out;
  out.reserve(node.size());
  for (const auto& [key, value] : node.as_object()) {
    if (key != "type" && key != "label" && key != "config") out.append(key, value);
  }
  return Json(std::move(out));
}

Json graph_config(Json config) {
  Json core_identity = config["core_identity"];
  core_identity.erase("models");
  return config.set("core_identity", std::move(core_identity));
}

Json graph(const Json& document, const StepWriter& steps) {
  Map out;
  out.always("name", document["name"]);
  out.if_present("metadata", document);
  out.always("nodes", each(document["nodes"], [&](const Json& node) { return graph_node(node, steps); }));
  out.always("edges", document["edges"]);
  out.if_present("variables", document);
  out.always("config", graph_config(document["config"]));
  out.if_present("tests", document);
  JsonObject extra;
  for (const auto& [key, value] : document.as_object()) {
    if (std::find(known_keys.begin(), known_keys.end(), key) == known_keys.end()) extra.append(key, value);
  }
  out.unless_empty("extra", Json(std::move(extra)));
  return out.take();
}

Json scaiflow_meta(const Json& module, const Json& document, Json graph_tree) {
  const Json& from = module["metadata"]["scaiflow_meta"];
  Map out;
  out.always("source_id", from["source_id"]);
  out.always("source_version", from["source_version"]);
  // Left out when the flow leaves it out: import must not add it (05, introduction).
  if (document.contains("scaicore_target")) out.always("scaicore_target", from["scaicore_target"]);
  out.always("publish_as_model", from["publish_as_model"]);
  out.always("model_visibility_group_ids", from["model_visibility_group_ids"]);
  out.always("models", document["config"]["core_identity"]["models"]);
  out.always("graph", std::move(graph_tree));
  return out.take();
}

Json core(const Json& module, const Json& document, StepWriter& steps) {
  const Json& instance = module["instance"];
  const Json& model = module["models"].at(0);
  Map out;
  out.always("name", module["name"]);
  out.always("mode", instance["mode"]);
  if (!(instance["mode"] == Json("stateless"))) {
    out.unless_empty("entity", entity(instance, document["config"]["core_identity"]));
  }
  out.always("runtime_version", module["metadata"]["scaiflow_meta"]["scaicore_target"]);
  out.unless_empty("description", module["description"]);
  out.always("identity", identity(module));
  out.always("model", model.string_or("provider", "") + "/" + model.string_or("model", ""));
  out.always("plugins", each(module["plugins"], plugin));
  out.always("capabilities", module["capabilities"]);
  out.unless_null("scaiqueue", scaiqueue(module["scaiqueue"]));
  out.unless_empty("types", types(module["types"]));
  out.unless_empty("variables", each(module["variables"], variable));
  out.unless_empty("memory", each(module["memory"], memory_field));
  out.unless_empty("reference", each(module["reference"], typed));
  out.unless_empty("config", each(module["config"], typed));
  out.always("flows", each(module["flows"], [&](const Json& from) { return flow(from, module, steps); }));
  // The steps come first: they tell which nodes have one.
  out.always("scaiflow_meta", scaiflow_meta(module, document, graph(document, steps)));
  return out.take();
}

}  // namespace

YamlText write(const ManifestInput& input) {
  StepWriter steps(input.flow["nodes"]);
  const Json root = Json::object({{"core", core(ir::to_json(input.module), input.flow, steps)}});
  YamlOptions options;
  options.bytes_max = manifest_bytes_max;
  options.marks = steps.take_marks();
  options.compact = &root["core"]["scaiflow_meta"]["graph"].as_object();
  return write_yaml(root, options);
}

std::string write_step(const ir::Block& block, const Json& node, std::size_t column) {
  const Json nodes = Json::array({node});
  StepWriter writer(nodes);
  return write_yaml_list(writer.steps(Json::array({ir::to_json(block)})).as_array(), column);
}

}  // namespace scaiflow::manifest
