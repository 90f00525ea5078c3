// Executions (08 §8.10).
#include <charconv>

#include "apps/grid/envelope.h"
#include "apps/grid/grid.h"
#include "apps/grid/scaicore/fork_request.h"
#include "apps/grid/scaicore/stream.h"

namespace scaiflow::grid {

namespace {

Result<std::int64_t> whole_number(const net::HttpRequest& request, std::string_view name,
                                  std::int64_t fallback) {
  const std::string* text = request.query_value(name);
  if (text == nullptr) return fallback;
  std::int64_t value = 0;
  const auto parsed = std::from_chars(text->data(), text->data() + text->size(), value);
  if (parsed.ec != std::errc() || parsed.ptr != text->data() + text->size() || value < 0) {
    return tl::unexpected(invalid(std::string(name), "must be a whole number from 0"));
  }
  return value;
}

net::HttpResponse list_executions(Services& services, const Call& call) {
  Result<std::int64_t> limit = limit_of(call.request);
  if (!limit) return failure(call.request_id(), limit.error());
  core::ExecutionFilter filter;
  filter.tenant_id = call.principal.tenant_id;
  filter.core_id = query_text(call.request, "core_id");
  filter.status = query_text(call.request, "status");
  filter.flow = query_text(call.request, "flow");
  filter.trigger = query_text(call.request, "trigger");
  filter.instance_key = query_text(call.request, "instance_key");
  filter.parent = query_text(call.request, "parent");
  filter.node_id = query_text(call.request, "node_id");
  filter.limit = *limit;
  filter.cursor = query_text(call.request, "cursor").value_or("");
  return respond(call.request_id(), services.engine.list_executions(filter));
}

net::HttpResponse get_execution(Services& services, const Call& call) {
  return respond(call.request_id(),
                 services.engine.get_execution(call.principal.tenant_id, call.param("id")));
}

net::HttpResponse read_journal(Services& services, const Call& call) {
  Result<std::int64_t> limit = limit_of(call.request);
  if (!limit) return failure(call.request_id(), limit.error());
  Result<std::int64_t> after = whole_number(call.request, "after", 0);
  if (!after) return failure(call.request_id(), after.error());
  const auto size = query_text(call.request, "full") == "true" ? core::BodySize::Full : core::BodySize::Cut;
  return respond(call.request_id(), services.engine.read_journal(call.principal.tenant_id, call.param("id"),
                                                                 *after, *limit, size));
}

net::HttpResponse read_state(Services& services, const Call& call) {
  Result<std::int64_t> seq = whole_number(call.request, "seq", 0);
  if (!seq) return failure(call.request_id(), seq.error());
  return respond(call.request_id(),
                 services.engine.read_state(call.principal.tenant_id, call.param("id"), *seq));
}

net::HttpResponse read_payload(Services& services, const Call& call) {
  Result<core::StoredPayload> payload =
      services.engine.read_payload(call.principal.tenant_id, call.param("id"), call.param("sha256"));
  if (!payload) return failure(call.request_id(), payload.error());
  net::HttpResponse response;
  response.headers.set("Content-Type", payload->mime);
  response.body = std::move(payload->bytes);
  return response;
}

void cancel(Services& services, const Call& call, const net::Responder& responder) {
  const std::string request_id = call.request_id();
  Result<Json> body = json_body(call.request);
  if (!body) return void(responder.send(failure(request_id, body.error())));
  const auto cascade = body->bool_or("cascade", true) ? core::Cascade::Yes : core::Cascade::No;
  services.engine.cancel(
      call.principal.tenant_id, call.param("id"), body->string_or("reason", "user"), call.principal.id,
      cascade, [responder, request_id](Result<void> done) {
        responder.send(done ? ok(request_id, Json::object(), 202) : failure(request_id, done.error()));
      });
}

void debug(Services& services, const Call& call, const net::Responder& responder) {
  const std::string request_id = call.request_id();
  Result<Json> body = json_body(call.request);
  if (!body) return void(responder.send(failure(request_id, body.error())));
  services.engine.debug(
      call.principal.tenant_id, call.param("id"), *body,
      [responder, request_id](Result<Json> state) { responder.send(respond(request_id, state)); });
}

void fork(Services& services, const Call& call, const net::Responder& responder) {
  const std::string request_id = call.request_id();
  Result<Fork> asked = fork_request(services, call);
  if (!asked) return void(responder.send(failure(request_id, asked.error())));
  if (asked->dry_run)
    return void(responder.send(respond(request_id, services.engine.preview_fork(asked->request))));
  services.engine.fork(std::move(asked->request), [responder, request_id](Result<Json> result) {
    responder.send(respond(request_id, result, 201));
  });
}

/// Model text and the values of the feed are for whoever may debug.
bool is_for_debuggers(const core::StreamEntry& entry) {
  return entry.kind == core::StreamEntry::Kind::Feed &&
         (entry.type.rfind("model.", 0) == 0 || entry.type == "scope" || entry.type == "log");
}

void stream(Services& services, const Call& call, const net::Responder& responder) {
  const bool debugs = call.principal.may("scaicore:debug");
  stream_entries(services, responder, call.request_id(), [&](std::function<void(core::StreamEntry)> deliver) {
    return services.engine.watch(call.principal.tenant_id, call.param("id"),
                                 [debugs, deliver = std::move(deliver)](core::StreamEntry entry) {
                                   if (debugs || !is_for_debuggers(entry)) deliver(std::move(entry));
                                 });
  });
}

}  // namespace

void add_execution_routes(Routes& routes, Services& services) {
  const std::string base = "/v1/modules/scaicore/executions";
  const auto add = [&](const char* method, const std::string& path, const char* permission,
                       net::HttpResponse (*handler)(Services&, const Call&)) {
    routes.add(
        method, path,
        Route{sync([&services, handler](const Call& call) { return handler(services, call); }), permission});
  };
  const auto add_later = [&](const char* method, const std::string& path, const char* permission,
                             void (*handler)(Services&, const Call&, const net::Responder&),
                             std::size_t body_max = body_default_max) {
    routes.add(method, path,
               Route{[&services, handler](Call call, net::Responder responder) {
                       handler(services, call, responder);
                     },
                     permission, Style::Envelope, body_max});
  };
  add("GET", base, "scaicore:view", list_executions);
  add("GET", base + "/{id}", "scaicore:view", get_execution);
  add("GET", base + "/{id}/journal", "scaicore:debug", read_journal);
  add("GET", base + "/{id}/state", "scaicore:debug", read_state);
  add("GET", base + "/{id}/payloads/{sha256}", "scaicore:debug", read_payload);
  add_later("GET", base + "/{id}/stream", "scaicore:view", stream);
  add_later("POST", base + "/{id}/fork", "scaicore:debug", fork, body_source_max);
  add_later("POST", base + "/{id}/cancel", "scaicore:manage", cancel);
  add_later("POST", base + "/{id}/debug", "scaicore:debug", debug);
}

}  // namespace scaiflow::grid
