#include "apps/grid/scaibunker/bunker_store.h"

#include "apps/grid/envelope.h"
#include "libs/base/json_text.h"
#include "libs/base/text.h"
#include "libs/net/clock.h"

namespace scaiflow::grid {

namespace {

using store::Connection;

const std::string columns =
    "id, tenant_id, name, image, lifecycle, status, network_profile, network_allowlist, cpu_millicores, "
    "memory_mb, disk_mb, max_lifetime_s, idle_timeout_s, session_type, session_ref, label_set, env_sealed, "
    "disk_used_mb, node_id, dir, error, created_at, last_used_at, expires_at";
const std::string live = "status IN ('running', 'paused')";

std::string sealed_as(const std::string& id) {
  return identity::seal_context("mod_scaibunker_bunkers", "env_sealed", id);
}

Json names_of(const BunkerRow& row) {
  JsonArray names;
  for (const auto& [name, value] : row.env) names.emplace_back(name);
  return names;
}

Json env_json(const BunkerRow& row) {
  Json out = Json::object();
  for (const auto& [name, value] : row.env) out.set(name, value);
  return out;
}

Json texts(const std::vector<std::string>& list) { return JsonArray(list.begin(), list.end()); }

template <class T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json();
}

Result<BunkerUsage> usage_in(Connection& db, const std::string& tenant_id) {
  auto row = db.query_one(
      "SELECT COUNT(*), COALESCE(SUM(memory_mb), 0), COALESCE(SUM(disk_mb), 0) FROM "
      "mod_scaibunker_bunkers WHERE tenant_id = ? AND " +
          live,
      {tenant_id}, [](const store::Row& r) { return BunkerUsage{r.integer(0), r.integer(1), r.integer(2)}; });
  if (!row) return tl::unexpected(row.error());
  return row->value_or(BunkerUsage{});
}

Result<void> within(const BunkerUsage& used, const BunkerRow& row, const BunkerQuota& quota) {
  const char* what = nullptr;
  if (used.bunkers + 1 > quota.bunkers_max) what = "number";
  if (used.memory_mb + row.memory_mb > quota.memory_mb_max) what = "memory";
  if (used.disk_mb + row.disk_mb > quota.disk_mb_max) what = "disk space";
  if (what == nullptr) return {};
  return fail("BUNKER_QUOTA_EXCEEDED",
              std::string("the ") + what + " of the tenant's bunkers is used up: destroy one", Retry::Later);
}

Result<void> run(Connection& db, const std::string& sql, const store::Params& params) {
  auto done = db.execute(sql, params);
  return done ? Result<void>() : tl::unexpected(done.error());
}

}  // namespace

Json bunker_record(const BunkerRow& row) {
  JsonObject out;
  out.append("id", row.id);
  out.append("bunker_id", row.id);
  out.append("name", row.name);
  out.append("image", row.image);
  out.append("image_ref", row.image);
  out.append("lifecycle_mode", row.lifecycle);
  out.append("lifecycle", row.lifecycle);
  out.append("status", row.status);
  out.append("network_profile", row.network_profile);
  out.append("network_allowlist", texts(row.network_allowlist));
  out.append("cpu_millicores", row.cpu_millicores);
  out.append("memory_mb", row.memory_mb);
  out.append("disk_mb", row.disk_mb);
  out.append("gpu_count", 0);
  out.append("gpu_type", nullptr);
  out.append("max_lifetime_s", or_null(row.max_lifetime_s));
  out.append("idle_timeout_s", row.idle_timeout_s);
  out.append("session_type", row.session_type);
  out.append("session_ref", or_null(row.session_ref));
  out.append("label_set", row.label_set);
  out.append("env_vars", names_of(row));
  out.append("interfaces", Json::array());
  out.append("bandwidth_mbit", nullptr);
  out.append("disk_used_mb", row.disk_used_mb);
  out.append("created_at", net::wire_time(row.created_at_ms));
  out.append("last_used_at", net::wire_time(row.last_used_at_ms));
  out.append("expires_at", row.expires_at_ms ? Json(net::wire_time(*row.expires_at_ms)) : Json());
  out.append("error", or_null(row.error));
  return out;
}

