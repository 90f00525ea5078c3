#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace scaiflow::net {

/// Header fields in order of arrival; names compare without regard to ASCII case.
class Headers {
 public:
  using Field = std::pair<std::string, std::string>;

  Headers() = default;
  Headers(std::initializer_list<Field> fields) : fields_(fields) {}

  /// Value of the first field of that name, or nullptr.
  const std::string* find(std::string_view name) const;
  /// Value of the first field of that name; empty when absent.
  std::string_view get(std::string_view name) const;
  bool contains(std::string_view name) const { return find(name) != nullptr; }
  /// How many fields carry that name.
  std::size_t count(std::string_view name) const;
  /// Replaces every field of that name by one.
  void set(std::string_view name, std::string value);
  /// Appends, keeping fields of the same name.
  void add(std::string name, std::string value) { fields_.emplace_back(std::move(name), std::move(value)); }
  void remove(std::string_view name);

  std::size_t size() const { return fields_.size(); }
  auto begin() const { return fields_.begin(); }
  auto end() const { return fields_.end(); }

 private:
  std::vector<Field> fields_;
};

using QueryPairs = std::vector<std::pair<std::string, std::string>>;

/// A whole request. `target` is the request target as received; `path` its part before `?`, still
/// percent-encoded (the route table decodes each segment alone); `query` its pairs, decoded.
struct HttpRequest {
  std::string method;
  std::string target;
  std::string path;
  QueryPairs query;
  Headers headers;
  std::string body;
  std::string remote_address;  ///< IP address of the peer without port
  std::string request_id;      ///< the caller's X-Request-Id if well-formed, else a new one (09 §1.2)

  /// First query parameter of that name, or nullptr.
  const std::string* query_value(std::string_view name) const;
};

struct HttpResponse {
  int status = 200;
  Headers headers;
  std::string body;
};

/// The receiving end of a streamed answer: a connection, or a direct caller inside the process.
class StreamSink {
 public:
  virtual ~StreamSink() = default;
  virtual bool write(std::string chunk) = 0;
  virtual void close() = 0;
  virtual void on_close(std::function<void()> callback) = 0;
};

/// A streamed answer that has begun. Copies share it; every function may be called from any thread.
/// Dropping the last copy closes the stream.
class StreamHandle {
 public:
  StreamHandle() = default;
  explicit StreamHandle(std::shared_ptr<StreamSink> sink);

  /// Queues a chunk. False when the stream is closed, the client went away, or the client reads so slowly
  /// that the bounded buffer is full: then the stream is closed, so that one slow reader costs nobody else.
  bool write(std::string chunk) const;
  /// Ends the answer in good order; what was queued is still sent.
  void close() const;
  /// Calls back once when the stream has ended for whatever reason, at once if it already has. The thread is
  /// any; the callback must be short and must not block.
  void on_close(std::function<void()> callback) const;
  explicit operator bool() const { return state_ != nullptr; }

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// Where an answer goes: a connection, or a direct caller inside the process (08 §8.1, direct dispatch).
class ResponseSink {
 public:
  virtual ~ResponseSink() = default;
  virtual void send(HttpResponse response) = 0;
  virtual std::shared_ptr<StreamSink> begin_stream(int status, Headers headers) = 0;
  /// The responder was dropped unanswered: sends 500.
  virtual void abandon();
};

/// The right to answer one request, once. Copies share it, so that it can travel in callbacks; it may be used
/// from any thread. The first answer wins and later ones are dropped, so that a deadline and the work it
/// guards may race. When the last copy goes away unanswered the client gets 500.
class Responder {
 public:
  Responder() = default;
  explicit Responder(std::shared_ptr<ResponseSink> sink);

  /// False when the request was answered before.
  bool send(HttpResponse response) const;
  /// Starts a chunked answer (server events, downloads). An empty handle when answered before.
  StreamHandle begin_stream(int status, Headers headers) const;
  bool answered() const;
  explicit operator bool() const { return state_ != nullptr; }

 private:
  struct State;
  std::shared_ptr<State> state_;
};

using HttpHandler = std::function<void(HttpRequest, Responder)>;

/// A responder without a socket: `done` gets the whole answer once; a streamed answer is gathered until it
/// is closed, `body_max` bytes at most (then its writer is told that the client went away).
Responder collecting_responder(std::function<void(HttpResponse)> done, std::size_t body_max = 64u << 20);

/// Decodes `%xx`; nothing when an escape is malformed or stands for NUL. `+` stays as it is.
std::optional<std::string> percent_decode(std::string_view text);
/// Encodes everything but the unreserved characters of RFC 3986.
std::string percent_encode(std::string_view text);
/// Pairs of `a=b&c`; `+` is a space; malformed escapes are kept as text.
QueryPairs parse_query(std::string_view text);
/// `OK`, `Not Found` …; empty for a status that has no name.
std::string_view reason_phrase(int status);

}  // namespace scaiflow::net
