// Cores and their lifecycle (08 §8.4, §8.5), and the list of modules (§8.1).
#include <algorithm>

#include "apps/grid/envelope.h"
#include "apps/grid/grid.h"
#include "apps/grid/hooks/triggers.h"
#include "apps/grid/scaicore/core_service.h"
#include "apps/grid/scaicore/plugin_entries.h"
#include "libs/base/json_text.h"
#include "libs/ir/codec.h"
#include "libs/net/clock.h"

namespace scaiflow::grid {

namespace {

enum class SourcePart : std::uint8_t { With, Without };

constexpr char cores_path[] = "/v1/modules/scaicore/cores";

Json text_or_null(const std::optional<std::string>& text) { return text ? Json(*text) : Json(); }

Json masked(const Json& environment) {
  Json out = Json::object();
  for (const auto& [name, entry] : environment.as_object()) {
    const bool secret = entry.string_or("type", "plain") == "secret";
    out.set(name, secret ? Json::object({{"type", "secret"}, {"set", true}}) : entry["value"]);
  }
  return out;
}

/// The Core record of 08 §8.4.
Result<Json> core_json(Services& services, const CoreRow& row, SourcePart part, const std::string& base_url) {
  Json out =
      Json::object({{"id", row.id},
                    {"core_id", row.id},
                    {"slug", row.slug},
                    {"name", row.name},
                    {"description", row.description},
                    {"tenant_id", row.tenant_id},
                    {"tenant_slug", row.tenant_id},
                    {"status", row.status},
                    {"status_reason", row.status_reason},
                    {"runtime_mode", row.runtime_mode},
                    {"concurrency_mode", row.concurrency_mode},
                    {"entity_key_field", text_or_null(row.entity_key_field)},
                    {"ir_hash", text_or_null(row.ir_hash)},
                    {"plugins", shown_plugins(row.plugins)},
                    {"environment", masked(row.environment)},
                    {"resource_limits", row.resource_limits},
                    {"checkpoint_mode", row.checkpoint_mode},
                    {"privilege_level", row.privilege_level},
                    {"metadata", row.metadata},
                    {"avatar_url", Json()},
                    {"created_by", row.created_by},
                    {"created_at", net::wire_time(row.created_at_ms)},
                    {"updated_at", net::wire_time(row.updated_at_ms)},
                    {"started_at", row.started_at_ms ? Json(net::wire_time(*row.started_at_ms)) : Json()}});
  auto module = module_of(services.cores, row);
  if (!module) return tl::unexpected(module.error());
  const ir::Module none;
  const ir::Module& loaded = *module ? **module : none;
  auto triggers = triggers_json(services.triggers, row, loaded, base_url);
  if (!triggers) return tl::unexpected(triggers.error());
  Json flows = Json::array();
  for (const ir::Flow& flow : loaded.flows) flows.push_back(flow.name);
  out.set("version", *module ? loaded.version : "")
      .set("schema_version", *module ? loaded.schema_version : "")
      .set("flows", flows)
      .set("triggers", *triggers);
  if (part == SourcePart::With) out.set("source", *module ? ir::to_json(loaded) : Json::object());
  return out;
}

net::HttpResponse core_answer(Services& services, const Call& call, const Result<CoreRow>& row,
                              int status = 200) {
  if (!row) return failure(call.request_id(), row.error());
  const bool summary = query_text(call.request, "fields") == "summary";
  return respond(call.request_id(),
                 core_json(services, *row, summary ? SourcePart::Without : SourcePart::With,
                           base_url(services, call.request)),
                 status);
}

enum class BodyKind : std::uint8_t { Json, Manifest, Bundle, Unknown };

BodyKind body_kind(const net::HttpRequest& request) {
  const std::string type = media_type(request);
  if (type == "application/json") return BodyKind::Json;
  if (type == "application/yaml" || type == "application/x-yaml" || type == "text/yaml")
    return BodyKind::Manifest;
  if (type == "application/vnd.scaicore.scir" || type == "application/octet-stream") return BodyKind::Bundle;
  return BodyKind::Unknown;
}

Error unknown_type() {
  return make_error("UNSUPPORTED_MEDIA_TYPE",
                    "send application/json, application/yaml or application/vnd.scaicore.scir");
}

net::HttpResponse create_core(Services& services, const Call& call) {
  Result<CreatedCore> made = tl::unexpected(unknown_type());
  switch (body_kind(call.request)) {
    case BodyKind::Json: {
      Result<Json> body = json_body(call.request);
      if (!body) return failure(call.request_id(), body.error());
      made = services.core_service.create(call.principal, *body);
      break;
    }
    case BodyKind::Manifest: {
      Result<Source> source = source_from_manifest(call.request.body);
      if (!source) return failure(call.request_id(), source.error());
      made = services.core_service.deploy(call.principal, std::move(*source));
      break;
    }
    case BodyKind::Bundle: {
      Result<Source> source = source_from_bundle(call.request.body);
      if (!source) return failure(call.request_id(), source.error());
      made = services.core_service.deploy(call.principal, std::move(*source));
      break;
    }
    case BodyKind::Unknown: break;
  }
  if (!made) return failure(call.request_id(), made.error());
  return core_answer(services, call, made->row, made->how == CreatedCore::How::Created ? 201 : 200);
}

net::HttpResponse put_core(Services& services, const Call& call) {
  const std::string id = call.param("core_id");
  switch (body_kind(call.request)) {
    case BodyKind::Json: {
      Result<Json> body = json_body(call.request);
      if (!body) return failure(call.request_id(), body.error());
      return core_answer(services, call, services.core_service.change(call.principal, id, *body));
    }
    case BodyKind::Manifest:
    case BodyKind::Bundle: {
      Result<Source> source = body_kind(call.request) == BodyKind::Manifest
                                  ? source_from_manifest(call.request.body)
                                  : source_from_bundle(call.request.body);
      if (!source) return failure(call.request_id(), source.error());
      return core_answer(services, call,
                         services.core_service.replace_source(call.principal, id, std::move(*source)));
    }
    case BodyKind::Unknown: break;
  }
  return failure(call.request_id(), unknown_type());
}

net::HttpResponse list_cores(Services& services, const Call& call) {
  Result<std::int64_t> limit = limit_of(call.request);
  if (!limit) return failure(call.request_id(), limit.error());
  CoreQuery query;
  query.tenant_id = call.principal.tenant_id;
  query.status = query_text(call.request, "status");
  query.search = query_text(call.request, "search");
  query.source_id = query_text(call.request, "source_id");
  if (query_text(call.request, "drafts") == "true") query.drafts = CoreQuery::Drafts::Show;
  query.limit = *limit;
  query.cursor = query_text(call.request, "cursor").value_or("");
  Result<CorePage> page = services.cores.list(query);
  if (!page) return failure(call.request_id(), page.error());
  Json items = Json::array();
  for (const CoreRow& row : page->rows) {
    Result<Json> item = core_json(services, row, SourcePart::Without, base_url(services, call.request));
    if (!item) return failure(call.request_id(), item.error());
    items.push_back(*item);
  }
  return ok(call.request_id(),
            Json::object({{"items", items},
                          {"next_cursor", page->next_cursor.empty() ? Json() : Json(page->next_cursor)},
                          {"has_more", !page->next_cursor.empty()}}));
}

net::HttpResponse list_versions(Services& services, const Call& call) {
  Result<CoreRow> row = services.cores.get(call.principal.tenant_id, call.param("core_id"));
  if (!row) return failure(call.request_id(), row.error());
  auto versions = services.cores.versions(*row);
  if (!versions) return failure(call.request_id(), versions.error());
  return ok(
      call.request_id(),
      Json::object({{"items", Json(JsonArray(*versions))}, {"next_cursor", Json()}, {"has_more", false}}));
}

net::HttpResponse get_bundle(Services& services, const Call& call) {
  Result<CoreRow> row = services.cores.get(call.principal.tenant_id, call.param("core_id"));
  if (!row) return failure(call.request_id(), row.error());
  const std::string hash = query_text(call.request, "ir_hash").value_or(row->ir_hash.value_or(""));
  auto bundle = services.cores.bundle(row->id, hash);
  if (!bundle) return failure(call.request_id(), bundle.error());
  if (!*bundle)
    return failure(call.request_id(), make_error("CORE_NOT_FOUND", "the Core has no such version"));
  net::HttpResponse response;
  response.headers.set("Content-Type", "application/vnd.scaicore.scir");
  response.headers.set("ETag", '"' + hash + '"');
  response.body = std::move(**bundle);
  return response;
}

net::HttpResponse get_runtime(Services& services, const Call& call) {
  Result<CoreRow> row = services.cores.get(call.principal.tenant_id, call.param("core_id"));
  if (!row) return failure(call.request_id(), row.error());
  Result<Json> runtime = services.engine.core_runtime(row->tenant_id, row->id);
  if (!runtime) return failure(call.request_id(), runtime.error());
  Result<Json> schedules = schedules_json(services.triggers, row->id);
  if (!schedules) return failure(call.request_id(), schedules.error());
  runtime->set("status", row->status).set("schedules", *schedules);
  return ok(call.request_id(), *runtime);
}

net::HttpResponse list_modules(Services& services, const Call& call) {
  const std::vector<std::string>& on = services.options.modules;
  Json items = Json::array();
  for (const auto& [id, title] : {std::pair("scaicore", "ScaiCore"), std::pair("scaiqueue", "ScaiQueue"),
                                  std::pair("scaibunker", "ScaiBunker")}) {
    const bool is_on = std::find(on.begin(), on.end(), id) != on.end();
    items.push_back(Json::object({{"id", id},
                                  {"module_id", id},
                                  {"display_name", title},
                                  {"version", "0.1.0"},
                                  {"description", ""},
                                  {"status", is_on ? "active" : "disabled"},
                                  {"admin_pages", Json::array()},
                                  {"dependencies", Json::array()},
                                  {"permissions", Json::array()},
                                  {"frontend_url", Json()}}));
  }
  return ok(call.request_id(), items);
}

}  // namespace

void add_core_routes(Routes& routes, Services& services) {
  const auto add = [&](const char* method, const std::string& path, const char* permission,
                       net::HttpResponse (*handler)(Services&, const Call&)) {
    routes.add(method, cores_path + path,
               Route{sync([&services, handler](const Call& call) { return handler(services, call); }),
                     permission, Style::Envelope, body_source_max});
  };
  routes.add("GET", "/v1/modules",
             Route{sync([&services](const Call& call) { return list_modules(services, call); })});
  add("POST", "", "scaicore:manage", create_core);
  add("GET", "", "scaicore:view", list_cores);
  add("GET", "/{core_id}", "scaicore:view", [](Services& s, const Call& call) {
    return core_answer(s, call, s.cores.get(call.principal.tenant_id, call.param("core_id")));
  });
  add("PUT", "/{core_id}", "scaicore:manage", put_core);
  add("DELETE", "/{core_id}", "scaicore:manage", [](Services& s, const Call& call) {
    auto removed = s.core_service.remove(call.principal, call.param("core_id"),
                                         query_text(call.request, "force").value_or(""));
    return removed ? no_content() : failure(call.request_id(), removed.error());
  });
  add("GET", "/{core_id}/versions", "scaicore:view", list_versions);
  add("GET", "/{core_id}/bundle", "scaicore:view", get_bundle);
  add("GET", "/{core_id}/runtime", "scaicore:view", get_runtime);
  for (const char* action : {"start", "stop", "pause", "resume", "restart"}) {
    routes.add("POST", std::string(cores_path) + "/{core_id}/" + action,
               Route{sync([&services, action](const Call& call) {
                       return core_answer(
                           services, call,
                           services.core_service.move(call.principal, call.param("core_id"), action));
                     }),
                     "scaicore:manage", Style::Envelope, body_default_max});
  }
}

}  // namespace scaiflow::grid
