#include "apps/grid/hooks/signature.h"

#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>

#include "apps/grid/envelope.h"
#include "libs/base/json_text.h"
#include "libs/base/text.h"
#include "libs/identity/local_auth.h"

namespace scaiflow::grid {

namespace {

constexpr std::int64_t tolerance_max_s = 86'400;

constexpr std::string_view types[] = {"bearer", "hmac", "github", "stripe", "slack", "grid"};

template <std::size_t N>
bool one_of(const std::string& value, const std::string_view (&list)[N]) {
  return std::find(std::begin(list), std::end(list), value) != std::end(list);
}

/// The fixed members of a preset.
void apply_preset(Verification& out) {
  if (out.type == "github") {
    out.header = "X-Hub-Signature-256";
    out.prefix = "sha256=";
    out.dedupe_header = "X-GitHub-Delivery";
  } else if (out.type == "stripe") {
    out.header = "Stripe-Signature";
    out.payload = "{timestamp}.{body}";
  } else if (out.type == "slack") {
    out.header = "X-Slack-Signature";
    out.prefix = "v0=";
    out.payload = "v0:{timestamp}:{body}";
    out.timestamp_header = "X-Slack-Request-Timestamp";
  }
}

Result<void> read_hmac(const Json& json, Verification& out) {
  static constexpr std::string_view algorithms[] = {"sha256", "sha1", "sha512"};
  static constexpr std::string_view encodings[] = {"hex", "base64"};
  out.header = json.string_or("header", "");
  out.algorithm = json.string_or("algorithm", out.algorithm);
  out.encoding = json.string_or("encoding", out.encoding);
  out.prefix = json.string_or("prefix", "");
  out.payload = json.string_or("payload", out.payload);
  out.timestamp_header = json.string_or("timestamp_header", "");
  out.dedupe_header = json.string_or("dedupe_header", "");
  out.tolerance_s = json.int_or("tolerance_s", out.tolerance_s);
  if (out.tolerance_s < 0 || out.tolerance_s > tolerance_max_s)
    return tl::unexpected(invalid("verification.tolerance_s", "must be 0 to 86400"));
  if (out.header.empty()) return tl::unexpected(invalid("verification.header", "is required"));
  if (!one_of(out.algorithm, algorithms))
    return tl::unexpected(invalid("verification.algorithm", "must be sha256, sha1 or sha512"));
  if (!one_of(out.encoding, encodings))
    return tl::unexpected(invalid("verification.encoding", "must be hex or base64"));
  if (out.payload.find("{body}") == std::string::npos)
    return tl::unexpected(invalid("verification.payload", "must contain {body}"));
  const bool timed = out.payload.find("{timestamp}") != std::string::npos;
  if (timed && out.timestamp_header.empty())
    return tl::unexpected(invalid("verification.timestamp_header", "is required by the payload"));
  return {};
}

std::string hmac(const std::string& algorithm, const std::string& key, const std::string& text) {
  const EVP_MD* digest = algorithm == "sha1"     ? EVP_sha1()
                         : algorithm == "sha512" ? EVP_sha512()
                                                 : EVP_sha256();
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  unsigned size = 0;
  HMAC(digest, key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()),
       text.size(), out.data(), &size);
  return std::string(reinterpret_cast<const char*>(out.data()), size);
}

std::string payload_of(const Verification& how, const std::string& timestamp, const std::string& body) {
  std::string out;
  std::string_view rest = how.payload;
  while (!rest.empty()) {
    if (rest.starts_with("{body}")) {
      out += body;
      rest.remove_prefix(6);
    } else if (rest.starts_with("{timestamp}")) {
      out += timestamp;
      rest.remove_prefix(11);
    } else {
      out += rest.front();
      rest.remove_prefix(1);
    }
  }
  return out;
}

/// What a signature header claims: one time, and signatures of which one must fit.
struct Claim {
  std::string timestamp;
  std::vector<std::string> signatures;
};

Claim claim_of(const Verification& how, const net::HttpRequest& request) {
  Claim out;
  const std::string_view header = request.headers.get(how.header);
  if (how.type != "stripe") {
    out.timestamp = std::string(request.headers.get(how.timestamp_header));
    if (header.starts_with(how.prefix)) out.signatures.emplace_back(header.substr(how.prefix.size()));
    return out;
  }
  for (std::string_view part : split(header, ',')) {
    part = trim(part);
    if (part.starts_with("t=")) out.timestamp = std::string(part.substr(2));
    if (part.starts_with("v1=")) out.signatures.emplace_back(part.substr(3));
  }
  return out;
}

bool is_fresh(const Verification& how, const std::string& timestamp, std::int64_t now_ms) {
  std::int64_t seconds = 0;
  const auto parsed = std::from_chars(timestamp.data(), timestamp.data() + timestamp.size(), seconds);
  if (parsed.ec != std::errc() || parsed.ptr != timestamp.data() + timestamp.size()) return false;
  const std::int64_t now_s = now_ms / 1'000;
  return seconds >= now_s - how.tolerance_s && seconds <= now_s + how.tolerance_s;
}

Error refused(const std::string& why) { return make_error("AUTH_TOKEN_INVALID", why); }

}  // namespace

Result<Verification> Verification::parse(const Json& json) {
  Verification out;
  if (json.is_null()) return out;
  out.type = json.string_or("type", "");
  if (!one_of(out.type, types))
    return tl::unexpected(
        invalid("verification.type", "must be bearer, hmac, github, stripe, slack or grid"));
  out.secret = json.string_or("secret", "");
  if (out.needs_secret() && out.secret.empty())
    return tl::unexpected(invalid("verification.secret", "is required"));
  apply_preset(out);
  if (out.type == "hmac") {
    if (auto read = read_hmac(json, out); !read) return tl::unexpected(read.error());
  }
  return out;
}

std::string Verification::signature_header() const { return to_lower(header); }

Result<void> check_signature(const Verification& how, const std::string& secret,
                             const net::HttpRequest& request, std::int64_t now_ms) {
  if (how.type == "bearer") {
    const auto token = identity::bearer_token(request.headers.get("Authorization"));
    if (token && identity::equal_constant_time(*token, secret)) return {};
    return tl::unexpected(refused("the bearer token is not that of the hook"));
  }
  const Claim claim = claim_of(how, request);
  const bool timed = how.payload.find("{timestamp}") != std::string::npos || !how.timestamp_header.empty();
  if (timed && !is_fresh(how, claim.timestamp, now_ms))
    return tl::unexpected(refused("the delivery is stale"));
  const std::string code = hmac(how.algorithm, secret, payload_of(how, claim.timestamp, request.body));
  const std::string expected = how.encoding == "base64" ? base64_encode(code) : hex(code);
  bool fits = false;
  for (const std::string& signature : claim.signatures) {
    fits = identity::equal_constant_time(signature, expected) || fits;
  }
  return fits ? Result<void>() : Result<void>(tl::unexpected(refused("the signature does not fit the body")));
}

std::string dedupe_value(const Verification& how, const net::HttpRequest& request) {
  if (how.type == "stripe") {
    const auto body = try_parse_json(request.body);
    if (body && (*body)["id"].is_string()) return (*body)["id"].as_string();
  }
  if (!how.dedupe_header.empty()) {
    if (const std::string* value = request.headers.find(how.dedupe_header)) return *value;
  }
  return std::string(request.headers.get("Idempotency-Key"));
}

}  // namespace scaiflow::grid