BunkerRow BunkerStore::read(const store::Row& row) const {
  BunkerRow out;
  std::string* const names[] = {&out.id,        &out.tenant_id, &out.name,           &out.image,
                                &out.lifecycle, &out.status,    &out.network_profile};
  for (int i = 0; i < 7; ++i) *names[i] = row.string(i);
  const Json hosts = try_parse_json(row.text(7)).value_or(Json::array());
  for (std::size_t i = 0; i < hosts.size(); ++i) out.network_allowlist.push_back(hosts.at(i).as_string());
  out.cpu_millicores = row.integer(8);
  out.memory_mb = row.integer(9);
  out.disk_mb = row.integer(10);
  out.max_lifetime_s = row.maybe_integer(11);
  out.idle_timeout_s = row.integer(12);
  out.session_type = row.string(13);
  out.session_ref = row.maybe_string(14);
  out.label_set = try_parse_json(row.text(15)).value_or(Json::object());
  const auto opened = identity::open_sealed(keys_, row.text(16), sealed_as(out.id));
  const Json env = opened ? try_parse_json(*opened).value_or(Json::object()) : Json::object();
  for (const auto& [name, value] : env.as_object()) out.env.emplace_back(name, value.as_string());
  out.disk_used_mb = row.integer(17);
  out.node_id = row.string(18);
  out.dir = row.string(19);
  out.error = row.maybe_string(20);
  out.created_at_ms = row.integer(21);
  out.last_used_at_ms = row.integer(22);
  out.expires_at_ms = row.maybe_integer(23);
  return out;
}

Result<std::vector<BunkerRow>> BunkerStore::select(const std::string& where, const store::Params& params) {
  return database_.read([&](Connection& db) -> Result<std::vector<BunkerRow>> {
    std::vector<BunkerRow> out;
    auto done = db.query("SELECT " + columns + " FROM mod_scaibunker_bunkers WHERE " + where, params,
                         [&](const store::Row& row) { out.push_back(read(row)); });
    if (!done) return tl::unexpected(done.error());
    return out;
  });
}

Result<BunkerRow> BunkerStore::insert(const BunkerRow& row, const BunkerQuota& quota) {
  const store::Blob env{identity::seal(keys_, to_text(env_json(row)), sealed_as(row.id))};
  const store::Params params{row.id,
                             row.tenant_id,
                             row.name,
                             row.image,
                             row.lifecycle,
                             row.status,
                             row.network_profile,
                             to_text(texts(row.network_allowlist)),
                             row.cpu_millicores,
                             row.memory_mb,
                             row.disk_mb,
                             row.max_lifetime_s,
                             row.idle_timeout_s,
                             row.session_type,
                             row.session_ref,
                             to_text(row.label_set),
                             to_text(names_of(row)),
                             env,
                             row.node_id,
                             row.dir,
                             row.created_at_ms,
                             row.created_at_ms,
                             row.expires_at_ms};
  auto done = database_.write_sync(store::Database::Unit([&](Connection& db) -> Result<void> {
    auto known = db.query_one("SELECT id FROM mod_scaibunker_bunkers WHERE id = ?", {row.id},
                              [](const store::Row& r) { return r.string(0); });
    if (!known) return tl::unexpected(known.error());
    if (*known) return {};
    const auto used = usage_in(db, row.tenant_id);
    if (!used) return tl::unexpected(used.error());
    if (auto fits = within(*used, row, quota); !fits) return fits;
    return run(db,
               "INSERT INTO mod_scaibunker_bunkers (id, tenant_id, name, image, lifecycle, status, "
               "network_profile, network_allowlist, cpu_millicores, memory_mb, disk_mb, max_lifetime_s, "
               "idle_timeout_s, session_type, session_ref, label_set, env_names, env_sealed, disk_used_mb, "
               "node_id, dir, created_at, last_used_at, expires_at) VALUES "
               "(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,0,?,?,?,?,?)",
               params);
  }));
  if (!done) return tl::unexpected(done.error());
  return get(row.tenant_id, row.id);
}

