#include "libs/net/clock.h"

#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <ctime>

#include "libs/net/virtual_time.h"

namespace scaiflow::net {
namespace {

std::atomic<std::int64_t> ahead_ms = 0;
std::atomic<bool> is_virtual = false;

template <class Clock>
std::int64_t now_ms() {
  return ahead_ms.load(std::memory_order_relaxed) +
         std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now().time_since_epoch()).count();
}

}  // namespace

VirtualTime::VirtualTime() { is_virtual = true; }
VirtualTime::~VirtualTime() {
  is_virtual = false;
  ahead_ms = 0;
}
void VirtualTime::advance(std::int64_t ms) { ahead_ms += ms; }
bool VirtualTime::is_on() { return is_virtual.load(std::memory_order_relaxed); }

std::int64_t wall_ms() { return now_ms<std::chrono::system_clock>(); }

std::int64_t steady_ms() { return now_ms<std::chrono::steady_clock>(); }

std::int64_t steady_us() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::microseconds>(now).count();
}

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
