#pragma once

#include <optional>
#include <string>
#include <vector>

#include "apps/core/host/schedules/schedule_rows.h"
#include "libs/base/result.h"
#include "libs/ir/ir.h"
#include "libs/store/database.h"

namespace scaiflow::grid {

/// Row of `mod_scaicore_hooks`: the public URL of a webhook trigger (08 §8.7).
struct HookRow {
  std::string hook_id, tenant_id, core_id, trigger_name, method, path;
  Json verification;  ///< null: possession of the URL is the credential
  bool enabled = true;
};

/// The rows that belong to the triggers of a Core. Functions with a connection are parts of a unit of work.
class TriggerStore {
 public:
  explicit TriggerStore(store::Database& database) : database_(database) {}

  /// Schedules and hooks follow the triggers; what keeps its name keeps its URL, verification and state.
  static Result<void> replace(store::Connection& db, const std::string& tenant_id, const std::string& core_id,
                              const std::vector<ir::Trigger>& triggers, std::int64_t now_ms);
  static Result<void> drop(store::Connection& db, const std::string& core_id);

  Result<std::optional<HookRow>> hook(const std::string& hook_id);
  Result<std::vector<HookRow>> hooks(const std::string& core_id);
  Result<std::vector<core::ScheduleRow>> schedules(const std::string& core_id);
  /// Error `TRIGGER_NOT_FOUND`.
  Result<void> enable(const std::string& core_id, const std::string& trigger_name, core::Switch to);
  Result<void> verify(const std::string& core_id, const std::string& trigger_name, const Json& verification);
  /// A new URL; the old one stops at once.
  Result<void> rotate(const std::string& core_id, const std::string& trigger_name);

  struct LastRun {
    std::string execution_id;
    std::int64_t at_ms = 0;
  };
  Result<std::optional<LastRun>> last_run(const std::string& core_id, const std::string& trigger_name);

 private:
  Result<void> change_hook(const std::string& core_id, const std::string& trigger_name,
                           const std::string& column, store::Param value);
  store::Database& database_;
};

}  // namespace scaiflow::grid
