#include "apps/grid/scaiqueue/queue_plugin.h"

#include <algorithm>
#include <optional>

#include "libs/base/hash.h"
#include "libs/base/text.h"
#include "libs/net/ids.h"

namespace scaiflow::grid {

namespace {

using core::PluginCall;
using core::PluginFailure;
using core::PreparedWrite;
using store::Connection;

PluginFailure failure_of(const Error& error) {
  return {error.code == store::db_error::Unavailable ? "unreachable" : "rejected",
          error.message,
          error.retry == Retry::Later,
          {}};
}

Actor actor_of(const PluginCall& call) { return {"scaicore", call.context.execution_id}; }

ClaimRequest claim_request(const PluginCall& call) {
  ClaimRequest out;
  out.tenant_id = call.context.tenant_id;
  out.scope = call.args.string_or("scope", "");
  out.queue = call.args.string_or("queue", "");
  out.batch_size = std::clamp<std::int64_t>(call.args.int_or("max_messages", 1), 1, 100);
  out.visibility_timeout_s =
      std::clamp<std::int64_t>(call.args.int_or("visibility_timeout_s", 60), 1, 43'200);
  out.actor = actor_of(call);
  // Broadcast is for the Core, not for each of its executions.
  out.consumer_id = call.context.core_id;
  return out;
}

/// What the world says only inside the transaction is asked again, and then said by `prepare`.
Result<bool> held(const Error& error) {
  if (store::is_fault(error)) return tl::unexpected(error);
  return false;
}

Json claim_answer(JsonArray messages) {
  const Json first = messages.empty() ? Json() : messages.front();
  const auto count = static_cast<std::int64_t>(messages.size());
  return Json::object({{"messages", Json(std::move(messages))}, {"count", count}, {"message", first}});
}

}  // namespace

std::optional<tl::expected<PreparedWrite, PluginFailure>> QueuePlugin::prepare(const PluginCall& call) {
  if (call.method == "publish") return publish(call);
  return call.method == "claim" ? claim(call) : settle(call);
}

core::Cancel QueuePlugin::call(PluginCall, std::function<void(core::PluginResult)> done) {
  done(tl::unexpected(PluginFailure{"unknown_method", "scaiqueue has no such method", false, {}}));
  return nullptr;
}

QueuePlugin::Prepared QueuePlugin::publish(const PluginCall& call) {
  Json fields = call.args;
  fields.set("body", call.args["payload"]);
  auto read = message_of(fields);
  if (!read) return tl::unexpected(failure_of(read.error()));
  NewMessage message = std::move(*read);
  message.tenant_id = call.context.tenant_id;
  message.scope = call.args.string_or("scope", "");
  message.queue = call.args.string_or("queue", "");
  if (!message.idempotency_key) message.idempotency_key = call.key;
  message.source_type = "scaicore";
  message.source_id = call.context.core_id;
  // Known before the insert, so that the answer can be recorded in the same transaction.
  message.id = uuid5_url(call.key);
  const auto known = database_.read([&](Connection& db) -> Result<std::optional<std::string>> {
    if (auto able = messages_.check_publish(db, message); !able) return tl::unexpected(able.error());
    const auto queue = find_queue(db, message.tenant_id, message.scope, message.queue);
    if (!queue) return tl::unexpected(queue.error());
    return db.query_one("SELECT id FROM mod_scaiqueue_messages WHERE idem_key = ?",
                        {queue->id + "/" + *message.idempotency_key},
                        [](const store::Row& row) { return row.string(0); });
  });
  if (!known) return tl::unexpected(failure_of(known.error()));
  PreparedWrite out;
  const std::string id = known->value_or(message.id);
  out.answer = Json::object({{"message_id", id}});
  out.write = [this, message, id](Connection& db) -> Result<bool> {
    const auto published = messages_.publish_in(db, message);
    if (!published) return held(published.error());
    return published->id == id;
  };
  return out;
}

/// Reads what a claim would take; the write takes just that, or is prepared anew.
QueuePlugin::Prepared QueuePlugin::claim(const PluginCall& call) {
  const ClaimRequest request = claim_request(call);
  std::optional<QueueRow> queue;
  const auto found = database_.read([&](Connection& db) -> Result<std::vector<Json>> {
    auto row = find_queue(db, request.tenant_id, request.scope, request.queue);
    if (!row) return tl::unexpected(row.error());
    queue = *row;
    return messages_.visible(db, *row, request);
  });
  if (!found) return tl::unexpected(failure_of(found.error()));
  PreparedWrite out;
  if (found->empty()) {
    out.answer = claim_answer({});
    const std::int64_t wait_ms = call.args.int_or("wait_ms", 0);
    if (call.waited_ms < wait_ms)
      out.again_ms =
          std::min(std::clamp<std::int64_t>(call.waited_ms / 10, 50, 1'000), wait_ms - call.waited_ms);
    return out;
  }
  const bool auto_ack = call.args.string_or("ack", "auto") == "auto";
  JsonArray shown;
  for (const Json& message : *found) {
    if (auto_ack && message["hitl_spec"].is_object())
      return tl::unexpected(
          PluginFailure{"rejected", "a review needs an answer: claim it with ack manual", false, {}});
    Json each = message;
    each.set("state", auto_ack ? "completed" : "claimed");
    shown.push_back(each.set("attempts", message.int_or("attempts", 0) + 1));
  }
  out.answer = claim_answer(std::move(shown));
  out.write = [this, request, queue = *queue, found = *found, auto_ack](Connection& db) -> Result<bool> {
    for (const Json& message : found) {
      const std::string token = hex(net::random_bytes(16));
      const auto mine = messages_.claim_in(db, queue, message, request, token);
      if (!mine || !*mine) return mine;
      if (!auto_ack) continue;
      const Settlement done{
          request.tenant_id, message.string_or("id", ""), token, request.actor, {}, {}, true, 0};
      if (auto completed = messages_.complete_in(db, done); !completed) return held(completed.error());
    }
    return true;
  };
  return out;
}

QueuePlugin::Prepared QueuePlugin::settle(const PluginCall& call) {
  Settlement settlement;
  settlement.tenant_id = call.context.tenant_id;
  settlement.message_id = call.args.string_or("message_id", "");
  settlement.actor = actor_of(call);
  settlement.result = call.args["result"];
  settlement.reason = cut(call.args.string_or("reason", "failed"), 1'000);
  settlement.retry = call.args.bool_or("retry", true);
  const auto held_message = messages_.get(settlement.tenant_id, settlement.message_id);
  if (!held_message) return tl::unexpected(failure_of(held_message.error()));
  const bool mine = held_message->string_or("state", "") == "claimed" &&
                    held_message->string_or("claimed_by_id", "") == call.context.execution_id;
  if (!mine)
    return tl::unexpected(PluginFailure{"rejected", "the message is not claimed by this run", false, {}});
  const bool fails = call.method == "fail";
  if (const auto fits = Messages::checked_result(*held_message, settlement.result); !fails && !fits)
    return tl::unexpected(failure_of(fits.error()));
  PreparedWrite out;
  auto settled = std::make_shared<Json>();
  out.committed = [this, settled] { messages_.settled(*settled); };
  out.write = [this, settlement, settled, fails](Connection& db) -> Result<bool> {
    const auto done = fails ? messages_.fail_in(db, settlement) : messages_.complete_in(db, settlement);
    if (!done) return held(done.error());
    *settled = *done;
    return true;
  };
  return out;
}

}  // namespace scaiflow::grid
