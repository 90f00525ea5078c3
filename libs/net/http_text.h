#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "libs/net/http_server.h"
#include "libs/net/http_types.h"

namespace scaiflow::net {

enum class Framing : std::uint8_t {
  Length,   ///< Content-Length of `body_size`
  Chunked,  ///< HTTP/1.1 stream
  ToClose,  ///< HTTP/1.0 stream: ends with the connection
  None,     ///< 204, 304
};

/// What the connection adds to the head of an answer.
struct HeadContext {
  Framing framing = Framing::Length;
  std::size_t body_size = 0;
  bool keep_alive = true;
  bool is_http_1_0 = false;
  std::string_view date;        ///< value of `Date`
  std::string_view request_id;  ///< for X-Request-Id unless the answer has one; empty = none
};

/// Appends status line and header fields with the empty line. Characters that would break out of a header
/// field become spaces; framing headers of the caller are replaced by the connection's.
void append_head(std::string& out, int status, const Headers& headers, const HeadContext& context);
/// Appends one chunk of the chunked coding; nothing for no bytes, which would end the body.
void append_chunk(std::string& out, std::string_view bytes);

/// `Sun, 06 Nov 1994 08:49:37 GMT`.
std::string http_date(std::int64_t wall_ms);
/// `^[A-Za-z0-9._-]{1,64}$` (09 §1.2).
bool is_request_id(std::string_view text);
/// The answer of 09 §1.3 to a refused request.
HttpResponse problem_response(const HttpProblem& problem);

}  // namespace scaiflow::net
