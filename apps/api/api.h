#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "apps/api/services.h"
#include "libs/identity/local_auth.h"
#include "libs/net/executor.h"
#include "libs/net/http_server.h"

namespace scaiflow::api {

/// The part of the process that serves the paths of ScaiGrid (08 §8.1); `cli` connects it.
class GridFront {
 public:
  virtual ~GridFront() = default;
  /// Whether the grid owns this path (09 §1.1).
  virtual bool owns(std::string_view path) const = 0;
  virtual std::size_t body_max(const net::HttpHead& head) const = 0;
  /// Authenticates in its own words and answers.
  virtual void serve(net::HttpRequest request, net::Responder responder) = 0;
  /// An error in the shape that this path speaks (host and origin rules are checked before).
  virtual net::HttpResponse refuse(std::string_view path, const Error& error) const = 0;
};

struct GatewayOptions {
  /// Host names under which we are called, with port: `127.0.0.1:8001`, `localhost:8001` (09 §3.2).
  std::vector<std::string> hosts;
  std::vector<std::string> allowed_origins;
  std::size_t pool_threads = 8;
  std::string metrics_token;  ///< SCAIFLOW_METRICS_TOKEN
};

/// The front door: every request passes host, origin, route, credential and permission in the order of 09
/// §1.2 and is handed to the grid, to a handler of this API, or answered with a file of the canvas.
class Gateway {
 public:
  Gateway(GatewayOptions options, Services services, const identity::LocalAuth& auth, GridFront& grid);
  ~Gateway();

  void handle(net::HttpRequest request, net::Responder responder);
  std::size_t body_max(const net::HttpHead& head) const;
  net::HttpResponse problem(const net::HttpProblem& problem) const;
  /// Accepts requests to this port under the loopback names (09 §3.2). Called once, when the port is known.
  void allow_port(std::uint16_t port);
  void stop();

 private:
  void serve_api(net::HttpRequest request, net::Responder responder);
  void dispatch(const Route& route, Call call, net::Responder responder);
  net::Responder within_deadline(const Route& route, const Call& call, net::Responder responder);
  Result<void> check_host_and_origin(const net::HttpRequest& request) const;
  net::HttpResponse refuse(const net::HttpRequest& request, const Error& error) const;
  net::HttpResponse metrics(const net::HttpRequest& request) const;

  GatewayOptions options_;
  Services services_;
  const identity::LocalAuth& auth_;
  GridFront& grid_;
  Routes routes_;
  std::atomic<std::uint16_t> port_{0};
  net::Pool pool_;
  net::Timers timers_;
};

/// Body of `GET /readyz`.
net::HttpResponse readiness(Services& services);

}  // namespace scaiflow::api
