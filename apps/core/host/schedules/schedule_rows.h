#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "libs/base/result.h"
#include "libs/ir/ir.h"
#include "libs/store/database.h"

/// Rows of `mod_scaicore_schedules` (08 §8.17).
namespace scaiflow::core {

struct ScheduleRow {
  std::string core_id, tenant_id, trigger_name, cron, timezone;
  bool enabled = true;
  std::optional<std::int64_t> next_due_at_ms, last_due_at_ms;
  std::optional<std::string> last_execution_id;
  std::int64_t skipped = 0;

  /// The first tick after a time; nothing when there is none, or the zone is unknown here.
  std::optional<std::int64_t> due_after(std::int64_t after_ms, std::int64_t now_ms) const;
};

/// The schedules of a Core are those of its triggers from now on. What is known of a trigger by name (on or
/// off, last tick, skipped ones) stays.
Result<void> replace_schedules(store::Connection& db, const std::string& tenant_id,
                               const std::string& core_id, const std::vector<ir::Trigger>& triggers,
                               std::int64_t now_ms);
Result<void> drop_schedules(store::Connection& db, const std::string& core_id);
Result<std::vector<ScheduleRow>> read_schedules(store::Connection& db, const std::string& core_id);
/// Ticks of the time in which it was off are not made up for. Error `TRIGGER_NOT_FOUND`.
enum class Switch : std::uint8_t { Off, On };
Result<void> switch_schedule(store::Connection& db, const std::string& core_id,
                             const std::string& trigger_name, Switch to, std::int64_t now_ms);

/// Every schedule that is on, or those among them that are due.
Result<std::vector<ScheduleRow>> read_enabled(store::Connection& db);
Result<std::vector<ScheduleRow>> read_due(store::Connection& db, std::int64_t until_ms, std::int64_t limit);
Result<std::optional<std::int64_t>> first_due(store::Connection& db);
/// Moves a schedule on from the tick it stood at; false when somebody else has. `row` holds the new values.
Result<bool> advance(store::Connection& db, const ScheduleRow& row, std::optional<std::int64_t> from_due_ms);

}  // namespace scaiflow::core
