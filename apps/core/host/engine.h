#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "apps/core/host/ports.h"
#include "libs/base/json.h"
#include "libs/base/result.h"

namespace scaiflow::core {

/// One request to run a flow (08 §8.6). Which flow: `flow` by name, else `trigger` by name, else the default
/// flow.
struct StartRequest {
  std::string execution_id;  ///< empty: a new one; given, so that the caller may listen before it begins
  std::string tenant_id;
  std::string core_id;
  std::string ir_hash;  ///< empty: the Core's current one
  std::optional<std::string> flow;
  std::optional<std::string> trigger;
  Json input = Json::object();
  std::optional<std::string> instance_key;
  /// Unique per Core while the execution is retained; `idempotency_hash` is the SHA-256 of the canonical
  /// request body.
  std::optional<std::string> idempotency_key;
  std::string idempotency_hash;
  /// The callback comes when the execution has ended or is suspended, at the latest after this time. 0 = once
  /// it is durable.
  std::int64_t wait_ms = 0;
  std::string invoked_by;          ///< principal id
  Json identity = Json::object();  ///< under whom calls are made, kept in the journal
  Json debug;                      ///< null or {`breakpoints`[], `step`}
  /// Runs in the transaction that stores the execution; false: it is not started, as somebody else was first.
  std::function<Result<bool>(store::Connection&, const std::string& execution_id)> beside;
};

/// Input of a tick of the schedule trigger `name` (07 §16).
Json tick_input(const std::string& name, std::int64_t due_ms);

/// A new execution from an old one (07 §18, 08 §8.10).
struct ForkRequest {
  std::string tenant_id, execution_id;
  std::optional<std::int64_t> at_seq;  ///< none: the last record
  /// None: the origin's. The caller has checked that the tenant may use it.
  std::optional<std::string> ir_hash;
  std::optional<Json> input;
  Json set = Json::object();  ///< variables and bindings
  Json answer;                ///< null or {`block_id`, `occurrence`, `result` | `error`}
  enum class Mismatch : std::uint8_t { Live, Stop };
  Mismatch on_mismatch = Mismatch::Live;
  enum class Memory : std::uint8_t { Sandbox, Live };
  Memory memory = Memory::Sandbox;
  std::vector<std::string> breakpoints;
  std::string invoked_by;
  Json identity = Json::object();
};

/// The Result of 08 §8.6 and how the request met it.
struct StartOutcome {
  Json result;
  bool replayed = false;  ///< an earlier execution had the same idempotency key
};

/// Filters of `GET /executions` (08 §8.10); empty members do not filter.
struct ExecutionFilter {
  std::string tenant_id;
  std::optional<std::string> core_id, status, flow, trigger, instance_key, parent, node_id;
  std::optional<std::int64_t> since_ms, until_ms;
  std::int64_t limit = 50;
  std::string cursor;
};

/// Filters of `GET /checkpoints` (08 §8.9). `status`: `pending`, `resolved`, `expired`, `cancelled`,
/// `failed`, `all`.
struct CheckpointFilter {
  std::string tenant_id;
  std::optional<std::string> core_id, execution_id, assignee_raw, checkpoint_type;
  std::string status = "pending";
  std::int64_t limit = 50;
  std::string cursor;
};

/// How a checkpoint is closed from outside.
struct CheckpointClosing {
  std::string tenant_id, id;
  std::string status;  ///< `resolved` or `cancelled`
  std::string by;
  std::string reason;  ///< of a cancellation
  Json resolution;
  std::optional<std::string> comment;
  /// Given when the answer comes through a queue: the message that the checkpoint must name.
  std::optional<std::string> message_id;
};

/// Filters of `GET /events` and its stream (08 §8.8). `type` is a prefix.
struct EventFilter {
  std::string tenant_id;
  std::optional<std::string> core_id, execution_id, type;
  std::int64_t limit = 50;
  std::string cursor;  ///< empty = oldest retained; `latest` = the end
};

/// One page: `items[]`, `next_cursor` (text or null), `has_more`. Events: `events[]` and a cursor that is
/// never null.
using Page = Json;

/// An entry of a subscription: a stored event (with its cursor), a debugger feed entry (07 §20.2), or the end
/// of the execution.
struct StreamEntry {
  enum class Kind : std::uint8_t { Event, Feed, End, Overflow };
  Kind kind = Kind::Event;
  std::string cursor;  ///< of Event and Overflow
  std::string type;    ///< event type, or feed entry name
  Json data;           ///< event JSON, feed fields, or for End the Result
};

struct StoredPayload {
  std::string mime;
  std::string bytes;
};

/// What a subscription hands over. Entries are queued up to 1 000; a slower reader gets `Overflow` and is
/// closed.
class Subscription {
 public:
  virtual ~Subscription() = default;  ///< ends the subscription; no callback runs after it returns
};

/// The runtime of one node (07): admission, ownership, journal, recovery. Thread safe.
/// Functions with a callback never block; the callback comes once, on a thread of the engine: post to your
/// own executor. Functions without one read the database and block for its time: call them from a pool
/// thread. JSON in and out has the wire shapes of chapter 08; errors carry the codes of 08 §8.3.
class Engine {
 public:
  static std::unique_ptr<Engine> create(EnginePorts ports, EngineSettings settings);
  virtual ~Engine() = default;  ///< parks what runs (it continues at the next start) and joins

