#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "libs/net/http_server.h"
#include "libs/net/http_types.h"

namespace scaiflow::net {

/// Reads HTTP/1.1 requests from the bytes of one connection, one after another, within limits. It knows no
/// socket. Strict where laxness would let two servers disagree about where a request ends.
class HttpRequestParser {
 public:
  enum class State : std::uint8_t {
    Head,    ///< request line and header fields are awaited
    Body,    ///< the head is known and accepted, the body is awaited
    Done,    ///< take the request
    Failed,  ///< answer `problem` and close
  };

  struct Limits {
    std::size_t request_line_max = 8 * 1024;
    std::size_t headers_max = 32 * 1024;
    std::function<std::size_t(const HttpHead&)> body_max;
  };

  explicit HttpRequestParser(Limits limits);
  ~HttpRequestParser();

  /// Reads as far as it can and gives the number of bytes taken. The rest must be given again, with more
  /// behind it.
  std::size_t feed(std::string_view bytes);

  State state() const;
  /// The refusal, when failed. Its request id is empty: the server knows it.
  const HttpProblem& problem() const;
  /// What is known so far; whole when done.
  const HttpRequest& request() const;
  HttpRequest take();
  /// Starts the next request.
  void reset();

  /// Bytes of body received so far.
  std::size_t body_size() const;
  bool keep_alive() const;
  bool expects_continue() const;
  bool is_http_1_0() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace scaiflow::net
