// Live preview and fixtures (09 §4.3): nothing is read but the body.
#include "apps/api/body.h"
#include "apps/api/services.h"
#include "apps/compiler/compile.h"
#include "libs/base/json_text.h"
#include "libs/base/text.h"

namespace scaiflow::api {

namespace {

Result<Json> content_of(const Call& call) {
  Result<Json> body = json_body(call.request);
  if (!body) return body;
  if (!(*body)["content"].is_object()) return invalid("/content", "expected the flow document as an object");
  return body;
}

Result<compiler::Format> format_of(const Json& body) {
  const std::string name = body.string_or("format", "yaml");
  if (name == "yaml") return compiler::Format::Yaml;
  if (name == "ir") return compiler::Format::Ir;
  if (name == "scai") return compiler::Format::Scai;
  return invalid("/format", "must be one of yaml, ir, scai");
}

net::HttpResponse compile_preview(const Call& call) {
  Result<Json> body = content_of(call);
  if (!body) return error_response(body.error());
  Result<compiler::Format> format = format_of(*body);
  if (!format) return error_response(format.error());
  const compiler::CompileResult output = compiler::compile_document((*body)["content"], *format);
  Json errors = Json::array();
  for (const diag::Diagnostic& problem : output.diagnostics) {
    if (problem.severity == diag::Severity::Error) errors.push_back(problem.message);
  }
  Json text;
  if (output.body) text = *format == compiler::Format::Ir ? base64_encode(*output.body) : *output.body;
  Json fixes = Json::array();
  for (const std::string& fix : output.fixes) fixes.push_back(fix);
  return json_response(200, Json::object({{"format", body->string_or("format", "yaml")},
                                          {"body", text},
                                          {"errors", errors},
                                          {"diagnostics", diag::to_json(output.diagnostics)},
                                          {"fixes", fixes}}));
}

net::HttpResponse validate(const Call& call) {
  Result<Json> body = content_of(call);
  if (!body) return error_response(body.error());
  const diag::Diagnostics diagnostics = compiler::validate_document((*body)["content"]);
  return json_response(200, Json::object({{"valid", !diag::has_errors(diagnostics)},
                                          {"diagnostics", diag::to_json(diagnostics)}}));
}

/// The posted document, else the stored one of the version asked for, else the latest.
Result<std::string> document_to_test(Services& services, const Call& call, const Json& body) {
  Result<FlowRow> flow = services.flows.get(call.principal.tenant_id, call.param("flow_id"));
  if (!flow) return tl::unexpected(flow.error());
  if (body["content"].is_object()) return to_ecma_text(body["content"]);
  Result<FlowContent> content = services.flows.content(flow->id, body.string_or("version", flow->version));
  if (!content) return tl::unexpected(content.error());
  return to_ecma_text(*content->document);
}

net::HttpResponse run_tests(Services& services, const Call& call) {
  Result<Json> body = json_body(call.request, Empty::Allowed);
  if (!body) return error_response(body.error());
  std::vector<std::string> names;
  if (const Json& given = (*body)["names"]; given.is_array()) {
    for (const Json& name : given.as_array()) {
      if (!name.is_string()) return error_response(invalid("/names", "expected an array of text").value());
      names.push_back(name.as_string());
    }
  }
  Result<std::string> document = document_to_test(services, call, *body);
  if (!document) return error_response(document.error());
  return respond(services.run_tests(*document, names));
}

}  // namespace

void add_preview_routes(Routes& routes, Services& services) {
  const auto route = [](SyncHandler handler) {
    return Route{std::move(handler), "scaicore:view", body_content_max, Replay::No, Credential::Needed};
  };
  routes.add("POST", "/flows/compile", route(compile_preview));
  routes.add("POST", "/flows/validate", route(validate));
  routes.add("POST", "/flows/{flow_id}/run-tests",
             Route{SyncHandler([&services](const Call& call) { return run_tests(services, call); }),
                   "scaicore:manage", body_content_max, Replay::No, Credential::Needed, Deadline::RunTests});
}

}  // namespace scaiflow::api
