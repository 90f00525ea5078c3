#pragma once

#include "apps/api/deployments.h"
#include "apps/api/flow_store.h"

namespace scaiflow::api {

/// FlowSummary of 09 §4.2. Every member of the tenant is admin of its flows until sharing exists.
Json flow_summary(const FlowRow& flow, const std::optional<DeploymentRow>& last);
/// Version of 09 §4.2.
Json version_json(const VersionRow& version);
/// Deployment of 09 §4.3.
Json deployment_json(const DeploymentRow& deployment);

}  // namespace scaiflow::api
