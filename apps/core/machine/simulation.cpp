#include "apps/core/machine/simulation.h"

#include <algorithm>
#include <cassert>

#include "apps/core/machine/memory_picture.h"

namespace scaiflow::machine {

Simulation::Simulation(ProgramPtr program, SimulatedWorld world, SimulationOptions options)
    : program_(std::move(program)),
      world_(std::move(world)),
      options_(std::move(options)),
      now_ms_(options_.start_ms) {}

void Simulation::run(Started start) {
  if (start.memory) memory_ = *start.memory;
  take(std::move(start));
  run_on();
}

void Simulation::feed(EventBody event) {
  if (accepts(state_, event)) take(std::move(event));
  run_on();
}

void Simulation::post(EventBody event, std::int64_t delay_ms) {
  due_.push_back({now_ms_ + delay_ms, std::move(event)});
}

void Simulation::run_on() {
  while (!has_ended(state_.status) && within_limits()) {
    std::optional<EventBody> event = next_due();
    if (!event) return;
    if (accepts(state_, *event)) take(std::move(*event));
  }
}

bool Simulation::within_limits() {
  if (blocks_ > options_.blocks_max) stopped_by_ = "blocks";
  if (static_cast<std::int64_t>(journal_.size()) > options_.turns_max) stopped_by_ = "turns";
  if (options_.may_go_on && !options_.may_go_on()) stopped_by_ = "time";
  return stopped_by_.empty();
}

/// The answer or timer that is due first; of several the order of the options decides.
std::optional<EventBody> Simulation::next_due() {
  std::optional<std::int64_t> first;
  for (const Due& due : due_) first = std::min(first.value_or(due.at_ms), due.at_ms);
  if (!first) return std::nullopt;
  const auto fits = [&](const Due& due) { return due.at_ms == *first; };
  auto at = std::find_if(due_.begin(), due_.end(), fits);
  if (options_.order == AnswerOrder::Last) at = std::find_if(due_.rbegin(), due_.rend(), fits).base() - 1;
  now_ms_ = std::max(now_ms_, *first);
  EventBody event = std::move(at->event);
  due_.erase(at);
  return event;
}

void Simulation::take(EventBody body) {
  Event event{state_.seq + 1, std::max(state_.now_ms, now_ms_), std::move(body)};
  Commands turn;
  Progress progress = step(*program_, state_, event, turn);
  std::size_t counted = count_blocks(turn, 0);
  while (progress == Progress::Yielded && within_limits()) {
    progress = resume(*program_, state_, turn);
    counted = count_blocks(turn, counted);
  }
  if (progress == Progress::Yielded) return;
  journal_.push_back(std::move(event));
  hashes_.push_back(hash_of(turn));
  if (options_.restore == Restore::EveryEvent) restore();
  for (const Command& command : turn) obey(command);
  commands_.insert(commands_.end(), turn.begin(), turn.end());
  if (after_turn_) after_turn_(*this);
}

/// Blocks entered by the commands from `from` on; the number of commands seen.
std::size_t Simulation::count_blocks(const Commands& turn, std::size_t from) {
  for (; from < turn.size(); ++from) {
    const auto* emit = std::get_if<Emit>(&turn[from]);
    if (!emit) continue;
    blocks_ += std::count_if(emit->events.begin(), emit->events.end(), [](const RuntimeEvent& event) {
      return event.type == RuntimeEvent::Type::BlockEntered;
    });
  }
  return from;
}

void Simulation::restore() {
  State copy;
  [[maybe_unused]] const bool ok = read_state(write_state(state_), copy);
  assert(ok);
  state_ = std::move(copy);
}

void Simulation::obey(const Command& command) {
  if (const auto* write = std::get_if<WriteMemory>(&command)) return write_memory(*write);
  if (const auto* timer = std::get_if<StartTimer>(&command)) {
    due_.push_back({timer->due_ms, TimerFired{timer->timer_id}});
  } else if (const auto* stop = std::get_if<StopTimer>(&command)) {
    std::erase_if(due_, [&](const Due& due) {
      const auto* fired = std::get_if<TimerFired>(&due.event);
      return fired && fired->timer_id == stop->timer_id;
    });
  } else if (const auto* emit = std::get_if<Emit>(&command)) {
    events_.insert(events_.end(), emit->events.begin(), emit->events.end());
  }
  for (SimulatedAnswer& answer : world_(command)) post(std::move(answer.event), answer.delay_ms);
}

void Simulation::write_memory(const WriteMemory& write) {
  Json default_value;
  for (const ir::MemoryField& field : program_->module().memory) {
    if (field.name == write.field) default_value = field.default_;
  }
  const MemoryChange change = apply_memory_write(memory_, write, default_value);
  if (change.conflict) {
    EffectFailed failed;
    failed.effect_id = write.effect_id;
    failed.error = make_error("MemoryError", "conflict", "memory was changed meanwhile");
    failed.memory_delta = memory_;
    return post(std::move(failed));
  }
  EffectSucceeded done;
  done.effect_id = write.effect_id;
  done.result = write.op == "delete" ? Json(change.existed) : Json();
  done.memory_delta = change.delta;
  post(std::move(done));
}

std::optional<State> fold(const Program& program, const std::vector<Event>& journal,
                          const std::vector<std::uint32_t>& hashes) {
  State state;
  for (std::size_t i = 0; i < journal.size(); ++i) {
    Commands turn;
    Progress progress = step(program, state, journal[i], turn);
    while (progress == Progress::Yielded) progress = resume(program, state, turn);
    if (i < hashes.size() && hash_of(turn) != hashes[i]) return std::nullopt;
  }
  return state;
}

}  // namespace scaiflow::machine
