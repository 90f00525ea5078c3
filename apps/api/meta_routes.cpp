// The process, and who the caller is (09 §4.1, 10 §1).
#include "apps/api/services.h"
#include "apps/compiler/identity.h"
#include "libs/identity/local_auth.h"
#include "libs/net/clock.h"

namespace scaiflow::api {

namespace {

net::HttpResponse version(const ProcessInfo& process) {
  return json_response(200, Json::object({{"name", "scaiflow"},
                                          {"version", process.version},
                                          {"commit", process.commit},
                                          {"compiler", compiler::identity()},
                                          {"schema", process.schema_step}}));
}

net::HttpResponse me(const Call& call) {
  const identity::Principal& principal = call.principal;
  const auto texts = [](const auto& values) {
    Json out = Json::array();
    for (const std::string& value : values) out.push_back(value);
    return out;
  };
  const auto& expires_ms = principal.expires_at_ms;
  const Json expires_at = expires_ms ? Json(net::wire_time(*expires_ms)) : Json();
  const auto text_or_null = [](std::string_view text) { return text.empty() ? Json() : Json(text); };
  return json_response(
      200, Json::object(
               {{"sub", principal.id},
                {"tenant_id", principal.tenant_id},
                {"email", text_or_null(principal.email)},
                {"display_name", principal.display_name},
                {"permissions", texts(principal.permissions)},
                {"groups", texts(principal.group_ids)},
                {"admin_role", text_or_null(identity::to_text(principal.admin_role))},
                {"admin_role_source", text_or_null(principal.admin_role_source)},
                {"tenant_slug", principal.tenant_slug},
                {"kind", identity::to_text(principal.kind)},
                {"roles", texts(principal.roles)},
                {"auth_mode", "local"},
                {"expires_at", expires_at}}));
}

}  // namespace

net::HttpResponse readiness(Services& services) {
  const bool database = services.database
                            .read([](store::Connection& db) -> Result<bool> {
                              auto read = db.query("SELECT 1", {}, [](const store::Row&) {});
                              if (!read) return tl::unexpected(read.error());
                              return true;
                            })
                            .has_value();
  const bool storage = services.objects.head("flows/none").has_value();
  const auto word = [](bool ok) { return ok ? "ok" : "down"; };
  const bool ready = database && storage;
  return json_response(ready ? 200 : 503,
                       Json::object({{"status", ready ? "ready" : "not_ready"},
                                     {"checks", Json::object({{"database", word(database)},
                                                              {"storage", word(storage)},
                                                              {"migrations", "ok"},
                                                              {"vault", "ok"},
                                                              {"identity_provider", "unused"},
                                                              {"grid", "ok"},
                                                              {"bus", "unused"}})}}));
}

void add_meta_routes(Routes& routes, Services& services) {
  const auto add = [&](const char* path, Credential credential, SyncHandler handler) {
    routes.add("GET", path, Route{std::move(handler), "", body_default_max, Replay::No, credential});
  };
  add("/version", Credential::None, [&services](const Call&) { return version(services.process); });
  add("/auth/config", Credential::None,
      [](const Call&) { return json_response(200, identity::local_auth_config()); });
  add("/me", Credential::Needed, me);
}

}  // namespace scaiflow::api
