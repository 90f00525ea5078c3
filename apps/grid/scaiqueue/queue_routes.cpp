// Scopes, queues and published messages (08 §8.13).
#include "apps/grid/envelope.h"
#include "apps/grid/grid.h"
#include "apps/grid/scaiqueue/queue_store.h"
#include "libs/base/text.h"

namespace scaiflow::grid {

namespace {

constexpr char base[] = "/v1/modules/scaiqueue/scopes";

net::HttpResponse items(const Call& call, const Result<std::vector<Json>>& rows) {
  if (!rows) return failure(call.request_id(), rows.error());
  return ok(call.request_id(),
            Json::object({{"items", Json(JsonArray(*rows))}, {"next_cursor", Json()}, {"has_more", false}}));
}

Result<std::string> slug_member(const Json& body) {
  const std::string slug = body.string_or("slug", "");
  if (!is_slug(slug))
    return tl::unexpected(invalid("slug", "must be lower-case letters, digits and single dashes"));
  return slug;
}

net::HttpResponse create_scope(Services& services, const Call& call) {
  Result<Json> body = json_body(call.request);
  if (!body) return failure(call.request_id(), body.error());
  Result<std::string> slug = slug_member(*body);
  if (!slug) return failure(call.request_id(), slug.error());
  return respond(
      call.request_id(),
      services.queues.create_scope(call.principal.tenant_id, *slug, body->string_or("display_name", *slug),
                                   body->string_or("description", "")),
      201);
}

net::HttpResponse create_queue(Services& services, const Call& call) {
  Result<Json> body = json_body(call.request);
  if (!body) return failure(call.request_id(), body.error());
  if (auto slug = slug_member(*body); !slug) return failure(call.request_id(), slug.error());
  const std::int64_t retries = body->int_or("max_retries", 5);
  if (retries < 0 || retries > 100)
    return failure(call.request_id(), invalid("max_retries", "must be 0 to 100"));
  return respond(call.request_id(),
                 services.queues.create_queue(call.principal.tenant_id, call.param("sid"), *body), 201);
}

net::HttpResponse publish(Services& services, const Call& call) {
  Result<Json> body = json_body(call.request);
  if (!body) return failure(call.request_id(), body.error());
  if (!body->contains("body")) return failure(call.request_id(), invalid("body", "is required"));
  NewMessage message;
  message.tenant_id = call.principal.tenant_id;
  message.scope = call.param("sid");
  message.queue = call.param("qid");
  message.message_type = body->string_or("message_type", "message");
  message.body = (*body)["body"];
  message.priority_tier = body->string_or("priority_tier", "normal");
  message.labels = (*body)["labels"];
  if ((*body)["correlation_id"].is_string()) message.correlation_id = (*body)["correlation_id"].as_string();
  if ((*body)["idempotency_key"].is_string())
    message.idempotency_key = (*body)["idempotency_key"].as_string();
  message.source_id = call.principal.id;
  return respond(call.request_id(), services.queues.publish(message), 201);
}

net::HttpResponse list_messages(Services& services, const Call& call) {
  Result<std::int64_t> limit = limit_of(call.request);
  if (!limit) return failure(call.request_id(), limit.error());
  return items(call,
               services.queues.list_messages(call.principal.tenant_id, call.param("sid"), call.param("qid"),
                                             query_text(call.request, "state"), *limit));
}

}  // namespace

void add_queue_routes(Routes& routes, Services& services) {
  const auto add = [&](const char* method, const std::string& path, const char* permission,
                       net::HttpResponse (*handler)(Services&, const Call&)) {
    routes.add(
        method, base + path,
        Route{sync([&services, handler](const Call& call) { return handler(services, call); }), permission});
  };
  add("POST", "", "scaiqueue:manage", create_scope);
  add("GET", "", "scaiqueue:view", [](Services& s, const Call& call) {
    return items(call, s.queues.list_scopes(call.principal.tenant_id, query_text(call.request, "slug")));
  });
  add("GET", "/{sid}", "scaiqueue:view", [](Services& s, const Call& call) {
    return respond(call.request_id(), s.queues.get_scope(call.principal.tenant_id, call.param("sid")));
  });
  add("POST", "/{sid}/queues", "scaiqueue:manage", create_queue);
  add("GET", "/{sid}/queues", "scaiqueue:view", [](Services& s, const Call& call) {
    return items(call, s.queues.list_queues(call.principal.tenant_id, call.param("sid")));
  });
  add("GET", "/{sid}/queues/{qid}", "scaiqueue:view", [](Services& s, const Call& call) {
    return respond(call.request_id(),
                   s.queues.get_queue(call.principal.tenant_id, call.param("sid"), call.param("qid")));
  });
  add("POST", "/{sid}/queues/{qid}/messages", "scaiqueue:publish", publish);
  add("GET", "/{sid}/queues/{qid}/messages", "scaiqueue:view", list_messages);
}

}  // namespace scaiflow::grid
