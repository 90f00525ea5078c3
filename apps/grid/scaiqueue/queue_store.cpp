#include "apps/grid/scaiqueue/queue_store.h"

#include "apps/grid/envelope.h"
#include "libs/base/hash.h"
#include "libs/base/json_text.h"
#include "libs/base/text.h"
#include "libs/net/clock.h"
#include "libs/net/ids.h"

namespace scaiflow::grid {

namespace {

const std::string scope_columns = "id, slug, display_name, description, status, created_at";
const std::string queue_columns =
    "id, scope_id, slug, display_name, description, ordering, consumer_mode, max_retries, "
    "visibility_timeout_s, "
    "max_depth, overflow_policy, purpose, is_system, status";

Json read_scope(const store::Row& row) {
  return Json::object({{"id", row.string(0)},
                       {"slug", row.string(1)},
                       {"display_name", row.string(2)},
                       {"description", row.string(3)},
                       {"status", row.string(4)},
                       {"created_at", net::wire_time(row.integer(5))}});
}

Json read_queue(const store::Row& row) {
  return Json::object({{"id", row.string(0)},
                       {"scope_id", row.string(1)},
                       {"slug", row.string(2)},
                       {"display_name", row.string(3)},
                       {"description", row.string(4)},
                       {"ordering", row.string(5)},
                       {"consumer_mode", row.string(6)},
                       {"max_retries", row.integer(7)},
                       {"visibility_timeout_s", row.integer(8)},
                       {"max_depth", row.is_null(9) ? Json() : Json(row.integer(9))},
                       {"overflow_policy", row.string(10)},
                       {"purpose", row.string(11)},
                       {"is_system", row.integer(12) != 0},
                       {"status", row.string(13)}});
}

Json json_column(const store::Row& row, int column) {
  return row.is_null(column) ? Json() : try_parse_json(row.text(column)).value_or(Json());
}

Json read_message(const store::Row& row) {
  return Json::object({{"id", row.string(0)},
                       {"queue_id", row.string(1)},
                       {"scope_id", row.string(2)},
                       {"tenant_id", row.string(3)},
                       {"source_type", row.string(4)},
                       {"source_id", row.string(5)},
                       {"correlation_id", row.is_null(6) ? Json() : Json(row.string(6))},
                       {"message_type", row.string(7)},
                       {"priority_tier", row.string(8)},
                       {"labels", json_column(row, 9)},
                       {"body", json_column(row, 10)},
                       {"hitl_spec", json_column(row, 11)},
                       {"state", row.string(12)},
                       {"result", json_column(row, 13)},
                       {"created_at", net::wire_time(row.integer(14))}});
}

const std::string message_columns =
    "id, queue_id, scope_id, tenant_id, source_type, source_id, correlation_id, message_type, priority_tier, "
    "labels, "
    "body, hitl_spec, state, result, created_at";

Result<Json> find_scope(store::Connection& db, const std::string& tenant_id, const std::string& scope) {
  auto row = db.query_one(
      "SELECT " + scope_columns + " FROM mod_scaiqueue_scopes WHERE tenant_id = ? AND (id = ? OR slug = ?)",
      {tenant_id, scope, scope}, read_scope);
  if (!row) return tl::unexpected(row.error());
  if (!*row) {
    return tl::unexpected(make_error("SCAIQUEUE_SCOPE_NOT_FOUND", "no queue scope '" + cut(scope, 80) + "'"));
  }
  return std::move(**row);
}

Result<Json> find_queue(store::Connection& db, const std::string& tenant_id, const std::string& scope,
                        const std::string& queue) {
  Result<Json> parent = find_scope(db, tenant_id, scope);
  if (!parent) return parent;
  auto row = db.query_one(
      "SELECT " + queue_columns + " FROM mod_scaiqueue_queues WHERE scope_id = ? AND (id = ? OR slug = ?)",
      {(*parent)["id"].as_string(), queue, queue}, read_queue);
  if (!row) return tl::unexpected(row.error());
  if (!*row) {
    return tl::unexpected(make_error("SCAIQUEUE_QUEUE_NOT_FOUND",
                                     "no queue '" + cut(queue, 80) + "' in scope '" + cut(scope, 80) + "'"));
  }
  return std::move(**row);
}

/// `consumer_mode` of ScaiFlow names an ordering, or broadcast (08 §8.13).
Result<std::pair<std::string, std::string>> ordering_and_mode(const Json& fields) {
  const std::string mode = fields.string_or("consumer_mode", "competing");
  if (mode == "broadcast") return std::pair<std::string, std::string>("fifo", "broadcast");
  const std::string ordering = mode == "competing" ? fields.string_or("ordering", "fifo") : mode;
  if (ordering != "fifo" && ordering != "priority" && ordering != "deadline") {
    return tl::unexpected(invalid("consumer_mode", "must be one of fifo, priority, deadline, broadcast"));
  }
  return std::pair<std::string, std::string>(ordering, "competing");
}

/// Who made a queue: the five of each scope are the system's.
enum class Origin : std::uint8_t { User, System };

Result<void> insert_queue(store::Connection& db, const std::string& tenant_id, const std::string& scope_id,
                          const Json& fields, Origin origin) {
  auto mode = ordering_and_mode(fields);
  if (!mode) return tl::unexpected(mode.error());
  const std::string slug = fields.string_or("slug", "");
  auto inserted = db.execute(
      "INSERT INTO mod_scaiqueue_queues (id, tenant_id, scope_id, slug, display_name, description, ordering, "
      "consumer_mode, max_retries, visibility_timeout_s, max_depth, overflow_policy, purpose, is_system, "
      "status, "
      "created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'active', ?)",
      {net::new_id("q_"), tenant_id, scope_id, slug, fields.string_or("display_name", slug),
       fields.string_or("description", ""), mode->first, mode->second, fields.int_or("max_retries", 5),
       fields.int_or("visibility_timeout_s", 60),
       fields["max_depth"].is_int() ? store::Param(fields["max_depth"].as_int()) : store::Param(nullptr),
       fields.string_or("overflow_policy", "reject"), fields.string_or("purpose", "custom"),
       origin == Origin::System, net::wall_ms()});
  if (!inserted && inserted.error().code == store::db_error::UniqueViolation) {
    return tl::unexpected(make_error("SLUG_CONFLICT", "a queue with the slug '" + slug + "' exists"));
  }
  return inserted ? Result<void>() : tl::unexpected(inserted.error());
}

/// A list of texts is accepted: `k=v` is a member, `k` is `"true"`.
Json labels_object(const Json& labels) {
  if (!labels.is_array()) return labels.is_object() ? labels : Json::object();
  Json out = Json::object();
  for (const Json& label : labels.as_array()) {
    if (!label.is_string()) continue;
    const std::string& text = label.as_string();
    const std::size_t equals = text.find('=');
    out.set(text.substr(0, equals), equals == std::string::npos ? "true" : text.substr(equals + 1));
  }
  return out;
}

}  // namespace

Result<Json> QueueStore::create_scope(const std::string& tenant_id, const std::string& slug,
                                      const std::string& display_name, const std::string& description) {
  const std::string id = net::new_id("sc_");
  auto done = database_.write_sync(store::Database::Unit([&](store::Connection& db) -> Result<void> {
    auto inserted = db.execute(
        "INSERT INTO mod_scaiqueue_scopes (id, tenant_id, slug, display_name, description, status, "
        "created_at) "
        "VALUES (?, ?, ?, ?, ?, 'active', ?)",
        {id, tenant_id, slug, display_name, description, net::wall_ms()});
    if (!inserted && inserted.error().code == store::db_error::UniqueViolation) {
      return tl::unexpected(make_error("SLUG_CONFLICT", "a scope with the slug '" + slug + "' exists"));
    }
    if (!inserted) return tl::unexpected(inserted.error());
    for (const char* system : {"_dead_letter", "_events", "_audit", "_integrity", "_corrections"}) {
      if (auto made = insert_queue(db, tenant_id, id, Json::object({{"slug", system}}), Origin::System);
          !made)
        return made;
    }
    return {};
  }));
  if (!done) return tl::unexpected(done.error());
  return get_scope(tenant_id, id);
}

Result<Json> QueueStore::get_scope(const std::string& tenant_id, const std::string& scope) {
  return database_.read([&](store::Connection& db) { return find_scope(db, tenant_id, scope); });
}

Result<std::vector<Json>> QueueStore::list_scopes(const std::string& tenant_id,
                                                  const std::optional<std::string>& slug) {
  return database_.read([&](store::Connection& db) -> Result<std::vector<Json>> {
    std::vector<Json> out;
    auto done =
        db.query("SELECT " + scope_columns + " FROM mod_scaiqueue_scopes WHERE tenant_id = ? ORDER BY slug",
                 {tenant_id}, [&](const store::Row& row) {
                   if (!slug || row.text(1) == *slug) out.push_back(read_scope(row));
                 });
    if (!done) return tl::unexpected(done.error());
    return out;
  });
}

Result<Json> QueueStore::create_queue(const std::string& tenant_id, const std::string& scope,
                                      const Json& fields) {
  auto done = database_.write_sync(store::Database::Unit([&](store::Connection& db) -> Result<void> {
    Result<Json> parent = find_scope(db, tenant_id, scope);
    if (!parent) return tl::unexpected(parent.error());
    return insert_queue(db, tenant_id, (*parent)["id"].as_string(), fields, Origin::User);
  }));
  if (!done) return tl::unexpected(done.error());
  return get_queue(tenant_id, scope, fields.string_or("slug", ""));
}

Result<Json> QueueStore::get_queue(const std::string& tenant_id, const std::string& scope,
                                   const std::string& queue) {
  return database_.read([&](store::Connection& db) { return find_queue(db, tenant_id, scope, queue); });
}

Result<std::vector<Json>> QueueStore::list_queues(const std::string& tenant_id, const std::string& scope) {
  return database_.read([&](store::Connection& db) -> Result<std::vector<Json>> {
    Result<Json> parent = find_scope(db, tenant_id, scope);
    if (!parent) return tl::unexpected(parent.error());
    std::vector<Json> out;
    auto done = db.query(
        "SELECT " + queue_columns + " FROM mod_scaiqueue_queues WHERE scope_id = ? ORDER BY slug",
        {(*parent)["id"].as_string()}, [&](const store::Row& row) { out.push_back(read_queue(row)); });
    if (!done) return tl::unexpected(done.error());
    return out;
  });
}

Result<std::string> QueueStore::publish_in(store::Connection& db, const NewMessage& message) {
  Result<Json> queue = find_queue(db, message.tenant_id, message.scope, message.queue);
  if (!queue) return tl::unexpected(queue.error());
  const std::string queue_id = (*queue)["id"].as_string();
  const std::string body = to_text(message.body);
  const std::string hash = sha256_hex(body);
  const std::optional<std::string> key =
      message.idempotency_key ? std::optional(queue_id + "/" + *message.idempotency_key) : std::nullopt;
  if (key) {
    auto found = db.query_one("SELECT id, body_hash FROM mod_scaiqueue_messages WHERE idem_key = ?", {*key},
                              [](const store::Row& row) { return std::pair(row.string(0), row.string(1)); });
    if (!found) return tl::unexpected(found.error());
    if (*found && (*found)->second == hash) return (*found)->first;
    if (*found) {
      return tl::unexpected(
          make_error("SCAIQUEUE_IDEMPOTENCY_CONFLICT", "the key was used for another message"));
    }
  }
  const std::string id = message.id.empty() ? net::new_uuid() : message.id;
  auto inserted = db.execute(
      "INSERT INTO mod_scaiqueue_messages (id, tenant_id, scope_id, queue_id, source_type, source_id, "
      "correlation_id, "
      "message_type, priority_tier, labels, body, hitl_spec, state, idem_key, body_hash, created_at) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'pending', ?, ?, ?)",
      {id, message.tenant_id, (*queue)["scope_id"].as_string(), queue_id, message.source_type,
       message.source_id, message.correlation_id, message.message_type, message.priority_tier,
       to_text(labels_object(message.labels)), body,
       message.hitl_spec.is_null() ? store::Param(nullptr) : store::Param(to_text(message.hitl_spec)), key,
       hash, net::wall_ms()});
  if (!inserted) return tl::unexpected(inserted.error());
  return id;
}

Result<Json> QueueStore::publish(const NewMessage& message) {
  auto id = database_.write_sync([&](store::Connection& db) { return publish_in(db, message); });
  if (!id) return tl::unexpected(id.error());
  return database_.read([&](store::Connection& db) -> Result<Json> {
    auto row = db.query_one("SELECT " + message_columns + " FROM mod_scaiqueue_messages WHERE id = ?", {*id},
                            read_message);
    if (!row) return tl::unexpected(row.error());
    return row->value_or(Json());
  });
}

Result<std::vector<Json>> QueueStore::list_messages(const std::string& tenant_id, const std::string& scope,
                                                    const std::string& queue,
                                                    const std::optional<std::string>& state,
                                                    std::int64_t limit) {
  return database_.read([&](store::Connection& db) -> Result<std::vector<Json>> {
    Result<Json> parent = find_queue(db, tenant_id, scope, queue);
    if (!parent) return tl::unexpected(parent.error());
    std::string sql = "SELECT " + message_columns + " FROM mod_scaiqueue_messages WHERE queue_id = ?";
    store::Params params{(*parent)["id"].as_string()};
    if (state) {
      sql += " AND state = ?";
      params.push_back(*state);
    }
    params.push_back(limit);
    std::vector<Json> out;
    auto done = db.query(sql + " ORDER BY created_at, id LIMIT ?", params,
                         [&](const store::Row& row) { out.push_back(read_message(row)); });
    if (!done) return tl::unexpected(done.error());
    return out;
  });
}

Result<std::string> QueueStore::publish_review(store::Connection& db, const Json& checkpoint) {
  NewMessage message;
  message.tenant_id = checkpoint.string_or("tenant_id", "");
  message.scope = checkpoint.string_or("scope", "");
  message.queue = checkpoint.string_or("queue", "");
  message.message_type = "hitl_request";
  message.correlation_id = message.idempotency_key = checkpoint.string_or("id", "");
  message.source_type = "scaicore";
  message.source_id = checkpoint.string_or("core_id", "");
  const std::string priority = checkpoint.string_or("priority", "normal");
  message.priority_tier = priority;
  message.hitl_spec = checkpoint["hitl_spec"];
  Json body = Json::object({{"checkpoint_id", checkpoint["id"]}});
  for (const char* key :
       {"execution_id", "core_id", "flow_name", "node_id", "prompt", "options", "expires_at"}) {
    body.set(key, checkpoint[key]);
  }
  body.set("payload", checkpoint["context"]).set("assignee", checkpoint["assignee_raw"]);
  message.body = body;
  return publish_in(db, message);
}

Result<void> QueueStore::close_review(store::Connection& db, const Json& checkpoint,
                                      const std::string& status) {
  const std::string state = status == "resolved" ? "completed" : status;
  Json result = checkpoint["resolution"];
  if (result.is_object()) result.set("via", "checkpoint_api");
  auto changed = db.execute(
      "UPDATE mod_scaiqueue_messages SET state = ?, result = ?, completed_at = ? WHERE correlation_id = ? "
      "AND message_type = 'hitl_request' AND state = 'pending'",
      {state, to_text(result), net::wall_ms(), checkpoint.string_or("id", "")});
  return changed ? Result<void>() : tl::unexpected(changed.error());
}

namespace {

core::PluginFailure unknown_method(const core::PluginCall& call) {
  return {"unknown_method", "scaiqueue has no method '" + call.method + "'", false, {}};
}

core::PluginFailure rejected(const std::string& message) { return {"rejected", message, false, {}}; }

NewMessage message_of(const core::PluginCall& call) {
  const Json& args = call.args;
  NewMessage message;
  message.tenant_id = call.context.tenant_id;
  message.scope = args.string_or("scope", "");
  message.queue = args.string_or("queue", "");
  message.message_type = args.string_or("message_type", "message");
  message.body = args["payload"];
  message.priority_tier = args.string_or("priority_tier", "normal");
  message.labels = args["labels"];
  if (args["correlation_id"].is_string()) message.correlation_id = args["correlation_id"].as_string();
  message.idempotency_key = args.string_or("idempotency_key", call.key);
  message.source_type = "scaicore";
  message.source_id = call.context.core_id;
  // Known before the insert, so that the answer can be recorded in the same transaction.
  message.id = uuid5_url(call.key);
  return message;
}

}  // namespace

std::optional<tl::expected<core::PreparedWrite, core::PluginFailure>> QueuePlugin::prepare(
    const core::PluginCall& call) {
  if (call.method != "publish") return tl::unexpected(unknown_method(call));
  const NewMessage message = message_of(call);
  Result<Json> queue = queues_.get_queue(message.tenant_id, message.scope, message.queue);
  if (!queue) return tl::unexpected(rejected(queue.error().message));
  core::PreparedWrite write;
  write.answer = Json::object({{"message_id", message.id}});
  write.write = [this, message](store::Connection& db) -> Result<bool> {
    Result<std::string> id = queues_.publish_in(db, message);
    if (!id) return tl::unexpected(id.error());
    return true;
  };
  return write;
}

core::Cancel QueuePlugin::call(core::PluginCall call, std::function<void(core::PluginResult)> done) {
  done(tl::unexpected(unknown_method(call)));
  return [] {};
}

}  // namespace scaiflow::grid
