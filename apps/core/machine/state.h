#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "apps/core/machine/command.h"
#include "apps/core/machine/event.h"
#include "apps/core/machine/program.h"

/// The whole of an execution as one value (07 §2): the fold of its journal.
namespace scaiflow::machine {

enum class Status : std::uint8_t { Running, Suspended, Completed, Failed, Cancelled };
inline constexpr std::string_view Status_names[] = {"running", "suspended", "completed", "failed",
                                                    "cancelled"};
constexpr const auto& names_of(Status) { return Status_names; }
constexpr std::string_view name_of(Status status) { return Status_names[static_cast<int>(status)]; }

inline bool has_ended(Status status) { return status != Status::Running && status != Status::Suspended; }

/// Why frames are being left other than by their values (07 §8).
struct Unwind {
  enum class Kind : std::uint8_t { None, Error, Return, Break, Continue, Cancel };
  Kind kind = Kind::None;
  ErrorValue error;  ///< of Error; of a Cancel that ends as an error at frame `until`
  Json value;        ///< of Return
  int until = -1;    ///< Cancel: index of the frame that turns it into `error`; -1 = the whole fiber

  template <class V>
  static void fields(V&& v) {
    v(1, "kind", &Unwind::kind);
    v(2, "error", &Unwind::error);
    v(3, "value", &Unwind::value);
    v(4, "until", &Unwind::until);
  }
};
inline constexpr std::string_view UnwindKind_names[] = {"none",  "error",    "return",
                                                        "break", "continue", "cancel"};
constexpr const auto& names_of(Unwind::Kind) { return UnwindKind_names; }

/// What a fiber waits for.
struct Wait {
  enum class Kind : std::uint8_t { None, Effect, Children, Checkpoint, Timer, Call, Calls, Debug };
  Kind kind = Kind::None;
  std::string id;             ///< effect, checkpoint or call
  std::int64_t timer_id = 0;  ///< that ends the wait or bounds it; 0 = none
  std::int64_t since_ms = 0;

  template <class V>
  static void fields(V&& v) {
    v(1, "kind", &Wait::kind);
    v(2, "id", &Wait::id);
    v(3, "timer_id", &Wait::timer_id);
    v(4, "since_ms", &Wait::since_ms);
  }
};
inline constexpr std::string_view WaitKind_names[] = {"none",  "effect", "children", "checkpoint",
                                                      "timer", "call",   "calls",    "debug"};
constexpr const auto& names_of(Wait::Kind) { return WaitKind_names; }

/// How a wait ended, until the fiber runs again.
struct Delivery {
  enum class Kind : std::uint8_t { None, Value, Error, Timeout, Wake };
  Kind kind = Kind::None;
  Json value;
  Json meta;
  ErrorValue error;

  template <class V>
  static void fields(V&& v) {
    v(1, "kind", &Delivery::kind);
    v(2, "value", &Delivery::value);
    v(3, "meta", &Delivery::meta);
    v(4, "error", &Delivery::error);
  }
};
inline constexpr std::string_view DeliveryKind_names[] = {"none", "value", "error", "timeout", "wake"};
constexpr const auto& names_of(Delivery::Kind) { return DeliveryKind_names; }

/// A budget at work: limits and what was used under it (07 §14). Cost in micros.
struct BudgetUse {
  std::optional<std::int64_t> duration_ms_max, retries_max, tokens_max, cost_micros_max;
  std::int64_t started_active_ms = 0;
  std::int64_t tokens = 0, cost_micros = 0, retries = 0;
  std::int64_t timer_id = 0;

  template <class V>
  static void fields(V&& v) {
    v(1, "duration_ms_max", &BudgetUse::duration_ms_max);
    v(2, "retries_max", &BudgetUse::retries_max);
    v(3, "tokens_max", &BudgetUse::tokens_max);
    v(4, "cost_micros_max", &BudgetUse::cost_micros_max);
    v(5, "started_active_ms", &BudgetUse::started_active_ms);
    v(6, "tokens", &BudgetUse::tokens);
    v(7, "cost_micros", &BudgetUse::cost_micros);
    v(8, "retries", &BudgetUse::retries);
    v(9, "timer_id", &BudgetUse::timer_id);
  }
};

/// A rigid block at work.
struct RigidRun {
  int pc = 0;
  std::optional<Json> value;  ///< of the last statement that yielded one
  int conflicts = 0;          ///< of the memory update at `pc`
  template <class V>
  static void fields(V&& v) {
    v(1, "pc", &RigidRun::pc);
    v(2, "value", &RigidRun::value);
    v(3, "conflicts", &RigidRun::conflicts);
  }
};

/// A flexible or guarded block at work (07 §9).
struct ModelRun {
  enum class Phase : std::uint8_t { Ask, Answer, Judge, Decide, Violation };
  Phase phase = Phase::Ask;
  std::string goal, system;
  Json input, context;
  Json messages;  ///< of the last request
  std::int64_t calls = 0, judges = 0, checkpoints = 0;
  std::string hint;
  Json answer;  ///< as checked; text for a bad one
  std::string answer_text;
  std::string cause, detail;
  int judging = 0;  ///< which of the two judge causes is asked for
  /// Per cause, in the order of 04 §3.2.1.
  std::vector<std::int64_t> retries = std::vector<std::int64_t>(5);
  std::int64_t retries_all = 0;
  bool keep_conversation = false;
  std::string decision;  ///< the action whose checkpoint is open

