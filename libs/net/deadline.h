#pragma once

#include <cstdint>

#include "libs/net/executor.h"
#include "libs/net/http_types.h"

namespace scaiflow::net {

/// A responder that answers `late` by itself when nobody else has after `delay_ms` (09 §2, handler
/// deadlines). An answer in time, whole or begun as a stream, ends the wait. The timer fires on `executor`.
Responder with_deadline(Responder inner, Timers& timers, Executor& executor, std::int64_t delay_ms,
                        HttpResponse late);

}  // namespace scaiflow::net
