#include "apps/grid/scaiqueue/review_bridge.h"

#include "libs/base/json_text.h"
#include "libs/expr/calendar.h"
#include "libs/net/clock.h"

namespace scaiflow::grid {

namespace {

constexpr char open_states[] = " AND state IN ('pending', 'claimed')";

std::optional<std::int64_t> deadline_of(const Json& checkpoint) {
  const Json& at = checkpoint["expires_at"];
  return at.is_string() ? expr::parse_datetime(at.as_string(), expr::Fraction::Any) : std::nullopt;
}

Json body_of(const Json& checkpoint) {
  Json body = Json::object({{"checkpoint_id", checkpoint["id"]}});
  for (const char* key : {"execution_id", "core_id", "flow_name", "node_id", "prompt"})
    body.set(key, checkpoint[key]);
  body.set("payload", checkpoint["context"]).set("options", checkpoint["options"]);
  return body.set("assignee", checkpoint["assignee_raw"]).set("expires_at", checkpoint["expires_at"]);
}

}  // namespace

Result<std::string> ReviewBridge::publish_review(store::Connection& db, const Json& checkpoint) {
  NewMessage message;
  message.tenant_id = checkpoint.string_or("tenant_id", "");
  message.scope = checkpoint.string_or("scope", "");
  message.queue = checkpoint.string_or("queue", "");
  message.message_type = "hitl_request";
  message.correlation_id = message.idempotency_key = checkpoint.string_or("id", "");
  message.source_type = "scaicore";
  message.source_id = checkpoint.string_or("core_id", "");
  message.priority_tier = checkpoint.string_or("priority", "normal");
  message.deadline_ms = deadline_of(checkpoint);
  message.labels = Json::object({{"core", checkpoint["core_id"]},
                                 {"flow", checkpoint["flow_name"]},
                                 {"checkpoint_type", checkpoint["checkpoint_type"]}});
  message.hitl_spec = checkpoint["hitl_spec"];
  message.body = body_of(checkpoint);
  const auto published = messages_.publish_in(db, message);
  if (!published) return tl::unexpected(published.error());
  return published->id;
}

Result<void> ReviewBridge::close_review(store::Connection& db, const Json& checkpoint,
                                        const std::string& status) {
  const std::string id = checkpoint.string_or("queue_message_id", "");
  Json result = checkpoint["resolution"];
  if (result.is_object()) result.set("via", "checkpoint_api");
  const auto changed =
      changes_one(db,
                  std::string("UPDATE mod_scaiqueue_messages SET state = ?, result = ?, claim_token = NULL, "
                              "claim_expires_at = NULL, completed_at = ? WHERE id = ?") +
                      open_states,
                  {status == "resolved" ? "completed" : status, json_param(result), net::wall_ms(), id});
  if (!changed) return tl::unexpected(changed.error());
  if (!*changed) return {};  // it was settled through the queue
  const auto message = find_message(db, checkpoint.string_or("tenant_id", ""), id);
  if (!message) return tl::unexpected(message.error());
  return audit(db, *message, "system:checkpoint", status == "resolved" ? "completed" : status.c_str());
}

/// An escalated checkpoint has a higher priority, another deadline, perhaps another assignee.
Result<void> ReviewBridge::change_review(store::Connection& db, const Json& checkpoint) {
  const std::string id = checkpoint.string_or("queue_message_id", "");
  const auto changed = changes_one(
      db,
      std::string(
          "UPDATE mod_scaiqueue_messages SET priority_tier = ?, deadline = ?, body = ? WHERE id = ?") +
          open_states,
      {checkpoint.string_or("priority", "normal"), deadline_of(checkpoint), to_text(body_of(checkpoint)),
       id});
  if (!changed) return tl::unexpected(changed.error());
  if (!*changed) return {};
  const auto message = find_message(db, checkpoint.string_or("tenant_id", ""), id);
  if (!message) return tl::unexpected(message.error());
  return audit(db, *message, "system:checkpoint", "escalated");
}

}  // namespace scaiflow::grid
