#pragma once

// Internal to libs/net: the only header that shows Asio.

#include <array>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <unordered_set>
#include <utility>
#include <vector>

#include "libs/net/clock.h"
#include "libs/net/http_parser.h"
#include "libs/net/http_server.h"
#include "libs/net/http_text.h"
#include "libs/net/ids.h"

namespace scaiflow::net::server {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::size_t read_size_min = 2 * 1024;
constexpr std::size_t read_size_max = 64 * 1024;
constexpr std::size_t idle_buffer_max = 8 * 1024;
/// Bodies up to this size are copied behind their head, so that one write takes both.
constexpr std::size_t joined_body_max = 16 * 1024;
constexpr std::int64_t linger_ms = 2'000;
constexpr std::size_t linger_bytes_max = 64u << 20;
constexpr std::int64_t never = -1;

class Connection;

/// What all connections of a server share.
struct Server {
  HttpServerOptions options;
  HttpHandler handler;
  std::atomic<bool> stopping = false;

  std::mutex mutex;
  std::condition_variable drained;
  std::size_t connections = 0;  ///< guarded by `mutex`

  bool try_enter() {
    std::lock_guard lock(mutex);
    if (connections >= options.connections_max) {
      return false;
    }
    ++connections;
    return true;
  }

  void leave() {
    std::lock_guard lock(mutex);
    --connections;
    if (connections == 0) {
      drained.notify_all();
    }
  }
};

/// One thread with its loop and the connections that live on it. Everything but `run` and `post` belongs to
/// that thread. It outlives the server while a responder still refers to it.
class Loop final : public std::enable_shared_from_this<Loop> {
 public:
  explicit Loop(std::int64_t tick_ms) : tick_ms_(tick_ms) {}

  void start();
  void join();
  void add(const std::shared_ptr<Connection>& connection) { connections_.insert(connection); }
  void remove(const std::shared_ptr<Connection>& connection) { connections_.erase(connection); }
  template <class Fn>
  void each_connection(Fn fn) {
    const std::vector<std::shared_ptr<Connection>> all(connections_.begin(), connections_.end());
    for (const auto& connection : all) {
      fn(*connection);
    }
  }

  /// Runs at once on the loop's own thread, else as soon as it can.
  template <class Fn>
  void run(Fn fn) {
    if (io.get_executor().running_in_this_thread()) {
      fn();
    } else {
      asio::post(io, std::move(fn));
    }
  }

  /// A time that is at least `delay_ms` away; no look at the clock.
  std::int64_t deadline(std::int64_t delay_ms) const { return now_ms_ + delay_ms + tick_ms_; }
  std::int64_t now() const { return now_ms_; }
  std::string_view date() const { return date_; }

  asio::io_context io{1};

 private:
  void tick();

  std::int64_t tick_ms_;
  std::int64_t now_ms_ = steady_ms();
  std::int64_t date_second_ = 0;
  std::string date_;
  asio::steady_timer timer_{io};
  std::unordered_set<std::shared_ptr<Connection>> connections_;
  std::thread thread_;
};

/// The writing end of a streamed answer. `write` may be called from any thread; the connection takes what is
/// pending on its loop.
class ServerStream final : public StreamSink, public std::enable_shared_from_this<ServerStream> {
 public:
  ServerStream(std::shared_ptr<Loop> loop, std::weak_ptr<Connection> connection, std::size_t buffer_max)
      : loop_(std::move(loop)), connection_(std::move(connection)), buffer_max_(buffer_max) {}

  bool write(std::string chunk) override;
  void close() override;
  void on_close(std::function<void()> callback) override;

  /// For the connection: moves what is pending to `out`; true when nothing will follow it.
  bool take(std::string& out);
  /// For the connection: that many bytes have left; true when more is to be taken.
  bool sent(std::size_t bytes);
  /// For the connection: the stream has ended.
  void finish();

 private:
  void wake(void (Connection::*step)());

