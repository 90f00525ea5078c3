#pragma once

#include <functional>

#include "apps/api/route.h"
#include "libs/store/database.h"

namespace scaiflow::api {

/// Runs `act` once for each `Idempotency-Key` of a caller and route; a repetition gets the kept answer with
/// `Idempotent-Replay: true` (09 §1.2). Without the header `act` just runs. Answers of 500 and above are not
/// kept.
net::HttpResponse run_once(store::Database& database, const Call& call,
                           const std::function<net::HttpResponse()>& act);

}  // namespace scaiflow::api
