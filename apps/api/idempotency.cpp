#include "apps/api/idempotency.h"

#include <algorithm>

#include "apps/api/errors.h"
#include "libs/base/hash.h"
#include "libs/base/json_text.h"
#include "libs/net/clock.h"

namespace scaiflow::api {

namespace {

constexpr std::int64_t kept_ms = 86'400'000;
constexpr std::int64_t stale_mark_ms = 600'000;
constexpr std::size_t key_bytes_max = 255;

struct Mark {
  std::string request_sha256;
  std::string state;
  int status = 0;
  std::string headers;
  std::string body;
  std::int64_t created_at_ms = 0;
};

bool is_visible_ascii(std::string_view key) {
  return !key.empty() && key.size() <= key_bytes_max &&
         std::all_of(key.begin(), key.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

/// True when this request may run: its mark is written. Otherwise `mark` is the earlier one.
Result<bool> take(store::Database& database, const std::string& scope, const std::string& request_sha256,
                  Mark& mark) {
  bool taken = false;
  Result<void> done = database.write_sync(store::Database::Unit([&](store::Connection& db) -> Result<void> {
    const std::int64_t now = net::wall_ms();
    auto purged = db.execute(
        "DELETE FROM idempotency_keys WHERE scope = ? AND (expires_at < ? OR (state = 'running' AND "
        "created_at < ?))",
        {scope, now, now - stale_mark_ms});
    if (!purged) return tl::unexpected(purged.error());
    auto found = db.query_one(
        "SELECT request_sha256, state, status, headers, body, created_at FROM idempotency_keys WHERE scope = "
        "?",
        {scope}, [](const store::Row& row) {
          return Mark{row.string(0), row.string(1), static_cast<int>(row.integer(2)),
                      row.string(3), row.string(4), row.integer(5)};
        });
    if (!found) return tl::unexpected(found.error());
    taken = !found->has_value();
    if (!taken) {
      mark = **found;
      return {};
    }
    auto inserted = db.execute(
        "INSERT INTO idempotency_keys (scope, request_sha256, state, created_at, expires_at) "
        "VALUES (?, ?, 'running', ?, ?)",
        {scope, request_sha256, now, now + kept_ms});
    if (!inserted) return tl::unexpected(inserted.error());
    return {};
  }));
  if (!done) return tl::unexpected(done.error());
  return taken;
}

Result<void> keep(store::Database& database, const std::string& scope, const net::HttpResponse& response) {
  Json headers = Json::object();
  for (const auto& [name, value] : response.headers) headers.set(name, value);
  return database.write_sync(store::Database::Unit([&](store::Connection& db) -> Result<void> {
    auto changed = response.status >= 500
                       ? db.execute("DELETE FROM idempotency_keys WHERE scope = ?", {scope})
                       : db.execute(
                             "UPDATE idempotency_keys SET state = 'done', status = ?, headers = ?, body = ? "
                             "WHERE scope = ?",
                             {response.status, to_text(headers), store::Blob{response.body}, scope});
    if (!changed) return tl::unexpected(changed.error());
    return {};
  }));
}

net::HttpResponse repeat(const Mark& mark, const std::string& request_sha256) {
  if (mark.request_sha256 != request_sha256) {
    return error_response(make_error("idempotency_conflict",
                                     "this Idempotency-Key was used for another request; use a new key"));
  }
  if (mark.state != "done") {
    return error_response(
        make_error("idempotency_in_progress", "the first request is still being worked on"));
  }
  net::HttpResponse response;
  response.status = mark.status;
  const Json headers = try_parse_json(mark.headers).value_or(Json::object());
  for (const auto& [name, value] : headers.as_object()) response.headers.set(name, value.as_string());
  response.headers.set("Idempotent-Replay", "true");
  response.body = mark.body;
  return response;
}

}  // namespace

net::HttpResponse run_once(store::Database& database, const Call& call,
                           const std::function<net::HttpResponse()>& act) {
  const std::string* key = call.request.headers.find("Idempotency-Key");
  if (key == nullptr) return act();
  if (!is_visible_ascii(*key)) {
    return error_response(
        make_error(code::BadRequest, "Idempotency-Key must have 1 to 255 visible ASCII characters"));
  }
  const std::string line = call.principal.tenant_id + '\n' + call.principal.id + '\n' + call.request.method +
                           '\n' + call.request.path + '\n' + *key;
  const std::string scope = sha256_hex(line);
  const std::string request_sha256 = sha256_hex(call.request.body);
  Mark mark;
  Result<bool> taken = take(database, scope, request_sha256, mark);
  if (!taken) return error_response(taken.error());
  if (!*taken) return repeat(mark, request_sha256);
  net::HttpResponse response = act();
  if (auto kept = keep(database, scope, response); !kept) return error_response(kept.error());
  return response;
}

}  // namespace scaiflow::api
