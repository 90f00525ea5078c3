#include "apps/core/host/block_timing.h"

#include <algorithm>
#include <utility>

namespace scaiflow::core {

namespace {

using machine::RuntimeEvent;
/// What a step does after its last mark weighs as much as entering a block.
constexpr std::int64_t tail_fuel = 10;

bool is_block_event(const RuntimeEvent& event) {
  return event.type == RuntimeEvent::Type::BlockEntered || event.type == RuntimeEvent::Type::BlockExited ||
         event.type == RuntimeEvent::Type::BlockFailed;
}

TurnTrace::Rest rest_of(const machine::State& state, std::int64_t fiber) {
  const auto at = state.fibers.find(fiber);
  if (at == state.fibers.end()) return TurnTrace::Rest::Ended;
  const bool effect = at->second.wait.kind == machine::Wait::Kind::Effect ||
                      at->second.wait.kind == machine::Wait::Kind::Call;
  return effect ? TurnTrace::Rest::Effect : TurnTrace::Rest::Waiting;
}

template <class Map, class Key>
std::optional<std::int64_t> fiber_in(const Map& map, const Key& key) {
  const auto at = map.find(key);
  return at == map.end() ? std::nullopt : std::optional(at->second.fiber);
}

struct FiberOfEvent {
  const machine::State& state;

