#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "libs/base/result.h"
#include "libs/net/http_types.h"

namespace scaiflow::api {

/// The JSON object of a request body (09 §1.2). Errors: `unsupported_media_type`, `bad_request` with the
/// place of what is wrong, `validation_error` when it is no object. `Empty::Allowed`: no body is `{}`.
enum class Empty : std::uint8_t { Refused, Allowed };
Result<Json> json_body(const net::HttpRequest& request, Empty empty = Empty::Refused);

/// Member that must be text of `low` to `high` code points; nothing when it is absent or null.
Result<std::optional<std::string>> text_member(const Json& body, std::string_view key, std::size_t low,
                                               std::size_t high);

/// Query parameter as a number within bounds (422 otherwise).
Result<std::int64_t> number_query(const net::HttpRequest& request, std::string_view name,
                                  std::int64_t fallback, std::int64_t low, std::int64_t high);

}  // namespace scaiflow::api
