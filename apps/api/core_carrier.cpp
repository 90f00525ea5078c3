#include "apps/api/core_carrier.h"

#include "apps/api/errors.h"
#include "apps/api/grid_client.h"
#include "libs/base/json_text.h"
#include "libs/net/ids.h"

namespace scaiflow::api {

namespace {

constexpr char queue_path[] = "/v1/modules/scaiqueue/scopes";
constexpr char core_path[] = "/v1/modules/scaicore/cores";
constexpr char json_type[] = "application/json";

/// Upstream's status and message under the code of the deploy step that failed.
tl::unexpected<Error> step_failed(std::string code, const Error& upstream, Json details = Json::object()) {
  details.set("status", upstream.details["status"]);
  return fail_with(std::move(code), upstream.message, details);
}

bool is_taken(const Result<Json>& answer) {
  return !answer && answer.error().details["code"] == Json("SLUG_CONFLICT");
}

/// Whether the grid reads no manifests, unlike one that read it and found the Core wrong (09 §6).
bool reads_no_manifest(const Result<Json>& answer) {
  if (answer) return false;
  const std::int64_t status = answer.error().details.int_or("status", 0);
  return status == 415 || (status == 422 && !answer.error().message.starts_with("verifier error"));
}

/// The JSON body of a Core, from what `parse-bundle` made of its bundle; it says what a grid takes from a
/// manifest by itself (08 §8.4).
Json core_of(const Json& parsed) {
  const Json& source = parsed["source"];
  const Json& instance = source["instance"];
  Json core = Json::object({{"name", parsed["summary"]["name"]},
                            {"source", source},
                            {"runtime_mode", "api"},
                            {"concurrency_mode", instance.string_or("mode", "stateless")},
                            {"metadata", Json::object()}});
  if (instance["entity_key"].is_string()) core.set("entity_key_field", instance["entity_key"]);
  if (const Json& meta = source["metadata"]["scaiflow_meta"]; !meta.is_null())
    core.set("metadata", Json::object({{"scaiflow_meta", meta}}));
  return core;
}

}  // namespace

DeployFormat deploy_format(std::string_view setting) {
  if (setting == "bundle") return DeployFormat::Bundle;
  return setting == "yaml" ? DeployFormat::Yaml : DeployFormat::Auto;
}

Result<Json> CoreCarrier::send(std::string method, std::string target, std::string content_type,
                               std::string body) {
  net::HttpRequest request;
  request.method = std::move(method);
  request.path = target.substr(0, target.find('?'));
  if (const std::size_t query = target.find("?source_id="); query != std::string::npos) {
    request.query.emplace_back("source_id", target.substr(query + 11));
  }
  request.target = std::move(target);
  if (!content_type.empty()) request.headers.set("Content-Type", std::move(content_type));
  request.body = std::move(body);
  request.request_id = net::new_id("req_");
  return grid_data(call_(std::move(request)));
}

Result<void> CoreCarrier::ensure_queues(const Json& document) {
  const Json& queues = document["config"]["scaiqueue"];
  if (!queues.is_object()) return {};
  const std::string scope = queues.string_or("scope", "");
  const Json body = Json::object({{"slug", scope}, {"display_name", scope}});
  const Result<Json> made = send("POST", queue_path, json_type, to_ecma_text(body));
  if (!made && !is_taken(made)) {
    const std::int64_t status = made.error().details.int_or("status", 0);
    const bool denied = status == 401 || status == 403;
    return step_failed(denied ? "scaiqueue_auth" : "scaiqueue_provision_failed", made.error(),
                       Json::object({{"scope", scope}}));
  }
  if (!queues["queues"].is_array()) return {};
  for (const Json& queue : queues["queues"].as_array()) {
    if (auto ensured = ensure_queue(scope, queue); !ensured) return ensured;
  }
  return {};
}

/// An existing queue must order and deliver alike; another number of retries is only worth a warning.
Result<void> CoreCarrier::ensure_queue(const std::string& scope, const Json& queue) {
  const std::string slug = queue.string_or("slug", "");
  const std::string path = std::string(queue_path) + "/" + scope + "/queues";
  Json body = queue;
  if (!body.contains("display_name")) body.set("display_name", slug);
  const Result<Json> made = send("POST", path, json_type, to_ecma_text(body));
  if (made) return {};
  const Json details = Json::object({{"scope", scope}, {"queue", slug}});
  if (!is_taken(made)) return step_failed("scaiqueue_provision_failed", made.error(), details);
  const Result<Json> found = send("GET", path + "/" + slug);
  if (!found) return step_failed("scaiqueue_provision_failed", found.error(), details);
  const std::string wanted = queue.string_or("consumer_mode", "fifo");
  const bool broadcast = found->string_or("consumer_mode", "") == "broadcast";
  if ((broadcast ? "broadcast" : found->string_or("ordering", "")) != wanted) {
    return fail_with(
        "scaiqueue_provision_failed",
        "queue '" + slug + "' exists with another ordering; rename it in the flow or change the queue",
        details);
  }
  if (found->int_or("max_retries", 5) != queue.int_or("max_retries", 5)) {
    warnings.push_back("queue '" + slug + "' keeps its own max_retries");
  }
  return {};
}

Result<Json> CoreCarrier::create_from(const Body& body, const std::string& flow_id) {
  Result<Json> core = send("POST", core_path, body.type, body.bytes);
  if (!is_taken(core)) return core;
  Result<Json> adopted = adopt(body, flow_id);
  return adopted ? adopted : core;
}

Result<Json> CoreCarrier::create_from_bundle(const CoreParts& parts) {
  const std::string boundary = net::new_id("part_");
  const std::string form = "--" + boundary +
                           "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"core.scir\"\r\n"
                           "Content-Type: application/octet-stream\r\n\r\n" +
                           parts.bundle + "\r\n--" + boundary + "--\r\n";
  const Result<Json> parsed = send("POST", std::string(core_path) + "/parse-bundle",
                                   "multipart/form-data; boundary=" + boundary, form);
  if (!parsed) return parsed;
  return create_from({json_type, to_ecma_text(core_of(*parsed))}, parts.flow_id);
}

Result<std::string> CoreCarrier::create_core(const CoreParts& parts) {
  Result<Json> core = format_ == DeployFormat::Bundle
                          ? create_from_bundle(parts)
                          : create_from({"application/yaml", parts.manifest}, parts.flow_id);
  if (format_ == DeployFormat::Auto && reads_no_manifest(core)) core = create_from_bundle(parts);
  if (!core) {
    Json details = Json::object();
    if (is_taken(core)) {
      details.set("fix", "give the flow another name or delete the Core of that name, then deploy again");
    }
    return step_failed("scaicore_create_failed", core.error(), details);
  }
  if (core->string_or("status", "") == "error") {
    const Json& reason = (*core)["status_reason"];
    warnings.push_back("the Core could not start: " + reason.string_or("message", "no reason given"));
  }
  return core->string_or("id", core->string_or("core_id", ""));
}

/// A grid that does not update by flow itself: the Core that an earlier deploy of this flow made is updated.
Result<Json> CoreCarrier::adopt(const Body& body, const std::string& flow_id) {
  const Result<Json> found = send("GET", std::string(core_path) + "?source_id=" + flow_id);
  if (!found) return tl::unexpected(found.error());
  for (std::size_t i = 0; i < found->size(); ++i) {
    const Json& core = found->at(i);
    const std::string id = core.string_or("id", core.string_or("core_id", ""));
    // A grid that does not know the parameter answers with all its Cores.
    const bool is_ours = !id.empty() && core["source_id"] == Json(flow_id);
    if (is_ours) return send("PUT", std::string(core_path) + "/" + id, body.type, body.bytes);
  }
  return fail_with("upstream_error", "no Core of this flow");
}

Result<std::string> CoreCarrier::publish(const std::string& core_id, const Json& group_ids) {
  const std::string path = std::string(core_path) + "/" + core_id + "/publish";
  const std::string body = to_ecma_text(Json::object({{"group_ids", group_ids}}));
  Result<Json> published = send("POST", path, json_type, body);
  // Published before: its name, description and groups are brought up to date.
  if (!published && published.error().details["code"] == Json("VALIDATION_ERROR") &&
      published.error().details.int_or("status", 0) == 400) {
    published = send("POST", path + "/sync", json_type, body);
  }
  if (!published) {
    return step_failed("scaicore_publish_failed", published.error(), Json::object({{"core_id", core_id}}));
  }
  return published->string_or("published_slug", "");
}

}  // namespace scaiflow::api
