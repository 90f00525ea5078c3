#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "libs/base/result.h"
#include "libs/store/database.h"

namespace scaiflow::api {

/// Row of `deployments` (09 §9.2). `status`: running, succeeded, failed; `step`: a state of 09 §6.
struct DeploymentRow {
  std::string id;
  std::string tenant_id;
  std::string flow_id;
  std::optional<std::string> version;
  std::string status = "running";
  std::string step = "accepted";
  std::optional<std::string> core_id;
  std::optional<std::string> published_slug;
  std::optional<std::string> manifest_key;
  std::optional<std::string> manifest_sha256;
  std::optional<std::string> ir_hash;
  Json error;  ///< null or {`error`, `message`, …}
  Json warnings = Json::array();
  std::string deployed_by;
  std::int64_t deployed_at_ms = 0;
  std::optional<std::int64_t> finished_at_ms;
};

/// The record of what was deployed when, and the lease that admits one deploy of a flow at a time. Blocks.
class Deployments {
 public:
  Deployments(store::Database& database, std::string node_id)
      : database_(database), node_id_(std::move(node_id)) {}

  /// Takes the lease `deploy:<flow>` and inserts the record in one transaction.
  /// Error `deploy_in_progress` with the `deployment_id` that holds it.
  Result<void> begin(const DeploymentRow& row, bool publish, const Json& group_ids);
  /// Writes the row's present state; `finish` also gives the lease back.
  Result<void> save(const DeploymentRow& row);
  Result<void> finish(const DeploymentRow& row);
  /// At start nobody holds a lease: what is still `running` was interrupted (the janitor of 09 §6).
  Result<void> close_interrupted();

  Result<std::optional<DeploymentRow>> last_of(const std::string& flow_id);
  Result<std::optional<DeploymentRow>> get(const std::string& flow_id, const std::string& id);
  Result<std::vector<DeploymentRow>> list(const std::string& flow_id, std::int64_t limit,
                                          std::int64_t offset);
  Result<std::int64_t> count(const std::string& flow_id);

 private:
  Result<void> update(store::Connection& db, const DeploymentRow& row);
  store::Database& database_;
  std::string node_id_;
};

}  // namespace scaiflow::api