  std::optional<std::int64_t> operator()(const machine::Started&) const { return 0; }
  std::optional<std::int64_t> operator()(const machine::EffectSucceeded& e) const {
    return fiber_in(state.effects, e.effect_id);
  }
  std::optional<std::int64_t> operator()(const machine::EffectFailed& e) const {
    return fiber_in(state.effects, e.effect_id);
  }
  std::optional<std::int64_t> operator()(const machine::TimerFired& e) const {
    return fiber_in(state.timers, e.timer_id);
  }
  std::optional<std::int64_t> operator()(const machine::CheckpointResolved& e) const {
    return fiber_in(state.checkpoints, e.checkpoint_id);
  }
  std::optional<std::int64_t> operator()(const machine::CheckpointCancelled& e) const {
    return fiber_in(state.checkpoints, e.checkpoint_id);
  }
  std::optional<std::int64_t> operator()(const machine::CallAnswered& e) const {
    return fiber_in(state.calls, e.call_id);
  }
  template <class Other>
  std::optional<std::int64_t> operator()(const Other&) const {
    return std::nullopt;
  }
};

}  // namespace

std::optional<std::int64_t> fiber_of(const machine::State& state, const machine::EventBody& event) {
  return std::visit(FiberOfEvent{state}, event);
}

TurnTrace trace_of(const machine::State& state, const machine::Commands& commands,
                   std::optional<std::int64_t> target) {
  TurnTrace out;
  if (target) out.fibers[*target] = rest_of(state, *target);
  for (const machine::Command& command : commands) {
    const auto* emit = std::get_if<machine::Emit>(&command);
    if (!emit) continue;
    for (const RuntimeEvent& event : emit->events) {
      if (!is_block_event(event)) continue;
      out.marks.push_back({event.type, event.block, event.occurrence, event.fiber, event.fuel,
                           event.error ? event.error->type : std::string()});
      if (!out.fibers.contains(event.fiber)) out.fibers[event.fiber] = rest_of(state, event.fiber);
    }
  }
  return out;
}

BlockTiming::BlockTiming(const machine::State& state, std::int64_t now_us) {
  for (const auto& [id, fiber] : state.fibers) {
    Track& track = tracks_[id];
    track.since_us = now_us;
    track.rest = rest_of(state, id);
    for (const machine::Frame& frame : fiber.frames) {
      if (frame.block < 0) continue;
      BlockTime open;
      open.block = frame.block;
      open.occurrence = frame.occurrence;
      open.fiber = id;
      open.begun_us = now_us;
      if (!track.open.empty()) {
        open.outer = track.open.back().block;
        open.outer_occurrence = track.open.back().occurrence;
      }
      track.open.push_back(std::move(open));
    }
  }
}

/// The time since the last spending goes to the block on top; without one to the last that this turn ended,
/// else to the next.
void BlockTiming::spend(Track& track, std::vector<BlockTime>& ended, std::size_t first, Share share,
                        std::int64_t until_us) {
  const std::int64_t spent = std::max<std::int64_t>(until_us - track.since_us, 0);
  track.since_us += spent;
  if (!track.open.empty()) {
    track.open.back().own.*share += spent;
  } else if (ended.size() > first) {
    ended.back().own.*share += spent;
    ended.back().ended_us = track.since_us;
  } else {
    track.early.*share += spent;
  }
}

std::vector<BlockTime> BlockTiming::turn(const TurnTrace& trace, TurnClock clock) {
  std::vector<BlockTime> ended;
  for (const auto& [fiber, rest] : trace.fibers) {
    run_fiber(fiber, trace, clock, ended);
    if (rest == TurnTrace::Rest::Ended) {
      tracks_.erase(fiber);
    } else {
      tracks_[fiber].rest = rest;
    }
  }
  return ended;
}

void BlockTiming::run_fiber(std::int64_t fiber, const TurnTrace& trace, const TurnClock& clock,
                            std::vector<BlockTime>& ended) {
  const std::size_t first = ended.size();
  const std::int64_t fuel = trace.marks.empty() ? tail_fuel : trace.marks.back().fuel + tail_fuel;
  const auto moment = [&](const TurnTrace::Mark& mark) {
    return clock.step_us + (clock.stepped_us - clock.step_us) * mark.fuel / fuel;
  };
  auto [at, is_new] = tracks_.try_emplace(fiber);
  Track& track = at->second;
  if (is_new) {
    // The root begins with its event; a child where the step gave birth to it.
    const auto mark = std::find_if(trace.marks.begin(), trace.marks.end(),
                                   [&](const TurnTrace::Mark& each) { return each.fiber == fiber; });
    const bool child = fiber != 0 && mark != trace.marks.end();
    track.since_us = child ? moment(*mark) : clock.arrived_us;
  }
  const Share resting =
      track.rest == TurnTrace::Rest::Effect ? &TimeShares::effect_us : &TimeShares::waiting_us;
  spend(track, ended, first, resting, clock.arrived_us);
  spend(track, ended, first, &TimeShares::queue_us, clock.step_us);
  for (const TurnTrace::Mark& mark : trace.marks) {
    if (mark.fiber != fiber) continue;
    spend(track, ended, first, &TimeShares::step_us, moment(mark));
    if (mark.type == RuntimeEvent::Type::BlockEntered) {
      BlockTime open;
      open.block = mark.block;
      open.occurrence = mark.occurrence;
      open.fiber = fiber;
      open.own = std::exchange(track.early, {});
      open.begun_us = track.since_us - open.own.total();
      if (!track.open.empty()) {
        open.outer = track.open.back().block;
        open.outer_occurrence = track.open.back().occurrence;
      }
      track.open.push_back(std::move(open));
    } else if (!track.open.empty() && track.open.back().block == mark.block) {
      ended.push_back(std::move(track.open.back()));
      ended.back().ended_us = track.since_us;
      ended.back().error_type = mark.error_type;
      track.open.pop_back();
    }
  }
  spend(track, ended, first, &TimeShares::step_us, clock.stepped_us);
  spend(track, ended, first, &TimeShares::commit_us, clock.committed_us);
}

std::vector<BlockTime> BlockTiming::rest(std::int64_t now_us) {
  std::vector<BlockTime> out;
  for (auto& [id, track] : tracks_) {
    const Share share =
        track.rest == TurnTrace::Rest::Effect ? &TimeShares::effect_us : &TimeShares::waiting_us;
    spend(track, out, out.size(), share, now_us);
    for (BlockTime& open : track.open) {
      open.ended_us = now_us;
      out.push_back(open);
      open.own = {};
      open.begun_us = now_us;
    }
  }
  return out;
}

}  // namespace scaiflow::core
