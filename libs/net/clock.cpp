#include "libs/net/clock.h"

#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>

namespace scaiflow::net {
namespace {

template <class Clock>
std::int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now().time_since_epoch()).count();
}

}  // namespace

std::int64_t wall_ms() { return now_ms<std::chrono::system_clock>(); }

std::int64_t steady_ms() { return now_ms<std::chrono::steady_clock>(); }

std::string wire_time(std::int64_t wall_ms) {
  const std::int64_t ms = ((wall_ms % 1000) + 1000) % 1000;
  const std::time_t seconds = (wall_ms - ms) / 1000;
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  std::array<char, 64> text{};
  const int length =
      std::snprintf(text.data(), text.size(), "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", utc.tm_year + 1900,
                    utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec, static_cast<int>(ms));
  return std::string(text.data(), static_cast<std::size_t>(length));
}

}  // namespace scaiflow::net