  template <class V>
  static void fields(V&& v) {
    v(1, "phase", &ModelRun::phase);
    v(2, "goal", &ModelRun::goal);
    v(3, "system", &ModelRun::system);
    v(4, "input", &ModelRun::input);
    v(5, "context", &ModelRun::context);
    v(6, "messages", &ModelRun::messages);
    v(7, "calls", &ModelRun::calls);
    v(8, "judges", &ModelRun::judges);
    v(9, "checkpoints", &ModelRun::checkpoints);
    v(10, "hint", &ModelRun::hint);
    v(11, "answer", &ModelRun::answer);
    v(12, "answer_text", &ModelRun::answer_text);
    v(13, "cause", &ModelRun::cause);
    v(14, "detail", &ModelRun::detail);
    v(15, "judging", &ModelRun::judging);
    v(16, "retries", &ModelRun::retries);
    v(17, "retries_all", &ModelRun::retries_all);
    v(18, "keep_conversation", &ModelRun::keep_conversation);
    v(19, "decision", &ModelRun::decision);
  }
};
inline constexpr std::string_view ModelPhase_names[] = {"ask", "answer", "judge", "decide", "violation"};
constexpr const auto& names_of(ModelRun::Phase) { return ModelPhase_names; }

/// parallel and foreach: children are fibers.
struct ChildrenRun {
  Json items;  ///< foreach: what is gone through
  std::int64_t size = 0;
  std::int64_t next = 0;  ///< first child not started
  std::int64_t end = 0;   ///< children from here on are not started, or their values dropped
  std::vector<std::optional<Json>> values;    ///< per child
  std::vector<Json> made;                     ///< parallel: bindings each branch made
  std::map<std::int64_t, std::int64_t> live;  ///< child index -> fiber
  Unwind pending;                             ///< what follows when all have ended

  template <class V>
  static void fields(V&& v) {
    v(1, "items", &ChildrenRun::items);
    v(2, "size", &ChildrenRun::size);
    v(3, "next", &ChildrenRun::next);
    v(4, "end", &ChildrenRun::end);
    v(5, "values", &ChildrenRun::values);
    v(6, "made", &ChildrenRun::made);
    v(7, "live", &ChildrenRun::live);
    v(8, "pending", &ChildrenRun::pending);
  }
};

struct WhileRun {
  std::int64_t round = 0;
  std::optional<Json> value;  ///< of the last round
  template <class V>
  static void fields(V&& v) {
    v(1, "round", &WhileRun::round);
    v(2, "value", &WhileRun::value);
  }
};

struct TryRun {
  enum class Phase : std::uint8_t { Body, Catch, Finally };
  Phase phase = Phase::Body;
  std::optional<Json> value;  ///< of the body or catch, while finally runs
  Unwind pending;             ///< what goes on after finally
  template <class V>
  static void fields(V&& v) {
    v(1, "phase", &TryRun::phase);
    v(2, "value", &TryRun::value);
    v(3, "pending", &TryRun::pending);
  }
};
inline constexpr std::string_view TryPhase_names[] = {"body", "catch", "finally"};
constexpr const auto& names_of(TryRun::Phase) { return TryPhase_names; }

/// checkpoint, core_call, await_responses
struct AskRun {
  std::string id;  ///< checkpoint or call
  Json value;      ///< resolution while on_response runs
  bool escalated = false;
  std::vector<std::string> calls;
  template <class V>
  static void fields(V&& v) {
    v(1, "id", &AskRun::id);
    v(2, "value", &AskRun::value);
    v(3, "escalated", &AskRun::escalated);
    v(4, "calls", &AskRun::calls);
  }
};

using Detail = std::variant<std::monostate, RigidRun, ModelRun, ChildrenRun, WhileRun, TryRun, AskRun>;
Json to_json(const Detail& detail);
bool from_json(const Json& json, Detail& out);

/// One activation of a block; the first frame of a fiber has no block but the body that the fiber runs.
struct Frame {
  BlockId block = -1;
  std::int64_t occurrence = 0;
  std::int64_t entered_ms = 0;
  BodyId body = -1;           ///< at work inside this frame, -1 = none
  int index = 0;              ///< next block of it
  Json input;                 ///< its running value
  std::optional<Json> value;  ///< its value so far
  Json locals;                ///< object: names visible in it alone (03 §7 row 2); null = none
  std::optional<BudgetUse> budget;
  Detail detail;
  std::string reused_from;  ///< the execution that recorded its last result (07 §18); empty = its own

