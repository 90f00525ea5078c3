#pragma once

#include <cstdint>

#include "libs/store/database.h"

namespace scaiflow::core {

/// Deletes at most 500 executions whose time is over, with all that belongs to them, 500 rows of events older
/// than `events_days`, and 500 expired keys of plugin `kv` (08 §8.10, §8.8).
Result<void> purge_batch(store::Connection& db, std::int64_t now_ms, std::int64_t events_days);

}  // namespace scaiflow::core
