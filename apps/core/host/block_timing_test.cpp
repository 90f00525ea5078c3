#include "apps/core/host/block_timing.h"

#include <gtest/gtest.h>

#include <random>

namespace scaiflow::core {
namespace {

using machine::RuntimeEvent;
using Rest = TurnTrace::Rest;

TurnTrace::Mark entered(int block, std::int64_t fiber, std::int64_t fuel) {
  return {RuntimeEvent::Type::BlockEntered, block, 1, fiber, fuel, ""};
}
TurnTrace::Mark exited(int block, std::int64_t fiber, std::int64_t fuel) {
  return {RuntimeEvent::Type::BlockExited, block, 1, fiber, fuel, ""};
}

TEST(BlockTiming, ACallIsQueueStepCommitEffect) {
  BlockTiming timing({}, 0);
  EXPECT_TRUE(timing.turn({{entered(0, 0, 10)}, {{0, Rest::Effect}}}, {100, 110, 130, 150}).empty());
  const auto ended = timing.turn({{exited(0, 0, 10)}, {{0, Rest::Ended}}}, {1'150, 1'155, 1'165, 1'200});
  ASSERT_EQ(ended.size(), 1u);
  EXPECT_EQ(ended[0].own.queue_us, 10 + 5);
  EXPECT_EQ(ended[0].own.step_us, 20 + 10);
  EXPECT_EQ(ended[0].own.commit_us, 20 + 35);
  EXPECT_EQ(ended[0].own.effect_us, 1'000);
  EXPECT_EQ(ended[0].begun_us, 100);
  EXPECT_EQ(ended[0].ended_us, 1'200);
}

TEST(BlockTiming, TimeOfAStepIsSharedByFuel) {
  BlockTiming timing({}, 0);
  const TurnTrace trace{{entered(0, 0, 0), exited(0, 0, 60), entered(1, 0, 60), exited(1, 0, 90)},
                        {{0, Rest::Ended}}};
  const auto ended = timing.turn(trace, {0, 0, 1'000, 1'500});
  ASSERT_EQ(ended.size(), 2u);
  EXPECT_EQ(ended[0].own.step_us, 600);
  EXPECT_EQ(ended[1].own.step_us, 400);
  EXPECT_EQ(ended[1].own.commit_us, 500);  // what is persisted at the end belongs to the last
}

TEST(BlockTiming, AContainerCountsItsOwnShareAlone) {
  BlockTiming timing({}, 0);
  timing.turn({{entered(0, 0, 10), entered(1, 1, 20)}, {{0, Rest::Waiting}, {1, Rest::Effect}}},
              {0, 0, 300, 400});
  const auto ended = timing.turn({{exited(1, 1, 10), exited(0, 0, 20)}, {{0, Rest::Ended}, {1, Rest::Ended}}},
                                 {1'400, 1'400, 1'430, 1'500});
  ASSERT_EQ(ended.size(), 2u);
  EXPECT_EQ(ended[0].block, 0);
  EXPECT_EQ(ended[0].own.waiting_us, 1'000);
  EXPECT_EQ(ended[0].own.effect_us, 0);
  EXPECT_EQ(ended[0].own.total(), 1'500);
  EXPECT_EQ(ended[1].own.effect_us, 1'000);
  EXPECT_EQ(ended[1].own.total(), ended[1].ended_us - ended[1].begun_us);
}

TEST(BlockTiming, ATurnSteppedBeforeTheLastCommitWaitsForNothing) {
  BlockTiming timing({}, 0);
  timing.turn({{entered(0, 0, 10)}, {{0, Rest::Effect}}}, {0, 0, 100, 500});
  const auto ended = timing.turn({{exited(0, 0, 10)}, {{0, Rest::Ended}}}, {200, 210, 220, 600});
  EXPECT_EQ(ended.at(0).own.total(), 600);
  EXPECT_EQ(ended.at(0).own.effect_us, 0);
}

TEST(BlockTiming, WhatLeavesMemoryKeepsItsShares) {
  BlockTiming timing({}, 0);
  timing.turn({{entered(0, 0, 10)}, {{0, Rest::Waiting}}}, {0, 10, 20, 50});
  const auto rest = timing.rest(80);
  ASSERT_EQ(rest.size(), 1u);
  EXPECT_EQ(rest[0].own.total(), 80);
  EXPECT_EQ(rest[0].own.waiting_us, 30);
  EXPECT_EQ(timing.rest(90).at(0).own.total(), 10);
}

/// Fibers that open and close blocks at random: along each the shares are the whole (invariant 35).
TEST(BlockTiming, SharesAddUpAlongEveryFiber) {
  std::mt19937 draw(35);
  for (int round = 0; round < 200; ++round) {
    BlockTiming timing({}, 0);
    std::map<std::int64_t, std::vector<int>> stacks{{0, {}}, {1, {}}, {2, {}}};
    std::map<std::int64_t, std::int64_t> spent, begun, last;
    std::int64_t now = 0;
    int next = 0;
    const auto take = [&](const std::vector<BlockTime>& blocks) {
      for (const BlockTime& block : blocks) spent[block.fiber] += block.own.total();
    };
    const int turns = 20;
    for (int i = 0; i <= turns; ++i) {
      TurnTrace trace;
      std::int64_t fuel = 0;
      for (auto& [fiber, stack] : stacks) {
        if (i != turns && draw() % 3 == 0) continue;
        for (int n = 0; n < 3; ++n) {
          fuel += draw() % 50;
          if (i < turns && (stack.empty() || draw() % 2 == 0)) {
            stack.push_back(next++);
            trace.marks.push_back(entered(stack.back(), fiber, fuel));
          } else if (!stack.empty()) {
            trace.marks.push_back(exited(stack.back(), fiber, fuel));
            stack.pop_back();
          }
        }
        if (i == turns) {
          if (stack.empty()) {
            stack.push_back(next++);
            trace.marks.push_back(entered(stack.back(), fiber, ++fuel));
          }
          for (; !stack.empty(); stack.pop_back()) trace.marks.push_back(exited(stack.back(), fiber, ++fuel));
        }
        trace.fibers[fiber] = i == turns ? Rest::Ended : draw() % 2 == 0 ? Rest::Effect : Rest::Waiting;
      }
      TurnClock clock;
      clock.arrived_us = now += draw() % 1'000;
      clock.step_us = now += draw() % 50;
      clock.stepped_us = now += draw() % 200;
      clock.committed_us = now += draw() % 900;
      const std::int64_t all = trace.marks.empty() ? 1 : trace.marks.back().fuel + 10;
      for (const auto& mark : trace.marks) {
        const auto at = clock.step_us + (clock.stepped_us - clock.step_us) * mark.fuel / all;
        begun.try_emplace(mark.fiber, mark.fiber == 0 ? clock.arrived_us : at);
      }
      for (const auto& [fiber, rest] : trace.fibers) last[fiber] = clock.committed_us;
      take(timing.turn(trace, clock));
    }
    for (const auto& [fiber, from] : begun) EXPECT_EQ(spent[fiber], last[fiber] - from) << "fiber " << fiber;
  }
}

}  // namespace
}  // namespace scaiflow::core
