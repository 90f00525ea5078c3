// Scopes, queues, patterns, schemas, rules and audit (08 §8.13).
#include "apps/grid/envelope.h"
#include "apps/grid/grid.h"
#include "apps/grid/scaiqueue/queue_store.h"
#include "libs/base/json_text.h"
#include "libs/base/text.h"

namespace scaiflow::grid {

namespace {

constexpr char base[] = "/v1/modules/scaiqueue";
using Answer = net::HttpResponse;

Answer items(const Call& call, const Result<std::vector<Json>>& rows) {
  if (!rows) return failure(call.request_id(), rows.error());
  return ok(call.request_id(),
            Json::object({{"items", Json(JsonArray(*rows))}, {"next_cursor", Json()}, {"has_more", false}}));
}

const std::string& tenant(const Call& call) { return call.principal.tenant_id; }
std::string actor(const Call& call) { return "user:" + call.principal.id; }

/// A handler of a JSON body.
template <class Act>
Answer with_body(const Call& call, int status, Act act) {
  const Result<Json> body = json_body(call.request);
  if (!body) return failure(call.request_id(), body.error());
  return respond(call.request_id(), act(*body), status);
}

/// Rules are a list, the only body of this module that is none of an object.
Answer put_rules(Services& services, const Call& call) {
  const auto body = try_parse_json(call.request.body);
  if (!body) return failure(call.request_id(), make_error("MALFORMED_REQUEST", "the body is not valid JSON"));
  const Json& rules = body->is_object() ? (*body)["rules"] : *body;
  return respond(call.request_id(), services.queues.put_rules(tenant(call), call.param("sid"), rules));
}

Answer audit_page(Services& services, const Call& call) {
  const auto limit = limit_of(call.request);
  if (!limit) return failure(call.request_id(), limit.error());
  return respond(call.request_id(),
                 services.queues.list_audit(tenant(call), call.param("sid"), call.param("correlation_id"),
                                            query_text(call.request, "cursor").value_or(""), *limit));
}

/// `pause` of `/scopes/x/pause`.
std::string move_of(const Call& call) { return call.request.path.substr(call.request.path.rfind('/') + 1); }

std::string status_after(const std::string& move) {
  if (move == "pause") return "paused";
  if (move == "drain") return "draining";
  return move == "archive" ? "archived" : "active";
}

Answer move_scope(Services& services, const Call& call) {
  return respond(call.request_id(), services.queues.set_scope_status(tenant(call), call.param("sid"),
                                                                     status_after(move_of(call))));
}

Answer move_queue(Services& services, const Call& call) {
  const std::string sid = call.param("sid"), qid = call.param("qid");
  if (move_of(call) == "purge")
    return respond(call.request_id(), services.queues.purge_queue(tenant(call), sid, qid, actor(call)));
  return respond(call.request_id(),
                 services.queues.set_queue_status(tenant(call), sid, qid, status_after(move_of(call))));
}

using Handle = Answer (*)(Services&, const Call&);
using Add = std::function<void(const char*, const std::string&, const char*, Handle)>;

void add_scopes(const Add& add) {
  add("POST", "/scopes", "scaiqueue:manage", [](Services& s, const Call& call) {
    return with_body(call, 201, [&](const Json& body) { return s.queues.create_scope(tenant(call), body); });
  });
  add("GET", "/scopes", "scaiqueue:view", [](Services& s, const Call& call) {
    return items(call, s.queues.list_scopes(tenant(call), query_text(call.request, "slug")));
  });
  add("GET", "/scopes/{sid}", "scaiqueue:view", [](Services& s, const Call& call) {
    return respond(call.request_id(), s.queues.get_scope(tenant(call), call.param("sid")));
  });
  add("PATCH", "/scopes/{sid}", "scaiqueue:manage", [](Services& s, const Call& call) {
    return with_body(call, 200, [&](const Json& body) {
      return s.queues.patch_scope(tenant(call), call.param("sid"), body);
    });
  });
  for (const char* move : {"pause", "resume", "drain", "archive"})
    add("POST", std::string("/scopes/{sid}/") + move, "scaiqueue:manage", move_scope);
}

void add_queues(const Add& add) {
  add("POST", "/scopes/{sid}/queues", "scaiqueue:manage", [](Services& s, const Call& call) {
    return with_body(call, 201, [&](const Json& body) {
      return s.queues.create_queue(tenant(call), call.param("sid"), body);
    });
  });
  add("GET", "/scopes/{sid}/queues", "scaiqueue:view", [](Services& s, const Call& call) {
    return items(call, s.queues.list_queues(tenant(call), call.param("sid")));
  });
  for (const char* path : {"/scopes/{sid}/queues/{qid}", "/queues/{qid}"}) {
    add("GET", path, "scaiqueue:view", [](Services& s, const Call& call) {
      return respond(call.request_id(),
                     s.queues.get_queue(tenant(call), call.param("sid"), call.param("qid")));
    });
    add("PATCH", path, "scaiqueue:manage", [](Services& s, const Call& call) {
      return with_body(call, 200, [&](const Json& body) {
        return s.queues.patch_queue(tenant(call), call.param("sid"), call.param("qid"), body);
      });
    });
  }
  for (const char* move : {"pause", "resume", "purge"})
    add("POST", std::string("/scopes/{sid}/queues/{qid}/") + move, "scaiqueue:manage", move_queue);
}

void add_rest(const Add& add) {
  add("POST", "/scopes/{sid}/hitl-patterns", "scaiqueue:manage", [](Services& s, const Call& call) {
    return with_body(call, 201, [&](const Json& body) {
      return s.queues.put_pattern(tenant(call), call.param("sid"), body);
    });
  });
  add("GET", "/scopes/{sid}/hitl-patterns", "scaiqueue:view", [](Services& s, const Call& call) {
    return items(call, s.queues.list_patterns(tenant(call), call.param("sid")));
  });
  add("POST", "/scopes/{sid}/hitl-patterns/{name}/preview", "scaiqueue:view",
      [](Services& s, const Call& call) {
        return with_body(call, 200, [&](const Json& body) {
          return s.queues.preview_pattern(tenant(call), call.param("sid"), call.param("name"), body);
        });
      });
  add("PUT", "/scopes/{sid}/schemas/{name}/{version}", "scaiqueue:manage", [](Services& s, const Call& call) {
    return with_body(call, 201, [&](const Json& body) {
      return s.queues.put_schema(tenant(call), call.param("sid"), call.param("name"), call.param("version"),
                                 body);
    });
  });
  add("GET", "/scopes/{sid}/schemas/{name}/{version}", "scaiqueue:view", [](Services& s, const Call& call) {
    return respond(call.request_id(), s.queues.get_schema(tenant(call), call.param("sid"), call.param("name"),
                                                          call.param("version")));
  });
  add("PUT", "/scopes/{sid}/rules", "scaiqueue:manage", put_rules);
  add("GET", "/scopes/{sid}/rules", "scaiqueue:view", [](Services& s, const Call& call) {
    return respond(call.request_id(), s.queues.get_rules(tenant(call), call.param("sid")));
  });
  add("GET", "/scopes/{sid}/audit", "scaiqueue:view", audit_page);
  add("GET", "/scopes/{sid}/audit/trace/{correlation_id}", "scaiqueue:view", audit_page);
}

}  // namespace

void add_queue_routes(Routes& routes, Services& services) {
  const Add add = [&](const char* method, const std::string& path, const char* permission, Handle handler) {
    routes.add(
        method, base + path,
        Route{sync([&services, handler](const Call& call) { return handler(services, call); }), permission});
  };
  add_scopes(add);
  add_queues(add);
  add_rest(add);
}

}  // namespace scaiflow::grid
