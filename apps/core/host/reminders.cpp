#include "apps/core/host/reminders.h"

#include <string>
#include <vector>

namespace scaiflow::core {

namespace {

constexpr std::int64_t minute_ms = 60'000;
constexpr std::int64_t batch_rows = 500;
constexpr const char* told[] = {"execution_id", "node_id",      "checkpoint_type", "prompt",
                                "options",      "assignee_raw", "priority",        "expires_at"};

struct Due {
  Json checkpoint;
  std::int64_t created_at_ms = 0, count = 0, interval_m = 0;
};

Result<std::vector<Due>> read_due(store::Connection& db, std::int64_t now_ms) {
  std::vector<Due> out;
  Result<void> read =
      db.query(std::string("SELECT ") + checkpoint_columns +
                   " FROM mod_scaicore_checkpoints WHERE status = 'pending' AND reminder_interval_m > 0 AND "
                   "created_at "
                   "+ (reminder_count + 1) * reminder_interval_m * 60000 <= ? LIMIT ?",
               {now_ms, batch_rows}, [&](const store::Row& row) {
                 out.push_back({checkpoint_record(row), row.integer(28), row.integer(20), row.integer(21)});
               });
  if (!read) return tl::unexpected(read.error());
  return out;
}

Result<void> tell(store::Connection& db, EventIds& ids, const Json& checkpoint, std::int64_t count,
                  std::int64_t now_ms) {
  Json payload = Json::object({{"checkpoint_id", checkpoint["id"]}});
  for (const char* member : told) payload.set(member, checkpoint[member]);
  payload.set("reminder_count", count);
  EventBatch batch{checkpoint.string_or("tenant_id", ""),
                   checkpoint.string_or("core_id", ""),
                   checkpoint.string_or("execution_id", ""),
                   {},
                   {}};
  batch.events.push_back(Json::array({"scaicore.checkpoint_pending", now_ms, payload}));
  return insert_events(db, batch, ids);
}

}  // namespace

Result<int> remind_batch(store::Connection& db, EventIds& ids, std::int64_t now_ms) {
  const Result<std::vector<Due>> due = read_due(db, now_ms);
  if (!due) return tl::unexpected(due.error());
  int reminded = 0;
  for (const Due& each : *due) {
    const std::int64_t count = (now_ms - each.created_at_ms) / (each.interval_m * minute_ms);
    Result<std::int64_t> changed = db.execute(
        "UPDATE mod_scaicore_checkpoints SET reminder_count = ? WHERE id = ? AND status = 'pending' AND "
        "reminder_count = ?",
        {count, each.checkpoint.string_or("id", ""), each.count});
    if (!changed) return tl::unexpected(changed.error());
    if (*changed == 0) continue;
    if (Result<void> done = tell(db, ids, each.checkpoint, count, now_ms); !done)
      return tl::unexpected(done.error());
    ++reminded;
  }
  return reminded;
}

}  // namespace scaiflow::core
