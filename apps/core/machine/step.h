#pragma once

#include <cstdint>
#include <vector>

#include "apps/core/machine/command.h"
#include "apps/core/machine/event.h"
#include "apps/core/machine/program.h"
#include "apps/core/machine/state.h"

/// The step machine (07 §1-§5): pure, without clock, randomness or I/O. Equal inputs give equal bytes.
namespace scaiflow::machine {

/// False for an ended execution and for ids that are unknown or already answered: such an event is dropped
/// and gets no seq.
bool accepts(const State& state, const EventBody& event);

enum class Progress : std::uint8_t {
  Done,     ///< every fiber waits or has ended
  Yielded,  ///< 250 000 units of fuel were used: call `resume` before any other event (the event `Continue`)
};

/// Applies an accepted event and runs until nothing is runnable. Commands are appended in the order produced.
Progress step(const Program& program, State& state, const Event& event, Commands& out);
/// Goes on after `Yielded`.
Progress resume(const Program& program, State& state, Commands& out);

/// Commands that must be issued again by a new owner: effects under way and timers (07 §17.5). An effect that
/// runs at most once and had begun is not among them: the host answers it with `EffectOutcomeUnknown`.
struct Outstanding {
  Commands commands;
  std::vector<std::string> unknown_outcomes;  ///< effect ids
};
Outstanding outstanding(const State& state);
/// How long a timer has still to run, in ms; less than 0 when it is overdue. Budgets go by active time.
std::int64_t left_ms(const State& state, const Timer& timer);

/// What the fibers wait for: [{`kind`,`block_id`,`node_id`,`since`,`checkpoint_id`?,`due_at`?}], times in ms.
Json waiting_on(const Program& program, const State& state);

/// Problems of a trigger input against the params of a flow (04 §2.5): field and message. Empty when it fits.
struct InputProblem {
  std::string field;
  std::string code;  ///< `missing`, `type`
  std::string message;
};
std::vector<InputProblem> check_input(const Program& program, const FlowEntry& flow, const Json& input);

/// An event as it is stored: what its execution says of all events is left out.
Json compact_event(const Program& program, const State& state, const RuntimeEvent& event);
/// The wire form: `{type, core_id, timestamp, payload}` (07 §20.1).
Json expand_event(const Json& compact, const std::string& core_id, const std::string& execution_id);
/// `2026-05-18T09:30:00Z`, as values show it (03 §3), or always with milliseconds, as the wire does.
enum class Millis : std::uint8_t { IfAny, Always };
std::string iso_time(std::int64_t ms, Millis millis = Millis::IfAny);

}  // namespace scaiflow::machine
