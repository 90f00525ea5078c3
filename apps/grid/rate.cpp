#include "apps/grid/rate.h"

#include <algorithm>

namespace scaiflow::grid {

/// Seconds that left the window no longer count.
void RateWindows::forward(Window& window, std::int64_t now_s) {
  const std::int64_t passed = std::min<std::int64_t>(now_s - window.newest_s, seconds);
  for (std::int64_t i = 1; i <= passed; ++i) {
    std::uint32_t& slot = window.counts[static_cast<std::size_t>((window.newest_s + i) % 60)];
    window.total -= slot;
    slot = 0;
  }
  window.newest_s = std::max(window.newest_s, now_s);
}

RateWindows::Standing RateWindows::take(const std::string& key, std::int64_t limit, std::int64_t now_ms) {
  if (limit <= 0) return {};
  const std::int64_t now_s = now_ms / 1'000;
  const std::lock_guard lock(mutex_);
  if (windows_.size() >= keys_max) {
    std::erase_if(windows_, [&](const auto& each) {
      return now_s - each.second.newest_s >= static_cast<std::int64_t>(seconds);
    });
  }
  Window& window = windows_[key];
  if (window.newest_s == 0) window.newest_s = now_s;
  forward(window, now_s);
  Standing out;
  out.limit = limit;
  if (window.total >= limit) {
    out.allowed = false;
    for (std::int64_t age = seconds - 1; age >= 0 && out.wait_s == 0; --age) {
      const std::size_t slot = static_cast<std::size_t>((window.newest_s - age + 60) % 60);
      if (window.counts[slot] > 0) out.wait_s = static_cast<std::int64_t>(seconds) - age;
    }
    return out;
  }
  ++window.counts[static_cast<std::size_t>(window.newest_s % 60)];
  ++window.total;
  out.remaining = limit - window.total;
  return out;
}

}  // namespace scaiflow::grid
