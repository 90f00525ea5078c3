#pragma once

#include "libs/net/executor.h"
#include "libs/net/http_types.h"

namespace scaiflow::grid {

inline constexpr std::int64_t heartbeat_every_ms = 15'000;

/// Writes the comment `: hb` into an event stream until it ends, so that no proxy takes it for dead (08
/// §8.8). Whoever begins the stream must close it.
void keep_alive(net::Timers& timers, net::Executor& pool, const net::StreamHandle& stream,
                std::int64_t every_ms = heartbeat_every_ms);

}  // namespace scaiflow::grid
