#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>

#include "apps/core/host/engine.h"
#include "libs/net/executor.h"
#include "libs/net/http_types.h"

namespace scaiflow::grid {

struct Services;

/// The streams that may be open at this node (`events.streams_max`, 08 §8.8). Copies share their places.
class StreamSlots {
 public:
  explicit StreamSlots(std::int64_t max) : free_(std::make_shared<std::atomic<std::int64_t>>(max)) {}
  /// A place, given back when the pointer goes; null when all are taken.
  std::shared_ptr<void> take() const;

 private:
  std::shared_ptr<std::atomic<std::int64_t>> free_;
};

/// Opens a subscription that delivers to the callback.
using Subscribe =
    std::function<Result<std::unique_ptr<core::Subscription>>(std::function<void(core::StreamEntry)>)>;

/// Answers with a stream of server-sent events that lives as long as the client and the subscription (08
/// §8.8): each entry as `id`, `event`, `data`; after `end` or `overflow` the stream closes. `pool` takes the
/// end of the subscription, which must not run on a thread that the subscription calls. 503 without a place.
void stream_entries(Services& services, net::Responder responder, const std::string& request_id,
                    const Subscribe& subscribe);

}  // namespace scaiflow::grid
