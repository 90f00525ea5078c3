// Publishing, listing and claiming.
#include "apps/grid/scaiqueue/messages.h"

#include <algorithm>
#include <cstdio>
#include <limits>

#include "apps/grid/envelope.h"
#include "apps/grid/scaiqueue/queue_rules.h"
#include "generated/cpp/limits.h"
#include "libs/base/hash.h"
#include "libs/base/json_text.h"
#include "libs/base/text.h"
#include "libs/expr/calendar.h"
#include "libs/net/clock.h"
#include "libs/net/ids.h"

namespace scaiflow::grid {

namespace {

using store::Connection;

constexpr std::int64_t broadcast_ttl_ms = 7LL * 24 * 3'600 * 1'000;
constexpr std::int64_t year_s = 366LL * 24 * 3'600;
constexpr const char* tiers[] = {"critical", "high", "normal", "low", "background"};

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

/// The lowest comes first (08 §8.13). Waiting one minute gains one point of priority.
std::string score_of(const QueueRow& queue, const NewMessage& message, std::int64_t now_ms) {
  std::int64_t score = now_ms;
  if (queue.ordering == "priority") {
    const auto* tier = std::find(std::begin(tiers), std::end(tiers), message.priority_tier);
    const std::int64_t base = (tier - std::begin(tiers)) * 200;
    score += base * 60'000 + 200 * 60'000 - message.priority_score * 60'000 / 5;
  } else if (queue.ordering == "deadline") {
    score = message.deadline_ms.value_or(std::numeric_limits<std::int64_t>::max());
  }
  char text[24];
  std::snprintf(text, sizeof text, "%020lld", static_cast<long long>(score));
  return text;
}

/// Reviews end with their checkpoint alone.
std::optional<std::int64_t> expiry_of(const QueueRow& queue, const NewMessage& message, std::int64_t now_ms) {
  if (message.source_type == "scaicore" && message.message_type == "hitl_request") return std::nullopt;
  std::optional<std::int64_t> out = message.deadline_ms;
  if (message.ttl_seconds) out = std::min(out.value_or(INT64_MAX), now_ms + *message.ttl_seconds * 1'000);
  if (!out && queue.is_broadcast()) out = now_ms + broadcast_ttl_ms;
  return out;
}

/// Whether a queue is full, and means to refuse.
Result<bool> is_full(Connection& db, const QueueRow& queue) {
  if (!queue.max_depth) return false;
  auto depth = db.query_one(
      "SELECT COUNT(*) FROM mod_scaiqueue_messages WHERE queue_id = ? AND state IN ('pending', 'claimed')",
      {queue.id}, [](const store::Row& row) { return row.integer(0); });
  if (!depth) return tl::unexpected(depth.error());
  return depth->value_or(0) >= *queue.max_depth;
}

/// Room for one more message, made by dropping the oldest when the queue says so.
Result<void> make_room(Connection& db, const QueueRow& queue, std::int64_t now_ms) {
  const auto full = is_full(db, queue);
  if (!full) return tl::unexpected(full.error());
  if (!*full) return {};
  if (queue.overflow_policy == "reject")
    return fail("SCAIQUEUE_QUEUE_FULL", "queue '" + queue.slug + "' is full", Retry::Later);
  return run(
      db,
      "UPDATE mod_scaiqueue_messages SET state = 'cancelled', failure_reason = 'overflow', "
      "completed_at = ? WHERE id = (SELECT id FROM mod_scaiqueue_messages WHERE queue_id = ? AND state "
      "= 'pending' ORDER BY created_at, id LIMIT 1)",
      {now_ms, queue.id});
}

Result<void> must_take(Connection& db, const QueueRow& queue) {
  const auto scope = find_scope(db, queue.tenant_id, queue.scope_id);
  if (!scope) return tl::unexpected(scope.error());
  if (!scope->takes_messages())
    return fail("SCAIQUEUE_SCOPE_PAUSED", "scope '" + scope->slug + "' is " + scope->status, Retry::Later);
  if (queue.status == "active") return {};
  return fail("SCAIQUEUE_QUEUE_PAUSED", "queue '" + queue.slug + "' is " + queue.status, Retry::Later);
}

Result<void> must_give(Connection& db, const QueueRow& queue) {
  const auto scope = find_scope(db, queue.tenant_id, queue.scope_id);
  if (!scope) return tl::unexpected(scope.error());
  if (!scope->gives_messages())
    return fail("SCAIQUEUE_SCOPE_PAUSED", "scope '" + scope->slug + "' is " + scope->status, Retry::Later);
  if (queue.status == "active" || queue.status == "draining") return {};
  return fail("SCAIQUEUE_QUEUE_PAUSED", "queue '" + queue.slug + "' is " + queue.status, Retry::Later);
}

/// `labels.schema` = `name@version` is checked at publish.
Result<void> check_body(Connection& db, const QueueRow& queue, const NewMessage& message) {
  const std::string named = message.labels.string_or("schema", "");
  if (named.empty()) return {};
  const std::size_t at = named.find('@');
  const auto schema = find_schema(db, queue.scope_id, named.substr(0, at),
                                  at == std::string::npos ? "" : named.substr(at + 1));
  return schema ? check_schema(*schema, message.body) : Result<void>(tl::unexpected(schema.error()));
}

Result<std::optional<Published>> known_message(Connection& db, const std::string& key,
                                               const std::string& hash) {
  auto found = db.query_one("SELECT id, body_hash FROM mod_scaiqueue_messages WHERE idem_key = ?", {key},
                            [](const store::Row& row) { return std::pair(row.string(0), row.string(1)); });
  if (!found) return tl::unexpected(found.error());
  if (!*found) return std::nullopt;
  if ((*found)->second == hash) return Published{(*found)->first, false};
  return fail("SCAIQUEUE_IDEMPOTENCY_CONFLICT", "the key was used for another message");
}

Result<std::optional<std::int64_t>> time_of(const Json& fields, const char* name) {
  const Json& value = fields[name];
  if (value.is_null()) return std::nullopt;
  if (value.is_string()) {
    if (const auto ms = expr::parse_datetime(value.as_string(), expr::Fraction::Any)) return *ms;
  }
  return tl::unexpected(invalid(name, "must be a time such as 2026-05-18T09:30:00Z"));
}

}  // namespace

Result<NewMessage> message_of(const Json& fields) {
  NewMessage out;
  out.message_type = cut(fields.string_or("message_type", "message"), 100);
  out.body = fields["body"];
  out.priority_tier = fields.string_or("priority_tier", "normal");
  if (std::find(std::begin(tiers), std::end(tiers), out.priority_tier) == std::end(tiers))
    return tl::unexpected(invalid("priority_tier", "must be one of critical, high, normal, low, background"));
  out.priority_score = fields.int_or("priority_score", 0);
  if (out.priority_score < 0 || out.priority_score > 1'000)
    return tl::unexpected(invalid("priority_score", "must be 0 to 1000"));
  out.labels = labels_object(fields["labels"]);
  out.content_type = cut(fields.string_or("content_type", "application/json"), 200);
  for (const auto& [name, target] :
       {std::pair("correlation_id", &out.correlation_id), std::pair("causation_id", &out.causation_id),
        std::pair("parent_id", &out.parent_id), std::pair("idempotency_key", &out.idempotency_key)}) {
    const Json& value = fields[name];
    if (value.is_null()) continue;
    if (!value.is_string() || value.as_string().empty() || value.as_string().size() > 300)
      return tl::unexpected(invalid(name, "must be a text of 1 to 300 bytes"));
    *target = value.as_string();
  }
  if (fields["ttl_seconds"].is_int()) out.ttl_seconds = fields["ttl_seconds"].as_int();
  if (out.ttl_seconds && (*out.ttl_seconds < 1 || *out.ttl_seconds > year_s))
    return tl::unexpected(invalid("ttl_seconds", "must be 1 to 31622400"));
  const auto deadline = time_of(fields, "deadline"), delay = time_of(fields, "delay_until");
  if (!deadline || !delay) return tl::unexpected(deadline ? delay.error() : deadline.error());
  out.deadline_ms = *deadline;
  out.delay_until_ms = *delay;
  out.hitl_spec = fields["hitl_spec"];
  out.pattern = fields["pattern"];
  return out;
}

/// Where the rules of the scope lead a message: its last queue, or `archived`. Escalations are put beside it.
Result<QueueRow> Messages::routed(Connection& db, NewMessage& message, QueueRow queue, const std::string& id,
                                  Json& route, std::string& state) {
  const auto rules = read_rules(db, queue.scope_id);
  if (!rules) return tl::unexpected(rules.error());
  while (static_cast<std::int64_t>(route.size()) <= limits::rule_hops_max) {
    const Json seen = Json::object({{"message_type", message.message_type},
                                    {"priority_tier", message.priority_tier},
                                    {"labels", message.labels}});
    const Json rule = matching_rule(*rules, queue.slug, seen);
    if (rule.is_null()) return queue;
    const Json& action = rule["action"];
    const std::string kind = action.string_or("kind", "");
    if (kind == "archive") {
      state = "archived";
      return queue;
    }
    const auto target = find_queue(db, queue.tenant_id, queue.scope_id, action.string_or("queue", ""));
    const JsonArray& been = route.as_array();
    if (!target || std::find(been.begin(), been.end(), Json(target->slug)) != been.end()) return queue;
    route.push_back(target->slug);
    NewMessage next = message;
    const Json labels = labels_object(action["labels"]);
    for (const auto& [name, value] : labels.as_object()) next.labels.set(name, value);
    if (kind == "route") {
      message = next;
      queue = *target;
      continue;
    }
    next.parent_id = id;
    next.idempotency_key.reset();
    next.priority_tier = message.priority_tier == "critical" ? "critical" : "high";
    if (auto done = insert(db, next, *target, net::new_uuid(), route); !done)
      return tl::unexpected(done.error());
    return queue;
  }
  return queue;
}

/// Puts a message into a queue, as far as its rules leave it there.
Result<void> Messages::insert(Connection& db, const NewMessage& given, const QueueRow& first,
                              const std::string& id, const Json& been) {
  NewMessage message = given;
  Json route = been;
  std::string state = "pending";
  const auto queue = routed(db, message, first, id, route, state);
  if (!queue) return tl::unexpected(queue.error());
  const std::int64_t now_ms = net::wall_ms();
  // Rules may lead into a full queue: only who publishes there is refused.
  if (queue->id == first.id) {
    if (auto room = make_room(db, *queue, now_ms); !room) return room;
  }
  const std::string body = to_text(message.body);
  const std::optional<std::string> key =
      message.idempotency_key ? std::optional(first.id + "/" + *message.idempotency_key) : std::nullopt;
  auto inserted =
      run(db,
          "INSERT INTO mod_scaiqueue_messages (id, tenant_id, scope_id, queue_id, source_type, source_id, "
          "correlation_id, causation_id, parent_id, message_type, priority_tier, priority_score, labels, "
          "content_type, body, ttl_seconds, deadline, delay_until, visible_at, expires_at, hitl_spec, state, "
          "score, idem_key, body_hash, created_at, completed_at, route) VALUES "
          "(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
          {id,
           message.tenant_id,
           queue->scope_id,
           queue->id,
           message.source_type,
           message.source_id,
           message.correlation_id,
           message.causation_id,
           message.parent_id,
           message.message_type,
           message.priority_tier,
           message.priority_score,
           to_text(message.labels),
           message.content_type,
           body,
           message.ttl_seconds,
           message.deadline_ms,
           message.delay_until_ms,
           std::max(now_ms, message.delay_until_ms.value_or(0)),
           expiry_of(*queue, message, now_ms),
           json_param(message.hitl_spec),
           state,
           score_of(*queue, message, now_ms),
           key,
           sha256_hex(to_text(given.body)),
           now_ms,
           state == "pending" ? store::Param(nullptr) : store::Param(now_ms),
           to_text(route)});
  if (!inserted) return inserted;
  const Json about =
      Json::object({{"id", id},
                    {"tenant_id", message.tenant_id},
                    {"scope_id", queue->scope_id},
                    {"queue_id", queue->id},
                    {"correlation_id", message.correlation_id ? Json(*message.correlation_id) : Json()}});
  return audit(db, about, message.source_type + ":" + message.source_id, "published",
               route.size() > 1 ? Json::object({{"route", route}}) : Json::object());
}

Result<void> Messages::check_publish(Connection& db, const NewMessage& given) {
  NewMessage message = given;
  message.labels = labels_object(given.labels);
  const auto queue = find_queue(db, given.tenant_id, given.scope, given.queue);
  if (!queue) return tl::unexpected(queue.error());
  if (given.idempotency_key) {
    const auto known =
        known_message(db, queue->id + "/" + *given.idempotency_key, sha256_hex(to_text(given.body)));
    if (!known) return tl::unexpected(known.error());
    if (*known) return {};
  }
  if (auto takes = must_take(db, *queue); !takes) return takes;
  if (auto fits = check_body(db, *queue, message); !fits) return fits;
  if (message.pattern.is_object()) {
    if (auto spec = render_pattern(db, queue->scope_id, message.pattern); !spec)
      return tl::unexpected(spec.error());
  }
  const auto full = is_full(db, *queue);
  if (!full) return tl::unexpected(full.error());
  if (*full && queue->overflow_policy == "reject")
    return fail("SCAIQUEUE_QUEUE_FULL", "queue '" + queue->slug + "' is full", Retry::Later);
  return {};
}

Result<Published> Messages::publish_in(Connection& db, const NewMessage& given) {
  const auto queue = find_queue(db, given.tenant_id, given.scope, given.queue);
  if (!queue) return tl::unexpected(queue.error());
  if (given.idempotency_key) {
    const auto known =
        known_message(db, queue->id + "/" + *given.idempotency_key, sha256_hex(to_text(given.body)));
    if (!known) return tl::unexpected(known.error());
    if (*known) return **known;
  }
  NewMessage message = given;
  message.labels = labels_object(given.labels);
  if (auto takes = must_take(db, *queue); !takes) return tl::unexpected(takes.error());
  if (auto fits = check_body(db, *queue, message); !fits) return tl::unexpected(fits.error());
  if (message.pattern.is_object()) {
    auto spec = render_pattern(db, queue->scope_id, message.pattern);
    if (!spec) return tl::unexpected(spec.error());
    message.hitl_spec = std::move(*spec);
  }
  const std::string id = message.id.empty() ? net::new_uuid() : message.id;
  auto done = insert(db, message, *queue, id, Json::array({queue->slug}));
  if (!done) return tl::unexpected(done.error());
  return Published{id, true};
}

Result<Published> Messages::publish(const NewMessage& message) {
  return database_.write_sync([&](Connection& db) { return publish_in(db, message); });
}

Result<Json> Messages::get(const std::string& tenant_id, const std::string& id) {
  return database_.read([&](Connection& db) { return find_message(db, tenant_id, id); });
}

Result<Json> Messages::list(const std::string& tenant_id, const std::string& scope,
                            const std::optional<std::string>& queue,
                            const std::vector<std::pair<std::string, std::string>>& filters,
                            const std::string& cursor, std::int64_t limit) {
  return database_.read([&](Connection& db) -> Result<Json> {
    std::string where = "scope_id = ?";
    store::Params params;
    if (queue) {
      const auto found = find_queue(db, tenant_id, scope, *queue);
      if (!found) return tl::unexpected(found.error());
      where = "queue_id = ?";
      params.emplace_back(found->id);
    } else {
      const auto found = find_scope(db, tenant_id, scope);
      if (!found) return tl::unexpected(found.error());
      params.emplace_back(found->id);
    }
    for (const auto& [column, value] : filters) {
      where += " AND " + column + " = ?";
      params.emplace_back(value);
    }
    if (const std::size_t dot = cursor.find('.'); dot != std::string::npos) {
      where += " AND (created_at, id) > (?, ?)";
      params.emplace_back(static_cast<std::int64_t>(std::strtoll(cursor.c_str(), nullptr, 10)));
      params.emplace_back(cursor.substr(dot + 1));
    } else if (!cursor.empty()) {
      return tl::unexpected(invalid("cursor", "cannot be read"));
    }
    params.emplace_back(limit + 1);
    JsonArray items;
    std::vector<std::string> cursors;
    auto done = db.query("SELECT " + message_columns + " FROM mod_scaiqueue_messages WHERE " + where +
                             " ORDER BY created_at, id LIMIT ?",
                         params, [&](const store::Row& row) {
                           items.push_back(read_message(row));
                           cursors.push_back(std::to_string(row.integer(28)) + "." + row.string(0));
                         });
    if (!done) return tl::unexpected(done.error());
    const bool more = static_cast<std::int64_t>(items.size()) > limit;
    if (more) items.pop_back();
    const Json next = more ? Json(cursors[items.size() - 1]) : Json();
    return Json::object({{"items", Json(std::move(items))}, {"next_cursor", next}, {"has_more", more}});
  });
}

Result<std::vector<Json>> Messages::visible(Connection& db, const QueueRow& queue,
                                            const ClaimRequest& request) {
  if (auto gives = must_give(db, queue); !gives) return tl::unexpected(gives.error());
  const std::int64_t now_ms = net::wall_ms();
  std::string where =
      "queue_id = ? AND state = 'pending' AND visible_at <= ? AND (expires_at IS NULL OR expires_at > ?)";
  store::Params params{queue.id, now_ms, now_ms};
  if (queue.is_broadcast()) {
    // Each consumer has its own view: what it completed, or holds, is not there for it.
    where +=
        " AND NOT EXISTS (SELECT 1 FROM mod_scaiqueue_deliveries d WHERE d.message_id = "
        "mod_scaiqueue_messages.id AND d.consumer_id = ? AND (d.state IN ('completed', 'dead_lettered') OR "
        "d.claim_expires_at > ?))";
    params.emplace_back(request.consumer_id);
    params.emplace_back(now_ms);
  }
  params.emplace_back(request.batch_size);
  std::vector<Json> out;
  auto done = db.query("SELECT " + message_columns + " FROM mod_scaiqueue_messages WHERE " + where +
                           " ORDER BY score, id LIMIT ?",
                       params, [&](const store::Row& row) { out.push_back(read_message(row)); });
  if (!done) return tl::unexpected(done.error());
  return out;
}

Result<bool> Messages::claim_in(Connection& db, const QueueRow& queue, const Json& message,
                                const ClaimRequest& request, const std::string& token) {
  const std::int64_t now_ms = net::wall_ms();
  const std::string id = message.string_or("id", "");
  const std::int64_t until_ms =
      now_ms + request.visibility_timeout_s.value_or(queue.visibility_timeout_s) * 1'000;
  Result<bool> mine = true;
  if (queue.is_broadcast()) {
    mine = changes_one(db,
                       "UPDATE mod_scaiqueue_deliveries SET state = 'claimed', attempts = attempts + 1, "
                       "claim_token = ?, claim_expires_at = ?, updated_at = ? WHERE message_id = ? AND "
                       "consumer_id = ? AND state NOT IN ('completed', 'dead_lettered')",
                       {token, until_ms, now_ms, id, request.consumer_id});
    if (mine && !*mine)
      mine = changes_one(db,
                         "INSERT INTO mod_scaiqueue_deliveries (message_id, consumer_id, state, attempts, "
                         "claim_token, claim_expires_at, updated_at) VALUES (?, ?, 'claimed', 1, ?, ?, ?)",
                         {id, request.consumer_id, token, until_ms, now_ms});
  } else {
    mine = changes_one(db,
                       "UPDATE mod_scaiqueue_messages SET state = 'claimed', attempts = attempts + 1, "
                       "claim_token = ?, claimed_by_type = ?, claimed_by_id = ?, claimed_at = ?, "
                       "claim_expires_at = ? WHERE id = ? AND state = 'pending'",
                       {token, request.actor.type, request.actor.id, now_ms, until_ms, id});
  }
  if (!mine || !*mine) return mine;
  auto noted = audit(db, message, request.actor.type + ":" + request.actor.id, "claimed");
  if (!noted) return tl::unexpected(noted.error());
  return true;
}

Result<bool> Messages::has_visible(const ClaimRequest& request) {
  return database_.read([&](Connection& db) -> Result<bool> {
    const auto queue = find_queue(db, request.tenant_id, request.scope, request.queue);
    if (!queue) return tl::unexpected(queue.error());
    const auto found = visible(db, *queue, request);
    if (!found) return tl::unexpected(found.error());
    return !found->empty();
  });
}

Result<std::vector<Json>> Messages::claim(const ClaimRequest& request) {
  return database_.write_sync([&](Connection& db) -> Result<std::vector<Json>> {
    const auto queue = find_queue(db, request.tenant_id, request.scope, request.queue);
    if (!queue) return tl::unexpected(queue.error());
    const auto found = visible(db, *queue, request);
    if (!found) return tl::unexpected(found.error());
    std::vector<Json> out;
    for (const Json& message : *found) {
      const std::string token = hex(net::random_bytes(16));
      const auto mine = claim_in(db, *queue, message, request, token);
      if (!mine) return tl::unexpected(mine.error());
      auto claimed = find_message(db, request.tenant_id, message.string_or("id", ""));
      if (!claimed) return tl::unexpected(claimed.error());
      if (queue->is_broadcast()) claimed->set("state", "claimed");
      out.push_back(claimed->set("claim_token", token));
    }
    return out;
  });
}

}  // namespace scaiflow::grid
