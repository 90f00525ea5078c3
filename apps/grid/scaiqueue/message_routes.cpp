// Messages: publish, read, claim, settle, review (08 §8.13).
#include "apps/grid/envelope.h"
#include "apps/grid/grid.h"
#include "apps/grid/scaicore/checkpoint_rules.h"
#include "apps/grid/scaiqueue/messages.h"
#include "generated/cpp/limits.h"
#include "libs/base/text.h"

namespace scaiflow::grid {

namespace {

constexpr char scopes[] = "/v1/modules/scaiqueue/scopes/{sid}";
constexpr char queues[] = "/v1/modules/scaiqueue/scopes/{sid}/queues/{qid}/messages";
constexpr std::int64_t poll_ms = 100;
using Answer = net::HttpResponse;

Actor actor_of(const Call& call) {
  return {std::string(identity::to_text(call.principal.kind)), call.principal.id};
}

Answer publish(Services& services, const Call& call) {
  const Result<Json> body = json_body(call.request);
  if (!body) return failure(call.request_id(), body.error());
  if (!body->contains("body")) return failure(call.request_id(), invalid("body", "is required"));
  auto message = message_of(*body);
  if (!message) return failure(call.request_id(), message.error());
  message->tenant_id = call.principal.tenant_id;
  message->scope = call.param("sid");
  message->queue = call.param("qid");
  message->source_id = call.principal.id;
  const auto done = services.messages.publish(*message);
  if (!done) return failure(call.request_id(), done.error());
  return respond(call.request_id(), services.messages.get(call.principal.tenant_id, done->id),
                 done->is_new ? 201 : 200);
}

Answer list(Services& services, const Call& call) {
  const auto limit = limit_of(call.request);
  if (!limit) return failure(call.request_id(), limit.error());
  std::vector<std::pair<std::string, std::string>> filters;
  for (const char* name : {"state", "correlation_id", "message_type"}) {
    if (const auto value = query_text(call.request, name)) filters.emplace_back(name, *value);
  }
  const std::string queue = call.param("qid");
  return respond(call.request_id(),
                 services.messages.list(call.principal.tenant_id, call.param("sid"),
                                        queue.empty() ? std::nullopt : std::optional(queue), filters,
                                        query_text(call.request, "cursor").value_or(""), *limit));
}

Result<std::int64_t> number_in(const Json& fields, const char* name, std::int64_t fallback,
                               std::int64_t least, std::int64_t most) {
  const Json& value = fields[name];
  if (value.is_null()) return fallback;
  if (value.is_int() && value.as_int() >= least && value.as_int() <= most) return value.as_int();
  return tl::unexpected(
      invalid(name, "must be a whole number from " + std::to_string(least) + " to " + std::to_string(most)));
}

struct Waiting {
  ClaimRequest request;
  std::int64_t left_ms = 0;
};

Result<Waiting> claim_of(const Call& call) {
  const Result<Json> body = json_body(call.request);
  if (!body) return tl::unexpected(body.error());
  Waiting out;
  const auto batch = number_in(*body, "batch_size", 1, 1, limits::claim_batch_max);
  const auto hidden = number_in(*body, "visibility_timeout_s", 0, 1, limits::visibility_timeout_s_max);
  const auto wait = number_in(*body, "wait_ms", 0, 0, limits::claim_wait_ms_max);
  for (const auto* each : {&batch, &hidden, &wait}) {
    if (!*each) return tl::unexpected(each->error());
  }
  out.request.tenant_id = call.principal.tenant_id;
  out.request.scope = call.param("sid");
  out.request.queue = call.param("qid");
  out.request.batch_size = *batch;
  if (*hidden > 0) out.request.visibility_timeout_s = *hidden;
  out.request.actor = actor_of(call);
  out.request.consumer_id = cut(body->string_or("consumer_id", call.principal.id), 128);
  out.left_ms = *wait;
  return out;
}

/// Looks, and looks again while there is time: nobody's thread waits.
void claim(Services& services, const Waiting& waiting, const std::string& request_id,
           const net::Responder& responder) {
  const auto found = services.messages.has_visible(waiting.request);
  if (!found) return void(responder.send(failure(request_id, found.error())));
  auto claimed = *found ? services.messages.claim(waiting.request) : Result<std::vector<Json>>();
  if (!claimed) return void(responder.send(failure(request_id, claimed.error())));
  if (!claimed->empty() || waiting.left_ms <= 0) {
    const Json items{JsonArray(*claimed)};
    return void(responder.send(
        ok(request_id, Json::object({{"items", items}, {"next_cursor", Json()}, {"has_more", false}}))));
  }
  Waiting later = waiting;
  later.left_ms -= poll_ms;
  services.timers.after(
      std::min(poll_ms, waiting.left_ms), services.pool,
      [&services, later, request_id, responder] { claim(services, later, request_id, responder); });
}

Result<Settlement> settlement_of(const Call& call, const Json& body) {
  Settlement out;
  out.tenant_id = call.principal.tenant_id;
  out.message_id = call.param("mid");
  out.actor = actor_of(call);
  out.result = body["result"];
  out.claim_token = body.string_or("claim_token", "");
  out.reason = cut(body.string_or("reason", ""), 1'000);
  out.retry = body.bool_or("retry", true);
  const auto hidden = number_in(body, "visibility_timeout_s", 60, 1, limits::visibility_timeout_s_max);
  if (!hidden) return tl::unexpected(hidden.error());
  out.visibility_timeout_s = *hidden;
  return out;
}

Answer settle(Services& services, const Call& call) {
  const Result<Json> body = json_body(call.request);
  if (!body) return failure(call.request_id(), body.error());
  const auto settlement = settlement_of(call, *body);
  if (!settlement) return failure(call.request_id(), settlement.error());
  if (settlement->claim_token.empty())
    return failure(call.request_id(), invalid("claim_token", "is required"));
  const std::string move = call.request.path.substr(call.request.path.rfind('/') + 1);
  Messages& messages = services.messages;
  if (move == "complete") return respond(call.request_id(), messages.complete(*settlement));
  if (move == "release") return respond(call.request_id(), messages.release(*settlement));
  if (move == "extend") return respond(call.request_id(), messages.extend(*settlement));
  if (settlement->reason.empty()) return failure(call.request_id(), invalid("reason", "is required"));
  return respond(call.request_id(), messages.fail_message(*settlement));
}

/// Claim and completion in one step, for whom the review is meant.
Answer review(Services& services, const Call& call) {
  const Result<Json> body = json_body(call.request);
  if (!body) return failure(call.request_id(), body.error());
  const auto message = services.messages.get(call.principal.tenant_id, call.param("mid"));
  if (!message) return failure(call.request_id(), message.error());
  const Json asked = Json::object({{"assignee_raw", (*message)["body"]["assignee"]}});
  if (!call.principal.may("scaiqueue:consume") && !is_assignee(call.principal, asked))
    return failure(call.request_id(),
                   make_error("AUTHZ_PERMISSION_DENIED", "permission_denied: need scaiqueue:consume"));
  const auto settlement = settlement_of(call, *body);
  if (!settlement) return failure(call.request_id(), settlement.error());
  return respond(call.request_id(), services.messages.review(*settlement));
}

}  // namespace

void add_message_routes(Routes& routes, Services& services) {
  const auto add = [&](const char* method, const std::string& path, const char* permission,
                       Answer (*handler)(Services&, const Call&)) {
    routes.add(
        method, path,
        Route{sync([&services, handler](const Call& call) { return handler(services, call); }), permission});
  };
  const std::string of_queue = queues, of_scope = scopes;
  add("POST", of_queue, "scaiqueue:publish", publish);
  add("GET", of_queue, "scaiqueue:view", list);
  add("GET", of_scope + "/messages", "scaiqueue:view", list);
  for (const std::string& path : {of_queue + "/{mid}", of_scope + "/messages/{mid}"}) {
    add("GET", path, "scaiqueue:view", [](Services& s, const Call& call) {
      return respond(call.request_id(), s.messages.get(call.principal.tenant_id, call.param("mid")));
    });
  }
  routes.add("POST", of_queue + "/claim",
             Route{[&services](const Call& call, const net::Responder& responder) {
                     const auto waiting = claim_of(call);
                     if (!waiting) return void(responder.send(failure(call.request_id(), waiting.error())));
                     claim(services, *waiting, call.request_id(), responder);
                   },
                   "scaiqueue:consume"});
  for (const char* move : {"complete", "fail", "release", "extend"})
    add("POST", of_queue + "/{mid}/" + move, "scaiqueue:consume", settle);
  add("POST", of_queue + "/{mid}/review", "modules:use", review);
}

}  // namespace scaiflow::grid
