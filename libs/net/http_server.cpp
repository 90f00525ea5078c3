#include "libs/net/http_server.h"

#include <algorithm>
#include <utility>

#include "libs/net/http_connection.h"

namespace scaiflow::net {

using server::Connection;
using server::Loop;
using server::Server;
using server::tcp;
namespace asio = boost::asio;
using boost::system::error_code;

class HttpServer::Impl {
 public:
  Impl(HttpServerOptions options, HttpHandler handler);
  ~Impl() { stop(0); }

  Result<void> listen();
  void stop(std::int64_t grace_ms);
  std::uint16_t port() const { return port_; }
  std::size_t connections() const {
    std::lock_guard lock(server_->mutex);
    return server_->connections;
  }

 private:
  void accept();
  void admit(Loop& loop, tcp::socket socket);
  void turn_away(tcp::socket socket);
  template <class Fn>
  void on_each_loop(Fn fn) {
    for (const auto& loop : loops_) {
      asio::post(loop->io, [&loop = *loop, fn] { fn(loop); });
    }
  }

  std::shared_ptr<Server> server_ = std::make_shared<Server>();
  std::vector<std::shared_ptr<Loop>> loops_;
  tcp::acceptor acceptor_;
  asio::steady_timer accept_pause_;
  std::size_t next_loop_ = 0;
  std::uint16_t port_ = 0;
  bool stopped_ = false;
};

namespace {

/// How often deadlines are looked at: often enough for the shortest of them.
std::int64_t tick_ms_for(const HttpServerOptions& options) {
  const std::int64_t shortest =
      std::min({options.header_timeout_ms, options.body_timeout_ms, options.body_rate_grace_ms,
                options.keep_alive_ms, options.write_timeout_ms});
  return std::clamp<std::int64_t>(shortest / 10, 5, 250);
}

std::vector<std::shared_ptr<Loop>> make_loops(const HttpServerOptions& options) {
  std::vector<std::shared_ptr<Loop>> loops;
  for (unsigned i = 0; i < std::max(1u, options.loop_threads); ++i) {
    loops.push_back(std::make_shared<Loop>(tick_ms_for(options)));
  }
  return loops;
}

}  // namespace

HttpServer::Impl::Impl(HttpServerOptions options, HttpHandler handler)
    : loops_(make_loops(options)), acceptor_(loops_.front()->io), accept_pause_(loops_.front()->io) {
  if (!options.body_max) {
    options.body_max = [max = options.body_default_max](const HttpHead&) { return max; };
  }
  if (!options.problem) {
    options.problem = problem_response;
  }
  server_->options = std::move(options);
  server_->handler = std::move(handler);
}

Result<void> HttpServer::Impl::listen() {
  const HttpServerOptions& options = server_->options;
  const std::string where = options.address + ":" + std::to_string(options.port);
  error_code error;
  const auto address = asio::ip::make_address(options.address, error);
  if (error) {
    return fail("bind_failed", "not an IP address: " + options.address);
  }
  const tcp::endpoint endpoint(address, options.port);
  acceptor_.open(endpoint.protocol(), error);
  if (!error) {
    acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    acceptor_.bind(endpoint, error);
  }
  if (!error) {
    acceptor_.listen(asio::socket_base::max_listen_connections, error);
  }
  if (error == asio::error::address_in_use) {
    return fail("address_in_use", where + " is in use by another program");
  }
  if (error) {
    return fail("bind_failed", "cannot listen on " + where + ": " + error.message());
  }
  port_ = acceptor_.local_endpoint(error).port();
  accept();
  for (const auto& loop : loops_) {
    loop->start();
  }
  return {};
}

void HttpServer::Impl::accept() {
  Loop& loop = *loops_[next_loop_++ % loops_.size()];
  acceptor_.async_accept(loop.io, [this, &loop](error_code error, tcp::socket socket) {
    if (error == asio::error::operation_aborted || server_->stopping) {
      return;
    }
    if (!error) {
      admit(loop, std::move(socket));
      accept();
      return;
    }
    accept_pause_.expires_after(std::chrono::milliseconds(50));  // out of descriptors: wait for some
    accept_pause_.async_wait([this](error_code stopped) {
      if (!stopped) {
        accept();
      }
    });
  });
}

void HttpServer::Impl::admit(Loop& loop, tcp::socket socket) {
  if (!server_->try_enter()) {
    turn_away(std::move(socket));
    return;
  }
  const auto connection = std::make_shared<Connection>(server_, loop, std::move(socket));
  asio::post(loop.io, [connection] { connection->start(); });
}

void HttpServer::Impl::turn_away(tcp::socket socket) {
  const HttpResponse response =
      server_->options.problem({503, "overloaded", "Too many connections.", 0, {}, new_id("req_")});
  HeadContext context;
  context.body_size = response.body.size();
  context.keep_alive = false;
  std::string text;
  append_head(text, response.status, response.headers, context);
  text += response.body;
  error_code ignored;
  socket.non_blocking(true, ignored);
  socket.write_some(asio::buffer(text), ignored);
  socket.shutdown(tcp::socket::shutdown_send, ignored);
}

void HttpServer::Impl::stop(std::int64_t grace_ms) {
  if (std::exchange(stopped_, true)) {
    return;
  }
  server_->stopping = true;
  asio::post(loops_.front()->io, [this] {
    error_code ignored;
    acceptor_.close(ignored);
    accept_pause_.cancel();
  });
  on_each_loop([](Loop& loop) { loop.each_connection([](Connection& connection) { connection.drain(); }); });
  {
    std::unique_lock lock(server_->mutex);
    server_->drained.wait_for(lock, std::chrono::milliseconds(grace_ms),
                              [&] { return server_->connections == 0; });
  }
  on_each_loop([](Loop& loop) {
    loop.each_connection([](Connection& connection) { connection.close(); });
    // Once more through the queue: what the closed sockets have cancelled is to run before the end.
    asio::post(loop.io, [&loop] { loop.io.stop(); });
  });
  for (const auto& loop : loops_) {
    loop->join();
  }
}

Result<std::unique_ptr<HttpServer>> HttpServer::start(HttpServerOptions options, HttpHandler handler) {
  auto impl = std::make_unique<Impl>(std::move(options), std::move(handler));
  if (Result<void> listening = impl->listen(); !listening) {
    return tl::unexpected(listening.error());
  }
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::~HttpServer() = default;
std::uint16_t HttpServer::port() const { return impl_->port(); }
std::size_t HttpServer::connections() const { return impl_->connections(); }
void HttpServer::stop(std::int64_t grace_ms) { impl_->stop(grace_ms); }

}  // namespace scaiflow::net
