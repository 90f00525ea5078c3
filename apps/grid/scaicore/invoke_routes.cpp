// Invocation (08 §8.6).
#include "apps/grid/envelope.h"
#include "apps/grid/grid.h"
#include "apps/grid/scaicore/core_service.h"
#include "libs/base/hash.h"
#include "libs/base/json_text.h"
#include "libs/net/clock.h"
#include "libs/net/ids.h"

namespace scaiflow::grid {

namespace {

constexpr std::int64_t wait_default_ms = 30'000;
constexpr std::int64_t wait_max_ms = 300'000;
constexpr std::size_t body_invoke_max = 10 << 20;

std::optional<std::string> text_member(const Json& body, std::string_view key) {
  return body[key].is_string() ? std::optional(body[key].as_string()) : std::nullopt;
}

bool is_visible_ascii(std::string_view key) {
  if (key.empty() || key.size() > 255) return false;
  for (const char c : key) {
    if (c <= 0x20 || c >= 0x7f) return false;
  }
  return true;
}

/// The instance key of entity Cores: the body's, else the input member that carries it (08 §8.6).
Result<std::optional<std::string>> instance_key(const CoreRow& core, const Json& body, const Json& input) {
  if (core.concurrency_mode != "entity") return std::optional<std::string>();
  Json key = body["instance_key"];
  const std::string field = core.entity_key_field.value_or("");
  if (key.is_null()) key = input[field];
  std::string text = key.is_string() ? key.as_string() : key.is_int() || key.is_bool() ? to_text(key) : "";
  if (text.empty() || text.size() > 255) {
    return tl::unexpected(
        invalid("input." + field, "the key of this entity Core must have 1 to 255 characters"));
  }
  return std::optional(std::move(text));
}

Result<std::int64_t> wait_of(const net::HttpRequest& request, const Json& body) {
  if (body.string_or("mode", "sync") == "async" || request.headers.get("Prefer") == "respond-async") return 0;
  const Json& wait = body["wait_ms"];
  if (wait.is_null()) return wait_default_ms;
  if (!wait.is_int() || wait.as_int() < 0 || wait.as_int() > wait_max_ms) {
    return tl::unexpected(invalid("wait_ms", "must be a whole number from 0 to 300000"));
  }
  return wait.as_int();
}

Result<core::StartRequest> start_request(const Call& call, const CoreRow& core, const Json& body) {
  core::StartRequest start;
  start.tenant_id = core.tenant_id;
  start.core_id = core.id;
  start.flow = text_member(body, "flow");
  start.trigger = text_member(body, "trigger");
  const Json& input = body["input"];
  if (!input.is_null() && !input.is_object()) return tl::unexpected(invalid("input", "expected an object"));
  start.input = input.is_object() ? input : Json::object();
  auto key = instance_key(core, body, start.input);
  if (!key) return tl::unexpected(key.error());
  start.instance_key = *key;
  if (const std::string* header = call.request.headers.find("Idempotency-Key")) {
    if (!is_visible_ascii(*header)) {
      return tl::unexpected(invalid("Idempotency-Key", "must have 1 to 255 visible ASCII characters"));
    }
    start.idempotency_key = *header;
    start.idempotency_hash = sha256_hex(to_text(body));
  }
  auto wait = wait_of(call.request, body);
  if (!wait) return tl::unexpected(wait.error());
  start.wait_ms = *wait;
  start.invoked_by = call.principal.id;
  start.debug = body["debug"];
  if (!start.debug.is_null() && !call.principal.may("scaicore:debug")) {
    return tl::unexpected(make_error("AUTHZ_PERMISSION_DENIED", "permission_denied: need scaicore:debug"));
  }
  return start;
}

net::HttpResponse result_response(const std::string& request_id, const Result<core::StartOutcome>& outcome) {
  if (!outcome) return failure(request_id, outcome.error());
  const std::string status = outcome->result.string_or("status", "");
  const bool pending = status == "running" || status == "queued";
  net::HttpResponse response = ok(request_id, outcome->result, pending ? 202 : 200);
  response.headers.set("X-Execution-Id", outcome->result.string_or("execution_id", ""));
  if (outcome->replayed) response.headers.set("Idempotent-Replay", "true");
  return response;
}

void invoke(Services& services, Call call, net::Responder responder) {
  const std::string request_id = call.request_id();
  const auto refuse = [&](const Error& error) { responder.send(failure(request_id, error)); };
  Result<CoreRow> core = services.core_service.running(call.principal.tenant_id, call.param("core_id"));
  if (!core) return refuse(core.error());
  Result<Json> body = json_body(call.request);
  if (!body) return refuse(body.error());
  Result<core::StartRequest> start = start_request(call, *core, *body);
  if (!start) return refuse(start.error());
  services.engine.start(std::move(*start), [responder, request_id](Result<core::StartOutcome> outcome) {
    responder.send(result_response(request_id, outcome));
  });
}

/// An event starts the trigger or flow that is named like its type, else the default one.
void send_event(Services& services, Call call, net::Responder responder) {
  const std::string request_id = call.request_id();
  const auto refuse = [&](const Error& error) { responder.send(failure(request_id, error)); };
  Result<CoreRow> core = services.core_service.running(call.principal.tenant_id, call.param("core_id"));
  if (!core) return refuse(core.error());
  Result<Json> body = json_body(call.request);
  if (!body) return refuse(body.error());
  if (!(*body)["type"].is_string()) return refuse(invalid("type", "is required"));
  const Json& payload = (*body)["payload"];
  if (!payload.is_null() && !payload.is_object()) return refuse(invalid("payload", "expected an object"));
  const std::string event_id = net::new_id("evt_");
  Json input = payload.is_object() ? payload : Json::object();
  input.set(
      "event",
      Json::object({{"id", event_id}, {"type", (*body)["type"]}, {"at", net::wire_time(net::wall_ms())}}));
  Json request =
      Json::object({{"input", input}, {"mode", "async"}, {"instance_key", (*body)["instance_key"]}});
  Result<core::StartRequest> start = start_request(call, *core, request);
  if (!start) return refuse(start.error());
  services.engine.start(
      std::move(*start), [responder, request_id, event_id](Result<core::StartOutcome> outcome) {
        if (!outcome) return void(responder.send(failure(request_id, outcome.error())));
        responder.send(ok(
            request_id,
            Json::object({{"event_id", event_id}, {"execution_id", outcome->result["execution_id"]}}), 202));
      });
}

}  // namespace

void add_invoke_routes(Routes& routes, Services& services) {
  const auto add = [&](const char* path, void (*handler)(Services&, Call, net::Responder)) {
    routes.add("POST", path,
               Route{[&services, handler](Call call, net::Responder responder) {
                       handler(services, std::move(call), std::move(responder));
                     },
                     "modules:use", Style::Envelope, body_invoke_max});
  };
  add("/v1/modules/scaicore/cores/{core_id}/invoke", invoke);
  add("/v1/modules/scaicore/cores/{core_id}/events", send_event);
}

}  // namespace scaiflow::grid
