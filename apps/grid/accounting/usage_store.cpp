#include "apps/grid/accounting/usage_store.h"

#include <date/date.h>

#include "libs/net/clock.h"
#include "libs/net/ids.h"

namespace scaiflow::grid {

namespace {

using store::Connection;

std::int64_t month_began_ms() {
  const date::sys_time<std::chrono::milliseconds> now{std::chrono::milliseconds{net::wall_ms()}};
  const date::year_month_day today{date::floor<date::days>(now)};
  const date::sys_days first{today.year() / today.month() / 1};
  return std::chrono::duration_cast<std::chrono::milliseconds>(first.time_since_epoch()).count();
}

/// What rows are counted together by.
std::string key_of(const std::string& group_by) {
  if (group_by == "core") return "COALESCE(core_id, '')";
  if (group_by == "principal") return "principal_id";
  if (group_by == "day") return "at / 86400000";
  return "model";
}

Json key_json(const store::Row& row, const std::string& group_by) {
  if (group_by == "day") return net::wire_time(row.integer(0) * 86'400'000).substr(0, 10);
  return row.text(0).empty() ? Json() : Json(row.string(0));
}

store::Param text_or_null(const std::string& text) {
  return text.empty() ? store::Param(nullptr) : store::Param(text);
}

Result<void> done_or_error(const Result<std::int64_t>& changed) {
  return changed ? Result<void>() : Result<void>(tl::unexpected(changed.error()));
}

}  // namespace

Result<void> UsageStore::load() {
  std::map<std::string, Budget> all;
  Result<void> read = database_.read([&](Connection& db) {
    return db.query(
        "SELECT tenant_id, soft_micros, hard_micros FROM grid_budgets", {},
        [&](const store::Row& row) { all[row.string(0)] = {row.maybe_integer(1), row.maybe_integer(2)}; });
  });
  if (!read) return read;
  const std::lock_guard lock(mutex_);
  budgets_ = std::move(all);
  return {};
}

Result<void> UsageStore::record(Connection& db, const core::UsageRecord& usage) {
  return done_or_error(db.execute(
      "INSERT INTO grid_usage (id, tenant_id, at, principal_id, core_id, execution_id, block_id, provider, "
      "model, operation, tokens_in, tokens_out, tokens_cached, cost_micros, duration_ms, status) VALUES "
      "(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
      {net::new_id(""), usage.tenant_id, usage.at_ms, usage.principal_id, text_or_null(usage.core_id),
       text_or_null(usage.execution_id), text_or_null(usage.block_id), usage.provider, usage.model,
       usage.operation, usage.tokens_in, usage.tokens_out, usage.tokens_cached, usage.cost_micros,
       usage.duration_ms, usage.status}));
}

bool UsageStore::may_spend(const std::string& tenant_id) {
  const Budget allowed = budget(tenant_id);
  if (!allowed.hard_micros) return true;
  const Result<std::int64_t> spent = spent_micros(tenant_id);
  return spent && *spent < *allowed.hard_micros;
}

Result<Json> UsageStore::report(const UsageQuery& query) {
  const std::string key = key_of(query.group_by);
  std::string sql = "SELECT " + key +
                    ", COUNT(*), SUM(tokens_in), SUM(tokens_out), SUM(cost_micros) FROM grid_usage WHERE "
                    "tenant_id = ?";
  store::Params params{query.tenant_id};
  const auto add = [&](const char* condition, store::Param value) {
    sql += condition;
    params.push_back(std::move(value));
  };
  if (query.principal_id) add(" AND principal_id = ?", *query.principal_id);
  if (query.since_ms) add(" AND at >= ?", *query.since_ms);
  if (query.until_ms) add(" AND at < ?", *query.until_ms);
  sql += " GROUP BY " + key + " ORDER BY 1";
  Json items = Json::array();
  Result<void> read = database_.read([&](Connection& db) {
    return db.query(sql, params, [&](const store::Row& row) {
      items.push_back(Json::object({{"key", key_json(row, query.group_by)},
                                    {"requests", row.integer(1)},
                                    {"input_tokens", row.integer(2)},
                                    {"output_tokens", row.integer(3)},
                                    {"cost", static_cast<double>(row.integer(4)) / 1e6}}));
    });
  });
  if (!read) return tl::unexpected(read.error());
  return items;
}

Budget UsageStore::budget(const std::string& tenant_id) const {
  const std::lock_guard lock(mutex_);
  const auto own = budgets_.find(tenant_id);
  return own == budgets_.end() ? standard_ : own->second;
}

Result<void> UsageStore::set_budget(const std::string& tenant_id, const Budget& budget) {
  Result<void> stored = database_.write_sync(store::Database::Unit([&](Connection& db) -> Result<void> {
    const std::int64_t now_ms = net::wall_ms();
    auto changed = db.execute(
        "UPDATE grid_budgets SET soft_micros = ?, hard_micros = ?, updated_at = ? WHERE tenant_id = ?",
        {budget.soft_micros, budget.hard_micros, now_ms, tenant_id});
    if (changed && *changed == 0) {
      changed = db.execute(
          "INSERT INTO grid_budgets (tenant_id, soft_micros, hard_micros, updated_at) VALUES (?,?,?,?)",
          {tenant_id, budget.soft_micros, budget.hard_micros, now_ms});
    }
    return done_or_error(changed);
  }));
  if (!stored) return stored;
  const std::lock_guard lock(mutex_);
  budgets_[tenant_id] = budget;
  return {};
}

Result<std::int64_t> UsageStore::spent_micros(const std::string& tenant_id) {
  auto sum = database_.read([&](Connection& db) {
    return db.query_one("SELECT SUM(cost_micros) FROM grid_usage WHERE tenant_id = ? AND at >= ?",
                        {tenant_id, month_began_ms()}, [](const store::Row& row) { return row.integer(0); });
  });
  if (!sum) return tl::unexpected(sum.error());
  return sum->value_or(0);
}

}  // namespace scaiflow::grid
