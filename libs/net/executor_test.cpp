#include "libs/net/executor.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <mutex>
#include <thread>

#include "libs/net/clock.h"

namespace scaiflow::net {
namespace {

TEST(Lanes, RunTasksOfALaneInOrderOnOneThread) {
  Lanes lanes(3);
  std::vector<std::vector<int>> seen(3);
  std::vector<std::thread::id> threads(3);
  for (int i = 0; i < 300; ++i) {
    const auto lane = static_cast<std::size_t>(i % 3);
    lanes.at(lane).post([&, lane, i] {
      seen[lane].push_back(i);
      threads[lane] = std::this_thread::get_id();
    });
  }
  lanes.stop();
  for (std::size_t lane = 0; lane < 3; ++lane) {
    ASSERT_EQ(seen[lane].size(), 100u);
    EXPECT_TRUE(std::is_sorted(seen[lane].begin(), seen[lane].end()));
  }
  EXPECT_NE(threads[0], threads[1]);
}

TEST(Lanes, GiveOneKeyOneLane) {
  Lanes lanes(4);
  EXPECT_EQ(&lanes.of("exec_1"), &lanes.of("exec_1"));
}

TEST(Lanes, RefuseNewWorkWhenFullButTakeContinuations) {
  Lanes lanes(1, 2);
  std::promise<void> started;
  std::promise<void> gate;
  lanes.at(0).post([&] {
    started.set_value();
    gate.get_future().wait();
  });
  started.get_future().wait();
  std::atomic<int> ran = 0;
  EXPECT_TRUE(lanes.at(0).try_post([&] { ++ran; }));
  EXPECT_TRUE(lanes.at(0).try_post([&] { ++ran; }));
  EXPECT_FALSE(lanes.at(0).try_post([&] { ++ran; }));
  lanes.at(0).post([&] { ++ran; });
  gate.set_value();
  lanes.stop();
  EXPECT_EQ(ran, 3);
  EXPECT_FALSE(lanes.at(0).try_post([&] { ++ran; }));
}

TEST(Pool, RunsTasksSideBySide) {
  Pool pool(2);
  std::promise<void> first;
  std::promise<void> second;
  std::atomic<int> met = 0;
  pool.post([&] {
    first.set_value();
    second.get_future().wait();
    ++met;
  });
  pool.post([&] {
    second.set_value();
    first.get_future().wait();
    ++met;
  });
  pool.stop();
  EXPECT_EQ(met, 2);
}

TEST(Timers, FireInOrderOfTimeNotOfSetting) {
  Lanes lanes(1);
  Timers timers;
  std::vector<int> order;
  std::promise<void> last;
  const std::int64_t now = steady_ms();
  timers.at(now + 30, lanes.at(0), [&] {
    order.push_back(3);
    last.set_value();
  });
  timers.at(now + 10, lanes.at(0), [&] { order.push_back(1); });
  timers.at(now + 20, lanes.at(0), [&] { order.push_back(2); });
  last.get_future().wait();
  EXPECT_GE(steady_ms(), now + 30);
  EXPECT_EQ(order, (std::vector<int>{1, 2, 3}));
}

TEST(Timers, CancelledOnesNeverFire) {
  Lanes lanes(1);
  Timers timers;
  bool fired = false;
  std::promise<void> later;
  const Timers::Id id = timers.after(10, lanes.at(0), [&] { fired = true; });
  EXPECT_TRUE(timers.cancel(id));
  EXPECT_FALSE(timers.cancel(id));
  timers.after(20, lanes.at(0), [&] { later.set_value(); });
  later.get_future().wait();
  EXPECT_FALSE(fired);
}

TEST(Timers, MaySetTimersFromATask) {
  InlineExecutor inline_executor;
  Timers timers;
  std::promise<void> second;
  timers.after(0, inline_executor,
               [&] { timers.after(0, inline_executor, [&] { second.set_value(); }); });
  second.get_future().wait();
}

}  // namespace
}  // namespace scaiflow::net
