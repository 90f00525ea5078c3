#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "libs/base/result.h"
#include "libs/store/database.h"

/// Rows of scaiqueue inside a unit of work: what stores, bridge and plugin share.
namespace scaiflow::grid {

struct ScopeRow {
  std::string id, tenant_id, slug, display_name, description, status;
  std::int64_t created_at_ms = 0;

  bool takes_messages() const { return status == "active"; }
  /// A draining scope gives out what it still has.
  bool gives_messages() const { return status == "active" || status == "draining"; }
};

struct QueueRow {
  std::string id, tenant_id, scope_id, slug, display_name, description;
  std::string ordering = "fifo";            ///< fifo | priority | deadline
  std::string consumer_mode = "competing";  ///< competing | broadcast
  std::int64_t max_retries = 5;
  std::int64_t visibility_timeout_s = 60;
  std::optional<std::int64_t> max_depth;
  std::string overflow_policy = "reject";  ///< reject | drop_oldest
  std::string purpose = "custom";
  bool is_system = false;
  std::string status = "active";

  bool is_broadcast() const { return consumer_mode == "broadcast"; }
};

/// By id or slug. Errors `SCAIQUEUE_SCOPE_NOT_FOUND`, `SCAIQUEUE_QUEUE_NOT_FOUND`.
Result<ScopeRow> find_scope(store::Connection& db, const std::string& tenant_id, const std::string& scope);
/// `scope` empty: the queue is meant by its id.
Result<QueueRow> find_queue(store::Connection& db, const std::string& tenant_id, const std::string& scope,
                            const std::string& queue);
Result<void> insert_queue(store::Connection& db, const QueueRow& row);

extern const std::string scope_columns, queue_columns, message_columns;
ScopeRow read_scope(const store::Row& row);
QueueRow read_queue(const store::Row& row);
/// A message as 08 §8.13 shows it; `claim_token` is left out.
Json read_message(const store::Row& row);
/// Error `SCAIQUEUE_MESSAGE_NOT_FOUND`.
Result<Json> find_message(store::Connection& db, const std::string& tenant_id, const std::string& id);

/// Who did something to a queue: `user`, `service`, `core` ...
struct Actor {
  std::string type, id;
};

/// A line of the audit of a scope.
Result<void> audit(store::Connection& db, const Json& message, const std::string& actor, const char* action,
                   const Json& details = Json::object());

/// One statement whose count does not matter, or is wanted.
Result<void> run(store::Connection& db, const std::string& sql, const store::Params& params);
/// True when exactly one row was changed.
Result<bool> changes_one(store::Connection& db, const std::string& sql, const store::Params& params);

store::Param json_param(const Json& value);

}  // namespace scaiflow::grid
