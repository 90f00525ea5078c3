#pragma once

#include "apps/grid/grid.h"

namespace scaiflow::grid {

/// The body of `POST /executions/{id}/fork` (08 §8.10), checked.
struct Fork {
  core::ForkRequest request;
  bool dry_run = false;
};
/// Errors: `VALIDATION_ERROR` names the member; `AUTHZ_PERMISSION_DENIED` without `modules:use`.
Result<Fork> fork_request(Services& services, const Call& call);

}  // namespace scaiflow::grid
