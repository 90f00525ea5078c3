#include "apps/grid/rate.h"

#include <gtest/gtest.h>

namespace scaiflow::grid {
namespace {

TEST(RateWindows, AWindowIsFullAtItsLimitAndEmptiesAsTimePasses) {
  RateWindows windows;
  constexpr std::int64_t begin_ms = 1'000'000'000;
  for (int i = 0; i < 3; ++i) {
    const auto standing = windows.take("a", 3, begin_ms + i * 10'000);
    EXPECT_TRUE(standing.allowed);
    EXPECT_EQ(standing.remaining, 2 - i);
  }
  const auto full = windows.take("a", 3, begin_ms + 20'000);
  EXPECT_FALSE(full.allowed);
  EXPECT_EQ(full.wait_s, 40);
  EXPECT_FALSE(windows.take("a", 3, begin_ms + 59'000).allowed);
  EXPECT_TRUE(windows.take("a", 3, begin_ms + 60'000).allowed);
  EXPECT_FALSE(windows.take("a", 3, begin_ms + 60'000).allowed);
  EXPECT_TRUE(windows.take("b", 3, begin_ms).allowed);
  EXPECT_TRUE(windows.take("a", 3, begin_ms + 3'600'000).allowed);
}

TEST(RateWindows, ALimitOfZeroIsOff) {
  RateWindows windows;
  for (int i = 0; i < 1'000; ++i) EXPECT_TRUE(windows.take("a", 0, 1'000'000).allowed);
}

TEST(RateWindows, AClockThatGoesBackOpensNothing) {
  RateWindows windows;
  EXPECT_TRUE(windows.take("a", 1, 100'000'000).allowed);
  EXPECT_FALSE(windows.take("a", 1, 40'000'000).allowed);
}

}  // namespace
}  // namespace scaiflow::grid