  template <class V>
  static void fields(V&& v) {
    v(1, "block", &Frame::block);
    v(2, "occurrence", &Frame::occurrence);
    v(3, "entered_ms", &Frame::entered_ms);
    v(4, "body", &Frame::body);
    v(5, "index", &Frame::index);
    v(6, "input", &Frame::input);
    v(7, "value", &Frame::value);
    v(8, "locals", &Frame::locals);
    v(9, "budget", &Frame::budget);
    v(10, "detail", &Frame::detail);
    v(11, "reused_from", &Frame::reused_from);
  }
};

struct Fiber {
  std::int64_t id = 0;
  std::int64_t parent = -1;
  std::int64_t slot = 0;  ///< which child of its parent's frame
  std::string name;       ///< branch name or iteration index
  std::vector<Frame> frames;
  /// What this fiber bound itself; it sees its ancestors' too (`binding_of`), which rest while it lives. So a
  /// child costs no copy, and a branch's own are what its block merges in the end.
  Json bindings = Json::object();
  Json locals = Json::object();
  Wait wait;
  Delivery delivery;
  Unwind unwind;
  bool in_cancelled_finally = false;  ///< started inside a `finally` that runs because of cancellation

  template <class V>
  static void fields(V&& v) {
    v(1, "id", &Fiber::id);
    v(2, "parent", &Fiber::parent);
    v(3, "slot", &Fiber::slot);
    v(4, "name", &Fiber::name);
    v(5, "frames", &Fiber::frames);
    v(6, "bindings", &Fiber::bindings);
    v(8, "locals", &Fiber::locals);
    v(9, "wait", &Fiber::wait);
    v(10, "delivery", &Fiber::delivery);
    v(11, "unwind", &Fiber::unwind);
    v(12, "in_cancelled_finally", &Fiber::in_cancelled_finally);
  }
};

/// What an effect was started with.
using Request = std::variant<CallModel, CallPlugin, WriteMemory, StartCall>;
Json to_json(const Request& request);
bool from_json(const Json& json, Request& out);

/// An effect under way. `request` is the command that started it, so that it can be issued again after a
/// crash.
struct Effect {
  std::int64_t fiber = 0;
  BlockId block = -1;
  std::int64_t occurrence = 0;
  bool at_most_once = false;
  bool begun = false;
  Request request;
  bool held = false;      ///< a fork stopped before it: it is not issued (07 §18)
  bool released = false;  ///< it was held, and goes live

  template <class V>
  static void fields(V&& v) {
    v(1, "fiber", &Effect::fiber);
    v(2, "block", &Effect::block);
    v(3, "occurrence", &Effect::occurrence);
    v(4, "at_most_once", &Effect::at_most_once);
    v(5, "begun", &Effect::begun);
    v(6, "request", &Effect::request);
    v(7, "held", &Effect::held);
    v(8, "released", &Effect::released);
  }
};

struct Timer {
  enum class Purpose : std::uint8_t { Checkpoint, Call, Await, Retry, Budget, CancelGrace };
  Purpose purpose = Purpose::Retry;
  std::int64_t fiber = 0;
  int frame = 0;            ///< of Budget
  std::int64_t due_ms = 0;  ///< wall time; of Budget: active time
  bool armed = false;       ///< the host has it; a Budget's is stopped while suspended
  template <class V>
  static void fields(V&& v) {
    v(1, "purpose", &Timer::purpose);
    v(2, "fiber", &Timer::fiber);
    v(3, "frame", &Timer::frame);
    v(4, "due_ms", &Timer::due_ms);
    v(5, "armed", &Timer::armed);
  }
};
inline constexpr std::string_view TimerPurpose_names[] = {"checkpoint", "call",   "await",
                                                          "retry",      "budget", "cancel_grace"};
constexpr const auto& names_of(Timer::Purpose) { return TimerPurpose_names; }

struct OpenedCheckpoint {
  std::int64_t fiber = 0;
  std::string priority;
  std::int64_t timeout_ms = 0;  ///< 0 = none
  std::string on_timeout;
  bool escalated = false;
  template <class V>
  static void fields(V&& v) {
    v(1, "fiber", &OpenedCheckpoint::fiber);
    v(2, "priority", &OpenedCheckpoint::priority);
    v(3, "timeout_ms", &OpenedCheckpoint::timeout_ms);
    v(4, "on_timeout", &OpenedCheckpoint::on_timeout);
    v(5, "escalated", &OpenedCheckpoint::escalated);
  }
};

/// A call to another Core: open until answered; the answer of an asynchronous one is kept until it is
/// awaited.
struct Call {
  std::string effect_id;
  std::int64_t fiber = 0;  ///< that made it
  bool is_async = false;
  bool suspended = false;
  std::optional<CallAnswered> answer;
  template <class V>
  static void fields(V&& v) {
    v(1, "effect_id", &Call::effect_id);
    v(2, "fiber", &Call::fiber);
    v(3, "is_async", &Call::is_async);
    v(4, "suspended", &Call::suspended);
    v(5, "answer", &Call::answer);
  }
};

struct CancelState {
  std::string reason, by;
  std::int64_t deadline_ms = 0;
  template <class V>
  static void fields(V&& v) {
    v(1, "reason", &CancelState::reason);
    v(2, "by", &CancelState::by);
    v(3, "deadline_ms", &CancelState::deadline_ms);
  }
};

struct DebugState {
  std::set<std::string> breakpoints;  ///< block or node ids
  std::string mode = "run";           ///< `run`, `pause`, `step_over`, `step_into`, `step_out`
  std::int64_t fiber = 0;             ///< of the step
  std::int64_t depth = 0;             ///< frames when the step began
  template <class V>
  static void fields(V&& v) {
    v(1, "breakpoints", &DebugState::breakpoints);
    v(2, "mode", &DebugState::mode);
    v(3, "fiber", &DebugState::fiber);
    v(4, "depth", &DebugState::depth);
  }
};

struct State {
  Started start;
  std::int64_t seq = 0;
  std::int64_t now_ms = 0;
  std::int64_t started_at_ms = 0;
  std::int64_t active_ms = 0;
  Status status = Status::Running;
  std::optional<CancelState> cancel;
  std::int64_t suspended_since_ms = 0;

