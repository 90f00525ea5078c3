#pragma once

#include <cstdint>
#include <cstdlib>
#include <optional>
#include <utility>

namespace scaiflow::core {

/// Tells time that a loaded execution lived from time that only the wall clock says passed (07 §16: budgets
/// count active time): the clock was set, the machine slept, or no process had the execution.
class LivedTime {
 public:
  /// Of `passed_ms` by the wall since the event before, what was not lived: all of it before the first event
  /// after loading. Less than a second is kept back until it adds up, as clocks are slewed by little.
  std::int64_t skew(std::int64_t passed_ms, std::int64_t steady_ms) {
    carried_ms_ += passed_ms - (last_steady_ms_ ? steady_ms - *last_steady_ms_ : 0);
    last_steady_ms_ = steady_ms;
    if (std::abs(carried_ms_) < noticed_ms) return 0;
    return std::exchange(carried_ms_, 0);
  }

 private:
  static constexpr std::int64_t noticed_ms = 1'000;
  std::optional<std::int64_t> last_steady_ms_;
  std::int64_t carried_ms_ = 0;
};

}  // namespace scaiflow::core
