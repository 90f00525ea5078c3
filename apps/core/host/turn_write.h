#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "apps/core/host/journal_codec.h"
#include "apps/core/host/ports.h"
#include "apps/core/machine/command.h"
#include "libs/store/database.h"

namespace scaiflow::core {

/// Ids of event batches: 44 bits ms since 2020, 10 bits node number, 9 bits counter (08 §8.17). Used on the
/// committer's thread alone, so that ids ascend in order of commit.
class EventIds {
 public:
  explicit EventIds(std::int64_t node_number) : node_number_(node_number) {}
  std::int64_t next();

 private:
  std::int64_t node_number_;
  std::int64_t last_ = 0;
};

/// The least id that a batch of that time can have.
std::int64_t first_event_id(std::int64_t wall_ms);

/// A row of `mod_scaicore_executions`, as it is created.
struct NewExecution {
  std::string id, tenant_id, core_id, ir_hash, flow_name, trigger_kind;
  std::optional<std::string> trigger_name, instance_key, idem_key, idem_hash, parent_id, parent_effect;
  std::string root_id, invoked_by, owner_node;
  std::optional<std::string> forked_from;
  std::optional<std::int64_t> forked_seq;
  Json identity, input;
  std::string status = "running";
  std::int64_t created_at_ms = 0;
  std::optional<std::int64_t> started_at_ms;
};

/// What changes in that row when the status does.
struct StatusChange {
  std::string status;
  std::optional<std::string> owner_node;
  Json waiting_on;
  Json output;
  std::optional<machine::ErrorValue> error;
  machine::Usage usage;
  std::optional<std::int64_t> started_at_ms, suspended_at_ms, finished_at_ms, purge_at_ms;
};

struct TimerRow {
  std::int64_t timer_id = 0, due_at_ms = 0;
  int kind = 0;
};

struct MailRow {
  std::string execution_id, dedupe_key;
  int type = 0;
  std::string body;
};

/// A checkpoint to insert, or a change of one that must still be pending.
struct CheckpointInsert {
  machine::OpenCheckpoint opened;
  std::string flow_name, assignee_type;
  std::optional<std::string> instance_key, escalation_target;
  Json assignee_resolved;
};

/// Events that become one row: compact ones of an execution, or `[type, at, payload]` of a module.
struct EventBatch {
  std::string tenant_id, core_id;
  std::optional<std::string> execution_id;
  JsonArray events;
  std::vector<std::int64_t> ids;  ///< of the rows of up to 256 events each, given when they are written
};

/// Everything that one turn writes, in one unit of work (07 §1). A condition that no longer holds fails the
/// unit with `condition_failed`: then the execution is loaded anew.
class TurnWrite {
 public:
  std::string execution_id, tenant_id, core_id;
  std::optional<NewExecution> create;
  std::optional<StatusChange> status;
  /// Claim of an execution by a new owner: the epoch it must still have.
  std::optional<std::int64_t> claim_epoch;
  std::string claim_node;
  std::vector<Record> records;
  std::vector<Payload> payloads;
  EventBatch events;
  EventBatch module_events;
  std::vector<std::string> mail_taken;
  std::vector<MailRow> mail_sent;
  std::vector<CheckpointInsert> opened;
  std::vector<machine::UpdateCheckpoint> updated;
  bool is_fault = false;  ///< the host ends the execution, whatever was answered meanwhile
  std::optional<std::vector<TimerRow>> timers;
  std::optional<std::string> snapshot;
  std::int64_t snapshot_seq = 0;
  std::vector<UsageRecord> usage;
  std::function<Result<bool>(store::Connection&)> conditional;
  std::string instance_key;  ///< with `instance_delta`: the instance whose slot count changes
  int instance_delta = 0;
  std::int64_t now_ms = 0;
  QueueBridge* bridge = nullptr;
  Accounting* accounting = nullptr;

  /// The last record of the execution that was written; the units of a driver share it. The committer's own.
  std::shared_ptr<std::int64_t> written;

  /// Takes over what the next turn of the execution writes. False when that needs a unit of its own.
  bool absorb(TurnWrite& next);
  /// It changes what an effect of the execution itself might read.
  bool is_seen_by_effects() const;
  /// May run more than once.
  Result<void> apply(store::Connection& db, EventIds& ids);

 private:
  Result<void> write_parts(store::Connection& db, EventIds& ids);
  Result<void> write_execution(store::Connection& db);
  Result<void> write_records(store::Connection& db);
  Result<void> write_checkpoints(store::Connection& db);
  Result<void> insert_checkpoint(store::Connection& db, const CheckpointInsert& checkpoint);
  Result<void> refuse_review(store::Connection& db, const std::string& id, const std::string& why);
  Result<void> update_checkpoint(store::Connection& db, const machine::UpdateCheckpoint& update);
  Result<void> write_mail_and_timers(store::Connection& db);
  Result<void> write_rest(store::Connection& db);
};

inline constexpr std::size_t events_per_row = 256;
inline constexpr char condition_failed[] = "condition_failed";

Result<void> insert_events(store::Connection& db, EventBatch& batch, EventIds& ids);
Result<void> insert_mail(store::Connection& db, const MailRow& mail, std::int64_t now_ms);
/// The checkpoint as 08 §8.9 shows it. Columns: `checkpoint_columns`.
Json checkpoint_record(const store::Row& row);
extern const char* const checkpoint_columns;

}  // namespace scaiflow::core
