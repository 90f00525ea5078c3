#include "apps/api/deployer.h"

#include "apps/compiler/compile.h"
#include "libs/base/hash.h"
#include "libs/base/json_text.h"
#include "libs/ir/codec.h"
#include "libs/net/clock.h"
#include "libs/net/ids.h"

namespace scaiflow::api {

namespace {

constexpr std::size_t manifest_bytes_max = 10 << 20;
constexpr char queue_path[] = "/v1/modules/scaiqueue/scopes";
constexpr char core_path[] = "/v1/modules/scaicore/cores";

/// Upstream's status and message under the code of the deploy step that failed.
tl::unexpected<Error> step_failed(std::string code, const Error& upstream, Json details = Json::object()) {
  details.set("status", upstream.details["status"]);
  return fail_with(std::move(code), upstream.message, details);
}

}  // namespace

/// What the steps hand on.
struct Deployer::Run {
  const identity::Principal& principal;
  const FlowRow& flow;
  DeploymentRow row;
  Json document;
  std::string manifest;
  bool publish = false;
  Json group_ids = Json::array();
};

Result<DeploymentRow> Deployer::deploy(const identity::Principal& principal, const FlowRow& flow,
                                       const DeployRequest& request) {
  Run run{principal, flow, {}, {}, {}, false, Json::array()};
  run.row.id = net::new_id("dep_");
  run.row.tenant_id = flow.tenant_id;
  run.row.flow_id = flow.id;
  run.row.version = request.version.value_or(flow.version);
  run.row.deployed_by = principal.id;
  run.row.deployed_at_ms = net::wall_ms();
  if (auto begun = deployments_.begin(run.row, request.publish_as_model.value_or(false),
                                      request.group_ids.value_or(Json::array()));
      !begun) {
    return tl::unexpected(begun.error());
  }
  struct Step {
    const char* name;
    Result<void> (Deployer::*act)(Run&);
  };
  static constexpr Step steps[] = {{"read", &Deployer::read},
                                   {"compile", &Deployer::compile},
                                   {"queues", &Deployer::ensure_queues},
                                   {"create", &Deployer::create_core},
                                   {"publish", &Deployer::publish}};
  Result<void> done;
  for (const Step& step : steps) {
    run.row.step = step.name;
    if (auto saved = deployments_.save(run.row); !saved) done = saved;
    if (done && run.row.step == "compile") {
      run.publish =
          request.publish_as_model.value_or(run.document["config"].bool_or("publish_as_model", false));
      const Json& groups = run.document["config"]["model_visibility_group_ids"];
      run.group_ids = request.group_ids.value_or(groups.is_array() ? groups : Json::array());
    }
    if (done) done = (this->*step.act)(run);
    if (!done) break;
  }
  run.row.finished_at_ms = net::wall_ms();
  run.row.status = done ? "succeeded" : "failed";
  if (done) {
    run.row.step = "record";
  } else {
    Json error = Json::object({{"error", done.error().code}, {"message", done.error().message}});
    if (done.error().details.is_object()) {
      for (const auto& [key, value] : done.error().details.as_object()) error.set(key, value);
    }
    run.row.error = error;
  }
  if (auto recorded = deployments_.finish(run.row); !recorded && done) {
    run.row.warnings.push_back("deployment record incomplete");
  }
  if (!done) return tl::unexpected(done.error());
  return run.row;
}

Result<void> Deployer::read(Run& run) {
  Result<FlowContent> content = flows_.content(run.flow.id, *run.row.version);
  if (!content) return tl::unexpected(content.error());
  run.document = *content->document;
  return {};
}

Result<void> Deployer::compile(Run& run) {
  const compiler::CompileResult output = compiler::compile_document(run.document, compiler::Format::Yaml);
  if (!output.body || !output.module) {
    Json messages = Json::array();
    for (const diag::Diagnostic& problem : output.diagnostics) {
      if (problem.severity == diag::Severity::Error) messages.push_back(problem.message);
    }
    return fail_with(
        "compile_error", "the flow does not compile; mend the problems and deploy again",
        Json::object({{"messages", messages}, {"diagnostics", diag::to_json(output.diagnostics)}}));
  }
  for (const diag::Diagnostic& problem : output.diagnostics) run.row.warnings.push_back(problem.message);
  run.manifest = *output.body;
  if (run.manifest.size() > manifest_bytes_max) {
    return fail_with("compile_error", "the manifest is larger than 10 MiB",
                     Json::object({{"messages", Json::array()}}));
  }
  run.row.ir_hash = ir::address(ir::encode(*output.module));
  run.row.manifest_sha256 = sha256_hex(run.manifest);
  run.row.manifest_key =
      "deployments/" + run.flow.tenant_id + "/" + run.flow.id + "/" + run.row.id + ".manifest.yaml";
  auto put = objects_.put_new(*run.row.manifest_key, run.manifest);
  return put ? Result<void>() : tl::unexpected(put.error());
}

net::HttpResponse Deployer::post(Run& run, std::string path, std::string content_type, std::string body) {
  net::HttpRequest request;
  request.method = "POST";
  request.target = request.path = std::move(path);
  request.headers.set("Content-Type", std::move(content_type));
  request.body = std::move(body);
  request.request_id = net::new_id("req_");
  return grid_.call(std::move(request), run.principal);
}

Result<void> Deployer::ensure_queues(Run& run) {
  const Json& queues = run.document["config"]["scaiqueue"];
  if (!queues.is_object()) return {};
  const std::string scope = queues.string_or("scope", "");
  const Json body = Json::object({{"slug", scope}, {"display_name", scope}});
  Result<Json> made = grid_data(post(run, queue_path, "application/json", to_ecma_text(body)));
  if (!made && made.error().details["code"] != Json("SLUG_CONFLICT")) {
    const std::int64_t status = made.error().details.int_or("status", 0);
    const bool denied = status == 401 || status == 403;
    return step_failed(denied ? "scaiqueue_auth" : "scaiqueue_provision_failed", made.error(),
                       Json::object({{"scope", scope}}));
  }
  if (!queues["queues"].is_array()) return {};
  for (const Json& queue : queues["queues"].as_array()) {
    if (auto ensured = ensure_queue(run, scope, queue); !ensured) return ensured;
  }
  return {};
}

/// An existing queue must order and deliver alike; another number of retries is only worth a warning.
Result<void> Deployer::ensure_queue(Run& run, const std::string& scope, const Json& queue) {
  const std::string slug = queue.string_or("slug", "");
  const std::string path = std::string(queue_path) + "/" + scope + "/queues";
  Json body = queue;
  if (!body.contains("display_name")) body.set("display_name", slug);
  Result<Json> made = grid_data(post(run, path, "application/json", to_ecma_text(body)));
  if (made) return {};
  const Json details = Json::object({{"scope", scope}, {"queue", slug}});
  if (made.error().details["code"] != Json("SLUG_CONFLICT")) {
    return step_failed("scaiqueue_provision_failed", made.error(), details);
  }
  net::HttpRequest request;
  request.method = "GET";
  request.target = request.path = path + "/" + slug;
  Result<Json> found = grid_data(grid_.call(std::move(request), run.principal));
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
    run.row.warnings.push_back("queue '" + slug + "' keeps its own max_retries");
  }
  return {};
}

