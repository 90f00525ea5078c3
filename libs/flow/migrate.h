#pragma once

#include "libs/base/json.h"

namespace scaiflow::flow {

/// Applies the migrations of 01 §10 that change the form of a document: `node.breakpoint` moves into the
/// config, an edge end `"node:port"` becomes an object. What does not fit is left for the checks.
Json migrate(const Json& document);

}  // namespace scaiflow::flow
