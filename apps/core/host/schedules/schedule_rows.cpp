#include "apps/core/host/schedules/schedule_rows.h"

#include <algorithm>

#include "apps/core/host/schedules/cron_times.h"

namespace scaiflow::core {

namespace {

using store::Connection;

const std::string select =
    "SELECT core_id, tenant_id, trigger_name, cron, timezone, enabled, next_due_at, last_due_at, "
    "last_execution_id, skipped FROM mod_scaicore_schedules WHERE ";

ScheduleRow row_of(const store::Row& row) {
  ScheduleRow out;
  out.core_id = row.string(0);
  out.tenant_id = row.string(1);
  out.trigger_name = row.string(2);
  out.cron = row.string(3);
  out.timezone = row.string(4);
  out.enabled = row.integer(5) != 0;
  out.next_due_at_ms = row.maybe_integer(6);
  out.last_due_at_ms = row.maybe_integer(7);
  out.last_execution_id = row.maybe_string(8);
  out.skipped = row.integer(9);
  return out;
}

Result<std::vector<ScheduleRow>> rows(Connection& db, const std::string& where, const store::Params& params) {
  std::vector<ScheduleRow> out;
  Result<void> read =
      db.query(select + where, params, [&](const store::Row& row) { out.push_back(row_of(row)); });
  if (!read) return tl::unexpected(read.error());
  return out;
}

Result<void> insert(Connection& db, const ScheduleRow& row) {
  auto done = db.execute(
      "INSERT INTO mod_scaicore_schedules (core_id, tenant_id, trigger_name, shard, cron, timezone, enabled, "
      "next_due_at, last_due_at, last_execution_id, skipped) VALUES (?,?,?,0,?,?,?,?,?,?,?)",
      {row.core_id, row.tenant_id, row.trigger_name, row.cron, row.timezone, row.enabled, row.next_due_at_ms,
       row.last_due_at_ms, row.last_execution_id, row.skipped});
  return done ? Result<void>() : Result<void>(tl::unexpected(done.error()));
}

}  // namespace

std::optional<std::int64_t> ScheduleRow::due_after(std::int64_t after_ms, std::int64_t now_ms) const {
  const auto parsed = ir::parse_cron(cron);
  const ZonePtr zone = find_zone(timezone, now_ms);
  return parsed && zone ? next_due(*parsed, *zone, after_ms) : std::nullopt;
}

Result<void> replace_schedules(Connection& db, const std::string& tenant_id, const std::string& core_id,
                               const std::vector<ir::Trigger>& triggers, std::int64_t now_ms) {
  auto known = read_schedules(db, core_id);
  if (!known) return tl::unexpected(known.error());
  if (Result<void> gone = drop_schedules(db, core_id); !gone) return gone;
  for (const ir::Trigger& trigger : triggers) {
    if (trigger.kind != "schedule") continue;
    const auto old = std::find_if(known->begin(), known->end(),
                                  [&](const ScheduleRow& each) { return each.trigger_name == trigger.name; });
    ScheduleRow row = old != known->end() ? *old : ScheduleRow{};
    const ScheduleRow before = row;
    row.core_id = core_id;
    row.tenant_id = tenant_id;
    row.trigger_name = trigger.name;
    row.cron = trigger.cron.value_or("");
    row.timezone = trigger.timezone.value_or("UTC");
    const bool same = before.cron == row.cron && before.timezone == row.timezone;
    if (!same) row.next_due_at_ms = row.due_after(now_ms, now_ms);
    if (Result<void> added = insert(db, row); !added) return added;
  }
  return {};
}

Result<void> drop_schedules(Connection& db, const std::string& core_id) {
  auto gone = db.execute("DELETE FROM mod_scaicore_schedules WHERE core_id = ?", {core_id});
  return gone ? Result<void>() : Result<void>(tl::unexpected(gone.error()));
}

Result<std::vector<ScheduleRow>> read_schedules(Connection& db, const std::string& core_id) {
  return rows(db, "core_id = ? ORDER BY trigger_name", {core_id});
}

Result<void> switch_schedule(Connection& db, const std::string& core_id, const std::string& trigger_name,
                             Switch to, std::int64_t now_ms) {
  auto found = rows(db, "core_id = ? AND trigger_name = ?", {core_id, trigger_name});
  if (!found) return tl::unexpected(found.error());
  if (found->empty()) return fail("TRIGGER_NOT_FOUND", "the Core has no schedule '" + trigger_name + "'");
  const bool on = to == Switch::On;
  const auto next = found->front().due_after(now_ms, now_ms);
  auto done = db.execute(
      "UPDATE mod_scaicore_schedules SET enabled = ?, next_due_at = ? WHERE core_id = ? AND trigger_name = ?",
      {on, next, core_id, trigger_name});
  return done ? Result<void>() : Result<void>(tl::unexpected(done.error()));
}

Result<std::vector<ScheduleRow>> read_enabled(Connection& db) { return rows(db, "enabled = 1", {}); }

Result<std::vector<ScheduleRow>> read_due(Connection& db, std::int64_t until_ms, std::int64_t limit) {
  return rows(db, "shard = 0 AND next_due_at <= ? AND enabled = 1 ORDER BY next_due_at LIMIT ?",
              {until_ms, limit});
}

Result<std::optional<std::int64_t>> first_due(Connection& db) {
  auto first =
      db.query_one("SELECT MIN(next_due_at) FROM mod_scaicore_schedules WHERE shard = 0 AND enabled = 1", {},
                   [](const store::Row& row) { return row.maybe_integer(0); });
  if (!first) return tl::unexpected(first.error());
  return first->value_or(std::nullopt);
}

Result<bool> advance(Connection& db, const ScheduleRow& row, std::optional<std::int64_t> from_due_ms) {
  auto moved = db.execute(
      "UPDATE mod_scaicore_schedules SET next_due_at = ?, last_due_at = ?, last_execution_id = ?, skipped = "
      "? "
      "WHERE core_id = ? AND trigger_name = ? AND next_due_at = ?",
      {row.next_due_at_ms, row.last_due_at_ms, row.last_execution_id, row.skipped, row.core_id,
       row.trigger_name, from_due_ms});
  if (!moved) return tl::unexpected(moved.error());
  return *moved == 1;
}

}  // namespace scaiflow::core
