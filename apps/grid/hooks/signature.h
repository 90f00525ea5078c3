#pragma once

#include <cstdint>
#include <string>

#include "libs/base/result.h"
#include "libs/net/http_types.h"

namespace scaiflow::grid {

/// How the deliveries of a hook are proved (08 §8.7): `bearer`, `hmac`, the presets `github`, `stripe` and
/// `slack` (all with the name of an environment secret), or `grid`.
struct Verification {
  std::string type;    ///< empty: none
  std::string secret;  ///< name of the secret
  std::string header, algorithm = "sha256", encoding = "hex", prefix, payload = "{body}";
  std::string timestamp_header, dedupe_header;
  std::int64_t tolerance_s = 300;

  /// Null is none. Error `VALIDATION_ERROR`.
  static Result<Verification> parse(const Json& json);
  bool needs_secret() const { return !type.empty() && type != "grid"; }
  /// Header that must not reach the flow, lower case; empty when there is none.
  std::string signature_header() const;
};

/// Whether the request bears the proof, over its raw bytes and in constant time. Error `AUTH_TOKEN_INVALID`.
Result<void> check_signature(const Verification& how, const std::string& secret,
                             const net::HttpRequest& request, std::int64_t now_ms);
/// What tells deliveries apart; empty when the sender gives nothing.
std::string dedupe_value(const Verification& how, const net::HttpRequest& request);

}  // namespace scaiflow::grid
