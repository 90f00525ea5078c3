#pragma once

#include <functional>
#include <string>
#include <vector>

#include "apps/api/deployer.h"
#include "apps/api/deployments.h"
#include "apps/api/flow_store.h"
#include "apps/api/grid_client.h"
#include "apps/api/route.h"
#include "libs/net/log.h"
#include "libs/net/metrics.h"
#include "libs/store/database.h"

namespace scaiflow::api {

/// Runs fixtures (06 §8): document text and names (empty = all) -> report, or 422 for an unknown name. The
/// API never sees the runtime: `cli` connects it.
using RunTests =
    std::function<Result<Json>(const std::string& document, const std::vector<std::string>& names)>;

/// What the process tells of itself (09 §4.1).
struct ProcessInfo {
  std::string version;
  std::string commit;
  std::int64_t schema_step = 0;
};

/// Everything the handlers use. References outlive the API.
struct Services {
  store::Database& database;
  FlowStore& flows;
  Deployments& deployments;
  Deployer& deployer;
  store::ObjectStore& objects;
  GridClient& grid;
  RunTests run_tests;
  ProcessInfo process;
  net::Metrics& metrics;
  const net::Log& log;
};

/// The route tables of 09 §4, one function for each of its sections.
void add_meta_routes(Routes& routes, Services& services);
void add_flow_routes(Routes& routes, Services& services);
void add_preview_routes(Routes& routes, Services& services);
void add_deploy_routes(Routes& routes, Services& services);
void add_lookup_routes(Routes& routes, Services& services);
void add_scaicore_routes(Routes& routes, Services& services);

}  // namespace scaiflow::api
