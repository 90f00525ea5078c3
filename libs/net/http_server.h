#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "libs/base/result.h"
#include "libs/net/http_types.h"

namespace scaiflow::net {

/// What is known of a request before its body is read.
struct HttpHead {
  std::string_view method;
  std::string_view path;  ///< percent-encoded, without the query
  const Headers& headers;
};

/// A request that the server refuses by itself (09 §1.3): 400, 408, 413, 414, 431, 503.
struct HttpProblem {
  int status = 400;
  std::string code;     ///< `bad_request`, `body_too_large`, …
  std::string message;  ///< for the caller
  std::int64_t limit = 0;  ///< the limit that was passed; 0 when there is none
  std::string path;        ///< empty when the request line was not readable
  std::string request_id;
};

/// Defaults are the limits of 09 §2.
struct HttpServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  ///< 0 = any free port, see HttpServer::port
  unsigned loop_threads = 2;
  std::size_t request_line_max = 8 * 1024;
  std::size_t headers_max = 32 * 1024;  ///< request line and header fields together
  std::size_t body_default_max = 1024 * 1024;
  std::int64_t header_timeout_ms = 10'000;
  std::int64_t body_timeout_ms = 30'000;
  std::int64_t body_rate_min = 4 * 1024;        ///< bytes per second, judged after `body_rate_grace_ms`
  std::int64_t body_rate_grace_ms = 5'000;
  std::int64_t keep_alive_ms = 75'000;
  std::int64_t write_timeout_ms = 30'000;       ///< no progress in sending for so long closes the connection
  std::size_t stream_buffer_max = 1024 * 1024;  ///< bytes queued for one slow reader of a stream
  std::size_t connections_max = 20'000;         ///< further ones are answered 503 and closed

  /// Bytes of body that this request may have; called only when it has one. Unset: `body_default_max`.
  std::function<std::size_t(const HttpHead&)> body_max;
  /// Makes the answer to a refused request. Unset: `{"detail": {"error", "message", "limit"?}}`.
  std::function<HttpResponse(const HttpProblem&)> problem;
  /// Told of an exception that a handler let out, which is our bug: for the log. The client gets 500.
  std::function<void(std::string_view request_id, std::string_view what)> handler_failed;
};

/// HTTP/1.1 server on `loop_threads` threads, each with its own loop. The handler is called on a loop thread
/// and must not block: long work goes to a Pool or a Lane, and the Responder may answer from there.
/// Requests of one connection are handled one after another (pipelined ones wait in the buffer).
/// HEAD requests reach the handler as HEAD; the body of their answer is dropped, its length is kept.
class HttpServer {
 public:
  /// Binds and starts. Errors: `address_in_use`, `bind_failed`.
  static Result<std::unique_ptr<HttpServer>> start(HttpServerOptions options, HttpHandler handler);
  ~HttpServer();

  std::uint16_t port() const;
  std::size_t connections() const;

  /// Graceful stop: no new connections, idle ones closed, requests in work may answer for `grace_ms`, streams
  /// are closed. Returns when all threads are joined; safe to call twice. Never from a handler.
  void stop(std::int64_t grace_ms = 5'000);

 private:
  class Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace scaiflow::net
