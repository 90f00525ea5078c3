#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libs/base/result.h"
#include "libs/net/http_types.h"

namespace scaiflow::grid {

/// One part of a `multipart/form-data` body (RFC 7578).
struct FormPart {
  std::string name;
  std::string filename;  ///< empty: a plain field
  std::string content_type = "text/plain";
  std::string body;
};

inline constexpr std::size_t form_parts_max = 256;

/// The parts of a request's body. Error `MALFORMED_REQUEST`.
Result<std::vector<FormPart>> form_parts(const net::HttpRequest& request);

}  // namespace scaiflow::grid
