#pragma once

#include <cstdint>

namespace scaiflow::net {

/// For tests of what takes days: while one lives, `wall_ms` and `steady_ms` of this process are ahead of the
/// real clocks by what was advanced, and timers follow. Make it before whatever owns timers, one at a time.
class VirtualTime {
 public:
  VirtualTime();
  ~VirtualTime();
  VirtualTime(const VirtualTime&) = delete;
  VirtualTime& operator=(const VirtualTime&) = delete;

  void advance(std::int64_t ms);
  /// Whether timers must look at the clock more often than the real one says.
  static bool is_on();
};

}  // namespace scaiflow::net
