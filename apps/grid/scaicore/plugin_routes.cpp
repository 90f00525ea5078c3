// The plugins of a Core (08 §8.11).
#include "apps/grid/envelope.h"
#include "apps/grid/grid.h"
#include "apps/grid/hooks/triggers.h"
#include "apps/grid/scaicore/core_service.h"
#include "apps/grid/scaicore/plugin_entries.h"

namespace scaiflow::grid {

namespace {

constexpr char base[] = "/v1/modules/scaicore/cores/{core_id}/plugins";

Error not_found() { return make_error("PLUGIN_NOT_FOUND", "the Core has no such plugin"); }

net::HttpResponse list(Services& services, const Call& call) {
  Result<CoreRow> core = services.cores.get(call.principal.tenant_id, call.param("core_id"));
  if (!core) return failure(call.request_id(), core.error());
  return ok(
      call.request_id(),
      Json::object({{"items", shown_plugins(core->plugins)}, {"next_cursor", Json()}, {"has_more", false}}));
}

net::HttpResponse saved(Services& services, const Call& call, const Json& entry, int status) {
  auto row = services.core_service.set_plugin(call.principal.tenant_id, call.param("core_id"), entry);
  return row ? ok(call.request_id(), shown_plugin(entry), status) : failure(call.request_id(), row.error());
}

net::HttpResponse create(Services& services, const Call& call) {
  Result<CoreRow> core = services.cores.get(call.principal.tenant_id, call.param("core_id"));
  if (!core) return failure(call.request_id(), core.error());
  Result<Json> body = json_body(call.request);
  if (!body) return failure(call.request_id(), body.error());
  const std::string alias = body->string_or("alias", "");
  if (find_plugin(core->plugins, alias))
    return failure(call.request_id(), make_error("SLUG_CONFLICT", "the Core has a plugin '" + alias + "'"));
  Result<Json> entry = plugin_entry(*body, alias, Json());
  return entry ? saved(services, call, *entry, 201) : failure(call.request_id(), entry.error());
}

net::HttpResponse change(Services& services, const Call& call) {
  Result<CoreRow> core = services.cores.get(call.principal.tenant_id, call.param("core_id"));
  if (!core) return failure(call.request_id(), core.error());
  const Json* before = find_plugin(core->plugins, call.param("alias"));
  if (before == nullptr) return failure(call.request_id(), not_found());
  Result<Json> body = json_body(call.request);
  if (!body) return failure(call.request_id(), body.error());
  Result<Json> entry = plugin_entry(*body, call.param("alias"), *before);
  return entry ? saved(services, call, *entry, 200) : failure(call.request_id(), entry.error());
}

bool is_used(const ir::Module& module, const std::string& alias) {
  bool used = false;
  ir::for_each_block(module, [&](const ir::Block& block) {
    const ir::Statements* statements = ir::statements_of(block);
    if (statements == nullptr) return;
    ir::for_each_statement(*statements, [&](const ir::Statement& statement) {
      const auto* call = statement.as<ir::PluginCallStatement>();
      used = used || (call != nullptr && call->plugin == alias);
    });
  });
  return used;
}

net::HttpResponse remove(Services& services, const Call& call) {
  const std::string alias = call.param("alias");
  Result<CoreRow> core = services.cores.get(call.principal.tenant_id, call.param("core_id"));
  if (!core) return failure(call.request_id(), core.error());
  if (!find_plugin(core->plugins, alias)) return failure(call.request_id(), not_found());
  auto module = module_of(services.cores, *core);
  if (!module) return failure(call.request_id(), module.error());
  if (*module && is_used(**module, alias))
    return failure(call.request_id(), make_error("CORE_STATE_CONFLICT", "the flows of the Core call it"));
  auto gone =
      services.core_service.set_plugin(call.principal.tenant_id, core->id, Json::object({{"alias", alias}}));
  return gone ? no_content() : failure(call.request_id(), gone.error());
}

void check(Services& services, const Call& call, const net::Responder& responder) {
  const std::string request_id = call.request_id();
  const auto refuse = [&](const Error& error) { responder.send(failure(request_id, error)); };
  Result<CoreRow> core = services.cores.get(call.principal.tenant_id, call.param("core_id"));
  if (!core) return refuse(core.error());
  const Json* plugin = find_plugin(core->plugins, call.param("alias"));
  if (plugin == nullptr) return refuse(not_found());
  services.engine.describe_plugin(
      plugin->string_or("endpoint", ""),
      [responder, request_id](const Result<std::vector<std::string>>& found) {
        Json methods = Json::array();
        if (found) {
          for (const std::string& method : *found) methods.push_back(method);
        }
        responder.send(
            ok(request_id, Json::object({{"ok", found.has_value()},
                                         {"methods", methods},
                                         {"error", found ? Json() : Json(found.error().message)}})));
      });
}

}  // namespace

void add_plugin_routes(Routes& routes, Services& services) {
  const auto add = [&](const char* method, const std::string& path, const char* permission,
                       net::HttpResponse (*handler)(Services&, const Call&)) {
    routes.add(
        method, base + path,
        Route{sync([&services, handler](const Call& call) { return handler(services, call); }), permission});
  };
  add("GET", "", "scaicore:view", list);
  add("POST", "", "scaicore:manage", create);
  add("PUT", "/{alias}", "scaicore:manage", change);
  add("DELETE", "/{alias}", "scaicore:manage", remove);
  routes.add("POST", std::string(base) + "/{alias}/check",
             Route{[&services](Call call, net::Responder responder) { check(services, call, responder); },
                   "scaicore:manage"});
}

}  // namespace scaiflow::grid
