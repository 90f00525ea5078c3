#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "apps/core/machine/command.h"
#include "apps/core/machine/state.h"

namespace scaiflow::core {

/// When an event came, when its step began and ended, when its turn had committed; steady microseconds.
struct TurnClock {
  std::int64_t arrived_us = 0, step_us = 0, stepped_us = 0, committed_us = 0;
};

/// Where wall time went (07 §20.2). `waiting`: for a child, a person, a pause, another execution's answer
/// while suspended.
struct TimeShares {
  std::int64_t queue_us = 0, step_us = 0, commit_us = 0, effect_us = 0, waiting_us = 0;

  std::int64_t total() const { return queue_us + step_us + commit_us + effect_us + waiting_us; }
};

/// A block that was left, or the share of one that goes on.
struct BlockTime {
  machine::BlockId block = -1;
  std::int64_t occurrence = 0, fiber = 0;
  std::int64_t begun_us = 0, ended_us = 0;
  TimeShares own;               ///< without what blocks inside it took
  machine::BlockId outer = -1;  ///< the block around it in the same fiber
  std::int64_t outer_occurrence = 0;
  std::string error_type;  ///< of one that failed
};

/// What a turn did to fibers: taken from the step, kept until the turn has committed.
struct TurnTrace {
  struct Mark {
    machine::RuntimeEvent::Type type = machine::RuntimeEvent::Type::BlockEntered;
    machine::BlockId block = -1;
    std::int64_t occurrence = 0, fiber = 0;
    std::int64_t fuel = 0;  ///< used by the step so far: time within a step is shared by it
    std::string error_type;
  };
  enum class Rest : std::uint8_t { Effect, Waiting, Ended };

  std::vector<Mark> marks;
  std::map<std::int64_t, Rest> fibers;  ///< those that the turn touched, and how it left them
};

/// The fiber that an event is for; nothing for one that concerns the whole execution.
std::optional<std::int64_t> fiber_of(const machine::State& state, const machine::EventBody& event);
TurnTrace trace_of(const machine::State& state, const machine::Commands& commands,
                   std::optional<std::int64_t> target);

/// Shares the wall time of each fiber among its blocks, so that along a fiber the shares add up to the whole
/// (invariant 35). Lives beside a resident execution. Knows no clock.
class BlockTiming {
 public:
  /// An execution that begins, or one that was read back and goes on at `now_us`.
  BlockTiming(const machine::State& state, std::int64_t now_us);

  /// Blocks that the turn ended. Turns come in order.
  std::vector<BlockTime> turn(const TurnTrace& trace, TurnClock clock);
  /// Shares so far of the blocks that are open, when the execution leaves memory.
  std::vector<BlockTime> rest(std::int64_t now_us);

 private:
  struct Track {
    std::int64_t since_us = 0;
    TurnTrace::Rest rest = TurnTrace::Rest::Waiting;
    TimeShares early;  ///< before its first block
    std::vector<BlockTime> open;
  };
  using Share = std::int64_t TimeShares::*;

  static void spend(Track& track, std::vector<BlockTime>& ended, std::size_t first, Share share,
                    std::int64_t until_us);
  void run_fiber(std::int64_t fiber, const TurnTrace& trace, const TurnClock& clock,
                 std::vector<BlockTime>& ended);

  std::map<std::int64_t, Track> tracks_;
};

}  // namespace scaiflow::core
