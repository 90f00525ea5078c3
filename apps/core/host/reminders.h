#pragma once

#include <cstdint>

#include "apps/core/host/turn_write.h"

namespace scaiflow::core {

/// Tells again of checkpoints that have waited for another `reminder_interval_m`: raises `reminder_count` and
/// repeats `checkpoint_pending` (08 §8.9). Several intervals that passed at once, as while no server ran, are
/// told of once. Returns how many were told of.
Result<int> remind_batch(store::Connection& db, EventIds& ids, std::int64_t now_ms);

}  // namespace scaiflow::core
