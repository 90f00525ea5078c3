#include <utility>

#include "libs/base/free_names.h"
#include "libs/base/text.h"
#include "libs/ir/codec.h"
#include "libs/manifest/manifest.h"
#include "libs/manifest/step_fields.h"
#include "libs/manifest/step_reader.h"

namespace scaiflow::manifest {
namespace {

bool is_text(const Json& value) { return value.is_string(); }

Json first_of(const Json& value, Json fallback) { return value.is_null() ? std::move(fallback) : value; }

/// Copies the members of `from` that are there and not null.
void copy(Json& to, const Json& from, std::initializer_list<std::string_view> keys) {
  for (const std::string_view key : keys) {
    if (!from[key].is_null()) to.set(key, from[key]);
  }
}

template <class Convert>
Json each(const Json& list, Convert convert) {
  if (list.is_null()) return Json::array();
  if (!list.is_array()) return list;
  JsonArray out;
  for (const Json& item : list.as_array()) out.push_back(convert(item));
  return Json(std::move(out));
}

/// A model of the registry as the flow has it (01 §6.2).
Json model(const Json& from) {
  if (!from.is_object()) return from;
  Json out = Json::object();
  copy(out, from, {"role", "model", "temperature", "modalities", "system_context"});
  if (from.contains("ref")) out.set("provider", from["ref"]);
  if (!from["fallback"].is_null()) {
    out.set("fallback", each(from["fallback"], [](const Json& item) {
              return Json::object({{"provider", item["ref"]}, {"model", item["model"]}});
            }));
  }
  return out;
}

Json plugin(const Json& from) {
  if (is_text(from)) return plugin(Json::object({{"alias", from}}));
  if (!from.is_object()) return from;
  Json out = Json::object();
  copy(out, from, {"alias", "endpoint", "config"});
  if (!out.contains("endpoint") && is_text(out["alias"]))
    out.set("endpoint", "plugin://" + out["alias"].as_string());
  return out;
}

/// A queue with the defaults of 01 §6.4.
Json queue(const Json& from) {
  if (!from.is_object()) return from;
  return Json::object({{"slug", from["slug"]},
                       {"display_name", first_of(from["display_name"], from["slug"])},
                       {"description", first_of(from["description"], "")},
                       {"consumer_mode", first_of(from["consumer_mode"], "fifo")},
                       {"max_retries", first_of(from["max_retries"], 5)},
                       {"purpose", first_of(from["purpose"], "custom")}});
}

Json scaiqueue(const Json& from) {
  if (!from.is_object()) return {};
  return Json::object({{"scope", from["scope"]}, {"queues", each(from["queues"], queue)}});
}

Json trigger(const Json& from, const Json& flow_name) {
  Json out = Json::object({{"kind", first_of(from["type"], "api")}, {"target_flow", flow_name}});
  copy(out, from, {"name", "method", "path", "auth", "cron", "timezone"});
  return out;
}

/// Names triggers after their type, the second of one type `<type>_2` (05 §5.4).
void name_triggers(JsonArray& triggers) {
  FreeNames names;
  for (const Json& trigger : triggers) {
    if (is_text(trigger["name"])) names.keep(trigger["name"].as_string());
  }
  for (Json& trigger : triggers) {
    if (is_text(trigger["name"]) || !is_text(trigger["kind"])) continue;
    trigger.set("name", names.take(trigger["kind"].as_string()));
  }
}

/// Manifest to the IR's JSON form.
class ManifestReader {
 public:
  ManifestReader(const Json& core, const LowerNode& lower)
      : core_(core), meta_(core["scaiflow_meta"]), steps_(lower, diagnostics_) {}

  Json module() {
    const Json name = is_text(core_["name"]) ? Json(slug_of(core_["name"].as_string())) : core_["name"];
    Json out = Json::object();
    if (core_.contains("name"))
      out.set("name", is_text(name) && name.as_string().empty() ? Json("flow") : name);
    out.set("version", version());
    copy(out, core_, {"description"});
    out.set("instance", instance());
    out.set("identity", identity(out["name"]));
    out.set("models", models());
    out.set("plugins", each(core_["plugins"], plugin));
    out.set("capabilities", first_of(core_["capabilities"], Json::array()));
    out.set("scaiqueue", scaiqueue(core_["scaiqueue"]));
    out.set("types", types());
    for (const std::string_view list : {"memory", "reference", "config", "variables"}) {
      out.set(list, each(core_[list], [&](const Json& item) { return typed(item, std::string(list)); }));
    }
    add_flows(out);
    if (meta_.is_object()) out.set("metadata", Json::object({{"scaiflow_meta", scaiflow_meta()}}));
    return out;
  }

  diag::Diagnostics take_diagnostics() { return std::move(diagnostics_); }

 private:
  Json version() const { return first_of(meta_["source_version"], "1.0.0"); }

  Json instance() {
    const Json& entity = core_["entity"];
    Json out = Json::object();
    copy(out, core_, {"mode"});
    copy(out, entity, {"max_concurrent", "max_active_instances", "overflow"});
    if (!entity["key"].is_null()) out.set("entity_key", entity["key"]);
    if (!entity["idle_timeout"].is_null()) {
      out.set("idle_timeout_ms", steps_.duration(entity["idle_timeout"], "core.entity.idle_timeout"));
    }
    return out;
  }

