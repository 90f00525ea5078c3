// Events by cursor and as a stream (08 §8.8).
#include "apps/grid/envelope.h"
#include "apps/grid/grid.h"
#include "apps/grid/scaicore/stream.h"

namespace scaiflow::grid {

namespace {

Result<core::EventFilter> event_filter(const Call& call) {
  Result<std::int64_t> limit = limit_of(call.request);
  if (!limit) return tl::unexpected(limit.error());
  core::EventFilter filter;
  filter.tenant_id = call.principal.tenant_id;
  filter.core_id = query_text(call.request, "core_id");
  filter.execution_id = query_text(call.request, "execution_id");
  filter.type = query_text(call.request, "type");
  filter.limit = *limit;
  filter.cursor = query_text(call.request, "cursor").value_or("");
  return filter;
}

void stream_events(Services& services, const Call& call, const net::Responder& responder) {
  Result<core::EventFilter> filter = event_filter(call);
  if (!filter) return void(responder.send(failure(call.request_id(), filter.error())));
  if (const std::string* last = call.request.headers.find("Last-Event-ID")) filter->cursor = *last;
  stream_entries(services, responder, call.request_id(), [&](std::function<void(core::StreamEntry)> deliver) {
    return Result<std::unique_ptr<core::Subscription>>(
        services.engine.subscribe(*filter, std::move(deliver)));
  });
}

void list_events(Services& services, const Call& call, const net::Responder& responder) {
  if (call.request.headers.get("Accept").find("text/event-stream") != std::string_view::npos) {
    return stream_events(services, call, responder);
  }
  Result<core::EventFilter> filter = event_filter(call);
  if (!filter) return void(responder.send(failure(call.request_id(), filter.error())));
  responder.send(respond(call.request_id(), services.engine.list_events(*filter)));
}

}  // namespace

void add_event_routes(Routes& routes, Services& services) {
  const auto add = [&](const char* path, void (*handler)(Services&, const Call&, const net::Responder&)) {
    routes.add("GET", path,
               Route{[&services, handler](Call call, net::Responder responder) {
                       handler(services, call, responder);
                     },
                     "scaicore:view"});
  };
  add("/v1/modules/scaicore/events", list_events);
  add("/v1/modules/scaicore/events/stream", stream_events);
}

}  // namespace scaiflow::grid