  /// Registers the node and begins to adopt what it owned (07 §17.5). Serving may begin at once.
  virtual Result<void> start() = 0;

  // --- Cores -------------------------------------------------------------------------------------
  /// Load check of 07 §19: IR, plugins, capabilities and used model roles are served. The error carries the
  /// `status_reason.code` of 08 §8.5. On success the Core accepts invocations until `stop_core`.
  virtual Result<void> start_core(const CoreSpec& core) = 0;
  /// New settings, source or pause state of a started Core; running executions keep their pinned IR.
  virtual void update_core(const CoreSpec& core) = 0;
  /// Parks what runs, at once or after `stop_grace_ms` unless the Core was started meanwhile (08 §8.5 stop).
  virtual void stop_core(const std::string& core_id, Parking when, std::function<void()> done) = 0;
  /// Cancels pending checkpoints and live executions with reason `core_deleted` (08 §8.4).
  virtual void drop_core(const std::string& core_id) = 0;
  /// `{running, queued, suspended, pending_checkpoints, active_instances}`.
  virtual Result<Json> core_runtime(const std::string& tenant_id, const std::string& core_id) = 0;
  /// Decodes, verifies and compiles a bundle without storing it: the error is `INVALID_SOURCE_IR` with
  /// `details`.
  virtual Result<void> check_bundle(std::string_view bundle) = 0;

  /// What a plugin endpoint offers now: its methods, none when it takes any. The error says why it does not.
  virtual void describe_plugin(const std::string& endpoint,
                               std::function<void(Result<std::vector<std::string>>)> done) = 0;
  /// Rows of `mod_scaicore_schedules` changed, or the clock was moved: fires what is due (07 §16).
  virtual void look_at_schedules() = 0;

  // --- Executions --------------------------------------------------------------------------------
  virtual void start(StartRequest request, std::function<void(Result<StartOutcome>)> done) = 0;
  /// The Result when the execution has ended or is suspended, at the latest after `wait_ms`.
  virtual void wait(const std::string& tenant_id, const std::string& execution_id, std::int64_t wait_ms,
                    std::function<void(Result<Json>)> done) = 0;
  virtual Result<Json> get_execution(const std::string& tenant_id, const std::string& execution_id) = 0;
  virtual Result<Page> list_executions(const ExecutionFilter& filter) = 0;
  virtual void cancel(const std::string& tenant_id, const std::string& execution_id,
                      const std::string& reason, const std::string& by, Cascade cascade,
                      std::function<void(Result<void>)> done) = 0;
  /// Items of 08 §8.10 `journal`.
  virtual Result<Page> read_journal(const std::string& tenant_id, const std::string& execution_id,
                                    std::int64_t after, std::int64_t limit, BodySize size) = 0;
  /// State of 08 §8.10 folded at `seq` (0 = last).
  virtual Result<Json> read_state(const std::string& tenant_id, const std::string& execution_id,
                                  std::int64_t seq) = 0;
  /// Bytes of a stored payload with their MIME type (08 §8.10). Error `EXECUTION_NOT_FOUND`.
  virtual Result<StoredPayload> read_payload(const std::string& tenant_id, const std::string& execution_id,
                                             const std::string& sha256) = 0;
  /// The Result of the new execution once it is durable. Errors: `EXECUTION_NOT_FOUND`, `VALIDATION_ERROR`
  /// for positions, IR, input or answers that do not fit.
  virtual void fork(ForkRequest request, std::function<void(Result<Json>)> done) = 0;
  /// What such a fork would find: {`mode`, `reusable`, `live`, `mismatches`[{`block_id`, `node_id`,
  /// `occurrence`, `kind`, `reason`}]}. Blocks.
  virtual Result<Json> preview_fork(const ForkRequest& request) = 0;
  virtual void debug(const std::string& tenant_id, const std::string& execution_id, Json command,
                     std::function<void(Result<Json>)> done) = 0;

