// How claimed messages end, and what the sweep does (08 §8.13).
#include <algorithm>

#include "apps/grid/envelope.h"
#include "apps/grid/scaicore/review_form.h"
#include "apps/grid/scaiqueue/messages.h"
#include "libs/base/json_text.h"
#include "libs/net/clock.h"
#include "libs/net/ids.h"

namespace scaiflow::grid {

namespace {

using store::Connection;
using Unit = store::Database::Unit;

constexpr std::int64_t retry_ms_max = 300'000;
constexpr std::int64_t archived_after_ms = 7LL * 24 * 3'600 * 1'000;
constexpr std::int64_t deleted_after_ms = 30LL * 24 * 3'600 * 1'000;
constexpr std::int64_t sweep_rows = 500;

/// A message and the claim on it that a caller has shown.
struct Held {
  Json message;
  std::string token;
  std::optional<std::string> consumer_id;  ///< of a broadcast delivery
  std::int64_t attempts = 0;
};

tl::unexpected<Error> lost() {
  return fail("SCAIQUEUE_CLAIM_LOST", "the claim token is wrong, or the claim has expired");
}

/// By its token; a Core's execution is known by its id alone.
Result<Held> find_held(Connection& db, const Settlement& settlement) {
  Held out;
  auto message = find_message(db, settlement.tenant_id, settlement.message_id);
  if (!message) return tl::unexpected(message.error());
  out.message = std::move(*message);
  const std::int64_t now_ms = net::wall_ms();
  const bool by_owner = settlement.claim_token.empty();
  auto token = db.query_one(
      "SELECT claim_token FROM mod_scaiqueue_messages WHERE id = ? AND state = 'claimed' AND "
      "claim_expires_at > ? AND " +
          std::string(by_owner ? "claimed_by_type = 'scaicore' AND claimed_by_id = ?" : "claim_token = ?"),
      {settlement.message_id, now_ms, by_owner ? settlement.actor.id : settlement.claim_token},
      [](const store::Row& row) { return row.string(0); });
  if (!token) return tl::unexpected(token.error());
  if (*token) {
    out.token = **token;
    out.attempts = out.message.int_or("attempts", 0);
    return out;
  }
  auto delivery = db.query_one(
      "SELECT consumer_id, attempts, claim_token FROM mod_scaiqueue_deliveries WHERE message_id = ? AND "
      "state = 'claimed' AND claim_expires_at > ? AND " +
          std::string(by_owner ? "consumer_id = ?" : "claim_token = ?"),
      {settlement.message_id, now_ms, by_owner ? settlement.actor.id : settlement.claim_token},
      [&](const store::Row& row) {
        out.attempts = row.integer(1);
        out.token = row.string(2);
        return row.string(0);
      });
  if (!delivery) return tl::unexpected(delivery.error());
  if (!*delivery) return lost();
  out.consumer_id = **delivery;
  return out;
}

std::string actor_text(const Actor& actor) { return actor.type + ":" + actor.id; }

/// The checkpoint behind a review's message; empty for any other message. That the checkpoint names this very
/// message is checked where it is closed: anybody may publish a body that looks so.
std::string checkpoint_of(const Json& message) {
  const bool review = message.string_or("source_type", "") == "scaicore" &&
                      message.string_or("message_type", "") == "hitl_request";
  return review ? message["body"].string_or("checkpoint_id", "") : "";
}

Result<void> end_delivery(Connection& db, const Held& held, const char* state, std::int64_t hidden_until_ms) {
  return run(db,
             "UPDATE mod_scaiqueue_deliveries SET state = ?, claim_token = NULL, claim_expires_at = ?, "
             "updated_at = ? WHERE message_id = ? AND consumer_id = ?",
             {state, hidden_until_ms, net::wall_ms(), held.message.string_or("id", ""), *held.consumer_id});
}

Result<std::string> dead_letter_queue(Connection& db, const Json& message) {
  const auto queue =
      find_queue(db, message.string_or("tenant_id", ""), message.string_or("scope_id", ""), "_dead_letter");
  if (!queue) return tl::unexpected(queue.error());
  return queue->id;
}

std::vector<std::string> ids_of(store::Database& database, const std::string& sql,
                                const store::Params& params) {
  std::vector<std::string> out;
  (void)database.read([&](Connection& db) {
    return db.query(sql + " LIMIT " + std::to_string(sweep_rows), params,
                    [&](const store::Row& row) { out.push_back(row.string(0)); });
  });
  return out;
}

}  // namespace

Result<Json> Messages::checked_result(const Json& message, const Json& result) {
  if (!message["hitl_spec"].is_object()) return result;
  if (!result.is_object()) return fail("SCAIQUEUE_FORM_INVALID", "result: expected an object");
  const Json form =
      Json::object({{"hitl_spec", message["hitl_spec"]}, {"options", message["body"]["options"]}});
  auto checked = check_review(form, result);
  if (checked) return checked;
  Error error = checked.error();
  error.code = "SCAIQUEUE_FORM_INVALID";
  return tl::unexpected(std::move(error));
}

Result<Json> Messages::settle(const Settlement& settlement,
                              Result<Json> (Messages::*act)(Connection&, const Settlement&)) {
  auto done = database_.write_sync([&](Connection& db) { return (this->*act)(db, settlement); });
  if (done) settled(*done);
  return done;
}

Result<Json> Messages::complete(const Settlement& s) { return settle(s, &Messages::complete_in); }
Result<Json> Messages::fail_message(const Settlement& s) { return settle(s, &Messages::fail_in); }
Result<Json> Messages::release(const Settlement& s) { return settle(s, &Messages::release_in); }
Result<Json> Messages::extend(const Settlement& s) { return settle(s, &Messages::extend_in); }
Result<Json> Messages::review(const Settlement& s) { return settle(s, &Messages::review_in); }

void Messages::settled(const Json& message) {
  if (engine_ == nullptr) return;
  const std::string state = message.string_or("state", "");
  if (state == "completed" || state == "dead_lettered")
    engine_->unit_committed(checkpoint_of(message).empty() ? ""
                                                           : message["body"].string_or("execution_id", ""));
}

Result<Json> Messages::complete_in(Connection& db, const Settlement& settlement) {
  const auto held = find_held(db, settlement);
  if (!held) return tl::unexpected(held.error());
  if (!held->consumer_id) return finish(db, settlement, held->message);
  if (auto ended = end_delivery(db, *held, "completed", 0); !ended) return tl::unexpected(ended.error());
  if (auto noted = audit(db, held->message, actor_text(settlement.actor), "completed"); !noted)
    return tl::unexpected(noted.error());
  return held->message;
}

/// Row, checkpoint, audit and event of a completed message, all in the caller's transaction.
Result<Json> Messages::finish(Connection& db, const Settlement& settlement, const Json& message) {
  auto result = checked_result(message, settlement.result);
  if (!result) return result;
  const std::string id = message.string_or("id", "");
  const auto changed =
      changes_one(db,
                  "UPDATE mod_scaiqueue_messages SET state = 'completed', result = ?, claim_token = NULL, "
                  "claim_expires_at "
                  "= NULL, completed_at = ? WHERE id = ? AND state IN ('pending', 'claimed')",
                  {json_param(*result), net::wall_ms(), id});
  if (!changed) return tl::unexpected(changed.error());
  if (!*changed) return lost();
  if (const std::string checkpoint = checkpoint_of(message); !checkpoint.empty() && engine_ != nullptr) {
    core::CheckpointClosing closing{
        settlement.tenant_id, checkpoint, "resolved", settlement.actor.id, {}, *result, {}, id};
    if ((*result)["comment"].is_string()) closing.comment = (*result)["comment"].as_string();
    if (auto closed = engine_->close_checkpoint(db, closing); !closed) return closed;
  }
  if (auto noted = audit(db, message, actor_text(settlement.actor), "completed"); !noted)
    return tl::unexpected(noted.error());
  if (engine_ != nullptr) {
    const Json payload = Json::object({{"message_id", id},
                                       {"queue", message["queue_id"]},
                                       {"scope", message["scope_id"]},
                                       {"correlation_id", message["correlation_id"]},
                                       {"message_type", message["message_type"]},
                                       {"result", *result},
                                       {"completed_by", settlement.actor.id}});
    const bool of_core = message.string_or("source_type", "") == "scaicore";
    auto told =
        engine_->append_event(db, settlement.tenant_id, of_core ? message.string_or("source_id", "") : "",
                              "scaiqueue.message.completed", payload);
    if (!told) return tl::unexpected(told.error());
  }
  return find_message(db, settlement.tenant_id, id);
}

Result<Json> Messages::fail_in(Connection& db, const Settlement& settlement) {
  const auto held = find_held(db, settlement);
  if (!held) return tl::unexpected(held.error());
  const Json& message = held->message;
  const auto queue = find_queue(db, settlement.tenant_id, "", message.string_or("queue_id", ""));
  if (!queue) return tl::unexpected(queue.error());
  const std::int64_t now_ms = net::wall_ms();
  // A review waits for a person without limit.
  const bool review = !checkpoint_of(message).empty();
  const bool again = settlement.retry && (review || held->attempts < queue->max_retries);
  const std::int64_t later_ms =
      now_ms + std::min<std::int64_t>(1'000LL << std::min<std::int64_t>(held->attempts, 20), retry_ms_max);
  const Json details = Json::object({{"reason", settlement.reason}, {"retry", again}});
  if (auto noted =
          audit(db, message, actor_text(settlement.actor), again ? "failed" : "dead_lettered", details);
      !noted)
    return tl::unexpected(noted.error());
  Result<void> done;
  if (held->consumer_id) {
    done = end_delivery(db, *held, again ? "pending" : "dead_lettered", again ? later_ms : 0);
  } else if (again) {
    done = run(db,
               "UPDATE mod_scaiqueue_messages SET state = 'pending', visible_at = ?, failure_reason = ?, "
               "claim_token = NULL, claim_expires_at = NULL WHERE id = ?",
               {later_ms, settlement.reason, message.string_or("id", "")});
  } else {
    const auto dead = dead_letter_queue(db, message);
    if (!dead) return tl::unexpected(dead.error());
    done = run(db,
               "UPDATE mod_scaiqueue_messages SET state = 'dead_lettered', queue_id = ?, failure_reason = ?, "
               "claim_token = NULL, claim_expires_at = NULL, completed_at = ? WHERE id = ?",
               {*dead, settlement.reason, now_ms, message.string_or("id", "")});
  }
  if (!done) return tl::unexpected(done.error());
  if (review && !again && engine_ != nullptr) {
    const core::CheckpointClosing closing{settlement.tenant_id,
                                          checkpoint_of(message),
                                          "cancelled",
                                          settlement.actor.id,
                                          "dead_lettered",
                                          {},
                                          {},
                                          message.string_or("id", "")};
    if (auto closed = engine_->close_checkpoint(db, closing); !closed) return closed;
  }
  return find_message(db, settlement.tenant_id, settlement.message_id);
}

/// Back to where it was; that try does not count.
Result<Json> Messages::release_in(Connection& db, const Settlement& settlement) {
  const auto held = find_held(db, settlement);
  if (!held) return tl::unexpected(held.error());
  auto done = held->consumer_id
                  ? end_delivery(db, *held, "pending", 0)
                  : run(db,
                        "UPDATE mod_scaiqueue_messages SET state = 'pending', attempts = attempts - 1, "
                        "claim_token = NULL, claim_expires_at = NULL WHERE id = ?",
                        {settlement.message_id});
  if (done) done = audit(db, held->message, actor_text(settlement.actor), "released");
  if (!done) return tl::unexpected(done.error());
  return find_message(db, settlement.tenant_id, settlement.message_id);
}

Result<Json> Messages::extend_in(Connection& db, const Settlement& settlement) {
  const auto held = find_held(db, settlement);
  if (!held) return tl::unexpected(held.error());
  const std::int64_t until_ms = net::wall_ms() + settlement.visibility_timeout_s * 1'000;
  auto done = held->consumer_id
                  ? run(db,
                        "UPDATE mod_scaiqueue_deliveries SET claim_expires_at = ? WHERE message_id = ? AND "
                        "consumer_id = ?",
                        {until_ms, settlement.message_id, *held->consumer_id})
                  : run(db, "UPDATE mod_scaiqueue_messages SET claim_expires_at = ? WHERE id = ?",
                        {until_ms, settlement.message_id});
  if (done) done = audit(db, held->message, actor_text(settlement.actor), "extended");
  if (!done) return tl::unexpected(done.error());
  return find_message(db, settlement.tenant_id, settlement.message_id);
}

Result<Json> Messages::review_in(Connection& db, const Settlement& settlement) {
  const auto message = find_message(db, settlement.tenant_id, settlement.message_id);
  if (!message) return message;
  if (message->string_or("state", "") != "pending") return lost();
  return finish(db, settlement, *message);
}

void Messages::sweep() {
  const std::int64_t now_ms = net::wall_ms();
  const auto each = [&](const std::vector<std::string>& ids, const std::string& update, const char* action,
                        const store::Params& first) {
    if (ids.empty()) return;
    (void)database_.write_sync(Unit([&](Connection& db) -> Result<void> {
      for (const std::string& id : ids) {
        store::Params params = first;
        params.emplace_back(id);
        const auto changed = changes_one(db, update, params);
        if (!changed) return tl::unexpected(changed.error());
        if (!*changed || action == nullptr) continue;
        auto row = db.query_one("SELECT " + message_columns + " FROM mod_scaiqueue_messages WHERE id = ?",
                                {id}, read_message);
        if (!row) return tl::unexpected(row.error());
        if (auto noted = audit(db, **row, "system:sweep", action); !noted) return noted;
      }
      return {};
    }));
  };
  each(ids_of(database_,
              "SELECT id FROM mod_scaiqueue_messages WHERE state = 'claimed' AND claim_expires_at <= ?",
              {now_ms}),
       "UPDATE mod_scaiqueue_messages SET state = 'pending', claim_token = NULL, claim_expires_at = NULL "
       "WHERE "
       "state = 'claimed' AND claim_expires_at <= ? AND id = ?",
       "claim_expired", {now_ms});
  each(ids_of(database_, "SELECT id FROM mod_scaiqueue_messages WHERE state = 'pending' AND expires_at <= ?",
              {now_ms}),
       "UPDATE mod_scaiqueue_messages SET state = 'expired', completed_at = ? WHERE state = 'pending' AND id "
       "= ?",
       "expired", {now_ms});
  for (const char* state : {"completed", "dead_lettered", "expired", "cancelled"}) {
    each(ids_of(database_, "SELECT id FROM mod_scaiqueue_messages WHERE state = ? AND completed_at < ?",
                {state, now_ms - archived_after_ms}),
         "UPDATE mod_scaiqueue_messages SET state = 'archived' WHERE id = ?", nullptr, {});
  }
  const auto old =
      ids_of(database_, "SELECT id FROM mod_scaiqueue_messages WHERE state = 'archived' AND completed_at < ?",
             {now_ms - deleted_after_ms});
  each(old, "DELETE FROM mod_scaiqueue_deliveries WHERE message_id = ?", nullptr, {});
  each(old, "DELETE FROM mod_scaiqueue_messages WHERE id = ?", nullptr, {});
}

}  // namespace scaiflow::grid
