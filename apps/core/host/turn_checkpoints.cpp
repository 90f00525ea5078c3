// Rows of checkpoints (08 §8.9): opening, closing, and the record that they make.
#include "apps/core/host/runner.h"
#include "apps/core/host/turn_write.h"
#include "libs/base/json_text.h"
#include "libs/net/clock.h"

namespace scaiflow::core {

namespace {

using store::Connection;
using store::Param;

int rank_of(const std::string& priority) {
  if (priority == "critical") return 0;
  if (priority == "high") return 1;
  return priority == "normal" ? 2 : 3;
}

/// `fail`, `escalate`, or `default:<option>` from the block's `on_timeout`.
std::string expiry_action(const std::string& on_timeout) {
  return on_timeout == "fail" || on_timeout == "escalate" ? on_timeout : "default:" + on_timeout;
}

Json options_json(const std::vector<std::string>& options) {
  JsonArray out(options.begin(), options.end());
  return out;
}

/// The payload when it is an object, else `{payload: value}` (08 §8.9).
Json context_of(const Json& payload) {
  return payload.is_object() ? payload : Json::object({{"payload", payload}});
}

Json time_or_null(const store::Row& row, int column) {
  return row.is_null(column) ? Json() : Json(net::wire_time(row.integer(column)));
}

Json text_or_null(const store::Row& row, int column) {
  return row.is_null(column) ? Json() : Json(row.string(column));
}

Json json_or_null(const store::Row& row, int column) {
  return row.is_null(column) ? Json() : try_parse_json(row.text(column)).value_or(Json());
}

}  // namespace

const char* const checkpoint_columns =
    "id, core_id, tenant_id, execution_id, flow_name, block_index, instance_key, checkpoint_type, prompt, "
    "options, "
    "assignee_raw, assignee_type, assignee_resolved, context, status, priority, expires_at, expiry_action, "
    "escalation_target, notification_sent, reminder_count, reminder_interval_m, resolution, resolved_by, "
    "resolved_at, "
    "node_id, block_id, queue_message_id, created_at, comment, hitl, priority_rank";

Json checkpoint_record(const store::Row& row) {
  JsonObject out;
  const char* const texts[] = {"id", "core_id", "tenant_id", "execution_id", "flow_name"};
  for (int i = 0; i < 5; ++i) out.append(texts[i], row.string(i));
  out.append("block_index", row.integer(5));
  out.append("instance_key", text_or_null(row, 6));
  out.append("checkpoint_type", row.string(7));
  out.append("prompt", text_or_null(row, 8));
  out.append("options", json_or_null(row, 9));
  out.append("assignee_raw", text_or_null(row, 10));
  out.append("assignee_type", row.string(11));
  out.append("assignee_resolved", json_or_null(row, 12));
  out.append("context", json_or_null(row, 13));
  out.append("status", row.string(14));
  out.append("priority", row.string(15));
  out.append("expires_at", time_or_null(row, 16));
  out.append("expiry_action", row.string(17));
  out.append("escalation_target", text_or_null(row, 18));
  out.append("notification_sent", row.integer(19) != 0);
  out.append("reminder_count", row.integer(20));
  out.append("reminder_interval_m", row.is_null(21) ? Json() : Json(row.integer(21)));
  out.append("resolution", json_or_null(row, 22));
  out.append("resolved_by", text_or_null(row, 23));
  out.append("resolved_at", time_or_null(row, 24));
  out.append("state_s3_key", nullptr);
  out.append("node_id", text_or_null(row, 25));
  out.append("block_id", row.string(26));
  out.append("queue_message_id", text_or_null(row, 27));
  out.append("created_at", time_or_null(row, 28));
  out.append("comment", text_or_null(row, 29));
  const Json hitl = json_or_null(row, 30);
  if (hitl.is_object()) {
    for (const auto& [name, value] : hitl.as_object()) out.append(name, value);
  }
  return out;
}

Result<void> TurnWrite::write_checkpoints(Connection& db) {
  for (const CheckpointInsert& checkpoint : opened) {
    if (Result<void> done = insert_checkpoint(db, checkpoint); !done) return done;
  }
  for (const machine::UpdateCheckpoint& update : updated) {
    if (Result<void> done = update_checkpoint(db, update); !done) return done;
  }
  return {};
}

Result<void> TurnWrite::insert_checkpoint(Connection& db, const CheckpointInsert& checkpoint) {
  const machine::OpenCheckpoint& open = checkpoint.opened;
  const Json context = context_of(open.payload);
  Json hitl;
  if (open.hitl) {
    hitl = Json::object(
        {{"scope", open.hitl->scope}, {"queue", open.hitl->queue}, {"hitl_spec", open.hitl->spec}});
  }
  Result<std::int64_t> inserted = db.execute(
      "INSERT INTO mod_scaicore_checkpoints (id, tenant_id, core_id, execution_id, fiber, block_id, node_id, "
      "flow_name, "
      "block_index, instance_key, checkpoint_type, prompt, options, assignee_raw, assignee_type, "
      "assignee_resolved, context, "
      "status, priority, priority_rank, expires_at, expiry_action, escalation_target, notification_sent, "
      "reminder_count, "
      "reminder_interval_m, hitl, created_at) VALUES "
      "(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,'pending',?,?,?,?,?,1,0,?,?,?)",
      {open.checkpoint_id,
       tenant_id,
       core_id,
       execution_id,
       open.fiber,
       open.block_id,
       open.node_id,
       checkpoint.flow_name,
       open.block_index,
       checkpoint.instance_key,
       open.checkpoint_type,
       open.prompt,
       to_text(options_json(open.options)),
       open.assignee,
       checkpoint.assignee_type,
       checkpoint.assignee_resolved.is_null() ? Param(nullptr) : Param(to_text(checkpoint.assignee_resolved)),
       to_text(context),
       open.priority,
       rank_of(open.priority),
       open.expires_at_ms,
       expiry_action(open.on_timeout),
       checkpoint.escalation_target,
       context["reminder_interval_m"].is_int() ? Param(context["reminder_interval_m"].as_int())
                                               : Param(nullptr),
       hitl.is_null() ? Param(nullptr) : Param(to_text(hitl)),
       now_ms});
  if (!inserted) return tl::unexpected(inserted.error());
  if (!open.hitl || !bridge) return {};
  Json record;
  Result<void> read =
      db.query(std::string("SELECT ") + checkpoint_columns + " FROM mod_scaicore_checkpoints WHERE id = ?",
               {open.checkpoint_id}, [&](const store::Row& row) { record = checkpoint_record(row); });
  if (!read) return read;
  std::erase_if(mail_sent,
                [&](const MailRow& mail) { return mail.dedupe_key == "cp:" + open.checkpoint_id; });
  Result<std::string> message = bridge->publish_review(db, record);
  if (!message && store::is_fault(message.error())) return tl::unexpected(message.error());
  if (!message) return refuse_review(db, open.checkpoint_id, message.error().message);
  Result<std::int64_t> linked =
      db.execute("UPDATE mod_scaicore_checkpoints SET queue_message_id = ? WHERE id = ?",
                 {*message, open.checkpoint_id});
  if (!linked) return tl::unexpected(linked.error());
  return {};
}

namespace {

/// An escalated checkpoint is its target's.
Result<void> give_to_target(Connection& db, const Json& record) {
  const std::string target = record.string_or("escalation_target", "");
  const std::string type = assignee_type_of(target);
  const Json resolved = resolved_assignee(target);
  Result<std::int64_t> given = db.execute(
      "UPDATE mod_scaicore_checkpoints SET assignee_type = ?, assignee_resolved = ? WHERE id = ?",
      {type, resolved.is_null() ? Param(nullptr) : Param(to_text(resolved)), record.string_or("id", "")});
  if (!given) return tl::unexpected(given.error());
  return {};
}

}  // namespace

/// A queue that does not take the review cancels its checkpoint, in the same transaction.
Result<void> TurnWrite::refuse_review(Connection& db, const std::string& id, const std::string& why) {
  Result<std::int64_t> closed = db.execute(
      "UPDATE mod_scaicore_checkpoints SET status = 'cancelled', resolved_at = ? WHERE id = ?", {now_ms, id});
  if (!closed) return tl::unexpected(closed.error());
  const machine::EventBody body = machine::CheckpointCancelled{id, why};
  mail_sent.push_back({execution_id, "cp:" + id, machine::type_of(body), encode_body(body)});
  return {};
}

/// A pending checkpoint changes once: who comes second finds the condition failed (07 invariant 9).
Result<void> TurnWrite::update_checkpoint(Connection& db, const machine::UpdateCheckpoint& update) {
  Result<std::int64_t> changed = 0;
  if (update.status.empty()) {
    changed = db.execute(
        "UPDATE mod_scaicore_checkpoints SET priority = ?, priority_rank = ?, expires_at = ?, assignee_raw = "
        "COALESCE(escalation_target, assignee_raw) WHERE id = ? AND status = 'pending'",
        {update.priority, rank_of(update.priority), update.expires_at_ms, update.checkpoint_id});
  } else {
    Json resolution;
    if (update.decision) resolution = Json::object({{"decision", *update.decision}});
    changed = db.execute(
        "UPDATE mod_scaicore_checkpoints SET status = ?, resolution = ?, resolved_by = ?, resolved_at = ? "
        "WHERE id = ? AND "
        "status = 'pending'",
        {update.status, resolution.is_null() ? Param(nullptr) : Param(to_text(resolution)),
         update.status == "cancelled" ? Param(nullptr) : Param("timeout"), now_ms, update.checkpoint_id});
  }
  if (!changed) return tl::unexpected(changed.error());
  if (*changed == 0)
    return is_fault ? Result<void>() : fail(condition_failed, "the checkpoint is no longer pending");
  Json record;
  Result<void> read =
      db.query(std::string("SELECT ") + checkpoint_columns + " FROM mod_scaicore_checkpoints WHERE id = ?",
               {update.checkpoint_id}, [&](const store::Row& row) { record = checkpoint_record(row); });
  if (!read) return read;
  if (update.status.empty() && !record["escalation_target"].is_null()) {
    if (Result<void> given = give_to_target(db, record); !given) return given;
  }
  if (!bridge || record["queue_message_id"].is_null()) return {};
  if (update.status.empty()) return bridge->change_review(db, record);
  return bridge->close_review(db, record, update.status);
}

}  // namespace scaiflow::core
