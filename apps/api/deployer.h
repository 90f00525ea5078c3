#pragma once

#include <optional>
#include <string>
#include <vector>

#include "apps/api/core_carrier.h"
#include "apps/api/deployments.h"
#include "apps/api/flow_store.h"
#include "apps/api/grid_client.h"

namespace scaiflow::api {

/// Body of `POST /v1/flows/{id}/deploy`; what is absent comes from the flow's config.
struct DeployRequest {
  std::optional<bool> publish_as_model;
  std::optional<Json> group_ids;
  std::optional<std::string> version;
};

/// Carries a stored version of a flow to a running Core (09 §6): compile, ensure queues, create or update the
/// Core, publish, record. Nothing is rolled back; every leftover is taken up by the next deploy. Blocks; pool
/// threads only.
class Deployer {
 public:
  Deployer(FlowStore& flows, Deployments& deployments, store::ObjectStore& objects, GridClient& grid,
           DeployFormat format)
      : flows_(flows), deployments_(deployments), objects_(objects), grid_(grid), format_(format) {}

  /// The record as it ended; errors carry the codes of 09 §6.
  Result<DeploymentRow> deploy(const identity::Principal& principal, const FlowRow& flow,
                               const DeployRequest& request);

 private:
  struct Run;
  Result<void> read(Run& run);
  Result<void> compile(Run& run);
  Result<void> ensure_queues(Run& run);
  Result<void> create_core(Run& run);
  Result<void> publish(Run& run);

  FlowStore& flows_;
  Deployments& deployments_;
  store::ObjectStore& objects_;
  GridClient& grid_;
  DeployFormat format_;
};

}  // namespace scaiflow::api
