#include "apps/grid/scaiqueue/queue_rows.h"

#include "apps/grid/envelope.h"
#include "libs/base/json_text.h"
#include "libs/base/text.h"
#include "libs/net/clock.h"
#include "libs/net/ids.h"

namespace scaiflow::grid {

const std::string scope_columns = "id, tenant_id, slug, display_name, description, status, created_at";
const std::string queue_columns =
    "id, tenant_id, scope_id, slug, display_name, description, ordering, consumer_mode, max_retries, "
    "visibility_timeout_s, max_depth, overflow_policy, purpose, is_system, status";
const std::string message_columns =
    "id, queue_id, scope_id, tenant_id, source_type, source_id, correlation_id, causation_id, parent_id, "
    "message_type, priority_tier, priority_score, labels, content_type, body, ttl_seconds, deadline, "
    "delay_until, visible_at, hitl_spec, state, attempts, claimed_by_type, claimed_by_id, claimed_at, "
    "claim_expires_at, result, failure_reason, created_at, completed_at, idem_key";

namespace {

Json json_of(const store::Row& row, int column) {
  return row.is_null(column) ? Json() : try_parse_json(row.text(column)).value_or(Json());
}
Json text_of(const store::Row& row, int column) {
  return row.is_null(column) ? Json() : Json(row.string(column));
}
Json time_of(const store::Row& row, int column) {
  return row.is_null(column) ? Json() : Json(net::wire_time(row.integer(column)));
}

}  // namespace

ScopeRow read_scope(const store::Row& row) {
  return {row.string(0), row.string(1), row.string(2), row.string(3),
          row.string(4), row.string(5), row.integer(6)};
}

QueueRow read_queue(const store::Row& row) {
  QueueRow out;
  std::string* const texts[] = {&out.id,           &out.tenant_id,   &out.scope_id, &out.slug,
                                &out.display_name, &out.description, &out.ordering, &out.consumer_mode};
  for (int i = 0; i < 8; ++i) *texts[i] = row.string(i);
  out.max_retries = row.integer(8);
  out.visibility_timeout_s = row.integer(9);
  out.max_depth = row.maybe_integer(10);
  out.overflow_policy = row.string(11);
  out.purpose = row.string(12);
  out.is_system = row.integer(13) != 0;
  out.status = row.string(14);
  return out;
}

Json read_message(const store::Row& row) {
  JsonObject out;
  const char* const names[] = {"id", "queue_id", "scope_id", "tenant_id", "source_type", "source_id"};
  for (int i = 0; i < 6; ++i) out.append(names[i], row.string(i));
  out.append("correlation_id", text_of(row, 6));
  out.append("causation_id", text_of(row, 7));
  out.append("parent_id", text_of(row, 8));
  out.append("message_type", row.string(9));
  out.append("priority_tier", row.string(10));
  out.append("priority_score", row.integer(11));
  out.append("labels", json_of(row, 12));
  out.append("content_type", row.string(13));
  out.append("body", json_of(row, 14));
  out.append("ttl_seconds", row.is_null(15) ? Json() : Json(row.integer(15)));
  for (const auto& [name, column] :
       {std::pair("deadline", 16), std::pair("delay_until", 17), std::pair("visible_at", 18)})
    out.append(name, time_of(row, column));
  const std::string key = row.string(30);
  out.append("idempotency_key", row.is_null(30) ? Json() : Json(key.substr(key.find('/') + 1)));
  out.append("hitl_spec", json_of(row, 19));
  out.append("state", row.string(20));
  out.append("attempts", row.integer(21));
  out.append("claimed_by_type", text_of(row, 22));
  out.append("claimed_by_id", text_of(row, 23));
  out.append("claimed_at", time_of(row, 24));
  out.append("claim_expires_at", time_of(row, 25));
  out.append("result", json_of(row, 26));
  out.append("failure_reason", text_of(row, 27));
  out.append("created_at", time_of(row, 28));
  out.append("completed_at", time_of(row, 29));
  return out;
}

Result<ScopeRow> find_scope(store::Connection& db, const std::string& tenant_id, const std::string& scope) {
  auto row = db.query_one(
      "SELECT " + scope_columns + " FROM mod_scaiqueue_scopes WHERE tenant_id = ? AND (id = ? OR slug = ?)",
      {tenant_id, scope, scope}, read_scope);
  if (!row) return tl::unexpected(row.error());
  if (!*row) return fail("SCAIQUEUE_SCOPE_NOT_FOUND", "no queue scope '" + cut(scope, 80) + "'");
  return std::move(**row);
}

Result<QueueRow> find_queue(store::Connection& db, const std::string& tenant_id, const std::string& scope,
                            const std::string& queue) {
  std::string where = "tenant_id = ? AND id = ?";
  store::Params params{tenant_id, queue};
  if (!scope.empty()) {
    const auto parent = find_scope(db, tenant_id, scope);
    if (!parent) return tl::unexpected(parent.error());
    where = "scope_id = ? AND (id = ? OR slug = ?)";
    params = {parent->id, queue, queue};
  }
  auto row = db.query_one("SELECT " + queue_columns + " FROM mod_scaiqueue_queues WHERE " + where, params,
                          read_queue);
  if (!row) return tl::unexpected(row.error());
  if (*row) return std::move(**row);
  const std::string place = scope.empty() ? "" : " in scope '" + cut(scope, 80) + "'";
  return fail("SCAIQUEUE_QUEUE_NOT_FOUND", "no queue '" + cut(queue, 80) + "'" + place);
}

Result<void> insert_queue(store::Connection& db, const QueueRow& row) {
  auto inserted = db.execute(
      "INSERT INTO mod_scaiqueue_queues (id, tenant_id, scope_id, slug, display_name, description, ordering, "
      "consumer_mode, max_retries, visibility_timeout_s, max_depth, overflow_policy, purpose, is_system, "
      "status, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'active', ?)",
      {row.id, row.tenant_id, row.scope_id, row.slug, row.display_name, row.description, row.ordering,
       row.consumer_mode, row.max_retries, row.visibility_timeout_s, row.max_depth, row.overflow_policy,
       row.purpose, row.is_system, net::wall_ms()});
  if (inserted) return {};
  if (inserted.error().code != store::db_error::UniqueViolation) return tl::unexpected(inserted.error());
  return fail("SLUG_CONFLICT", "a queue with the slug '" + row.slug + "' exists");
}

Result<Json> find_message(store::Connection& db, const std::string& tenant_id, const std::string& id) {
  auto row = db.query_one(
      "SELECT " + message_columns + " FROM mod_scaiqueue_messages WHERE id = ? AND tenant_id = ?",
      {id, tenant_id}, read_message);
  if (!row) return tl::unexpected(row.error());
  if (!*row) return fail("SCAIQUEUE_MESSAGE_NOT_FOUND", "no message '" + cut(id, 80) + "'");
  return std::move(**row);
}

Result<void> audit(store::Connection& db, const Json& message, const std::string& actor, const char* action,
                   const Json& details) {
  const auto text = [&](const char* name) {
    return message[name].is_string() ? store::Param(message[name].as_string()) : store::Param(nullptr);
  };
  return run(
      db,
      "INSERT INTO mod_scaiqueue_audit (id, tenant_id, scope_id, queue_id, message_id, correlation_id, "
      "actor, action, details, at) VALUES (?,?,?,?,?,?,?,?,?,?)",
      {net::new_id("aud_"), text("tenant_id"), text("scope_id"), text("queue_id"), text("id"),
       text("correlation_id"), actor, action, to_text(details), net::wall_ms()});
}

Result<void> run(store::Connection& db, const std::string& sql, const store::Params& params) {
  auto done = db.execute(sql, params);
  return done ? Result<void>() : tl::unexpected(done.error());
}

Result<bool> changes_one(store::Connection& db, const std::string& sql, const store::Params& params) {
  auto done = db.execute(sql, params);
  if (!done) return tl::unexpected(done.error());
  return *done == 1;
}

store::Param json_param(const Json& value) {
  return value.is_null() ? store::Param(nullptr) : store::Param(to_text(value));
}

}  // namespace scaiflow::grid
