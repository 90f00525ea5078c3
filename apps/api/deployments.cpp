#include "apps/api/deployments.h"

#include "apps/api/errors.h"
#include "libs/base/json_text.h"
#include "libs/net/clock.h"

namespace scaiflow::api {

namespace {

constexpr std::int64_t lease_ms = 180'000;

const std::string columns =
    "id, tenant_id, flow_id, version, status, step, core_id, published_slug, manifest_key, manifest_sha256, "
    "ir_hash, "
    "error_detail, warnings, deployed_by, deployed_at, finished_at";

DeploymentRow read_row(const store::Row& row) {
  DeploymentRow out;
  out.id = row.string(0);
  out.tenant_id = row.string(1);
  out.flow_id = row.string(2);
  out.version = row.maybe_string(3);
  out.status = row.string(4);
  out.step = row.string(5);
  out.core_id = row.maybe_string(6);
  out.published_slug = row.maybe_string(7);
  out.manifest_key = row.maybe_string(8);
  out.manifest_sha256 = row.maybe_string(9);
  out.ir_hash = row.maybe_string(10);
  out.error = try_parse_json(row.text(11)).value_or(Json());
  out.warnings = try_parse_json(row.text(12)).value_or(Json::array());
  out.deployed_by = row.string(13);
  out.deployed_at_ms = row.integer(14);
  out.finished_at_ms = row.maybe_integer(15);
  return out;
}

std::string lease_name(const std::string& flow_id) { return "deploy:" + flow_id; }

}  // namespace

Result<void> Deployments::begin(const DeploymentRow& row, bool publish, const Json& group_ids) {
  return database_.write_sync(store::Database::Unit([&](store::Connection& db) -> Result<void> {
    const std::int64_t now = net::wall_ms();
    auto freed =
        db.execute("DELETE FROM leases WHERE name = ? AND expires_at < ?", {lease_name(row.flow_id), now});
    if (!freed) return tl::unexpected(freed.error());
    auto taken = db.execute("INSERT INTO leases (name, holder, generation, expires_at) VALUES (?, ?, 1, ?)",
                            {lease_name(row.flow_id), row.id, now + lease_ms});
    if (!taken && taken.error().code == store::db_error::UniqueViolation) {
      std::string holder;
      auto read = db.query("SELECT holder FROM leases WHERE name = ?", {lease_name(row.flow_id)},
                           [&](const store::Row& lease) { holder = lease.string(0); });
      if (!read) return read;
      return fail_with("deploy_in_progress", "another deploy of this flow is running; wait for its end",
                       Json::object({{"deployment_id", holder}}));
    }
    if (!taken) return tl::unexpected(taken.error());
    auto inserted = db.execute(
        "INSERT INTO deployments (id, tenant_id, flow_id, version, status, step, target, credential, "
        "publish, "
        "group_ids, warnings, deployed_by, deployed_at, node) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
        "?)",
        {row.id, row.tenant_id, row.flow_id, row.version, row.status, row.step, "embedded", "local", publish,
         to_text(group_ids), to_text(row.warnings), row.deployed_by, row.deployed_at_ms, node_id_});
    if (!inserted) return tl::unexpected(inserted.error());
    return {};
  }));
}

Result<void> Deployments::update(store::Connection& db, const DeploymentRow& row) {
  const std::string error = row.error.is_null() ? std::string() : to_text(row.error);
  auto changed = db.execute(
      "UPDATE deployments SET status = ?, step = ?, core_id = ?, published_slug = ?, manifest_key = ?, "
      "manifest_sha256 = ?, ir_hash = ?, error_code = ?, error_detail = ?, warnings = ?, finished_at = ? "
      "WHERE id = ?",
      {row.status, row.step, row.core_id, row.published_slug, row.manifest_key, row.manifest_sha256,
       row.ir_hash, error.empty() ? store::Param(nullptr) : store::Param(row.error.string_or("error", "")),
       error.empty() ? store::Param(nullptr) : store::Param(error), to_text(row.warnings), row.finished_at_ms,
       row.id});
  if (!changed) return tl::unexpected(changed.error());
  return {};
}

Result<void> Deployments::save(const DeploymentRow& row) {
  return database_.write_sync(store::Database::Unit([&](store::Connection& db) { return update(db, row); }));
}

Result<void> Deployments::finish(const DeploymentRow& row) {
  return database_.write_sync(store::Database::Unit([&](store::Connection& db) -> Result<void> {
    if (auto updated = update(db, row); !updated) return updated;
    auto freed =
        db.execute("DELETE FROM leases WHERE name = ? AND holder = ?", {lease_name(row.flow_id), row.id});
    if (!freed) return tl::unexpected(freed.error());
    return {};
  }));
}

Result<void> Deployments::close_interrupted() {
  const std::string interrupted = to_text(Json::object(
      {{"error", "interrupted"}, {"message", "the server stopped during this deploy; deploy again"}}));
  return database_.write_sync(store::Database::Unit([&](store::Connection& db) -> Result<void> {
    const std::int64_t now = net::wall_ms();
    auto recorded = db.execute(
        "UPDATE deployments SET status = 'succeeded', finished_at = ? WHERE status = 'running' AND step = "
        "'record'",
        {now});
    if (!recorded) return tl::unexpected(recorded.error());
    auto failed = db.execute(
        "UPDATE deployments SET status = 'failed', error_code = 'interrupted', error_detail = ?, finished_at "
        "= ? "
        "WHERE status = 'running'",
        {interrupted, now});
    if (!failed) return tl::unexpected(failed.error());
    auto freed = db.execute("DELETE FROM leases WHERE name LIKE 'deploy:%'");
    if (!freed) return tl::unexpected(freed.error());
    return {};
  }));
}

Result<std::optional<DeploymentRow>> Deployments::last_of(const std::string& flow_id) {
  static const std::string sql =
      "SELECT " + columns + " FROM deployments WHERE flow_id = ? ORDER BY deployed_at DESC, id DESC LIMIT 1";
  return database_.read([&](store::Connection& db) { return db.query_one(sql, {flow_id}, read_row); });
}

Result<std::optional<DeploymentRow>> Deployments::get(const std::string& flow_id, const std::string& id) {
  static const std::string sql = "SELECT " + columns + " FROM deployments WHERE flow_id = ? AND id = ?";
  return database_.read([&](store::Connection& db) { return db.query_one(sql, {flow_id, id}, read_row); });
}

Result<std::vector<DeploymentRow>> Deployments::list(const std::string& flow_id, std::int64_t limit,
                                                     std::int64_t offset) {
  static const std::string sql = "SELECT " + columns +
                                 " FROM deployments WHERE flow_id = ? ORDER BY deployed_at DESC, id DESC "
                                 "LIMIT ? OFFSET ?";
  return database_.read([&](store::Connection& db) -> Result<std::vector<DeploymentRow>> {
    std::vector<DeploymentRow> rows;
    auto read = db.query(sql, {flow_id, limit, offset},
                         [&](const store::Row& row) { rows.push_back(read_row(row)); });
    if (!read) return tl::unexpected(read.error());
    return rows;
  });
}

Result<std::int64_t> Deployments::count(const std::string& flow_id) {
  return database_.read([&](store::Connection& db) -> Result<std::int64_t> {
    std::int64_t count = 0;
    auto read = db.query("SELECT count(*) FROM deployments WHERE flow_id = ?", {flow_id},
                         [&](const store::Row& row) { count = row.integer(0); });
    if (!read) return tl::unexpected(read.error());
    return count;
  });
}

}  // namespace scaiflow::api