Result<void> Deployer::create_core(Run& run) {
  Result<Json> core = grid_data(post(run, core_path, "application/yaml", run.manifest));
  if (!core) {
    Json details = Json::object();
    if (core.error().details["code"] == Json("SLUG_CONFLICT")) {
      details.set("fix", "give the flow another name or delete the Core of that name, then deploy again");
    }
    return step_failed("scaicore_create_failed", core.error(), details);
  }
  run.row.core_id = core->string_or("id", core->string_or("core_id", ""));
  if (core->string_or("status", "") == "error") {
    const Json& reason = (*core)["status_reason"];
    run.row.warnings.push_back("the Core could not start: " + reason.string_or("message", "no reason given"));
  }
  return deployments_.save(run.row);
}

Result<void> Deployer::publish(Run& run) {
  if (!run.publish) return {};
  const std::string path = std::string(core_path) + "/" + *run.row.core_id + "/publish";
  const std::string body = to_ecma_text(Json::object({{"group_ids", run.group_ids}}));
  Result<Json> published = grid_data(post(run, path, "application/json", body));
  // Published before: its name, description and groups are brought up to date.
  if (!published && published.error().details["code"] == Json("VALIDATION_ERROR") &&
      published.error().details.int_or("status", 0) == 400) {
    published = grid_data(post(run, path + "/sync", "application/json", body));
  }
  if (!published) {
    return step_failed("scaicore_publish_failed", published.error(),
                       Json::object({{"core_id", *run.row.core_id}}));
  }
  run.row.published_slug = published->string_or("published_slug", "");
  return {};
}

}  // namespace scaiflow::api
