#pragma once

#include "apps/grid/rate.h"
#include "libs/net/http_types.h"

namespace scaiflow::grid {

/// A responder whose answers say how much of the window is left (08 §8.3).
net::Responder with_rate_headers(net::Responder responder, const RateWindows::Standing& standing,
                                 std::int64_t now_ms);

}  // namespace scaiflow::grid
