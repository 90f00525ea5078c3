#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>

namespace scaiflow::grid {

/// Sliding windows of 60 s, one per key, in steps of a second (08 §8.3). Thread safe.
class RateWindows {
 public:
  struct Standing {
    bool allowed = true;
    std::int64_t limit = 0, remaining = 0;
    std::int64_t wait_s = 0;  ///< until the window has room again, when it has none
  };
  /// Counts a request, unless the window is full. `limit` 0: no limit.
  Standing take(const std::string& key, std::int64_t limit, std::int64_t now_ms);

 private:
  static constexpr std::size_t seconds = 60;
  static constexpr std::size_t keys_max = 100'000;
  struct Window {
    std::array<std::uint32_t, seconds> counts{};
    std::int64_t newest_s = 0;
    std::int64_t total = 0;
  };
  static void forward(Window& window, std::int64_t now_s);

  std::mutex mutex_;
  std::map<std::string, Window> windows_;
};

}  // namespace scaiflow::grid
