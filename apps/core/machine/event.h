#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "apps/core/machine/values.h"

/// What comes into an execution: the record types of the journal (07 §3).
namespace scaiflow::machine {

struct TriggerRef {
  std::string kind;
  std::string name;
  template <class V>
  static void fields(V&& v) {
    v(1, "kind", &TriggerRef::kind);
    v(2, "name", &TriggerRef::name);
  }
};

struct ParentRef {
  std::string execution_id;
  std::string effect_id;
  template <class V>
  static void fields(V&& v) {
    v(1, "execution_id", &ParentRef::execution_id);
    v(2, "effect_id", &ParentRef::effect_id);
  }
};

/// Limits of the run. `*_max` null = none.
struct Limits {
  std::optional<std::int64_t> execution_ms_max, tokens_max, cost_micros_max;
  std::int64_t state_bytes_max = 64LL << 20;
  std::int64_t model_call_ms = 300'000;
  std::int64_t cancel_grace_ms = 30'000;
  std::int64_t low_confidence_permille = 500;
  template <class V>
  static void fields(V&& v) {
    v(1, "execution_ms_max", &Limits::execution_ms_max);
    v(2, "tokens_max", &Limits::tokens_max);
    v(3, "cost_micros_max", &Limits::cost_micros_max);
    v(4, "state_bytes_max", &Limits::state_bytes_max);
    v(5, "model_call_ms", &Limits::model_call_ms);
    v(6, "cancel_grace_ms", &Limits::cancel_grace_ms);
    v(7, "low_confidence_permille", &Limits::low_confidence_permille);
  }
};

/// Rows of memory fields: `fields` = field -> key -> `{v: version, d: value}`, `d` absent for a deleted key.
/// The key "" holds a whole value, or null when the field is a map of keyed rows (07 §12).
struct MemoryRows {
  std::int64_t version = 0;
  Json fields_ = Json::object();
  template <class V>
  static void fields(V&& v) {
    v(1, "version", &MemoryRows::version);
    v(2, "fields", &MemoryRows::fields_);
  }
};

struct Started {
  std::string execution_id, tenant_id, core_id, core_name;
  std::string flow;
  std::string entry_name;
  TriggerRef trigger;
  Json input = Json::object();
  std::optional<std::string> instance_key;
  std::string partition_key = "_";
  std::string ir_hash;
  std::int64_t machine_version = 1;
  Json identity;
  std::optional<ParentRef> parent;
  std::string root_execution_id;
  std::int64_t depth = 0;
  Json config = Json::object();   ///< name -> value, secrets left out
  Json secrets = Json::object();  ///< name of a secret -> opaque reference used inside plugin arguments
  std::optional<MemoryRows> memory;
  Limits limits;
  std::string telemetry = "full";
  std::string preamble;  ///< skill text before the system text
  Json debug;
  std::optional<std::string> checkpoint_assignee;  ///< `metadata.escalation_assignee`
  bool shares_slot = false;                        ///< runs in the instance slot of an ancestor (07 §11)
  template <class V>
  static void fields(V&& v) {
    v(1, "execution_id", &Started::execution_id);
    v(2, "tenant_id", &Started::tenant_id);
    v(3, "core_id", &Started::core_id);
    v(4, "core_name", &Started::core_name);
    v(5, "flow", &Started::flow);
    v(6, "entry_name", &Started::entry_name);
    v(7, "trigger", &Started::trigger);
    v(8, "input", &Started::input);
    v(9, "instance_key", &Started::instance_key);
    v(10, "partition_key", &Started::partition_key);
    v(11, "ir_hash", &Started::ir_hash);
    v(12, "machine_version", &Started::machine_version);
    v(13, "identity", &Started::identity);
    v(14, "parent", &Started::parent);
    v(15, "root_execution_id", &Started::root_execution_id);
    v(16, "depth", &Started::depth);
    v(17, "config", &Started::config);
    v(18, "secrets", &Started::secrets);
    v(19, "memory", &Started::memory);
    v(20, "limits", &Started::limits);
    v(21, "telemetry", &Started::telemetry);
    v(22, "preamble", &Started::preamble);
    v(23, "debug", &Started::debug);
    v(24, "checkpoint_assignee", &Started::checkpoint_assignee);
    v(25, "shares_slot", &Started::shares_slot);
  }
};

struct EffectBegun {
  std::string effect_id;
  template <class V>
  static void fields(V&& v) {
    v(1, "effect_id", &EffectBegun::effect_id);
  }
};

struct EffectSucceeded {
  std::string effect_id;
  Json result;
  std::optional<Usage> usage;
  Json meta;
  std::optional<MemoryRows> memory_delta;
  template <class V>
  static void fields(V&& v) {
    v(1, "effect_id", &EffectSucceeded::effect_id);
    v(2, "result", &EffectSucceeded::result);
    v(3, "usage", &EffectSucceeded::usage);
    v(4, "meta", &EffectSucceeded::meta);
    v(5, "memory_delta", &EffectSucceeded::memory_delta);
  }
};

struct EffectFailed {
  std::string effect_id;
  ErrorValue error;
  std::optional<Usage> usage;
  Json meta;
  std::optional<MemoryRows> memory_delta;
  template <class V>
  static void fields(V&& v) {
    v(1, "effect_id", &EffectFailed::effect_id);
    v(2, "error", &EffectFailed::error);
    v(3, "usage", &EffectFailed::usage);
    v(4, "meta", &EffectFailed::meta);
    v(5, "memory_delta", &EffectFailed::memory_delta);
  }
};

struct TimerFired {
  std::int64_t timer_id = 0;
  template <class V>
  static void fields(V&& v) {
    v(1, "timer_id", &TimerFired::timer_id);
  }
};

struct CheckpointResolved {
  std::string checkpoint_id;
  Json resolution;
  std::optional<std::string> by;
  std::string at;  ///< ISO text
  std::optional<std::string> comment;
  std::optional<std::string> reused_from;  ///< the execution that recorded it (07 §18)
  template <class V>
  static void fields(V&& v) {
    v(1, "checkpoint_id", &CheckpointResolved::checkpoint_id);
    v(2, "resolution", &CheckpointResolved::resolution);
    v(3, "by", &CheckpointResolved::by);
    v(4, "at", &CheckpointResolved::at);
    v(5, "comment", &CheckpointResolved::comment);
    v(6, "reused_from", &CheckpointResolved::reused_from);
  }
};

struct CheckpointCancelled {
  std::string checkpoint_id;
  std::string reason;  ///< `user`, `unrouted`, `filtered`, `dead_lettered`, `core_deleted`
  template <class V>
  static void fields(V&& v) {
    v(1, "checkpoint_id", &CheckpointCancelled::checkpoint_id);
    v(2, "reason", &CheckpointCancelled::reason);
  }
};

struct CallAnswered {
  std::string call_id;
  std::string status;  ///< `completed`, `failed`, `cancelled`
  Json output;
  std::optional<ErrorValue> error;
  Usage usage;
  std::optional<std::string> reused_from;
  template <class V>
  static void fields(V&& v) {
    v(1, "call_id", &CallAnswered::call_id);
    v(2, "status", &CallAnswered::status);
    v(3, "output", &CallAnswered::output);
    v(4, "error", &CallAnswered::error);
    v(5, "usage", &CallAnswered::usage);
    v(6, "reused_from", &CallAnswered::reused_from);
  }
};

struct CallSuspended {
  std::string call_id;
  bool suspended = false;
  template <class V>
  static void fields(V&& v) {
    v(1, "call_id", &CallSuspended::call_id);
    v(2, "suspended", &CallSuspended::suspended);
  }
};

struct CancelRequested {
  std::string reason;
  std::string by;
  bool cascade = true;
  template <class V>
  static void fields(V&& v) {
    v(1, "reason", &CancelRequested::reason);
    v(2, "by", &CancelRequested::by);
    v(3, "cascade", &CancelRequested::cascade);
  }
};

/// `action`: `set`, `pause`, `continue`, `step_over`, `step_into`, `step_out`; `hold` stops the effect of a
/// fork that has no recorded result (07 §18).
struct DebugCommand {
  std::optional<std::vector<std::string>> breakpoints;  ///< block or node ids
  std::string action = "set";
  std::optional<std::int64_t> fiber;
  std::optional<std::string> effect_id;  ///< of `hold`
  template <class V>
  static void fields(V&& v) {
    v(1, "breakpoints", &DebugCommand::breakpoints);
    v(2, "action", &DebugCommand::action);
    v(3, "fiber", &DebugCommand::fiber);
    v(4, "effect_id", &DebugCommand::effect_id);
  }
};

struct Adopted {
  std::string node;
  std::int64_t epoch = 0;
  std::string cause;  ///< `start`, `crash`, `resume`, `handover`
  template <class V>
  static void fields(V&& v) {
    v(1, "node", &Adopted::node);
    v(2, "epoch", &Adopted::epoch);
    v(3, "cause", &Adopted::cause);
  }
};

/// What one effect, checkpoint or call of a fork is answered with instead of its recorded result.
struct ForkAnswer {
  std::string block_id;
  std::int64_t occurrence = 1;
  std::optional<Json> result;
  std::optional<ErrorValue> error;
  template <class V>
  static void fields(V&& v) {
    v(1, "block_id", &ForkAnswer::block_id);
    v(2, "occurrence", &ForkAnswer::occurrence);
    v(3, "result", &ForkAnswer::result);
    v(4, "error", &ForkAnswer::error);
  }
};

/// Where a fork leaves its origin (07 §18): the records before it are the origin's, or a replay of them.
struct ForkApplied {
  std::string execution_id;  ///< of the new execution
  std::string origin;
  std::int64_t origin_seq = 0;
  Json set = Json::object();  ///< variables and bindings to change here
  std::string memory_mode = "sandbox";
  std::string mode = "prefix";       ///< `prefix`, `replay`
  std::string on_mismatch = "live";  ///< `live`, `stop`
  std::vector<ForkAnswer> answers;
  std::vector<std::string> breakpoints;
  template <class V>
  static void fields(V&& v) {
    v(1, "execution_id", &ForkApplied::execution_id);
    v(2, "origin", &ForkApplied::origin);
    v(3, "origin_seq", &ForkApplied::origin_seq);
    v(4, "set", &ForkApplied::set);
    v(5, "memory_mode", &ForkApplied::memory_mode);
    v(6, "mode", &ForkApplied::mode);
    v(7, "on_mismatch", &ForkApplied::on_mismatch);
    v(8, "answers", &ForkApplied::answers);
    v(9, "breakpoints", &ForkApplied::breakpoints);
  }
};

struct HostFault {
  ErrorValue error;
  template <class V>
  static void fields(V&& v) {
    v(1, "error", &HostFault::error);
  }
};

/// In the order of 07 §3: the record type is the index + 1.
using EventBody = std::variant<Started, EffectBegun, EffectSucceeded, EffectFailed, TimerFired,
                               CheckpointResolved, CheckpointCancelled, CallAnswered, CallSuspended,
                               CancelRequested, DebugCommand, Adopted, ForkApplied, HostFault>;

struct Event {
  std::int64_t seq = 0;    ///< last + 1, given by the host
  std::int64_t at_ms = 0;  ///< max(previous, wall clock), given by the host
  EventBody body;
  /// What of the time since the event before was not lived: the clock was set, or nobody ran the execution.
  /// Negative where the clock was set back.
  std::int64_t skew_ms = 0;
};

inline constexpr int event_types = std::variant_size_v<EventBody>;
inline int type_of(const EventBody& body) { return static_cast<int>(body.index()) + 1; }
/// `Started`, `EffectBegun`, ...
std::string_view name_of(const EventBody& body);
/// The fields by name.
Json to_json(const EventBody& body);
/// A record body of a type, read from its fields by name.
bool from_json(int type, const Json& fields, EventBody& out);

}  // namespace scaiflow::machine
