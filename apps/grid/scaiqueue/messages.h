#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "apps/core/host/engine.h"
#include "apps/grid/scaiqueue/queue_rows.h"

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
  std::int64_t priority_score = 0;
  Json labels = Json::object();  ///< object, or a list of texts
  std::string content_type = "application/json";
  std::optional<std::string> correlation_id, causation_id, parent_id, idempotency_key;
  std::optional<std::int64_t> ttl_seconds, deadline_ms, delay_until_ms;
  Json hitl_spec;
  Json pattern;  ///< {`name`, `version`?, `params`}: renders the `hitl_spec`
  std::string source_type = "api";
  std::string source_id;
};

/// Reads the fields of a publish request. Errors `VALIDATION_ERROR`.
Result<NewMessage> message_of(const Json& fields);

struct Published {
  std::string id;
  bool is_new = true;
};

struct ClaimRequest {
  std::string tenant_id, scope, queue;
  std::int64_t batch_size = 1;
  std::optional<std::int64_t> visibility_timeout_s;
  Actor actor;
  std::string consumer_id;
};

/// How a claimed message is settled.
struct Settlement {
  std::string tenant_id, message_id, claim_token;
  Actor actor;
  Json result;
  std::string reason;
  bool retry = true;
  std::int64_t visibility_timeout_s = 0;
};

/// Messages of the embedded ScaiQueue: published, claimed, settled (08 §8.13). Completing a review closes its
/// checkpoint in the same transaction. Blocks; thread-safe. Errors: the SCAIQUEUE codes of 08 §8.13.
class Messages {
 public:
  explicit Messages(store::Database& database) : database_(database) {}
  /// Reviews and events go to this engine; before it is there no review can be settled.
  void connect(core::Engine& engine) { engine_ = &engine; }

  Result<Published> publish(const NewMessage& message);
  Result<Json> get(const std::string& tenant_id, const std::string& id);
  /// {`items`, `next_cursor`, `has_more`}, oldest first. Filters by column name; a null queue = the scope.
  Result<Json> list(const std::string& tenant_id, const std::string& scope,
                    const std::optional<std::string>& queue,
                    const std::vector<std::pair<std::string, std::string>>& filters,
                    const std::string& cursor, std::int64_t limit);
  /// Up to `batch_size` visible messages in order, each with its `claim_token`.
  Result<std::vector<Json>> claim(const ClaimRequest& request);
  /// Whether a claim would find something.
  Result<bool> has_visible(const ClaimRequest& request);
  Result<Json> complete(const Settlement& settlement);
  Result<Json> fail_message(const Settlement& settlement);
  Result<Json> release(const Settlement& settlement);
  Result<Json> extend(const Settlement& settlement);
  /// Claims and completes in one step.
  Result<Json> review(const Settlement& settlement);
  /// Expired claims go back, expired messages end, old ones are archived and deleted.
  void sweep();

  /// What publishing would say now.
  Result<void> check_publish(store::Connection& db, const NewMessage& message);
  /// A result against the form of its message. Error `SCAIQUEUE_FORM_INVALID`.
  static Result<Json> checked_result(const Json& message, const Json& result);

  // --- inside a unit of work of the caller ---------------------------------------------------------
  Result<Published> publish_in(store::Connection& db, const NewMessage& message);
  /// Messages that a claim would take now, in order.
  Result<std::vector<Json>> visible(store::Connection& db, const QueueRow& queue,
                                    const ClaimRequest& request);
  /// False when another has it meanwhile.
  Result<bool> claim_in(store::Connection& db, const QueueRow& queue, const Json& message,
                        const ClaimRequest& request, const std::string& token);
  Result<Json> complete_in(store::Connection& db, const Settlement& settlement);
  Result<Json> fail_in(store::Connection& db, const Settlement& settlement);
  /// After a unit with `complete_in` or `fail_in` has committed.
  void settled(const Json& message);

 private:
  Result<Json> settle(const Settlement& settlement,
                      Result<Json> (Messages::*act)(store::Connection&, const Settlement&));
  Result<Json> release_in(store::Connection& db, const Settlement& settlement);
  Result<Json> extend_in(store::Connection& db, const Settlement& settlement);
  Result<Json> review_in(store::Connection& db, const Settlement& settlement);
  Result<Json> finish(store::Connection& db, const Settlement& settlement, const Json& message);
  Result<void> insert(store::Connection& db, const NewMessage& message, const QueueRow& queue,
                      const std::string& id, const Json& route);
  Result<QueueRow> routed(store::Connection& db, NewMessage& message, QueueRow queue, const std::string& id,
                          Json& route, std::string& state);

  store::Database& database_;
  core::Engine* engine_ = nullptr;
};

}  // namespace scaiflow::grid
