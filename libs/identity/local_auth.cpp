#include "libs/identity/local_auth.h"

#include <sodium.h>

#include <algorithm>

#include "libs/base/hash.h"
#include "libs/base/text.h"
#include "libs/identity/private_file.h"
#include "libs/net/ids.h"

namespace scaiflow::identity {
namespace {

constexpr std::size_t configured_token_min = 32;
constexpr std::size_t token_max = 16 * 1024;

std::string token_path(const std::string& data_dir) { return data_dir + "/local_token"; }

std::string new_token() {
  std::string text = base64_encode(net::random_bytes(32));
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  while (text.ends_with('=')) {
    text.pop_back();
  }
  return text;
}

bool is_jwt_shaped(std::string_view token) { return std::count(token.begin(), token.end(), '.') == 2; }

AuthOutcome refused(AuthRefusal refusal, std::string reason) {
  return {std::nullopt, refusal, std::move(reason)};
}

std::string_view bytes_of(const std::array<std::uint8_t, 32>& hash) {
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

}  // namespace

std::optional<std::string_view> bearer_token(std::string_view authorization) {
  const std::string_view text = trim(authorization);
  if (text.size() < 7 || to_lower(text.substr(0, 7)) != "bearer ") {
    return std::nullopt;
  }
  const std::string_view token = trim(text.substr(7));
  return token.empty() ? std::nullopt : std::optional(token);
}

Result<std::string> load_local_token(const std::string& data_dir, std::string_view configured) {
  if (!configured.empty()) {
    return configured.size() >= configured_token_min
               ? Result<std::string>(std::string(configured))
               : fail("invalid_setting", "SCAIFLOW_LOCAL_TOKEN must have at least 32 characters");
  }
  const std::string path = token_path(data_dir);
  Result<std::optional<std::string>> kept = read_private_file(path);
  if (kept && !*kept) {
    const Result<bool> made = write_private_file(path, new_token() + "\n", PrivateWrite::CreateNew);
    if (!made) {
      return tl::unexpected(made.error());
    }
    kept = read_private_file(path);  // perhaps another process's, which was first
  }
  if (!kept) {
    return tl::unexpected(kept.error());
  }
  const std::string token(trim(kept->value_or("")));
  return token.size() >= configured_token_min
             ? Result<std::string>(token)
             : fail("refused_file", path + " holds no token: remove it to have a new one made");
}

Result<std::string> rotate_local_token(const std::string& data_dir) {
  const std::string token = new_token();
  const Result<bool> written = write_private_file(token_path(data_dir), token + "\n", PrivateWrite::Replace);
  return written ? Result<std::string>(token) : Result<std::string>(tl::unexpected(written.error()));
}

LocalAuth::LocalAuth(std::string_view token, FindKey find_key)
    : token_sha256_(sha256(token)), find_key_(std::move(find_key)) {}

AuthOutcome LocalAuth::authenticate(std::string_view authorization) const {
  const std::optional<std::string_view> token = bearer_token(authorization);
  if (!token) {
    return refused(AuthRefusal::Missing, "no bearer token");
  }
  if (token->size() > token_max) {
    return refused(AuthRefusal::Invalid, "malformed");
  }
  if (token->starts_with("sgk_")) {
    std::optional<Principal> owner = find_key_ ? find_key_(sha256_hex(*token)) : std::nullopt;
    return owner ? AuthOutcome{std::move(owner), {}, {}} : refused(AuthRefusal::Invalid, "unknown key");
  }
  if (is_jwt_shaped(*token)) {
    return refused(AuthRefusal::Invalid, "sign-in tokens are not accepted in local mode");
  }
  if (!equal_constant_time(bytes_of(sha256(*token)), bytes_of(token_sha256_))) {
    return refused(AuthRefusal::Invalid, "not the local token");
  }
  return {local_principal(), {}, {}};
}

std::string local_sign_in_url(std::string_view public_url, std::string_view token) {
  return std::string(public_url) + "/#token=" + std::string(token);
}

Json local_auth_config() {
  Json config = Json::object({{"auth_mode", "local"}});
  for (const char* member : {"scaikey_base_url", "client_id", "audience", "redirect_uri", "issuer",
                             "authorize_endpoint", "scopes", "provider_name"}) {
    config.set(member, nullptr);
  }
  config.set("auth_disabled", false);
  return config;
}

bool equal_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace scaiflow::identity
