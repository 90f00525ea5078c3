#include "apps/grid/scaicore/core_service.h"

#include <algorithm>
#include <initializer_list>

#include "apps/grid/envelope.h"
#include "apps/grid/scaicore/plugin_entries.h"
#include "libs/base/hash.h"
#include "libs/base/text.h"
#include "libs/net/clock.h"
#include "libs/net/ids.h"

namespace scaiflow::grid {

namespace {

constexpr std::size_t slug_characters_max = 64;
constexpr std::string_view draft_prefix = "draft:";

std::string core_slug(const std::string& name) {
  const std::string slug = slug_of(name, slug_characters_max);
  return slug.empty() ? "core" : slug;
}

std::string slug_for_source(const std::string& source_id, const std::string& name) {
  if (!std::string_view(source_id).starts_with(draft_prefix)) return core_slug(name);
  return "draft-" + sha256_hex(source_id).substr(0, 12);
}

Result<std::string> one_of(const Json& body, const std::string& field, const std::string& fallback,
                           std::initializer_list<const char*> allowed) {
  const Json& value = body[field];
  if (value.is_null()) return fallback;
  std::string list;
  for (const char* option : allowed) {
    if (value == Json(option)) return std::string(option);
    list.append(list.empty() ? "" : ", ").append(option);
  }
  return tl::unexpected(invalid(field, "must be one of " + list));
}

/// A secret that comes back masked keeps its stored value (08 §8.4).
Result<Json> merged_environment(const Json& posted, const Json& stored) {
  if (!posted.is_object() || posted.size() > 200) {
    return tl::unexpected(invalid("environment", "expected an object of at most 200 entries"));
  }
  Json out = Json::object();
  for (const auto& [name, value] : posted.as_object()) {
    if (value.is_object() && value.bool_or("set", false) && !value.contains("value")) {
      out.set(name, stored[name]);
      continue;
    }
    const Json entry = value.is_object() ? value : Json::object({{"type", "plain"}, {"value", value}});
    if (!entry["value"].is_string() || entry["value"].as_string().size() > 65'536) {
      return tl::unexpected(invalid("environment." + name, "expected text of at most 64 KiB"));
    }
    const bool secret = entry.string_or("type", "plain") == "secret";
    out.set(name, Json::object({{"type", secret ? "secret" : "plain"}, {"value", entry["value"]}}));
  }
  return out;
}

/// Members of a JSON body that a Core may have set at any time.
Result<void> apply_body(CoreRow& row, const Json& body) {
  if (const Json& name = body["name"]; !name.is_null()) {
    if (!name.is_string() || code_points(name.as_string()) < 1 || code_points(name.as_string()) > 200) {
      return tl::unexpected(invalid("name", "must have 1 to 200 characters"));
    }
    row.name = name.as_string();
  }
  row.description = body.string_or("description", row.description);
  auto mode = one_of(body, "runtime_mode", row.runtime_mode, {"event_driven", "interactive", "api", "model"});
  if (!mode) return tl::unexpected(mode.error());
  row.runtime_mode = *mode;
  auto checkpoints = one_of(body, "checkpoint_mode", row.checkpoint_mode, {"auto", "visual_queue", "routed"});
  if (!checkpoints) return tl::unexpected(checkpoints.error());
  row.checkpoint_mode = *checkpoints;
  auto privilege = one_of(body, "privilege_level", row.privilege_level, {"standard", "elevated", "admin"});
  if (!privilege) return tl::unexpected(privilege.error());
  row.privilege_level = *privilege;
  if (body.contains("environment")) {
    auto environment = merged_environment(body["environment"], row.environment);
    if (!environment) return tl::unexpected(environment.error());
    row.environment = *environment;
  }
  if (body.contains("plugins")) {
    auto plugins = plugin_entries(body["plugins"], row.plugins);
    if (!plugins) return tl::unexpected(plugins.error());
    row.plugins = *plugins;
  }
  for (auto [key, member] :
       {std::pair("resource_limits", &row.resource_limits), std::pair("metadata", &row.metadata)}) {
    if (!body.contains(key)) continue;
    if (!body[key].is_object()) return tl::unexpected(invalid(key, "expected an object"));
    *member = body[key];
  }
  return {};
}

/// What a Core takes over from its IR.
void apply_source(CoreRow& row, const Source& source) {
  row.ir_hash = source.ir_hash;
  row.concurrency_mode = std::string(ir::name_of(source.module.instance.mode));
  row.entity_key_field = source.module.instance.entity_key;
  // What an operator set stays over deployments.
  Json kept = Json::array();
  for (const Json& plugin : row.plugins.as_array()) {
    if (plugin.bool_or("custom", false)) kept.push_back(plugin);
  }
  row.plugins = kept;
  for (const ir::Plugin& plugin : source.module.plugins) {
    if (find_plugin(kept, plugin.alias)) continue;
    row.plugins.push_back(Json::object(
        {{"alias", plugin.alias}, {"endpoint", plugin.endpoint}, {"config", Json(plugin.config)}}));
  }
}

Json scaiflow_meta(const ir::Module& module) {
  const Json* meta = module.metadata.find("scaiflow_meta");
  return meta != nullptr ? *meta : Json();
}

bool is_one_of(const std::string& value, std::initializer_list<std::string_view> list) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

Error state_conflict(const CoreRow& row, const std::string& to) {
  return make_error("CORE_STATE_CONFLICT", "a Core that is " + row.status + " cannot become " + to,
                    Json::object({{"from", row.status}, {"to", to}}));
}

}  // namespace

void CoreService::tell(const CoreRow& row, const std::string& type, const identity::Principal& principal) {
  engine_.append_event(row.tenant_id, row.id, type,
                       Json::object({{"core_id", row.id}, {"slug", row.slug}, {"actor", principal.id}}));
}

Result<CoreRow> CoreService::save(CoreRow row, const std::string& bundle) {
  row.updated_at_ms = net::wall_ms();
  auto saved = cores_.update(row, bundle);
  if (!saved) return tl::unexpected(saved.error());
  return row;
}

/// starting → running or error (08 §8.5).
Result<CoreRow> CoreService::start(CoreRow row) {
  row.status = "running";
  row.status_reason = Json();
  row.started_at_ms = net::wall_ms();
  Result<void> started = row.ir_hash
                             ? engine_.start_core(core_spec(row))
                             : tl::unexpected(make_error("INVALID_SOURCE_IR", "the Core has no source"));
  if (!started) {
    row.status = "error";
    row.status_reason = Json::object({{"code", started.error().code},
                                      {"message", started.error().message},
                                      {"details", started.error().details}});
  }
  return save(std::move(row));
}

Result<CreatedCore> CoreService::create(const identity::Principal& principal, const Json& body) {
  if (!body["name"].is_string()) return tl::unexpected(invalid("name", "is required"));
  CoreRow row;
  row.id = net::new_id("core_");
  row.tenant_id = principal.tenant_id;
  row.created_by = principal.id;
  row.created_at_ms = row.updated_at_ms = net::wall_ms();
  if (auto applied = apply_body(row, body); !applied) return tl::unexpected(applied.error());
  row.slug = core_slug(row.name);
  auto mode = one_of(body, "concurrency_mode", "", {"stateless", "entity", "singleton"});
  if (!mode) return tl::unexpected(mode.error());
  std::string bundle;
  if (const Json& ir = body["source"]; ir.is_object() && ir.size() > 0) {
    Result<Source> source = source_from_json(ir);
    if (!source) return tl::unexpected(source.error());
    apply_source(row, *source);
    bundle = source->bundle;
    if (!mode->empty() && *mode != row.concurrency_mode) {
      return tl::unexpected(
          invalid("concurrency_mode", "differs from the source's mode '" + row.concurrency_mode + "'"));
    }
  } else if (!ir.is_null() && !ir.is_object()) {
    return tl::unexpected(invalid("source", "expected the IR as an object"));
  } else {
    row.concurrency_mode = mode->empty() ? "stateless" : *mode;
  }
  if (body["entity_key_field"].is_string()) row.entity_key_field = body["entity_key_field"].as_string();
  if (row.concurrency_mode == "entity" && !row.entity_key_field) {
    return tl::unexpected(invalid("entity_key_field", "is required for concurrency_mode entity"));
  }
  const std::lock_guard lock(mutex_);
  if (auto inserted = cores_.insert(row, bundle); !inserted) return tl::unexpected(inserted.error());
  return CreatedCore{std::move(row), CreatedCore::How::Created};
}

Result<CreatedCore> CoreService::deploy(const identity::Principal& principal, Source source) {
  const Json meta = scaiflow_meta(source.module);
  const std::string source_id = meta.string_or("source_id", "");
  const std::lock_guard lock(mutex_);
  auto known = source_id.empty() ? Result<std::optional<CoreRow>>(std::nullopt)
                                 : cores_.by_source(principal.tenant_id, source_id);
  if (!known) return tl::unexpected(known.error());
  CoreRow row = known->value_or(CoreRow{});
  const bool is_new = !known->has_value();
  if (is_new) {
    row.id = net::new_id("core_");
    row.tenant_id = principal.tenant_id;
    row.created_by = principal.id;
    row.created_at_ms = net::wall_ms();
    row.runtime_mode = "api";
    row.slug = slug_for_source(source_id, source.module.name);
    if (!source_id.empty()) row.source_id = source_id;
  }
  row.name = source.module.name;
  row.description = source.module.description;
  if (!meta.is_null()) row.metadata.set("scaiflow_meta", meta);
  apply_source(row, source);
  row.updated_at_ms = net::wall_ms();
  auto written = is_new ? cores_.insert(row, source.bundle) : cores_.update(row, source.bundle);
  if (!written) return tl::unexpected(written.error());
  if (is_new || row.status == "error" || row.status == "created") {
    Result<CoreRow> started = start(std::move(row));
    if (!started) return tl::unexpected(started.error());
    tell(*started, "scaicore.activated", principal);
    row = std::move(*started);
  } else {
    engine_.update_core(core_spec(row));
  }
  return CreatedCore{std::move(row), is_new ? CreatedCore::How::Created : CreatedCore::How::Updated};
}

Result<CoreRow> CoreService::change(const identity::Principal& principal, const std::string& id,
                                    const Json& body) {
  if (const Json& ir = body["source"]; ir.is_object() && ir.size() > 0) {
    Result<Source> source = source_from_json(ir);
    if (!source) return tl::unexpected(source.error());
    Result<CoreRow> replaced = replace_source(principal, id, std::move(*source));
    if (!replaced) return replaced;
  }
  const std::lock_guard lock(mutex_);
  Result<CoreRow> row = cores_.get(principal.tenant_id, id);
  if (!row) return row;
  if (auto applied = apply_body(*row, body); !applied) return tl::unexpected(applied.error());
  Result<CoreRow> saved = save(std::move(*row));
  if (saved) engine_.update_core(core_spec(*saved));
  return saved;
}

Result<CoreRow> CoreService::replace_source(const identity::Principal& principal, const std::string& id,
                                            Source source) {
  const std::lock_guard lock(mutex_);
  Result<CoreRow> row = cores_.get(principal.tenant_id, id);
  if (!row) return row;
  apply_source(*row, source);
  if (const Json meta = scaiflow_meta(source.module); !meta.is_null())
    row->metadata.set("scaiflow_meta", meta);
  Result<CoreRow> saved = save(std::move(*row), source.bundle);
  if (saved) engine_.update_core(core_spec(*saved));
  return saved;
}

Result<void> CoreService::remove(const identity::Principal& principal, const std::string& id,
                                 const std::string& force) {
  const std::lock_guard lock(mutex_);
  Result<CoreRow> row = cores_.get(principal.tenant_id, id);
  if (!row) return tl::unexpected(row.error());
  const bool forced = force == "true" && principal.may("scaicore:admin");
  if (!forced && !is_one_of(row->status, {"created", "stopped"}))
    return tl::unexpected(state_conflict(*row, "deleted"));
  if (auto removed = cores_.remove(*row); !removed) return removed;
  engine_.drop_core(row->id);
  tell(*row, "scaicore.deleted", principal);
  return {};
}

Result<CoreRow> CoreService::move(const identity::Principal& principal, const std::string& id,
                                  const std::string& action) {
  const std::lock_guard lock(mutex_);
  Result<CoreRow> row = cores_.get(principal.tenant_id, id);
  if (!row) return row;
  const bool starts = action == "start" || action == "restart";
  if ((action == "start" && !is_one_of(row->status, {"created", "stopped", "error"})) ||
      (action == "restart" && !is_one_of(row->status, {"running", "paused", "stopped", "error"}))) {
    return tl::unexpected(state_conflict(*row, "starting"));
  }
  if (action == "pause" && row->status != "running") return tl::unexpected(state_conflict(*row, "paused"));
  if (action == "resume" && row->status != "paused") return tl::unexpected(state_conflict(*row, "running"));
  if (action == "stop" && !is_one_of(row->status, {"running", "paused"})) {
    return tl::unexpected(state_conflict(*row, "stopped"));
  }
  if (starts) {
    if (action == "restart") engine_.stop_core(row->id, core::Parking::AtOnce, [] {});
    Result<CoreRow> started = start(std::move(*row));
    if (started && started->status == "running") tell(*started, "scaicore.activated", principal);
    return started;
  }
  row->status = action == "pause" ? "paused" : action == "resume" ? "running" : "stopped";
  Result<CoreRow> saved = save(std::move(*row));
  if (!saved) return saved;
  engine_.update_core(core_spec(*saved));
  if (action == "stop") {
    engine_.stop_core(saved->id, core::Parking::AfterGrace, [] {});
    tell(*saved, "scaicore.passivated", principal);
  }
  return saved;
}

Result<CoreRow> CoreService::set_plugin(const std::string& tenant_id, const std::string& id,
                                        const Json& plugin) {
  const std::lock_guard lock(mutex_);
  Result<CoreRow> row = cores_.get(tenant_id, id);
  if (!row) return row;
  Json plugins = Json::array();
  for (const Json& each : row->plugins.as_array()) {
    if (each["alias"] != plugin["alias"]) plugins.push_back(each);
  }
  if (plugin.contains("endpoint")) plugins.push_back(plugin);
  row->plugins = std::move(plugins);
  Result<CoreRow> saved = save(std::move(*row));
  if (saved) engine_.update_core(core_spec(*saved));
  return saved;
}

Result<CoreRow> CoreService::running(const std::string& tenant_id, const std::string& id) {
  Result<CoreRow> row = cores_.get(tenant_id, id);
  if (!row) return row;
  if (row->status == "created") {
    const std::lock_guard lock(mutex_);
    row = start(std::move(*row));
    if (!row) return row;
  }
  if (row->status == "running") return row;
  const std::string reason = row->status_reason.string_or("message", "");
  return tl::unexpected(
      make_error("CORE_NOT_RUNNING", "the Core is " + row->status + (reason.empty() ? "" : ": " + reason)));
}

Result<CoreRow> CoreService::publish(const identity::Principal& principal, const std::string& id, Publish how,
                                     const Json& targets) {
  const std::lock_guard lock(mutex_);
  Result<CoreRow> row = cores_.get(principal.tenant_id, id);
  if (!row) return row;
  const bool published = row->metadata.bool_or("published", false);
  if (published == (how == Publish::First)) {
    return tl::unexpected(make_error(
        "VALIDATION_ERROR",
        published ? "the Core is published already; use publish/sync" : "the Core is not published",
        Json::object({{"http_status", 400}})));
  }
  if (how == Publish::First) {
    row->metadata.set("published", true)
        .set("published_model_id", net::new_id("model_"))
        .set("published_backend_id", net::new_id("backend_"))
        .set("published_slug", "scaicore/" + row->tenant_id + "/" + row->slug);
  }
  row->metadata.set("published_targets", targets);
  return save(std::move(*row));
}

Result<CoreRow> CoreService::unpublish(const identity::Principal& principal, const std::string& id) {
  const std::lock_guard lock(mutex_);
  Result<CoreRow> row = cores_.get(principal.tenant_id, id);
  if (!row) return row;
  if (!row->metadata.bool_or("published", false)) {
    return tl::unexpected(
        make_error("VALIDATION_ERROR", "the Core is not published", Json::object({{"http_status", 400}})));
  }
  for (const char* key :
       {"published", "published_model_id", "published_backend_id", "published_slug", "published_targets"}) {
    row->metadata.erase(key);
  }
  return save(std::move(*row));
}

}  // namespace scaiflow::grid
