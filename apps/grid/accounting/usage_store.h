#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "apps/core/host/ports.h"
#include "libs/base/json.h"
#include "libs/base/result.h"
#include "libs/store/database.h"

namespace scaiflow::grid {

/// What a tenant may spend in a calendar month (UTC), in millionths of the currency.
struct Budget {
  std::optional<std::int64_t> soft_micros, hard_micros;
};

struct UsageQuery {
  std::string tenant_id;
  std::optional<std::string> principal_id;
  std::optional<std::int64_t> since_ms, until_ms;
  std::string group_by = "model";  ///< `model`, `core`, `principal`, `day`
};

/// Rows of `grid_usage` and the budgets of tenants (08 §8.16). Blocks; thread safe.
class UsageStore final : public core::Accounting {
 public:
  UsageStore(store::Database& database, Budget standard) : database_(database), standard_(standard) {}

  Result<void> load();
  Result<void> record(store::Connection& db, const core::UsageRecord& usage) override;
  bool may_spend(const std::string& tenant_id) override;

  /// Items {`key`, `requests`, `input_tokens`, `output_tokens`, `cost`}, by key.
  Result<Json> report(const UsageQuery& query);
  Budget budget(const std::string& tenant_id) const;
  Result<void> set_budget(const std::string& tenant_id, const Budget& budget);
  /// Spent since the month began.
  Result<std::int64_t> spent_micros(const std::string& tenant_id);

 private:
  store::Database& database_;
  const Budget standard_;
  mutable std::mutex mutex_;
  std::map<std::string, Budget> budgets_;
};

}  // namespace scaiflow::grid
