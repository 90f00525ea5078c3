// Proxy of ScaiCore (09 §4.9): `/v1/scaicore/X` is `/v1/modules/scaicore/X` under the caller's credential, so
// that the canvas never needs a grid credential. Answers are `{data}` as received.
#include "apps/api/services.h"
#include "libs/base/json_text.h"

namespace scaiflow::api {

namespace {

constexpr char grid_prefix[] = "/v1/modules/scaicore";

/// The same request on the grid's path.
net::HttpRequest upstream_request(const Call& call) {
  net::HttpRequest request = call.request;
  const std::size_t at = request.path.find("/scaicore/");
  const std::string rest = request.path.substr(at + std::string_view("/scaicore").size());
  const std::size_t question = call.request.target.find('?');
  request.path = grid_prefix + rest;
  request.target = request.path;
  if (question != std::string::npos) request.target += call.request.target.substr(question);
  return request;
}

Json error_detail(const net::HttpResponse& upstream) {
  Error error = grid_data(upstream).error();
  Json detail = Json::object({{"error", "upstream_error"}, {"message", error.message}});
  for (const auto& [key, value] : error.details.as_object()) {
    if (key != "message") detail.set(key, value);
  }
  return detail;
}

/// Upstream 4xx keep their status, 5xx become 502 (09 §1.3).
net::HttpResponse proxied(net::HttpResponse upstream) {
  if (upstream.status >= 400) {
    const int status = upstream.status >= 500 ? 502 : upstream.status;
    return json_response(status, Json::object({{"detail", error_detail(upstream)}}));
  }
  if (upstream.status == 204 || upstream.headers.get("Content-Type").find("json") == std::string_view::npos) {
    return upstream;
  }
  const Json body = try_parse_json(upstream.body).value_or(Json());
  upstream.body = to_ecma_text(Json::object({{"data", body["data"]}}));
  return upstream;
}

/// Checkpoint lists name their rows `checkpoints` (09 §4.9).
net::HttpResponse with_checkpoints(net::HttpResponse answer) {
  if (answer.status != 200) return answer;
  const Json data = try_parse_json(answer.body).value_or(Json())["data"];
  return json_response(200, Json::object({{"data", Json::object({{"checkpoints", data["items"]},
                                                                 {"next_cursor", data["next_cursor"]}})}}));
}

void forward_call(Services& services, Call call, net::Responder responder) {
  net::Responder collecting = net::collecting_responder(
      [responder](net::HttpResponse upstream) { responder.send(proxied(std::move(upstream))); });
  services.grid.forward(upstream_request(call), call.principal, collecting);
}

void forward_stream(Services& services, Call call, net::Responder responder) {
  services.grid.forward(upstream_request(call), call.principal, responder);
}

void list_checkpoints(Services& services, Call call, net::Responder responder) {
  net::Responder collecting = net::collecting_responder([responder](net::HttpResponse upstream) {
    responder.send(with_checkpoints(proxied(std::move(upstream))));
  });
  services.grid.forward(upstream_request(call), call.principal, collecting);
}

}  // namespace

void add_scaicore_routes(Routes& routes, Services& services) {
  using Handler = void (*)(Services&, Call, net::Responder);
  const auto add = [&](const char* method, const std::string& path, const char* permission,
                       Handler handler = forward_call, std::size_t body_max = body_default_max) {
    AsyncHandler run = [&services, handler](Call call, net::Responder responder) {
      handler(services, std::move(call), std::move(responder));
    };
    const Deadline deadline = path == "/cores/{core_id}/invoke" ? Deadline::Invoke : Deadline::Default;
    routes.add(method, "/scaicore" + path,
               Route{run, permission, body_max, Replay::No, Credential::Needed, deadline});
  };
  add("GET", "/events", "scaicore:view");
  add("GET", "/events/stream", "scaicore:view", forward_stream);
  add("GET", "/checkpoints", "scaicore:view", list_checkpoints);
  add("GET", "/checkpoints/{id}", "scaicore:view");
  add("POST", "/checkpoints/{id}/resolve", "scaicore:checkpoint_resolve", forward_call, body_invoke_max);
  add("POST", "/checkpoints/{id}/cancel", "scaicore:checkpoint_resolve");
  add("POST", "/checkpoints/{id}/reassign", "scaicore:checkpoint_resolve");
  add("GET", "/cores", "scaicore:view");
  add("GET", "/cores/{core_id}", "scaicore:view");
  add("GET", "/cores/{core_id}/versions", "scaicore:view");
  add("GET", "/cores/{core_id}/bundle", "scaicore:view", forward_stream);
  add("POST", "/cores/{core_id}/invoke", "modules:use", forward_call, body_invoke_max);
  add("POST", "/cores/{core_id}/unpublish", "scaicore:manage");
  add("GET", "/executions", "scaicore:view");
  add("GET", "/executions/{id}", "scaicore:view");
  add("GET", "/executions/{id}/journal", "scaicore:debug");
  add("GET", "/executions/{id}/state", "scaicore:debug");
  add("GET", "/executions/{id}/stream", "scaicore:view", forward_stream);
  add("GET", "/executions/{id}/payloads/{sha256}", "scaicore:debug", forward_stream);
  add("POST", "/executions/{id}/fork", "scaicore:debug", forward_call, body_invoke_max);
  add("POST", "/executions/{id}/debug", "scaicore:debug");
  add("POST", "/executions/{id}/cancel", "scaicore:manage");
}

}  // namespace scaiflow::api
