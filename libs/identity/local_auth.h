#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "libs/base/json.h"
#include "libs/base/result.h"
#include "libs/identity/principal.h"

namespace scaiflow::identity {

/// Why a credential was refused. Callers word it: `not_authenticated` / `invalid_token` (09 §1.3),
/// `AUTH_TOKEN_MISSING` / `AUTH_TOKEN_INVALID` (08 §8.3).
enum class AuthRefusal : std::uint8_t { Missing, Invalid };

/// A principal, or the reason why there is none.
struct AuthOutcome {
  std::optional<Principal> principal;
  AuthRefusal refusal = AuthRefusal::Missing;
  std::string reason;  ///< for messages after `invalid token: `
};

/// The bearer token of an `Authorization` header, or nothing when there is none.
std::optional<std::string_view> bearer_token(std::string_view authorization);

/// Reads `<data_dir>/local_token`, made at the first start from 32 random bytes (0600, create-exclusive).
/// `configured` (SCAIFLOW_LOCAL_TOKEN, at least 32 characters) takes its place when it is not empty.
Result<std::string> load_local_token(const std::string& data_dir, std::string_view configured = {});
/// Replaces the token file by a new token.
Result<std::string> rotate_local_token(const std::string& data_dir);

/// Authentication of mode `local` (10 §4.1): `sgk_` keys through `find_key`, JWTs refused, else the local
/// token, compared as SHA-256 in constant time. Immutable; use from any thread.
class LocalAuth {
 public:
  /// `find_key` gets the lower-case hex SHA-256 of an `sgk_` key and gives its owner's principal.
  using FindKey = std::function<std::optional<Principal>(const std::string& key_sha256)>;

  explicit LocalAuth(std::string_view token, FindKey find_key = {});
  AuthOutcome authenticate(std::string_view authorization) const;

 private:
  std::array<std::uint8_t, 32> token_sha256_;
  FindKey find_key_;
};

/// `http://127.0.0.1:8001/#token=<token>` (10 §3.4).
std::string local_sign_in_url(std::string_view public_url, std::string_view token);

/// Body of `GET /v1/auth/config` in mode local (10 §1); members that do not apply are null.
Json local_auth_config();

/// Equal length and bytes, in time that depends on the length alone.
bool equal_constant_time(std::string_view a, std::string_view b);

}  // namespace scaiflow::identity
