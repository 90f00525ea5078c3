// The triggers of a Core (08 §8.11).
#include "apps/grid/envelope.h"
#include "apps/grid/grid.h"
#include "apps/grid/hooks/signature.h"
#include "apps/grid/hooks/triggers.h"
#include "apps/grid/scaicore/core_service.h"
#include "libs/net/clock.h"

namespace scaiflow::grid {

namespace {

constexpr char base[] = "/v1/modules/scaicore/cores/{core_id}/triggers";

/// A Core, its IR and, where the path names one, the trigger.
struct Found {
  CoreRow core;
  ir::Module module;
  const ir::Trigger* trigger = nullptr;
};

Result<std::unique_ptr<Found>> find(Services& services, const Call& call) {
  auto out = std::make_unique<Found>();
  Result<CoreRow> core = services.cores.get(call.principal.tenant_id, call.param("core_id"));
  if (!core) return tl::unexpected(core.error());
  out->core = std::move(*core);
  auto module = module_of(services.cores, out->core);
  if (!module) return tl::unexpected(module.error());
  if (*module) out->module = std::move(**module);
  const std::string name = call.param("name");
  for (const ir::Trigger& trigger : out->module.triggers) {
    if (trigger.name == name) out->trigger = &trigger;
  }
  if (!name.empty() && !out->trigger)
    return tl::unexpected(make_error("TRIGGER_NOT_FOUND", "the Core has no such trigger"));
  return out;
}

Result<Json> items(Services& services, const Call& call, const Found& found) {
  return triggers_json(services.triggers, found.core, found.module, base_url(services, call.request));
}

net::HttpResponse list(Services& services, const Call& call) {
  auto found = find(services, call);
  if (!found) return failure(call.request_id(), found.error());
  Result<Json> all = items(services, call, **found);
  if (!all) return failure(call.request_id(), all.error());
  return ok(call.request_id(), Json::object({{"items", *all}, {"next_cursor", Json()}, {"has_more", false}}));
}

net::HttpResponse shown(Services& services, const Call& call, const Found& found) {
  Result<Json> all = items(services, call, found);
  if (!all) return failure(call.request_id(), all.error());
  for (const Json& item : all->as_array()) {
    if (item["name"] == Json(found.trigger->name)) return ok(call.request_id(), item);
  }
  return failure(call.request_id(), make_error("TRIGGER_NOT_FOUND", "the Core has no such trigger"));
}

/// Whether a secret of that name is in the Core's environment.
bool has_secret(const CoreRow& core, const std::string& name) {
  return core.environment[name].string_or("type", "") == "secret";
}

Result<void> set_verification(Services& services, const Found& found, const Json& json) {
  if (found.trigger->kind != "webhook")
    return tl::unexpected(invalid("verification", "only a webhook can be verified"));
  Result<Verification> parsed = Verification::parse(json);
  if (!parsed) return tl::unexpected(parsed.error());
  if (parsed->needs_secret() && !has_secret(found.core, parsed->secret)) {
    return tl::unexpected(
        invalid("verification.secret", "the environment of the Core has no secret '" + parsed->secret + "'"));
  }
  return services.triggers.verify(found.core.id, found.trigger->name, json);
}

net::HttpResponse patch(Services& services, const Call& call) {
  auto found = find(services, call);
  if (!found) return failure(call.request_id(), found.error());
  Result<Json> body = json_body(call.request);
  if (!body) return failure(call.request_id(), body.error());
  if (body->contains("verification")) {
    auto set = set_verification(services, **found, (*body)["verification"]);
    if (!set) return failure(call.request_id(), set.error());
  }
  if (const Json& enabled = (*body)["enabled"]; !enabled.is_null()) {
    if (!enabled.is_bool() || (*found)->trigger->kind == "api")
      return failure(call.request_id(),
                     invalid("enabled", "schedules and webhooks can be switched by true or false"));
    auto switched = services.triggers.enable((*found)->core.id, (*found)->trigger->name,
                                             enabled.as_bool() ? core::Switch::On : core::Switch::Off);
    if (!switched) return failure(call.request_id(), switched.error());
    services.engine.look_at_schedules();
  }
  return shown(services, call, **found);
}

net::HttpResponse rotate(Services& services, const Call& call) {
  auto found = find(services, call);
  if (!found) return failure(call.request_id(), found.error());
  if ((*found)->trigger->kind != "webhook")
    return failure(call.request_id(), invalid("name", "the trigger is not a webhook"));
  auto rotated = services.triggers.rotate((*found)->core.id, (*found)->trigger->name);
  return rotated ? shown(services, call, **found) : failure(call.request_id(), rotated.error());
}

/// A tick or a delivery now, which says of itself that somebody made it by hand.
void fire(Services& services, const Call& call, const net::Responder& responder) {
  const std::string request_id = call.request_id();
  const auto refuse = [&](const Error& error) { responder.send(failure(request_id, error)); };
  auto found = find(services, call);
  if (!found) return refuse(found.error());
  Result<Json> body = json_body(call.request);
  if (!body) return refuse(body.error());
  const Json& given = (*body)["input"];
  if (!given.is_null() && !given.is_object()) return refuse(invalid("input", "expected an object"));
  Result<CoreRow> running = services.core_service.running(call.principal.tenant_id, (*found)->core.id);
  if (!running) return refuse(running.error());
  const ir::Trigger& trigger = *(*found)->trigger;
  core::StartRequest start;
  start.tenant_id = running->tenant_id;
  start.core_id = running->id;
  start.trigger = trigger.name;
  start.input = trigger.kind == "schedule" ? core::tick_input(trigger.name, net::wall_ms()) : Json::object();
  start.input.set("manual", true);
  if (given.is_object()) {
    for (const auto& [name, value] : given.as_object()) start.input.set(name, value);
  }
  const std::string key_field = running->entity_key_field.value_or("");
  if (trigger.kind == "schedule" && start.input[key_field].is_null()) start.instance_key = trigger.name;
  start.invoked_by = call.principal.id;
  services.engine.start(std::move(start), [responder, request_id](Result<core::StartOutcome> outcome) {
    if (!outcome) return void(responder.send(failure(request_id, outcome.error())));
    const Json id = outcome->result["execution_id"];
    responder.send(ok(request_id, Json::object({{"execution_id", id}}), 202));
  });
}

}  // namespace

void add_trigger_routes(Routes& routes, Services& services) {
  const auto add = [&](const char* method, const std::string& path, const char* permission,
                       net::HttpResponse (*handler)(Services&, const Call&)) {
    routes.add(
        method, base + path,
        Route{sync([&services, handler](const Call& call) { return handler(services, call); }), permission});
  };
  add("GET", "", "scaicore:view", list);
  add("PATCH", "/{name}", "scaicore:manage", patch);
  add("POST", "/{name}/rotate", "scaicore:manage", rotate);
  routes.add("POST", std::string(base) + "/{name}/fire",
             Route{[&services](Call call, net::Responder responder) { fire(services, call, responder); },
                   "scaicore:manage"});
}

}  // namespace scaiflow::grid
