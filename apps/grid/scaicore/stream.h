#pragma once

#include <functional>
#include <memory>

#include "apps/core/host/engine.h"
#include "libs/net/executor.h"
#include "libs/net/http_types.h"

namespace scaiflow::grid {

/// Opens a subscription that delivers to the callback.
using Subscribe =
    std::function<Result<std::unique_ptr<core::Subscription>>(std::function<void(core::StreamEntry)>)>;

/// Answers with a stream of server-sent events that lives as long as the client and the subscription (08
/// §8.8): each entry as `id`, `event`, `data`; after `end` or `overflow` the stream closes. `pool` takes the
/// end of the subscription, which must not run on a thread that the subscription calls.
void stream_entries(net::Timers& timers, net::Executor& pool, net::Responder responder,
                    const std::string& request_id, const Subscribe& subscribe);

}  // namespace scaiflow::grid
