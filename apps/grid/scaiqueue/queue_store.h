#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "apps/core/host/ports.h"
#include "libs/base/result.h"
#include "libs/store/database.h"

namespace scaiflow::grid {

/// What a message is made from; the rest of 08 §8.13 has its defaults.
struct NewMessage {
  std::string id;  ///< empty: a new one
  std::string tenant_id;
  std::string scope;  ///< slug or id
  std::string queue;  ///< slug or id
  std::string message_type = "message";
  Json body;
  std::string priority_tier = "normal";
  Json labels = Json::object();
  std::optional<std::string> correlation_id;
  std::optional<std::string> idempotency_key;
  Json hitl_spec;
  std::string source_type = "api";
  std::string source_id;
};

/// Scopes, queues and messages of the embedded ScaiQueue (08 §8.13). Also the bridge that shows reviews as
/// messages. Consuming (claim, complete, fail, ...) is not served yet. Blocks; thread-safe.
class QueueStore final : public core::QueueBridge {
 public:
  explicit QueueStore(store::Database& database) : database_(database) {}

  /// Records of 08 §8.13. Errors: `SLUG_CONFLICT`, `SCAIQUEUE_SCOPE_NOT_FOUND`, `SCAIQUEUE_QUEUE_NOT_FOUND`.
  Result<Json> create_scope(const std::string& tenant_id, const std::string& slug,
                            const std::string& display_name, const std::string& description);
  Result<Json> get_scope(const std::string& tenant_id, const std::string& scope);
  Result<std::vector<Json>> list_scopes(const std::string& tenant_id, const std::optional<std::string>& slug);
  Result<Json> create_queue(const std::string& tenant_id, const std::string& scope, const Json& fields);
  Result<Json> get_queue(const std::string& tenant_id, const std::string& scope, const std::string& queue);
  Result<std::vector<Json>> list_queues(const std::string& tenant_id, const std::string& scope);
  Result<Json> publish(const NewMessage& message);
  Result<std::vector<Json>> list_messages(const std::string& tenant_id, const std::string& scope,
                                          const std::string& queue, const std::optional<std::string>& state,
                                          std::int64_t limit);

  /// Inside a unit of work: inserts the message, or finds the one of the same idempotency key; its id.
  Result<std::string> publish_in(store::Connection& db, const NewMessage& message);

  Result<std::string> publish_review(store::Connection& db, const Json& checkpoint) override;
  Result<void> close_review(store::Connection& db, const Json& checkpoint,
                            const std::string& status) override;

 private:
  store::Database& database_;
};

/// Plugin `scaiqueue` (02 §11): `publish` commits together with the record of its result.
class QueuePlugin final : public core::Plugin {
 public:
  explicit QueuePlugin(QueueStore& queues) : queues_(queues) {}
  std::vector<std::string> methods() const override { return {"publish"}; }
  std::optional<tl::expected<core::PreparedWrite, core::PluginFailure>> prepare(
      const core::PluginCall& call) override;
  core::Cancel call(core::PluginCall call, std::function<void(core::PluginResult)> done) override;

 private:
  QueueStore& queues_;
};

}  // namespace scaiflow::grid
