// Deploy and its records (09 §4.3, §6).
#include "apps/api/body.h"
#include "apps/api/flow_json.h"
#include "apps/api/services.h"
#include "libs/net/clock.h"

namespace scaiflow::api {

namespace {

Result<DeployRequest> deploy_request(const Json& body) {
  DeployRequest request;
  if (const Json& publish = body["publish_as_model"]; !publish.is_null()) {
    if (!publish.is_bool()) return invalid("/publish_as_model", "expected true or false");
    request.publish_as_model = publish.as_bool();
  }
  if (const Json& groups = body["model_visibility_group_ids"]; !groups.is_null()) {
    if (!groups.is_array() || groups.size() > 100) {
      return invalid("/model_visibility_group_ids", "expected an array of at most 100 ids");
    }
    request.group_ids = groups;
  }
  auto version = text_member(body, "version", 1, 40);
  if (!version) return tl::unexpected(version.error());
  request.version = *version;
  return request;
}

net::HttpResponse deploy(Services& services, const Call& call) {
  Result<Json> body = json_body(call.request, Empty::Allowed);
  if (!body) return error_response(body.error());
  Result<DeployRequest> request = deploy_request(*body);
  if (!request) return error_response(request.error());
  Result<FlowRow> flow = services.flows.get(call.principal.tenant_id, call.param("flow_id"));
  if (!flow) return error_response(flow.error());
  Result<DeploymentRow> row = services.deployer.deploy(call.principal, *flow, *request);
  if (!row) return error_response(row.error());
  const Json record = deployment_json(*row);
  return json_response(200, Json::object({{"core_id", record["core_id"]},
                                          {"published_slug", record["published_slug"]},
                                          {"deployment_id", row->id},
                                          {"version", record["version"]},
                                          {"deployed_at", record["deployed_at"]},
                                          {"ir_hash", record["ir_hash"]},
                                          {"warnings", row->warnings}}));
}

Result<FlowRow> flow_of(Services& services, const Call& call) {
  return services.flows.get(call.principal.tenant_id, call.param("flow_id"));
}

net::HttpResponse list_deployments(Services& services, const Call& call) {
  Result<FlowRow> flow = flow_of(services, call);
  if (!flow) return error_response(flow.error());
  auto limit = number_query(call.request, "limit", 100, 1, 500);
  if (!limit) return error_response(limit.error());
  auto offset = number_query(call.request, "offset", 0, 0, 100'000);
  if (!offset) return error_response(offset.error());
  auto rows = services.deployments.list(flow->id, *limit, *offset);
  if (!rows) return error_response(rows.error());
  auto total = services.deployments.count(flow->id);
  if (!total) return error_response(total.error());
  Json items = Json::array();
  for (const DeploymentRow& row : *rows) items.push_back(deployment_json(row));
  return json_response(200, Json::object({{"items", items}, {"total", *total}}));
}

Result<DeploymentRow> deployment_of(Services& services, const Call& call) {
  Result<FlowRow> flow = flow_of(services, call);
  if (!flow) return tl::unexpected(flow.error());
  auto row = services.deployments.get(flow->id, call.param("deployment_id"));
  if (!row) return tl::unexpected(row.error());
  if (!*row) return tl::unexpected(not_found("deployment", call.param("deployment_id")));
  return std::move(**row);
}

net::HttpResponse get_deployment(Services& services, const Call& call) {
  Result<DeploymentRow> row = deployment_of(services, call);
  return row ? json_response(200, deployment_json(*row)) : error_response(row.error());
}

net::HttpResponse get_manifest(Services& services, const Call& call) {
  Result<DeploymentRow> row = deployment_of(services, call);
  if (!row) return error_response(row.error());
  if (!row->manifest_key) return error_response(not_found("manifest of deployment", row->id));
  auto bytes = services.objects.get(*row->manifest_key);
  if (!bytes) return error_response(bytes.error());
  if (!*bytes) return error_response(make_error("storage_corrupt", "the stored manifest is missing"));
  net::HttpResponse response;
  response.headers.set("Content-Type", "application/yaml");
  response.body = std::move(**bytes);
  return response;
}

}  // namespace

void add_deploy_routes(Routes& routes, Services& services) {
  const auto add = [&](const char* method, const char* path, const char* permission,
                       net::HttpResponse (*handler)(Services&, const Call&), Replay replay = Replay::No) {
    SyncHandler run = [&services, handler](const Call& call) { return handler(services, call); };
    const Deadline deadline = replay == Replay::Yes ? Deadline::Deploy : Deadline::Default;
    routes.add(method, path, Route{run, permission, body_default_max, replay, Credential::Needed, deadline});
  };
  add("POST", "/flows/{flow_id}/deploy", "scaicore:manage", deploy, Replay::Yes);
  add("GET", "/flows/{flow_id}/deployments", "scaicore:view", list_deployments);
  add("GET", "/flows/{flow_id}/deployments/{deployment_id}", "scaicore:view", get_deployment);
  add("GET", "/flows/{flow_id}/deployments/{deployment_id}/manifest", "scaicore:view", get_manifest);
}

}  // namespace scaiflow::api
