#include "apps/api/api.h"

#include <algorithm>

#include "apps/api/canvas_files.h"
#include "apps/api/idempotency.h"
#include "apps/api/request_watch.h"
#include "libs/base/json_text.h"
#include "libs/base/text.h"
#include "libs/net/clock.h"
#include "libs/net/deadline.h"

namespace scaiflow::api {

namespace {

bool is_api_path(std::string_view path) { return path.starts_with("/v1/") || path.starts_with("/api/"); }

bool is_process_path(std::string_view path) {
  return path == "/healthz" || path == "/health" || path == "/readyz" || path == "/metrics";
}

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

/// Adds the headers that every answer carries (09 §3.3), to whole and streamed answers alike, and has them
/// counted.
class CommonHeaders final : public net::ResponseSink {
 public:
  CommonHeaders(net::Responder inner, RequestWatch watch, net::Metrics& metrics, const net::Log& log)
      : inner_(std::move(inner)), watch_(std::move(watch)), metrics_(metrics), log_(log) {}

  void send(net::HttpResponse response) override {
    tell_answer(watch_, response.status, metrics_, log_);
    inner_.send(with_common_headers(std::move(response), watch_.request_id));
  }

  std::shared_ptr<net::StreamSink> begin_stream(int status, net::Headers headers) override {
    tell_answer(watch_, status, metrics_, log_);
    net::HttpResponse head;
    head.status = status;
    head.headers = std::move(headers);
    head = with_common_headers(std::move(head), watch_.request_id);
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
  RequestWatch watch_;
  net::Metrics& metrics_;
  const net::Log& log_;
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

void Gateway::stop() {
  timers_.stop();
  pool_.stop();
}

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
  const std::string_view surface = grid_.owns(request.path)        ? "grid"
                                   : is_process_path(request.path) ? "process"
                                   : is_api_path(request.path)     ? "api"
                                                                   : "canvas";
  RequestWatch watch{request.method, request.path, request.request_id, surface, net::steady_us()};
  const net::Responder responder(
      std::make_shared<CommonHeaders>(std::move(inner), std::move(watch), services_.metrics, services_.log));
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
  } else if (request.path == "/metrics") {
    responder.send(metrics(request));
  } else if (is_api_path(request.path)) {
    serve_api(std::move(request), responder);
  } else {
    responder.send(serve_canvas(request));
  }
}

net::HttpResponse Gateway::metrics(const net::HttpRequest& request) const {
  if (!may_read_metrics(request, options_.metrics_token) || !is_safe(request.method))
    return error_response(make_error(code::NotFound, "no such path"));
  net::HttpResponse response;
  response.headers.set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
  response.body = services_.metrics.text();
  return response;
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
  if (route.deadline != Deadline::Invoke) responder = within_deadline(route, call, std::move(responder));
  if (!pool_.try_post([this, &route, call = std::move(call), responder]() mutable {
        dispatch(route, std::move(call), responder);
      })) {
    responder.send(error_response(make_error(code::Overloaded, "too much work at once; try again")));
  }
}

/// The caller waits no longer than the route may take; what it asked for goes on.
net::Responder Gateway::within_deadline(const Route& route, const Call& call, net::Responder responder) {
  std::int64_t delay_ms = 30'000;
  switch (route.deadline) {
    case Deadline::Default: break;
    case Deadline::RunTests: delay_ms = 60'000; break;
    case Deadline::Deploy: delay_ms = 120'000; break;
    case Deadline::Invoke:
      delay_ms = try_parse_json(call.request.body).value_or(Json()).int_or("wait_ms", 30'000);
      delay_ms = std::clamp<std::int64_t>(delay_ms, 0, 300'000) + 10'000;
      break;
  }
  return net::with_deadline(std::move(responder), timers_, pool_, delay_ms,
                            error_response(make_error("upstream_timeout", "the answer took too long")));
}

void Gateway::dispatch(const Route& route, Call call, net::Responder responder) {
  // Its body says how long, and bodies are read on the pool.
  if (route.deadline == Deadline::Invoke) responder = within_deadline(route, call, std::move(responder));
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
