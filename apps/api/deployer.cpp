#include "apps/api/deployer.h"

#include "apps/compiler/compile.h"
#include "libs/base/hash.h"
#include "libs/ir/codec.h"
#include "libs/net/clock.h"
#include "libs/net/ids.h"

namespace scaiflow::api {

/// What the steps hand on.
struct Deployer::Run {
  const identity::Principal& principal;
  const FlowRow& flow;
  CoreCarrier carrier;
  DeploymentRow row;
  Json document;
  std::string manifest;
  std::string bundle;
  bool publish = false;
  Json group_ids = Json::array();
};

Result<DeploymentRow> Deployer::deploy(const identity::Principal& principal, const FlowRow& flow,
                                       const DeployRequest& request) {
  const auto call = [&](net::HttpRequest message) { return grid_.call(std::move(message), principal); };
  Run run{principal, flow, CoreCarrier(call, format_), {}, {}, {}, {}, false, Json::array()};
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
  for (const std::string& warning : run.carrier.warnings) run.row.warnings.push_back(warning);
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
  run.bundle = ir::encode(*output.module);
  run.row.ir_hash = ir::address(run.bundle);
  run.row.manifest_sha256 = sha256_hex(run.manifest);
  run.row.manifest_key =
      "deployments/" + run.flow.tenant_id + "/" + run.flow.id + "/" + run.row.id + ".manifest.yaml";
  auto put = objects_.put_new(*run.row.manifest_key, run.manifest);
  return put ? Result<void>() : tl::unexpected(put.error());
}

Result<void> Deployer::ensure_queues(Run& run) { return run.carrier.ensure_queues(run.document); }

Result<void> Deployer::create_core(Run& run) {
  Result<std::string> core = run.carrier.create_core({run.manifest, run.bundle, run.flow.id});
  if (!core) return tl::unexpected(core.error());
  run.row.core_id = *core;
  return deployments_.save(run.row);
}

Result<void> Deployer::publish(Run& run) {
  if (!run.publish) return {};
  Result<std::string> slug = run.carrier.publish(*run.row.core_id, run.group_ids);
  if (!slug) return tl::unexpected(slug.error());
  run.row.published_slug = *slug;
  return {};
}

}  // namespace scaiflow::api