Result<BunkerRow> BunkerStore::get(const std::string& tenant_id, const std::string& id) {
  auto rows = select("id = ? AND tenant_id = ?", {id, tenant_id});
  if (!rows) return tl::unexpected(rows.error());
  if (rows->empty()) return fail("BUNKER_NOT_FOUND", "no bunker '" + cut(id, 80) + "'");
  return std::move(rows->front());
}

Result<std::vector<BunkerRow>> BunkerStore::list(const std::string& tenant_id, const std::string& status,
                                                 const std::string& lifecycle, const std::string& cursor,
                                                 std::int64_t limit) {
  std::string where = "tenant_id = ?";
  store::Params params{tenant_id};
  if (status.empty()) {
    where += " AND status <> 'terminated'";
  } else {
    where += " AND status = ?";
    params.emplace_back(status);
  }
  if (!lifecycle.empty()) {
    where += " AND lifecycle = ?";
    params.emplace_back(lifecycle);
  }
  if (!cursor.empty()) {
    where += " AND id < ?";
    params.emplace_back(cursor);
  }
  params.emplace_back(limit);
  return select(where + " ORDER BY id DESC LIMIT ?", params);
}

Result<BunkerUsage> BunkerStore::usage(const std::string& tenant_id) {
  return database_.read([&](Connection& db) { return usage_in(db, tenant_id); });
}

Result<std::vector<BunkerRow>> BunkerStore::live_on(const std::string& node_id) {
  return select("node_id = ? AND " + live, {node_id});
}

Result<std::vector<BunkerRow>> BunkerStore::live_of_session(const std::string& session_ref) {
  return select("session_type = 'scaicore' AND session_ref = ? AND " + live, {session_ref});
}

Result<bool> BunkerStore::move(const std::string& id, const std::string& from, const std::string& to) {
  return database_.write_sync([&](Connection& db) -> Result<bool> {
    auto changed = db.execute("UPDATE mod_scaibunker_bunkers SET status = ? WHERE id = ? AND status = ?",
                              {to, id, from});
    if (!changed) return tl::unexpected(changed.error());
    return *changed == 1;
  });
}

Result<void> BunkerStore::touch(const std::string& id, std::int64_t disk_used_mb) {
  return database_.write_sync(store::Database::Unit([&](Connection& db) {
    return run(db, "UPDATE mod_scaibunker_bunkers SET last_used_at = ?, disk_used_mb = ? WHERE id = ?",
               {net::wall_ms(), disk_used_mb, id});
  }));
}

Result<void> BunkerStore::end(const std::string& id, const std::string& status,
                              const std::optional<std::string>& error) {
  return database_.write_sync(store::Database::Unit([&](Connection& db) {
    return run(
        db,
        "UPDATE mod_scaibunker_bunkers SET status = ?, error = ?, deleted_at = ? WHERE id = ? AND " + live,
        {status, error, net::wall_ms(), id});
  }));
}

Result<void> BunkerStore::forget_ended(std::int64_t before_ms) {
  return database_.write_sync(store::Database::Unit([&](Connection& db) {
    return run(db, "DELETE FROM mod_scaibunker_bunkers WHERE deleted_at < ?", {before_ms});
  }));
}

Result<void> BunkerStore::insert_snapshot(const std::string& id, const BunkerRow& bunker,
                                          const std::string& object_key, std::int64_t size) {
  return database_.write_sync(store::Database::Unit([&](Connection& db) {
    return run(
        db,
        "INSERT INTO mod_scaibunker_snapshots (id, tenant_id, bunker_id, object_key, size, created_at) "
        "VALUES (?,?,?,?,?,?)",
        {id, bunker.tenant_id, bunker.id, object_key, size, net::wall_ms()});
  }));
}

Result<std::string> BunkerStore::snapshot_object(const std::string& tenant_id, const std::string& id) {
  return database_.read([&](Connection& db) -> Result<std::string> {
    auto key = db.query_one("SELECT object_key FROM mod_scaibunker_snapshots WHERE id = ? AND tenant_id = ?",
                            {id, tenant_id}, [](const store::Row& row) { return row.string(0); });
    if (!key) return tl::unexpected(key.error());
    if (!*key) return fail("BUNKER_NOT_FOUND", "no snapshot '" + cut(id, 80) + "'");
    return std::move(**key);
  });
}

}  // namespace scaiflow::grid