  Json variables = Json::object();
  Json memory = Json::object();  ///< field -> value: the picture
  MemoryRows memory_rows;
  Json execution;  ///< what the name `execution` reads

  std::map<std::int64_t, Fiber> fibers;
  std::map<std::string, Effect> effects;
  std::map<std::int64_t, Timer> timers;
  std::map<std::string, OpenedCheckpoint> checkpoints;
  std::map<std::string, Call> calls;

  std::map<BlockId, std::int64_t> occurrences;
  Usage usage;
  std::int64_t next_fiber = 1, next_timer = 1;
  std::int64_t block_events = 0, events_suppressed = 0, author_events = 0;
  DebugState debug;
  std::optional<ForkApplied> fork;  ///< how it left its origin

  Json output;
  std::optional<ErrorValue> error;
  Json final_bindings;  ///< of the root, once it has ended
  std::int64_t bytes_grown = 0;  ///< an upper bound of what came in since the state was measured

  /// Fuel of the event at work; 0 between events and no part of the snapshot.
  std::int64_t event_fuel = 0;

  template <class V>
  static void fields(V&& v) {
    v(1, "start", &State::start);
    v(2, "seq", &State::seq);
    v(3, "now_ms", &State::now_ms);
    v(4, "started_at_ms", &State::started_at_ms);
    v(5, "active_ms", &State::active_ms);
    v(6, "status", &State::status);
    v(7, "cancel", &State::cancel);
    v(8, "suspended_since_ms", &State::suspended_since_ms);
    v(9, "variables", &State::variables);
    v(10, "memory", &State::memory);
    v(11, "memory_rows", &State::memory_rows);
    v(12, "execution", &State::execution);
    v(13, "fibers", &State::fibers);
    v(14, "effects", &State::effects);
    v(15, "timers", &State::timers);
    v(16, "checkpoints", &State::checkpoints);
    v(17, "calls", &State::calls);
    v(18, "occurrences", &State::occurrences);
    v(19, "usage", &State::usage);
    v(20, "next_fiber", &State::next_fiber);
    v(21, "next_timer", &State::next_timer);
    v(22, "block_events", &State::block_events);
    v(23, "events_suppressed", &State::events_suppressed);
    v(24, "author_events", &State::author_events);
    v(25, "debug", &State::debug);
    v(27, "output", &State::output);
    v(28, "error", &State::error);
    v(29, "final_bindings", &State::final_bindings);
    v(30, "fork", &State::fork);
    v(31, "bytes_grown", &State::bytes_grown);
  }
};

/// JSON bytes of the values that an execution holds, counted up to `enough` (07 §21 `state_bytes_max`).
std::size_t state_bytes(const State& state, std::size_t enough);

/// The snapshot form, complete: `read_state(write_state(s))` equals `s`.
Json write_state(const State& state);
bool read_state(const Json& json, State& out);

}  // namespace scaiflow::machine