  Json identity(const Json& name) const {
    const Json& from = core_["identity"];
    const Json persona = first_of(from["persona"], name);
    Json out = Json::object({{"name", first_of(from["name"], persona)}, {"persona", persona}});
    copy(out, from, {"provider"});
    return out;
  }

  Json models() {
    if (meta_["models"].is_array()) return each(meta_["models"], model);
    if (!is_text(core_["model"])) return Json::array();
    const std::string& text = core_["model"].as_string();
    const std::size_t slash = text.find('/');
    if (slash == std::string::npos) diagnostics_.push_back(diag::make(diag::Code::F605, {text}));
    const bool named = slash != std::string::npos;
    return Json::array({Json::object({{"role", "primary"},
                                      {"provider", named ? text.substr(0, slash) : "scaigrid"},
                                      {"model", named ? text.substr(slash + 1) : text}})});
  }

  Json types() {
    JsonArray out;
    const Json& from = core_["types"];
    if (from.is_null()) return Json::array();
    if (!from.is_object()) return from;
    for (const auto& [name, type] : from.as_object()) {
      out.push_back(Json::object({{"name", name}, {"type", steps_.type(type, "core.types." + name)}}));
    }
    return Json(std::move(out));
  }

  Json typed(Json item, const std::string& list) {
    if (!item.is_object() || item["type"].is_null()) return item;
    return item.set("type", steps_.type(item["type"], "core." + list + "." + item.string_or("name", "")));
  }

  Json params(const Json& input) {
    if (!input.is_object()) return Json::array();
    JsonArray out;
    for (const auto& [name, value] : input.as_object()) {
      const Json type = steps_.type(param_type(value), "input." + name);
      const bool optional = type["kind"] == Json("optional");
      out.push_back(Json::object({{"name", name}, {"type", type}, {"default", {}}, {"required", !optional}}));
    }
    return Json(std::move(out));
  }

  /// `{type, description}` stands for its type.
  static const Json& param_type(const Json& value) {
    const bool is_described =
        value["type"].is_string() && value.size() == (value.contains("description") ? 2 : 1);
    return is_described ? value["type"] : value;
  }

  void add_flows(Json& out) {
    JsonArray flows;
    JsonArray triggers;
    if (core_["flows"].is_array()) {
      for (const Json& from : core_["flows"].as_array()) {
        const std::string prefix = flows.empty() ? "" : "f" + std::to_string(flows.size()) + ".";
        flows.push_back(flow(from, out["name"], prefix, triggers));
      }
    }
    name_triggers(triggers);
    out.set("triggers", Json(std::move(triggers)));
    if (core_.contains("flows"))
      out.set("flows", core_["flows"].is_array() ? Json(std::move(flows)) : core_["flows"]);
  }

  Json flow(const Json& from, const Json& core_name, const std::string& prefix, JsonArray& triggers) {
    if (!from.is_object()) return from;
    const Json name = first_of(from["name"], core_name);
    triggers.push_back(trigger(from["trigger"], name));
    if (from["additional_triggers"].is_array()) {
      for (const Json& more : from["additional_triggers"].as_array()) triggers.push_back(trigger(more, name));
    }
    Json out = Json::object({{"name", name}, {"params", params(from["input"])}});
    if (const Json* steps = from.find("steps"))
      out.set("body", steps_.body(first_of(*steps, Json::array()), prefix));
    return out;
  }

  Json scaiflow_meta() const {
    return Json::object(
        {{"source_id", meta_["source_id"]},
         {"source_version", version()},
         {"scaicore_target", first_of(meta_["scaicore_target"], first_of(core_["runtime_version"], "0.2"))},
         {"publish_as_model", first_of(meta_["publish_as_model"], false)},
         {"model_visibility_group_ids", first_of(meta_["model_visibility_group_ids"], Json::array())}});
  }

  const Json& core_;
  const Json& meta_;
  diag::Diagnostics diagnostics_;
  StepReader steps_;
};

/// What the IR reader says of the finished tree: its own codes, or F601 for a value of the wrong shape.
void add(diag::Diagnostics& out, const ir::LoadError& error) {
  out.insert(out.end(), error.diagnostics.begin(), error.diagnostics.end());
  if (error.diagnostics.empty()) out.push_back(diag::make(diag::Code::F601, {error.message}));
}

}  // namespace

std::optional<std::string> step_keyword(const Json& step) {
  if (!step.is_object()) return std::nullopt;
  std::optional<std::string> found;
  for (const auto& [key, value] : step.as_object()) {
    if (!is_keyword(key)) continue;
    if (found) return std::nullopt;
    found = key;
  }
  return found;
}

LoadResult load_tree(const Json& manifest, const LowerNode& lower) {
  LoadResult result;
  if (!manifest["core"].is_object()) {
    result.diagnostics.push_back(diag::make(diag::Code::F602, {}));
    return result;
  }
  ManifestReader reader(manifest["core"], lower);
  const Json json = reader.module();
  result.diagnostics = reader.take_diagnostics();
  if (diag::has_errors(result.diagnostics)) return result;
  auto module = ir::from_json(json);
  if (module)
    result.module = std::move(*module);
  else
    add(result.diagnostics, module.error());
  return result;
}

LoadResult load_module(std::string_view text, const LowerNode& lower) {
  auto manifest = read_yaml(text);
  if (manifest) return load_tree(*manifest, lower);
  return {std::nullopt, std::move(manifest.error())};
}

}  // namespace scaiflow::manifest
