// Publishing a Core as a chat model (08 §8.11).
#include <algorithm>

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

/// Where a Core is published: as a chat model unless the request says otherwise.
Result<Json> targets_of(const Json& body) {
  const Json& targets = body["targets"];
  if (targets.is_null()) return Json::array({"model"});
  const bool known = targets.is_array() && targets.size() > 0 &&
                     std::all_of(targets.as_array().begin(), targets.as_array().end(), [](const Json& each) {
                       return each == Json("model") || each == Json("mcp");
                     });
  if (!known) return tl::unexpected(invalid("targets", "expected an array of model and mcp"));
  return targets;
}

Json mcp_url(const CoreRow& row, const std::string& base) {
  for (const Json& target : row.metadata["published_targets"].as_array()) {
    if (target == Json("mcp")) return base + "/v1/modules/scaicore/cores/" + row.id + "/mcp";
  }
  return {};
}

Json publication_json(const CoreRow& row, const std::string& base) {
  return Json::object({{"core_id", row.id},
                       {"published", true},
                       {"published_slug", row.metadata["published_slug"]},
                       {"published_model_id", row.metadata["published_model_id"]},
                       {"published_backend_id", row.metadata["published_backend_id"]},
                       {"group_ids", Json::array()},
                       {"mcp_url", mcp_url(row, base)},
                       {"warnings", Json::array()}});
}

net::HttpResponse publish(Services& services, const Call& call, CoreService::Publish how) {
  Result<Json> body = json_body(call.request);
  if (!body) return failure(call.request_id(), body.error());
  if (auto checked = check_groups(*body); !checked) return failure(call.request_id(), checked.error());
  Result<Json> targets = targets_of(*body);
  if (!targets) return failure(call.request_id(), targets.error());
  Result<CoreRow> row = services.core_service.publish(call.principal, call.param("core_id"), how, *targets);
  return row ? ok(call.request_id(), publication_json(*row, base_url(services, call.request)))
             : failure(call.request_id(), row.error());
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
