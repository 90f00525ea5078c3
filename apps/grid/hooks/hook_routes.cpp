// Webhook deliveries and `api` paths (08 §8.7).
#include "apps/grid/envelope.h"
#include "apps/grid/grid.h"
#include "apps/grid/hooks/flow_response.h"
#include "apps/grid/hooks/request_input.h"
#include "apps/grid/hooks/signature.h"
#include "apps/grid/hooks/triggers.h"
#include "apps/grid/scaicore/core_service.h"
#include "libs/base/hash.h"
#include "libs/net/clock.h"

namespace scaiflow::grid {

namespace {

constexpr std::size_t body_hook_max = 8 << 20;
constexpr const char* methods[] = {"GET", "POST", "PUT", "PATCH", "DELETE"};
constexpr char all_methods[] = "DELETE, GET, PATCH, POST, PUT";

bool takes(const std::string& method, const std::string& given) {
  return given != "HEAD" && (method == "ANY" || method == given);
}

net::HttpResponse refusal(const Call& call, const Error& error) {
  return fenced(failure(call.request_id(), error));
}

net::HttpResponse wrong_method(const Call& call, const std::string& allow) {
  net::HttpResponse out = refusal(call, make_error("METHOD_NOT_ALLOWED", "the trigger takes " + allow));
  out.headers.set("Allow", allow);
  return out;
}

/// The path below the hook or below `api`, as it came: its segments are decoded one by one.
std::string path_of(const Call& call, int segments_before) {
  const std::string& path = call.request.path;
  std::size_t at = path.starts_with("/api/") ? std::size_t{4} : 0;
  for (int i = 0; i < segments_before && at != std::string::npos; ++i) at = path.find('/', at + 1);
  return at == std::string::npos ? "/" : path.substr(at);
}

constexpr int hook_segments = 3;  ///< v1, hooks, the id
constexpr int api_segments = 6;   ///< v1, modules, scaicore, cores, the id, api

/// Blobs first, so that the run finds what its input names.
void start(Services& services, const Call& call, core::StartRequest request,
           const std::vector<core::Blob>& blobs, const net::Responder& responder) {
  for (const core::Blob& blob : blobs) {
    auto stored = services.database.write_sync(
        store::Database::Unit([&](store::Connection& db) { return blob.store(db); }));
    if (!stored) return void(responder.send(refusal(call, stored.error())));
  }
  const bool waits = call.request.headers.get("Prefer") != "respond-async";
  request.wait_ms = waits ? services.options.hooks_wait_ms : 0;
  services.engine.start(std::move(request), [responder, request_id = call.request_id(),
                                             waits](const Result<core::StartOutcome>& outcome) {
    responder.send(waits ? flow_response(request_id, outcome) : accepted_response(request_id, outcome));
  });
}

/// Whether this delivery may pass: the proof that the hook asks for.
Result<void> verified(const Call& call, const HookRow& hook, const CoreRow& core, const Verification& how,
                      std::int64_t now_ms) {
  if (how.type.empty()) return {};
  if (how.type == "grid") {
    const bool known = call.principal.tenant_id == hook.tenant_id;
    if (!known) return tl::unexpected(make_error("AUTH_TOKEN_INVALID", "send the bearer token of a member"));
    if (call.principal.may("modules:use")) return {};
    return tl::unexpected(make_error("AUTHZ_PERMISSION_DENIED", "permission_denied: need modules:use"));
  }
  const Json& secret = core.environment[how.secret]["value"];
  if (!secret.is_string() || secret.as_string().empty())
    return tl::unexpected(make_error("SERVICE_UNAVAILABLE", "the secret of this hook is not set"));
  return check_signature(how, secret.as_string(), call.request, now_ms);
}

Error too_often(const RateWindows::Standing& standing) {
  return make_error("RATE_LIMITED", "too many deliveries to this hook",
                    Json::object({{"retry_after", standing.wait_s}}));
}

void deliver(Services& services, const Call& call, const net::Responder& responder) {
  const auto refuse = [&](const Error& error) { responder.send(refusal(call, error)); };
  const Error unknown = make_error("HOOK_NOT_FOUND", "no such hook");
  const std::int64_t now_ms = net::wall_ms();
  const std::string path = path_of(call, hook_segments);
  auto hook = services.triggers.hook(call.param("hook_id"));
  if (!hook) return refuse(hook.error());
  if (!*hook || !(*hook)->enabled) return refuse(unknown);
  const auto params = match_trigger_path((*hook)->path, path);
  if (!params) return refuse(unknown);
  if (!takes((*hook)->method, call.request.method)) {
    const bool any = (*hook)->method == "ANY";
    return void(responder.send(wrong_method(call, any ? all_methods : (*hook)->method)));
  }
  const auto standing =
      services.rates.take("hook:" + (*hook)->hook_id, services.options.hooks_rate_per_minute, now_ms);
  if (!standing.allowed) return refuse(too_often(standing));
  const auto tenant =
      services.rates.take("tenant:" + (*hook)->tenant_id, services.options.rate_tenant, now_ms);
  if (!tenant.allowed) return refuse(too_often(tenant));
  Result<CoreRow> core = services.core_service.running((*hook)->tenant_id, (*hook)->core_id);
  if (!core) return refuse(core.error());
  Result<Verification> how = Verification::parse((*hook)->verification);
  if (!how) return refuse(how.error());
  if (auto passed = verified(call, **hook, *core, *how, now_ms); !passed) return refuse(passed.error());
  auto input =
      request_input(call.request, {(*hook)->tenant_id, path, *params, how->signature_header(), now_ms});
  if (!input) return refuse(input.error());
  core::StartRequest request;
  request.tenant_id = core->tenant_id;
  request.core_id = core->id;
  request.trigger = (*hook)->trigger_name;
  request.input = std::move(input->input);
  request.invoked_by = (*hook)->hook_id;
  if (const std::string same = dedupe_value(*how, call.request); !same.empty())
    request.idempotency_key = "hook:" + (*hook)->trigger_name + ":" + same.substr(0, 255);
  start(services, call, std::move(request), input->blobs, responder);
}

/// The `api` trigger that a path and a method mean, or the answer that there is none.
struct ApiTarget {
  const ir::Trigger* trigger = nullptr;
  Json params;
  std::string allow;
};

ApiTarget api_target(const ir::Module& module, const std::string& method, const std::string& path) {
  ApiTarget out;
  for (const ir::Trigger& trigger : module.triggers) {
    if (trigger.kind != "api" || out.trigger) continue;
    auto params = match_trigger_path(trigger.path.value_or("/"), path);
    if (!params) continue;
    const std::string wanted = trigger.method.value_or("POST");
    if (takes(wanted, method)) {
      out.trigger = &trigger;
      out.params = std::move(*params);
    } else {
      out.allow += (out.allow.empty() ? "" : ", ") + (wanted == "ANY" ? all_methods : wanted);
    }
  }
  return out;
}

/// An object that holds only `input` stands for that.
Json unwrapped(Json input) {
  Json http = input["_http"];
  if (input.size() != 2 || !input["input"].is_object()) return input;
  Json out = input["input"];
  return out.set("_http", std::move(http));
}

void call_api(Services& services, const Call& call, const net::Responder& responder) {
  const auto refuse = [&](const Error& error) { responder.send(refusal(call, error)); };
  Result<CoreRow> core = services.core_service.running(call.principal.tenant_id, call.param("core_id"));
  if (!core) return refuse(core.error());
  auto module = module_of(services.cores, *core);
  if (!module) return refuse(module.error());
  if (!*module) return refuse(make_error("TRIGGER_NOT_FOUND", "the Core has no api trigger"));
  const std::string path = path_of(call, api_segments);
  const ApiTarget target = api_target(**module, call.request.method, path);
  if (!target.trigger && !target.allow.empty()) return void(responder.send(wrong_method(call, target.allow)));
  if (!target.trigger) return refuse(make_error("TRIGGER_NOT_FOUND", "no api trigger has this path"));
  auto input = request_input(call.request, {core->tenant_id, path, target.params, "", net::wall_ms()});
  if (!input) return refuse(input.error());
  core::StartRequest request;
  request.tenant_id = core->tenant_id;
  request.core_id = core->id;
  request.trigger = target.trigger->name;
  request.input = unwrapped(std::move(input->input));
  request.invoked_by = call.principal.id;
  if (const std::string* key = call.request.headers.find("Idempotency-Key")) {
    request.idempotency_key = *key;
    request.idempotency_hash = sha256_hex(call.request.method + call.request.target + call.request.body);
  }
  start(services, call, std::move(request), input->blobs, responder);
}

}  // namespace

void add_hook_routes(Routes& routes, Services& services) {
  const auto add = [&](const std::string& path, const char* permission, Access access,
                       void (*handler)(Services&, const Call&, const net::Responder&)) {
    for (const char* method : methods) {
      Route route{
          [&services, handler](Call call, net::Responder responder) { handler(services, call, responder); },
          permission, Style::Envelope, body_hook_max};
      route.access = access;
      routes.add(method, path, std::move(route));
    }
  };
  add("/v1/hooks/{hook_id}", "", Access::Public, deliver);
  add("/v1/hooks/{hook_id}/{rest...}", "", Access::Public, deliver);
  const std::string api = "/v1/modules/scaicore/cores/{core_id}/api";
  add(api, "modules:use", Access::Member, call_api);
  add(api + "/{rest...}", "modules:use", Access::Member, call_api);
}

}  // namespace scaiflow::grid
