#include "apps/api/flow_json.h"

#include "libs/net/clock.h"

namespace scaiflow::api {

namespace {

Json text_or_null(const std::optional<std::string>& text) { return text ? Json(*text) : Json(); }
Json time_or_null(const std::optional<std::int64_t>& ms) { return ms ? Json(net::wire_time(*ms)) : Json(); }

}  // namespace

Json flow_summary(const FlowRow& flow, const std::optional<DeploymentRow>& last) {
  Json deployment;
  if (last) {
    deployment = Json::object({{"id", last->id},
                               {"version", text_or_null(last->version)},
                               {"core_id", text_or_null(last->core_id)},
                               {"published_slug", text_or_null(last->published_slug)},
                               {"status", last->status},
                               {"deployed_at", net::wire_time(last->deployed_at_ms)}});
  }
  return Json::object({{"id", flow.id},
                       {"name", flow.name},
                       {"description", text_or_null(flow.description)},
                       {"owner_id", flow.owner_id},
                       {"tenant_id", flow.tenant_id},
                       {"version", flow.version},
                       {"created_at", net::wire_time(flow.created_at_ms)},
                       {"updated_at", net::wire_time(flow.updated_at_ms)},
                       {"revision", flow.revision},
                       {"access", "admin"},
                       {"last_deployment", deployment}});
}

Json version_json(const VersionRow& version) {
  return Json::object({{"version", version.version},
                       {"created_at", net::wire_time(version.created_at_ms)},
                       {"created_by", version.created_by},
                       {"storage_key", version.storage_key},
                       {"content_sha256", version.content_sha256},
                       {"bytes", version.content_bytes},
                       {"origin", version.origin},
                       {"restored_from", text_or_null(version.restored_from)},
                       {"note", text_or_null(version.note)},
                       {"contributors", Json::array({version.created_by})}});
}

Json deployment_json(const DeploymentRow& deployment) {
  return Json::object({{"id", deployment.id},
                       {"flow_id", deployment.flow_id},
                       {"version", text_or_null(deployment.version)},
                       {"core_id", text_or_null(deployment.core_id)},
                       {"published_slug", text_or_null(deployment.published_slug)},
                       {"status", deployment.status},
                       {"step", deployment.step},
                       {"error", deployment.error},
                       {"warnings", deployment.warnings},
                       {"deployed_by", deployment.deployed_by},
                       {"deployed_at", net::wire_time(deployment.deployed_at_ms)},
                       {"finished_at", time_or_null(deployment.finished_at_ms)},
                       {"ir_hash", text_or_null(deployment.ir_hash)},
                       {"manifest_sha256", text_or_null(deployment.manifest_sha256)}});
}

}  // namespace scaiflow::api