  std::shared_ptr<Loop> loop_;
  std::weak_ptr<Connection> connection_;
  std::mutex mutex_;
  std::string pending_;
  std::size_t buffered_ = 0;  ///< pending and on its way
  std::size_t buffer_max_;
  bool scheduled_ = false;
  bool ending_ = false;    ///< closed by the writer
  bool closed_ = false;    ///< takes no more
  bool finished_ = false;  ///< callbacks have run
  std::vector<std::function<void()>> callbacks_;
};

/// One client: reads a request, has it handled, writes the answer, again. Lives on one loop.
class Connection final : public std::enable_shared_from_this<Connection> {
 public:
  Connection(std::shared_ptr<Server> server, Loop& loop, tcp::socket socket);
  ~Connection() { server_->leave(); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void start();
  void check_deadline();
  void drain();
  void close();

  void answer(HttpResponse response);
  void answer_unanswered();
  bool open_stream(int status, const Headers& headers, std::shared_ptr<ServerStream> stream);
  void flush_stream();

 private:
  enum class Phase : std::uint8_t { Idle, Head, Body, Working, Sending, Streaming, Lingering, Closed };

  bool is_reading_phase() const { return phase_ <= Phase::Body; }
  void read();
  void on_read(error_code error, std::size_t bytes);
  void process();
  bool advance();
  void enter_body();
  void begin_exchange();
  void dispatch();
  void refuse(HttpProblem problem);
  HeadContext head_context(int status) const;
  void write();
  void continue_write();
  void wait_writable();
  void after_write();
  void finish_response();
  std::array<asio::const_buffer, 2> unsent() const;
  void linger();
  void linger_read();
  void watch_peer();

  std::shared_ptr<Server> server_;
  Loop& loop_;
  tcp::socket socket_;
  std::string remote_address_;
  HttpRequestParser parser_;

  Phase phase_ = Phase::Idle;
  std::int64_t deadline_ms_ = never;
  std::int64_t body_since_ms_ = 0;
  std::vector<char> in_;
  std::size_t in_begin_ = 0;
  std::size_t in_end_ = 0;
  bool reading_ = false;
  bool processing_ = false;
  bool watching_ = false;
  std::size_t lingered_ = 0;

  std::string request_id_;
  bool is_head_request_ = false;
  bool is_http_1_0_ = false;
  bool keep_alive_ = true;

  std::string out_;
  std::string out_body_;  ///< a large body, sent behind `out_` without copying
  std::size_t out_sent_ = 0;
  bool writing_ = false;
  std::shared_ptr<ServerStream> stream_;
  std::size_t stream_bytes_ = 0;  ///< of the stream, in `out_`
  bool stream_ends_ = false;      ///< `out_` holds the end of the stream
};

/// Answers one request of a connection, from any thread.
class Exchange final : public ResponseSink {
 public:
  Exchange(std::shared_ptr<Loop> loop, std::weak_ptr<Connection> connection, std::size_t stream_buffer_max)
      : loop_(std::move(loop)), connection_(std::move(connection)), stream_buffer_max_(stream_buffer_max) {}

  void send(HttpResponse response) override {
    loop_->run([connection = connection_, response = std::move(response)]() mutable {
      if (const auto alive = connection.lock()) {
        alive->answer(std::move(response));
      }
    });
  }

  std::shared_ptr<StreamSink> begin_stream(int status, Headers headers) override {
    auto stream = std::make_shared<ServerStream>(loop_, connection_, stream_buffer_max_);
    loop_->run([connection = connection_, status, headers = std::move(headers), stream] {
      const auto alive = connection.lock();
      if (!alive || !alive->open_stream(status, headers, stream)) {
        stream->finish();
      }
    });
    return stream;
  }

  void abandon() override {
    loop_->run([connection = connection_] {
      if (const auto alive = connection.lock()) {
        alive->answer_unanswered();
      }
    });
  }

 private:
  std::shared_ptr<Loop> loop_;
  std::weak_ptr<Connection> connection_;
  std::size_t stream_buffer_max_;
};

}  // namespace scaiflow::net::server
