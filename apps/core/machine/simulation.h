#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "apps/core/machine/step.h"

namespace scaiflow::machine {

/// What a simulated world says to a command: an event at once or after a while, or nothing.
struct SimulatedAnswer {
  EventBody event;
  std::int64_t delay_ms = 0;
};
using SimulatedWorld = std::function<std::vector<SimulatedAnswer>(const Command&)>;

enum class AnswerOrder : std::uint8_t { First, Last };
enum class Restore : std::uint8_t { Never, EveryEvent };

struct SimulationOptions {
  std::int64_t start_ms = 1'704'067'200'000;  ///< 2024-01-01T00:00:00Z
  AnswerOrder order = AnswerOrder::First;     ///< which of the answers due at one time comes first
  Restore restore = Restore::Never;           ///< write and read the state between all events
  std::int64_t blocks_max = 10'000;
  std::int64_t turns_max = 100'000;
  /// Asked between turns; false ends the run.
  std::function<bool()> may_go_on;
};

/// Runs an execution in memory under a clock that moves only by waiting. Memory is real and starts empty;
/// everything else is answered by the world. Fixtures and conformance tests stand on it.
class Simulation {
 public:
  Simulation(ProgramPtr program, SimulatedWorld world, SimulationOptions options = {});

  /// Starts and runs until the execution has ended or waits for something the world never answers.
  void run(Started start);
  /// Feeds one event more, if it is accepted, and runs on.
  void feed(EventBody event);

  const State& state() const { return state_; }
  const std::vector<Event>& journal() const { return journal_; }
  const std::vector<std::uint32_t>& hashes() const { return hashes_; }
  const Commands& commands() const { return commands_; }
  /// Events in their stored form, in order.
  const std::vector<RuntimeEvent>& events() const { return events_; }
  /// Called with the number of records after every turn.
  void set_after_turn(std::function<void(Simulation&)> hook) { after_turn_ = std::move(hook); }
  /// Why it was ended before its time: `blocks`, `turns`, `time`; empty when it was not.
  const std::string& stopped_by() const { return stopped_by_; }
  /// Queues an event to come after `delay_ms`.
  void post(EventBody event, std::int64_t delay_ms = 0);

 private:
  struct Due {
    std::int64_t at_ms = 0;
    EventBody event;
  };

  void take(EventBody event);
  void run_on();
  void obey(const Command& command);
  void write_memory(const WriteMemory& write);
  bool within_limits();
  std::optional<EventBody> next_due();
  std::size_t count_blocks(const Commands& turn, std::size_t from);
  void restore();

  ProgramPtr program_;
  SimulatedWorld world_;
  SimulationOptions options_;
  State state_;
  MemoryRows memory_;
  std::int64_t now_ms_;
  std::deque<Due> due_;
  std::vector<Event> journal_;
  std::vector<std::uint32_t> hashes_;
  Commands commands_;
  std::vector<RuntimeEvent> events_;
  std::int64_t blocks_ = 0;
  std::string stopped_by_;
  std::function<void(Simulation&)> after_turn_;
};

/// Steps through a journal again; nothing when a turn's commands differ from `hashes`.
std::optional<State> fold(const Program& program, const std::vector<Event>& journal,
                          const std::vector<std::uint32_t>& hashes);

}  // namespace scaiflow::machine
