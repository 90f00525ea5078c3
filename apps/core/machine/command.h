#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "apps/core/machine/values.h"

/// What an execution asks of its host (07 §4).
namespace scaiflow::machine {

/// `provider` is the `ref` of the Core's registry, not yet resolved.
struct Candidate {
  std::string provider;
  std::string model;
  template <class V>
  static void fields(V&& v) {
    v(1, "provider", &Candidate::provider);
    v(2, "model", &Candidate::model);
  }
};

/// X. Answered by EffectSucceeded with result `{text?, value?, refusal?, finish, structured?}` (`value` for
/// modalities).
struct CallModel {
  std::string effect_id, key;
  std::string operation = "chat";
  std::string role;
  std::vector<Candidate> candidates;
  Json messages;
  std::optional<Json> schema;
  std::string schema_name;
  bool strict = false;
  Json params = Json::object();  ///< `temperature`, `max_tokens`, or those of a modality
  bool stream = false;
  std::int64_t deadline_ms = 0;  ///< from its start
  template <class V>
  static void fields(V&& v) {
    v(1, "effect_id", &CallModel::effect_id);
    v(2, "key", &CallModel::key);
    v(3, "operation", &CallModel::operation);
    v(4, "role", &CallModel::role);
    v(5, "candidates", &CallModel::candidates);
    v(6, "messages", &CallModel::messages);
    v(7, "schema", &CallModel::schema);
    v(8, "schema_name", &CallModel::schema_name);
    v(9, "strict", &CallModel::strict);
    v(10, "params", &CallModel::params);
    v(11, "stream", &CallModel::stream);
    v(12, "deadline_ms", &CallModel::deadline_ms);
  }
};

/// X, or W for the transactional built-ins. `timeout_ms` null: the method's own or the default; `deadline_ms`
/// bounds it.
struct CallPlugin {
  std::string effect_id, key;
  std::string alias, method;
  Json args = Json::object();
  bool at_most_once = false;
  std::optional<std::int64_t> timeout_ms;
  std::optional<std::int64_t> deadline_ms;  ///< what budgets leave
  template <class V>
  static void fields(V&& v) {
    v(1, "effect_id", &CallPlugin::effect_id);
    v(2, "key", &CallPlugin::key);
    v(3, "alias", &CallPlugin::alias);
    v(4, "method", &CallPlugin::method);
    v(5, "args", &CallPlugin::args);
    v(6, "at_most_once", &CallPlugin::at_most_once);
    v(7, "timeout_ms", &CallPlugin::timeout_ms);
    v(8, "deadline_ms", &CallPlugin::deadline_ms);
  }
};

/// W. `op`: `set`, `update`, `delete`. Answered with the delta of the fields since `picture_version`.
struct WriteMemory {
  std::string effect_id;
  std::string op;
  std::string field;
  std::optional<std::string> mkey;
  Json value;
  std::optional<std::int64_t> expect_version;
  std::int64_t picture_version = 0;
  template <class V>
  static void fields(V&& v) {
    v(1, "effect_id", &WriteMemory::effect_id);
    v(2, "op", &WriteMemory::op);
    v(3, "field", &WriteMemory::field);
    v(4, "mkey", &WriteMemory::mkey);
    v(5, "value", &WriteMemory::value);
    v(6, "expect_version", &WriteMemory::expect_version);
    v(7, "picture_version", &WriteMemory::picture_version);
  }
};

struct HitlRequest {
  std::string scope, queue;
  Json spec;
  template <class V>
  static void fields(V&& v) {
    v(1, "scope", &HitlRequest::scope);
    v(2, "queue", &HitlRequest::queue);
    v(3, "spec", &HitlRequest::spec);
  }
};

/// T. The row of 08 §8.9.
struct OpenCheckpoint {
  std::string checkpoint_id;
  std::string effect_id;
  std::string checkpoint_type;
  std::optional<std::string> prompt;
  Json payload;
  std::vector<std::string> options;
  std::optional<std::string> assignee;
  std::string priority = "normal";
  std::optional<std::int64_t> expires_at_ms;
  std::string on_timeout = "fail";
  std::optional<HitlRequest> hitl;
  std::int64_t fiber = 0;
  std::string block_id;
  std::optional<std::string> node_id;
  std::int64_t block_index = 0;  ///< of the enclosing top-level block in the flow
  template <class V>
  static void fields(V&& v) {
    v(1, "checkpoint_id", &OpenCheckpoint::checkpoint_id);
    v(2, "effect_id", &OpenCheckpoint::effect_id);
    v(3, "checkpoint_type", &OpenCheckpoint::checkpoint_type);
    v(4, "prompt", &OpenCheckpoint::prompt);
    v(5, "payload", &OpenCheckpoint::payload);
    v(6, "options", &OpenCheckpoint::options);
    v(7, "assignee", &OpenCheckpoint::assignee);
    v(8, "priority", &OpenCheckpoint::priority);
    v(9, "expires_at_ms", &OpenCheckpoint::expires_at_ms);
    v(10, "on_timeout", &OpenCheckpoint::on_timeout);
    v(11, "hitl", &OpenCheckpoint::hitl);
    v(12, "fiber", &OpenCheckpoint::fiber);
    v(13, "block_id", &OpenCheckpoint::block_id);
    v(14, "node_id", &OpenCheckpoint::node_id);
    v(15, "block_index", &OpenCheckpoint::block_index);
  }
};

/// T. Exactly one of `status` (`resolved`, `expired`, `cancelled`) and an escalation (`priority`).
struct UpdateCheckpoint {
  std::string checkpoint_id;
  std::string status;
  std::string priority;
  std::optional<std::int64_t> expires_at_ms;
  std::string reason;
  std::optional<std::string> decision;  ///< of a timeout that answers
  template <class V>
  static void fields(V&& v) {
    v(1, "checkpoint_id", &UpdateCheckpoint::checkpoint_id);
    v(2, "status", &UpdateCheckpoint::status);
    v(3, "priority", &UpdateCheckpoint::priority);
    v(4, "expires_at_ms", &UpdateCheckpoint::expires_at_ms);
    v(5, "reason", &UpdateCheckpoint::reason);
    v(6, "decision", &UpdateCheckpoint::decision);
  }
};

/// T for a Core of this grid. Answered by EffectSucceeded `{call_id}` when asynchronous, CallAnswered and
/// CallSuspended when not, EffectFailed when it cannot start.
struct StartCall {
  std::string effect_id, call_id, key;
  std::string target;
  std::optional<std::string> flow;
  Json input = Json::object();
  std::optional<std::string> instance_key;
  std::optional<std::string> version;
  bool is_async = false;
  bool at_most_once = false;
  std::int64_t depth = 0;
  template <class V>
  static void fields(V&& v) {
    v(1, "effect_id", &StartCall::effect_id);
    v(2, "call_id", &StartCall::call_id);
    v(3, "key", &StartCall::key);
    v(4, "target", &StartCall::target);
    v(5, "flow", &StartCall::flow);
    v(6, "input", &StartCall::input);
    v(7, "instance_key", &StartCall::instance_key);
    v(8, "version", &StartCall::version);
    v(9, "is_async", &StartCall::is_async);
    v(10, "at_most_once", &StartCall::at_most_once);
    v(11, "depth", &StartCall::depth);
  }
};

struct CancelCall {
  std::string call_id, effect_id;
  std::string reason;
  template <class V>
  static void fields(V&& v) {
    v(1, "call_id", &CancelCall::call_id);
    v(2, "effect_id", &CancelCall::effect_id);
    v(3, "reason", &CancelCall::reason);
  }
};

struct CancelEffect {
  std::string effect_id;
  template <class V>
  static void fields(V&& v) {
    v(1, "effect_id", &CancelEffect::effect_id);
  }
};

struct StartTimer {
  std::int64_t timer_id = 0;
  std::int64_t due_ms = 0;
  template <class V>
  static void fields(V&& v) {
    v(1, "timer_id", &StartTimer::timer_id);
    v(2, "due_ms", &StartTimer::due_ms);
  }
};

struct StopTimer {
  std::int64_t timer_id = 0;
  template <class V>
  static void fields(V&& v) {
    v(1, "timer_id", &StopTimer::timer_id);
  }
};

/// One of the six runtime events or an author's event (07 §20.1), kept small: `compact_event` makes the
/// stored form.
struct RuntimeEvent {
  enum class Type : std::uint8_t {
    InvocationStarted,
    InvocationCompleted,
    InvocationFailed,
    BlockEntered,
    BlockExited,
    BlockFailed,
    Author,
  };
  Type type = Type::BlockEntered;
  int block = -1;  ///< index in the Program, -1 = none
  std::int64_t occurrence = 0;
  std::int64_t fiber = 0;
  std::int64_t seq = 0;
  std::int64_t at_ms = 0;
  std::int64_t duration_ms = 0;
  std::string name;  ///< of an author event, as written
  Json value;        ///< block value, output, author data, or the whole payload of InvocationStarted
  std::optional<ErrorValue> error;
  std::optional<Usage> usage;
  std::int64_t suppressed = 0;
  std::int64_t fuel = 0;  ///< that its step had used by then; not stored
  std::string reused_from;  ///< of BlockExited in a fork: the execution that recorded the block's result
};

struct Emit {
  std::vector<RuntimeEvent> events;
};

struct SetStatus {
  std::string status;  ///< `running`, `suspended`
  template <class V>
  static void fields(V&& v) {
    v(1, "status", &SetStatus::status);
  }
};

struct Finish {
  std::string status;  ///< `completed`, `failed`, `cancelled`
  Json output;
  std::optional<ErrorValue> error;
  Usage usage;
  template <class V>
  static void fields(V&& v) {
    v(1, "status", &Finish::status);
    v(2, "output", &Finish::output);
    v(3, "error", &Finish::error);
    v(4, "usage", &Finish::usage);
  }
};

/// A debugger entry (07 §20.2): live only.
struct Feed {
  std::string entry;
  Json data;
};

using Command = std::variant<CallModel, CallPlugin, WriteMemory, OpenCheckpoint, UpdateCheckpoint, StartCall,
                             CancelCall, CancelEffect, StartTimer, StopTimer, Emit, SetStatus, Finish, Feed>;
using Commands = std::vector<Command>;

/// The id a command acts on: effect, checkpoint, call or timer; empty when it has none.
std::string id_of(const Command& command);
/// CRC-32C of the kinds and ids, in order: what a replay must produce again (07 §17.1). The feed does not
/// count.
std::uint32_t hash_of(const Commands& commands);

}  // namespace scaiflow::machine
