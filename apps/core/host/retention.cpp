#include "apps/core/host/retention.h"

#include <string>
#include <vector>

#include "apps/core/host/turn_write.h"

namespace scaiflow::core {

namespace {

using store::Connection;
constexpr std::int64_t batch = 500;
constexpr std::int64_t day_ms = 86'400'000;

Result<void> purge_executions(Connection& db, std::int64_t now_ms) {
  std::vector<std::string> ids;
  Result<void> read =
      db.query("SELECT id FROM mod_scaicore_executions WHERE purge_at <= ? ORDER BY purge_at LIMIT ?",
               {now_ms, batch}, [&](const store::Row& row) { ids.push_back(row.string(0)); });
  if (!read) return read;
  for (const std::string& id : ids) {
    for (const char* table : {"journal", "snapshots", "mailbox", "timers", "checkpoints", "timings"}) {
      auto gone =
          db.execute(std::string("DELETE FROM mod_scaicore_") + table + " WHERE execution_id = ?", {id});
      if (!gone) return tl::unexpected(gone.error());
    }
    auto gone = db.execute("DELETE FROM mod_scaicore_executions WHERE id = ?", {id});
    if (!gone) return tl::unexpected(gone.error());
  }
  return {};
}

Result<void> purge_events(Connection& db, std::int64_t before_ms) {
  std::vector<std::int64_t> ids;
  Result<void> read = db.query("SELECT id FROM mod_scaicore_events WHERE id < ? ORDER BY id LIMIT ?",
                               {first_event_id(before_ms), batch},
                               [&](const store::Row& row) { ids.push_back(row.integer(0)); });
  if (!read || ids.empty()) return read;
  auto gone = db.execute("DELETE FROM mod_scaicore_events WHERE id <= ?", {ids.back()});
  return gone ? Result<void>() : Result<void>(tl::unexpected(gone.error()));
}

Result<void> purge_keys(Connection& db, std::int64_t now_ms) {
  std::vector<std::pair<std::string, std::string>> keys;
  Result<void> read = db.query(
      "SELECT core_id, key FROM mod_scaicore_kv WHERE expires_at <= ? ORDER BY expires_at LIMIT ?",
      {now_ms, batch}, [&](const store::Row& row) { keys.emplace_back(row.string(0), row.string(1)); });
  if (!read) return read;
  for (const auto& [core_id, key] : keys) {
    auto gone = db.execute("DELETE FROM mod_scaicore_kv WHERE core_id = ? AND key = ? AND expires_at <= ?",
                           {core_id, key, now_ms});
    if (!gone) return tl::unexpected(gone.error());
  }
  return {};
}

}  // namespace

Result<void> purge_batch(Connection& db, std::int64_t now_ms, std::int64_t events_days) {
  if (Result<void> done = purge_executions(db, now_ms); !done) return done;
  if (Result<void> done = purge_events(db, now_ms - events_days * day_ms); !done) return done;
  return purge_keys(db, now_ms);
}

}  // namespace scaiflow::core
