#include "apps/grid/grid.h"

#include <algorithm>

#include "apps/grid/envelope.h"
#include "apps/grid/rate_headers.h"
#include "libs/net/clock.h"

namespace scaiflow::grid {

namespace {

constexpr std::string_view owned[] = {"/v1/modules",  "/v1/models", "/v1/inference",
                                      "/v1/api-keys", "/v1/usage",  "/v1/hooks",
                                      "/v1/chat",     "/oai/v1",    "/mcp"};
constexpr std::string_view openai_paths[] = {"/oai/", "/v1/chat/"};

std::string_view without_api(std::string_view path) {
  return path.starts_with("/api/v1") ? path.substr(4) : path;
}

Style style_of(std::string_view path) {
  const std::string_view plain = without_api(path);
  return std::any_of(std::begin(openai_paths), std::end(openai_paths),
                     [&](std::string_view prefix) { return plain.starts_with(prefix); })
             ? Style::OpenAi
             : Style::Envelope;
}

/// The module that a path belongs to (08 §8.1); empty for the rest of the grid.
std::string_view module_of(std::string_view path) {
  constexpr std::string_view modules = "/v1/modules/";
  const std::string_view plain = without_api(path);
  if (plain.starts_with("/v1/hooks/") || plain.starts_with("/mcp/")) return "scaicore";
  if (!plain.starts_with(modules)) return {};
  const std::string_view rest = plain.substr(modules.size());
  return rest.substr(0, rest.find('/'));
}

bool is_on(const GridOptions& options, std::string_view module) {
  return module.empty() ||
         std::find(options.modules.begin(), options.modules.end(), module) != options.modules.end();
}

net::HttpResponse told(Style style, const std::string& request_id, const Error& error) {
  return style == Style::OpenAi ? openai_failure(error) : failure(request_id, error);
}

}  // namespace

std::string base_url(const Services& services, const net::HttpRequest& request) {
  std::string out = services.options.public_url;
  if (out.empty()) out = "http://" + std::string(request.headers.get("Host"));
  while (!out.empty() && out.back() == '/') out.pop_back();
  return out;
}

Grid::Grid(Services services, const identity::LocalAuth& auth)
    : services_(services), auth_(auth), routes_({"", "/api"}) {
  add_core_routes(routes_, services_);
  add_invoke_routes(routes_, services_);
  add_execution_routes(routes_, services_);
  add_trigger_routes(routes_, services_);
  add_hook_routes(routes_, services_);
  add_plugin_routes(routes_, services_);
  add_memory_routes(routes_, services_);
  add_bundle_routes(routes_, services_);
  add_event_routes(routes_, services_);
  add_checkpoint_routes(routes_, services_);
  add_publish_routes(routes_, services_);
  add_queue_routes(routes_, services_);
  add_message_routes(routes_, services_);
  add_bunker_routes(routes_, services_);
  add_model_routes(routes_, services_);
  add_mcp_routes(routes_, services_);
  add_account_routes(routes_, services_);
  add_chat_routes(routes_, services_);
}

bool Grid::owns(std::string_view path) const {
  const std::string_view plain = without_api(path);
  return std::any_of(std::begin(owned), std::end(owned), [&](std::string_view prefix) {
    return plain.starts_with(prefix) && (plain.size() == prefix.size() || plain[prefix.size()] == '/');
  });
}

std::size_t Grid::body_max(const net::HttpHead& head) const {
  const Routes::Match match = routes_.match(head.method, head.path);
  return match.route != nullptr ? match.route->body_max : body_default_max;
}

net::HttpResponse Grid::refuse(std::string_view path, const Error& error) const {
  return told(style_of(path), "", error);
}

/// The route, or nullptr after 404 or 405 has been answered.
const Route* Grid::find(net::HttpRequest& request, net::PathParams& params, net::Responder& responder) const {
  Routes::Match match = routes_.match(request.method, request.path);
  if (match.route != nullptr) {
    params = std::move(match.params);
    return match.route;
  }
  const bool known = !match.allow.empty();
  net::HttpResponse response =
      told(style_of(request.path), request.request_id,
           known ? make_error("METHOD_NOT_ALLOWED", "this path has no such method")
                 : make_error("ROUTE_NOT_FOUND", "no such path in the embedded grid"));
  if (known) response.headers.set("Allow", match.allow);
  responder.send(std::move(response));
  return nullptr;
}

void Grid::serve(net::HttpRequest request, net::Responder responder) {
  identity::AuthOutcome outcome = auth_.authenticate(request.headers.get("Authorization"));
  const Routes::Match match = routes_.match(request.method, request.path);
  const bool is_public = match.route != nullptr && match.route->access == Access::Public;
  if (is_public && !outcome.principal) outcome.principal = identity::Principal{};
  if (outcome.principal) return admit(std::move(request), *outcome.principal, std::move(responder));
  const bool missing = outcome.refusal == identity::AuthRefusal::Missing;
  responder.send(told(style_of(request.path), request.request_id,
                      missing ? make_error("AUTH_TOKEN_MISSING", "send Authorization: Bearer <token>")
                              : make_error("AUTH_TOKEN_INVALID", "invalid token: " + outcome.reason)));
}

/// The windows of 08 §8.3: all must have room, the tightest one is told.
RateWindows::Standing Grid::standing_of(const identity::Principal& principal, std::int64_t now_ms) const {
  const GridOptions& options = services_.options;
  RateWindows::Standing tightest;
  tightest.remaining = INT64_MAX;
  const auto take = [&](const std::string& key, std::int64_t limit) {
    if (limit <= 0 || !tightest.allowed) return;
    const auto standing = services_.rates.take(key, limit, now_ms);
    if (!standing.allowed || standing.remaining < tightest.remaining) tightest = standing;
  };
  if (!principal.key_id.empty()) take("key:" + principal.key_id, options.rate_key);
  take("user:" + principal.id, options.rate_user);
  take("tenant:" + principal.tenant_id, options.rate_tenant);
  return tightest;
}

void Grid::admit(net::HttpRequest request, const identity::Principal& principal, net::Responder responder) {
  const std::int64_t now_ms = net::wall_ms();
  const auto standing = principal.id.empty() ? RateWindows::Standing{} : standing_of(principal, now_ms);
  if (standing.limit > 0) responder = with_rate_headers(std::move(responder), standing, now_ms);
  if (standing.allowed) return serve_as(std::move(request), principal, std::move(responder));
  responder.send(told(style_of(request.path), request.request_id,
                      Error{"RATE_LIMITED", "too many requests", Retry::Later,
                            Json::object({{"retry_after", standing.wait_s}})}));
}

void Grid::serve_as(net::HttpRequest request, const identity::Principal& principal,
                    net::Responder responder) {
  Call call;
  const Route* route = find(request, call.params, responder);
  if (route == nullptr) return;
  if (const std::string_view module = module_of(request.path); !is_on(services_.options, module)) {
    const std::string message = "the module " + std::string(module) + " is switched off";
    return void(
        responder.send(told(route->style, request.request_id, make_error("MODULE_NOT_ENABLED", message))));
  }
  call.request = std::move(request);
  call.principal = principal;
  if (!route->permission.empty() && !principal.may(route->permission)) {
    responder.send(
        told(route->style, call.request_id(),
             make_error("AUTHZ_PERMISSION_DENIED", "permission_denied: need " + route->permission)));
    return;
  }
  run(*route, std::move(call), std::move(responder));
}

void Grid::run(const Route& route, Call call, net::Responder responder) {
  const std::string request_id = call.request_id();
  if (!services_.pool.try_post([&route, call = std::move(call), responder]() mutable {
        route.handler(std::move(call), responder);
      })) {
    responder.send(told(route.style, request_id, make_error("SERVICE_UNAVAILABLE", "too much work at once")));
  }
}

}  // namespace scaiflow::grid
