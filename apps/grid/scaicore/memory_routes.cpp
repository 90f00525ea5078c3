// What a Core remembers, for people who look into it (08 §8.11).
#include "apps/grid/envelope.h"
#include "apps/grid/grid.h"

namespace scaiflow::grid {

namespace {

constexpr char base[] = "/v1/modules/scaicore/cores/{core_id}/memory";
constexpr char shared_partition[] = "_";

net::HttpResponse list(Services& services, const Call& call) {
  Result<CoreRow> core = services.cores.get(call.principal.tenant_id, call.param("core_id"));
  if (!core) return failure(call.request_id(), core.error());
  Result<std::int64_t> limit = limit_of(call.request);
  if (!limit) return failure(call.request_id(), limit.error());
  core::MemoryFilter filter;
  filter.core_id = core->id;
  filter.instance_key = query_text(call.request, "instance_key");
  filter.field = query_text(call.request, "field");
  filter.prefix = query_text(call.request, "prefix");
  filter.limit = *limit;
  filter.cursor = query_text(call.request, "cursor").value_or("");
  return respond(call.request_id(), services.engine.list_memory(filter));
}

Result<core::MemoryEdit> edit_of(const Call& call, const CoreRow& core, const Json& body) {
  core::MemoryEdit edit;
  edit.core_id = core.id;
  edit.partition_key = body.string_or("instance_key", shared_partition);
  edit.field = call.param("field");
  edit.key = call.param("key");
  const Json& version = body["expect_version"];
  if (!version.is_null() && !version.is_int())
    return tl::unexpected(invalid("expect_version", "must be a whole number"));
  if (version.is_int()) edit.expect_version = version.as_int();
  return edit;
}

void edit(Services& services, const Call& call, const net::Responder& responder) {
  const std::string request_id = call.request_id();
  const auto refuse = [&](const Error& error) { responder.send(failure(request_id, error)); };
  if (!call.principal.may("scaicore:debug"))
    return refuse(make_error("AUTHZ_PERMISSION_DENIED", "permission_denied: need scaicore:debug"));
  Result<CoreRow> core = services.cores.get(call.principal.tenant_id, call.param("core_id"));
  if (!core) return refuse(core.error());
  Result<Json> body = json_body(call.request);
  if (!body) return refuse(body.error());
  if (const auto key = query_text(call.request, "instance_key")) body->set("instance_key", *key);
  Result<core::MemoryEdit> edit = edit_of(call, *core, *body);
  if (!edit) return refuse(edit.error());
  const bool removes = call.request.method == "DELETE";
  if (!removes && !body->contains("value")) return refuse(invalid("value", "is required"));
  if (!removes) edit->value = (*body)["value"];
  services.engine.write_memory(*edit, [responder, request_id, removes](const Result<void>& done) {
    if (!done) {
      const bool raced = done.error().code == "VERSION_CONFLICT";
      Error error = done.error();
      if (raced) error.code = "CORE_STATE_CONFLICT";
      return void(responder.send(failure(request_id, error)));
    }
    responder.send(removes ? no_content() : ok(request_id, Json::object()));
  });
}

}  // namespace

void add_memory_routes(Routes& routes, Services& services) {
  routes.add("GET", base,
             Route{sync([&services](const Call& call) { return list(services, call); }), "scaicore:debug"});
  for (const char* method : {"PUT", "DELETE"}) {
    routes.add(method, std::string(base) + "/{field}/{key}",
               Route{[&services](Call call, net::Responder responder) { edit(services, call, responder); },
                     "scaicore:manage"});
  }
}

}  // namespace scaiflow::grid
