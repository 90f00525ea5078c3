#include "apps/grid/accounting/api_keys.h"

#include "apps/grid/envelope.h"
#include "libs/base/hash.h"
#include "libs/base/json_text.h"
#include "libs/net/clock.h"
#include "libs/net/ids.h"

namespace scaiflow::grid {

namespace {

using store::Connection;

constexpr std::size_t key_characters = 40;
constexpr std::size_t prefix_characters = 8;
constexpr std::int64_t used_every_ms = 60'000;  ///< `last_used_at` is no finer, so that reading stays cheap

const std::string select =
    "SELECT id, tenant_id, owner_id, name, prefix, permissions, expires_at, last_used_at, created_at, "
    "key_hash "
    "FROM grid_api_keys WHERE revoked_at IS NULL";

ApiKey key_of(const store::Row& row) {
  ApiKey out;
  out.id = row.string(0);
  out.tenant_id = row.string(1);
  out.owner_id = row.string(2);
  out.name = row.string(3);
  out.prefix = row.string(4);
  if (!row.is_null(5)) {
    const Json list = try_parse_json(row.text(5)).value_or(Json::array());
    out.permissions.emplace();
    for (const Json& each : list.as_array()) out.permissions->push_back(each.as_string());
  }
  out.expires_at_ms = row.maybe_integer(6);
  out.last_used_at_ms = row.maybe_integer(7);
  out.created_at_ms = row.integer(8);
  return out;
}

/// `sgk_` and 40 characters, each of 62 as likely as the others.
std::string new_key_text() {
  static constexpr char alphabet[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  constexpr unsigned fair = 256 - 256 % 62;
  std::string out = "sgk_";
  while (out.size() < 4 + key_characters) {
    for (const char byte : net::random_bytes(key_characters)) {
      const unsigned value = static_cast<unsigned char>(byte);
      if (value < fair && out.size() < 4 + key_characters) out += alphabet[value % 62];
    }
  }
  return out;
}

store::Param permissions_param(const ApiKey& key) {
  if (!key.permissions) return nullptr;
  Json list = Json::array();
  for (const std::string& each : *key.permissions) list.push_back(each);
  return to_text(list);
}

/// Mode local knows one owner; what the key may is what the owner may, narrowed by its own list.
identity::Principal principal_of(const ApiKey& key) {
  identity::Principal out = identity::local_principal();
  out.key_id = key.id;
  if (!key.permissions) return out;
  std::set<std::string, std::less<>> narrowed;
  for (const std::string& each : *key.permissions) {
    if (out.may(each)) narrowed.insert(each);
  }
  out.permissions = std::move(narrowed);
  out.admin_role = identity::AdminRole::None;
  out.roles.clear();
  return out;
}

}  // namespace

Result<void> ApiKeys::load() {
  std::map<std::string, ApiKey> all;
  Result<void> read = database_.read([&](Connection& db) {
    return db.query(select, {}, [&](const store::Row& row) { all[row.string(9)] = key_of(row); });
  });
  if (!read) return read;
  const std::lock_guard lock(mutex_);
  live_ = std::move(all);
  return {};
}

std::optional<identity::Principal> ApiKeys::find(const std::string& key_sha256) {
  const std::int64_t now_ms = net::wall_ms();
  const std::lock_guard lock(mutex_);
  const auto at = live_.find(key_sha256);
  if (at == live_.end()) return std::nullopt;
  ApiKey& key = at->second;
  if (key.expires_at_ms && *key.expires_at_ms <= now_ms) return std::nullopt;
  if (now_ms - key.last_used_at_ms.value_or(0) >= used_every_ms) {
    key.last_used_at_ms = now_ms;
    database_.write(
        [id = key.id, now_ms](Connection& db) -> Result<void> {
          auto noted = db.execute("UPDATE grid_api_keys SET last_used_at = ? WHERE id = ?", {now_ms, id});
          return noted ? Result<void>() : Result<void>(tl::unexpected(noted.error()));
        },
        [](const Result<void>&) {});
  }
  return principal_of(key);
}

Result<std::string> ApiKeys::create(ApiKey& key) {
  const std::string text = new_key_text();
  const std::string hash = sha256_hex(text);
  key.id = net::new_id("apikey_");
  key.prefix = text.substr(0, prefix_characters);
  key.created_at_ms = net::wall_ms();
  Result<void> stored = database_.write_sync(store::Database::Unit([&](Connection& db) -> Result<void> {
    auto done = db.execute(
        "INSERT INTO grid_api_keys (id, tenant_id, owner_id, name, key_hash, prefix, permissions, "
        "expires_at, "
        "created_at) VALUES (?,?,?,?,?,?,?,?,?)",
        {key.id, key.tenant_id, key.owner_id, key.name, hash, key.prefix, permissions_param(key),
         key.expires_at_ms, key.created_at_ms});
    return done ? Result<void>() : Result<void>(tl::unexpected(done.error()));
  }));
  if (!stored) return tl::unexpected(stored.error());
  const std::lock_guard lock(mutex_);
  live_[hash] = key;
  return text;
}

Result<std::vector<ApiKey>> ApiKeys::list(const std::string& tenant_id,
                                          const std::optional<std::string>& owner_id) {
  std::string sql = select + " AND tenant_id = ?";
  store::Params params{tenant_id};
  if (owner_id) {
    sql += " AND owner_id = ?";
    params.emplace_back(*owner_id);
  }
  return database_.read([&](Connection& db) -> Result<std::vector<ApiKey>> {
    std::vector<ApiKey> out;
    auto read = db.query(sql + " ORDER BY created_at DESC, id DESC", params,
                         [&](const store::Row& row) { out.push_back(key_of(row)); });
    if (!read) return tl::unexpected(read.error());
    return out;
  });
}

Result<void> ApiKeys::revoke(const std::string& tenant_id, const std::string& id,
                             const std::optional<std::string>& owner_id) {
  Result<void> revoked = database_.write_sync(store::Database::Unit([&](Connection& db) -> Result<void> {
    std::string sql =
        "UPDATE grid_api_keys SET revoked_at = ? WHERE tenant_id = ? AND id = ? AND revoked_at IS NULL";
    store::Params params{net::wall_ms(), tenant_id, id};
    if (owner_id) {
      sql += " AND owner_id = ?";
      params.emplace_back(*owner_id);
    }
    auto changed = db.execute(sql, params);
    if (!changed) return tl::unexpected(changed.error());
    if (*changed == 0) return tl::unexpected(make_error("API_KEY_NOT_FOUND", "no such key"));
    return {};
  }));
  if (!revoked) return revoked;
  const std::lock_guard lock(mutex_);
  std::erase_if(live_, [&](const auto& each) { return each.second.id == id; });
  return {};
}

}  // namespace scaiflow::grid
