#pragma once

#include <cstdint>
#include <string>

namespace scaiflow::net {

/// Milliseconds since 1970 UTC.
std::int64_t wall_ms();
/// Milliseconds of a clock that never jumps; its zero means nothing.
std::int64_t steady_ms();
/// The same in microseconds.
std::int64_t steady_us();
/// `2026-05-18T09:30:00.123Z` (09 §1.2).
std::string wire_time(std::int64_t wall_ms);

}  // namespace scaiflow::net