  // --- Checkpoints -------------------------------------------------------------------------------
  virtual Result<Json> get_checkpoint(const std::string& tenant_id, const std::string& id) = 0;
  virtual Result<Page> list_checkpoints(const CheckpointFilter& filter) = 0;
  /// `resolution`: object, or text that becomes its `decision`. Options are checked here; who may resolve,
  /// and the form rules of a `hitl_spec`, are the caller's business. Done = durable, not continued.
  virtual void resolve_checkpoint(const std::string& tenant_id, const std::string& id, Json resolution,
                                  const std::string& by, std::optional<std::string> comment,
                                  std::function<void(Result<Json>)> done) = 0;
  virtual void cancel_checkpoint(const std::string& tenant_id, const std::string& id,
                                 const std::string& reason, const std::string& by,
                                 std::function<void(Result<Json>)> done) = 0;
  virtual void reassign_checkpoint(const std::string& tenant_id, const std::string& id,
                                   const std::string& assignee, std::function<void(Result<Json>)> done) = 0;

  /// Inside a unit of work of the caller: row, wake-up and event, as `resolve_checkpoint` and
  /// `cancel_checkpoint` write them. `unit_committed` must follow.
  virtual Result<Json> close_checkpoint(store::Connection& db, const CheckpointClosing& closing) = 0;
  /// A module event inside a unit of work of the caller.
  virtual Result<void> append_event(store::Connection& db, const std::string& tenant_id,
                                    const std::string& core_id, const std::string& type, Json payload) = 0;
  /// The unit has committed: listeners read on, and the execution, if any, is woken.
  virtual void unit_committed(const std::string& execution_id) = 0;

  // --- Events ------------------------------------------------------------------------------------
  virtual Result<Page> list_events(const EventFilter& filter) = 0;
  /// Stored events from `filter.cursor` on (empty = now), then live. `deliver` runs on a thread of the
  /// engine.
  virtual std::unique_ptr<Subscription> subscribe(const EventFilter& filter,
                                                  std::function<void(StreamEntry)> deliver) = 0;
  /// Events of one execution from its start, then its present status, then the live feed, then `End`. No
  /// change of status after the present one is missed.
  virtual Result<std::unique_ptr<Subscription>> watch(const std::string& tenant_id,
                                                      const std::string& execution_id,
                                                      std::function<void(StreamEntry)> deliver) = 0;
  /// A module event such as `scaicore.activated` (08 §8.8).
  virtual void append_event(const std::string& tenant_id, const std::string& core_id, const std::string& type,
                            Json payload) = 0;

  // --- Memory ------------------------------------------------------------------------------------
  virtual Result<Page> list_memory(const MemoryFilter& filter) = 0;
  /// `value` absent = delete. 409 `VERSION_CONFLICT` when `expect_version` differs.
  virtual void write_memory(const MemoryEdit& edit, std::function<void(Result<void>)> done) = 0;

  // --- Models ------------------------------------------------------------------------------------
  virtual Providers& providers() = 0;
};

/// Stores a bundle as a version of a Core inside the caller's unit of work; repeating it changes nothing.
/// Returns the ir_hash.
Result<std::string> put_core_version(store::Connection& db, const std::string& core_id,
                                     std::string_view bundle, const std::string& created_by,
                                     std::int64_t now_ms);

}  // namespace scaiflow::core
