#include "apps/api/api.h"

#include <algorithm>

#include "apps/api/canvas_files.h"
#include "apps/api/idempotency.h"
#include "libs/base/text.h"

namespace scaiflow::api {

namespace {

bool is_api_path(std::string_view path) { return path.starts_with("/v1/") || path.starts_with("/api/"); }

bool is_safe(std::string_view method) { return method == "GET" || method == "HEAD"; }

net::HttpResponse with_common_headers(net::HttpResponse response, const std::string& request_id) {
  response.headers.set("X-Request-Id", request_id);
  response.headers.set("X-Content-Type-Options", "nosniff");
  response.headers.set("Referrer-Policy", "no-referrer");
  response.headers.set("Cross-Origin-Resource-Policy", "same-origin");
  if (!response.headers.contains("Cache-Control")) {
    response.headers.set("Cache-Control",
                         response.headers.contains("ETag") ? "private, no-cache" : "no-store");
  }
  return response;
}

/// Adds the headers that every answer carries (09 §3.3), to whole and streamed answers alike.
class CommonHeaders final : public net::ResponseSink {
 public:
  CommonHeaders(net::Responder inner, std::string request_id)
      : inner_(std::move(inner)), request_id_(std::move(request_id)) {}

  void send(net::HttpResponse response) override {
    inner_.send(with_common_headers(std::move(response), request_id_));
  }

  std::shared_ptr<net::StreamSink> begin_stream(int status, net::Headers headers) override {
    net::HttpResponse head;
    head.status = status;
    head.headers = std::move(headers);
    head = with_common_headers(std::move(head), request_id_);
    return std::make_shared<Passed>(inner_.begin_stream(status, std::move(head.headers)));
  }

 private:
  class Passed final : public net::StreamSink {
   public:
    explicit Passed(net::StreamHandle stream) : stream_(std::move(stream)) {}
    bool write(std::string chunk) override { return stream_.write(std::move(chunk)); }
    void close() override { stream_.close(); }
    void on_close(std::function<void()> callback) override { stream_.on_close(std::move(callback)); }

   private:
    net::StreamHandle stream_;
  };

  net::Responder inner_;
  std::string request_id_;
};

/// `localhost`, `127.0.0.1` or `[::1]` with our port (09 §3.2: no other name may lead here, against DNS
/// rebinding).
bool is_loopback_name(std::string_view host, std::uint16_t port) {
  const std::string suffix = ":" + std::to_string(port);
  if (!host.ends_with(suffix)) return false;
  const std::string_view name = host.substr(0, host.size() - suffix.size());
  return name == "localhost" || name == "127.0.0.1" || name == "[::1]";
}

bool is_id(std::string_view text) {
  constexpr std::size_t id_bytes_max = 255;
  return !text.empty() && text.size() <= id_bytes_max &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return std::isalnum(c) != 0 ||
                  std::string_view("_.:@|-").find(static_cast<char>(c)) != std::string_view::npos;
         });
}

}  // namespace

Gateway::Gateway(GatewayOptions options, Services services, const identity::LocalAuth& auth, GridFront& grid)
    : options_(std::move(options)),
      services_(std::move(services)),
      auth_(auth),
      grid_(grid),
      routes_({"/v1", "/api/v1"}),
      pool_(options_.pool_threads) {
  add_meta_routes(routes_, services_);
  add_preview_routes(routes_, services_);
  add_flow_routes(routes_, services_);
  add_deploy_routes(routes_, services_);
  add_lookup_routes(routes_, services_);
  add_scaicore_routes(routes_, services_);
}

Gateway::~Gateway() { stop(); }

void Gateway::stop() { pool_.stop(); }

void Gateway::allow_port(std::uint16_t port) { port_.store(port); }

Result<void> Gateway::check_host_and_origin(const net::HttpRequest& request) const {
  const auto listed = [](const std::vector<std::string>& list, std::string_view value) {
    return std::find(list.begin(), list.end(), value) != list.end();
  };
  const std::string host = to_lower(request.headers.get("Host"));
  if (!is_loopback_name(host, port_.load()) && !listed(options_.hosts, host)) {
    return fail_with("host_not_allowed", "this server does not answer to the host '" + cut(host, 80) + "'");
  }
  const std::string_view origin = request.headers.get("Origin");
  const bool foreign =
      !origin.empty() && origin != "http://" + host && !listed(options_.allowed_origins, origin);
  const bool cross_site = request.headers.get("Sec-Fetch-Site") == "cross-site" && !is_safe(request.method);
  if ((foreign && (is_api_path(request.path) || !is_safe(request.method))) ||
      (cross_site && origin.empty())) {
    return fail_with("origin_denied",
                     "calls from pages of another origin must be allowed in SCAIFLOW_CORS_ORIGINS");
  }
  return {};
}

