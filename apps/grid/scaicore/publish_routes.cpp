// Publishing a Core as a chat model (08 §8.11).
#include "apps/grid/envelope.h"
#include "apps/grid/grid.h"
#include "apps/grid/scaicore/core_service.h"

namespace scaiflow::grid {

namespace {

/// The embedded grid keeps no model groups and, in mode local, no identity groups: every id is unknown.
Result<void> check_groups(const Json& body) {
  const Json& groups = body["group_ids"];
  if (groups.is_null() || (groups.is_array() && groups.size() == 0)) return {};
  if (!groups.is_array()) return tl::unexpected(invalid("group_ids", "expected an array of ids"));
  return tl::unexpected(invalid("group_ids.0", "no such group on this server"));
}

Json publication_json(const CoreRow& row) {
  return Json::object({{"core_id", row.id},
                       {"published", true},
                       {"published_slug", row.metadata["published_slug"]},
                       {"published_model_id", row.metadata["published_model_id"]},
                       {"published_backend_id", row.metadata["published_backend_id"]},
                       {"group_ids", Json::array()},
                       {"mcp_url", Json()},
                       {"warnings", Json::array()}});
}

net::HttpResponse publish(Services& services, const Call& call, CoreService::Publish how) {
  Result<Json> body = json_body(call.request);
  if (!body) return failure(call.request_id(), body.error());
  if (auto checked = check_groups(*body); !checked) return failure(call.request_id(), checked.error());
  Result<CoreRow> row = services.core_service.publish(call.principal, call.param("core_id"), how);
  return row ? ok(call.request_id(), publication_json(*row)) : failure(call.request_id(), row.error());
}

}  // namespace

void add_publish_routes(Routes& routes, Services& services) {
  const std::string base = "/v1/modules/scaicore/cores/{core_id}";
  const auto add = [&](const std::string& path, std::function<net::HttpResponse(const Call&)> handler) {
    routes.add("POST", base + path, Route{sync(std::move(handler)), "scaicore:manage"});
  };
  add("/publish",
      [&services](const Call& call) { return publish(services, call, CoreService::Publish::First); });
  add("/publish/sync",
      [&services](const Call& call) { return publish(services, call, CoreService::Publish::Sync); });
  add("/unpublish", [&services](const Call& call) {
    Result<CoreRow> row = services.core_service.unpublish(call.principal, call.param("core_id"));
    return row ? ok(call.request_id(), Json::object({{"core_id", row->id}, {"published", false}}))
               : failure(call.request_id(), row.error());
  });
}

}  // namespace scaiflow::grid
