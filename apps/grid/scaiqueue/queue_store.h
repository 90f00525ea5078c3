#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "apps/grid/scaiqueue/queue_rows.h"

namespace scaiflow::grid {

/// Scopes and queues of the embedded ScaiQueue, their patterns, schemas, rules and audit (08 §8.13). Records
/// as on the wire. Blocks; thread-safe. Errors: `SLUG_CONFLICT`, `SCAIQUEUE_SCOPE_NOT_FOUND`,
/// `SCAIQUEUE_QUEUE_NOT_FOUND`, `VALIDATION_ERROR`.
class QueueStore {
 public:
  explicit QueueStore(store::Database& database) : database_(database) {}

  Result<Json> create_scope(const std::string& tenant_id, const Json& fields);
  Result<Json> get_scope(const std::string& tenant_id, const std::string& scope);
  Result<std::vector<Json>> list_scopes(const std::string& tenant_id, const std::optional<std::string>& slug);
  Result<Json> patch_scope(const std::string& tenant_id, const std::string& scope, const Json& fields);
  Result<Json> set_scope_status(const std::string& tenant_id, const std::string& scope,
                                const std::string& status);

  Result<Json> create_queue(const std::string& tenant_id, const std::string& scope, const Json& fields);
  Result<Json> get_queue(const std::string& tenant_id, const std::string& scope, const std::string& queue);
  Result<std::vector<Json>> list_queues(const std::string& tenant_id, const std::string& scope);
  Result<Json> patch_queue(const std::string& tenant_id, const std::string& scope, const std::string& queue,
                           const Json& fields);
  Result<Json> set_queue_status(const std::string& tenant_id, const std::string& scope,
                                const std::string& queue, const std::string& status);
  /// What is pending is cancelled: {`purged`}.
  Result<Json> purge_queue(const std::string& tenant_id, const std::string& scope, const std::string& queue,
                           const std::string& actor);

  /// Reviews' forms by name and version.
  Result<Json> put_pattern(const std::string& tenant_id, const std::string& scope, const Json& fields);
  Result<std::vector<Json>> list_patterns(const std::string& tenant_id, const std::string& scope);
  Result<Json> preview_pattern(const std::string& tenant_id, const std::string& scope,
                               const std::string& name, const Json& fields);
  Result<Json> put_schema(const std::string& tenant_id, const std::string& scope, const std::string& name,
                          const std::string& version, const Json& schema);
  Result<Json> get_schema(const std::string& tenant_id, const std::string& scope, const std::string& name,
                          const std::string& version);
  Result<Json> put_rules(const std::string& tenant_id, const std::string& scope, const Json& rules);
  Result<Json> get_rules(const std::string& tenant_id, const std::string& scope);

  /// {`items`, `next_cursor`, `has_more`}, oldest first; `correlation_id` empty = all.
  Result<Json> list_audit(const std::string& tenant_id, const std::string& scope,
                          const std::string& correlation_id, const std::string& cursor, std::int64_t limit);

 private:
  store::Database& database_;
};

}  // namespace scaiflow::grid