net::HttpResponse Gateway::refuse(const net::HttpRequest& request, const Error& error) const {
  return grid_.owns(request.path) ? grid_.refuse(request.path, error) : error_response(error);
}

void Gateway::handle(net::HttpRequest request, net::Responder inner) {
  const net::Responder responder(std::make_shared<CommonHeaders>(std::move(inner), request.request_id));
  const bool probe = request.path == "/healthz" || request.path == "/health" || request.path == "/readyz";
  if (!probe) {
    if (auto checked = check_host_and_origin(request); !checked) {
      responder.send(refuse(request, checked.error()));
      return;
    }
  }
  if (grid_.owns(request.path)) {
    grid_.serve(std::move(request), responder);
  } else if (request.path == "/readyz") {
    pool_.post([this, responder] { responder.send(readiness(services_)); });
  } else if (probe) {
    responder.send(json_response(200, Json::object({{"status", "ok"}})));
  } else if (is_api_path(request.path)) {
    serve_api(std::move(request), responder);
  } else {
    responder.send(serve_canvas(request));
  }
}

void Gateway::serve_api(net::HttpRequest request, net::Responder responder) {
  Routes::Match match = routes_.match(request.method, request.path);
  if (match.route == nullptr) {
    if (match.allow.empty()) {
      responder.send(error_response(make_error(code::NotFound, "no such path")));
      return;
    }
    net::HttpResponse response =
        error_response(make_error("method_not_allowed", "this path has no such method"));
    response.headers.set("Allow", match.allow);
    responder.send(std::move(response));
    return;
  }
  Call call{std::move(request), std::move(match.params), {}};
  if (match.route->credential == Credential::Needed) {
    identity::AuthOutcome outcome = auth_.authenticate(call.request.headers.get("Authorization"));
    if (!outcome.principal) {
      const bool missing = outcome.refusal == identity::AuthRefusal::Missing;
      responder.send(
          error_response(missing ? make_error("not_authenticated", "send Authorization: Bearer <token>")
                                 : make_error("invalid_token", "invalid token: " + outcome.reason)));
      return;
    }
    call.principal = std::move(*outcome.principal);
    if (!match.route->permission.empty() && !call.principal.may(match.route->permission)) {
      responder.send(
          error_response(make_error("forbidden", "permission " + match.route->permission + " is needed",
                                    Json::object({{"needs", match.route->permission}}))));
      return;
    }
  }
  const Route& route = *match.route;
  if (!pool_.try_post([this, &route, call = std::move(call), responder]() mutable {
        dispatch(route, std::move(call), responder);
      })) {
    responder.send(error_response(make_error(code::Overloaded, "too much work at once; try again")));
  }
}

void Gateway::dispatch(const Route& route, Call call, net::Responder responder) {
  for (const char* name : {"flow_id", "deployment_id", "core_id", "id", "scope_id"}) {
    if (const std::string value = call.param(name); !value.empty() && !is_id(value)) {
      responder.send(error_response(make_error(code::NotFound, "no such thing")));
      return;
    }
  }
  if (const auto* later = std::get_if<AsyncHandler>(&route.handler)) {
    (*later)(std::move(call), std::move(responder));
    return;
  }
  const SyncHandler& handler = std::get<SyncHandler>(route.handler);
  responder.send(route.replay == Replay::Yes
                     ? run_once(services_.database, call, [&] { return handler(call); })
                     : handler(call));
}

std::size_t Gateway::body_max(const net::HttpHead& head) const {
  if (grid_.owns(head.path)) return grid_.body_max(head);
  const Routes::Match match = routes_.match(head.method, head.path);
  return match.route != nullptr ? match.route->body_max : body_default_max;
}

net::HttpResponse Gateway::problem(const net::HttpProblem& problem) const {
  Json details;
  if (problem.limit > 0) details = Json::object({{"limit", problem.limit}});
  const Error error = make_error(problem.code, problem.message, details);
  net::HttpResponse response =
      grid_.owns(problem.path) ? grid_.refuse(problem.path, error) : error_response(error);
  response.status = problem.status;
  return with_common_headers(std::move(response), problem.request_id);
}

}  // namespace scaiflow::api
