// Looking into a bundle before a Core is made of it (08 §8.4).
#include "apps/grid/envelope.h"
#include "apps/grid/grid.h"
#include "apps/grid/multipart.h"
#include "apps/grid/scaicore/core_service.h"
#include "libs/base/json_text.h"
#include "libs/ir/codec.h"

namespace scaiflow::grid {

namespace {

constexpr std::size_t bundle_max = 10'485'760;
constexpr std::size_t form_overhead = 64 << 10;

Error wrong(const std::string& message) { return make_error("VALIDATION_ERROR", message); }

/// Bytes that begin as a bundle are one; anything else must be JSON of the same shape.
Result<ir::Module> module_in(const std::string& bytes) {
  const auto failed = [](const std::string& reason) {
    return tl::unexpected(wrong("IR deserialization failed: " + reason));
  };
  if (bytes.starts_with("SCIR")) {
    Result<Source> source = source_from_bundle(bytes);
    return source ? Result<ir::Module>(std::move(source->module)) : failed(source.error().message);
  }
  const auto json = try_parse_json(bytes);
  if (!json || !json->is_object()) return tl::unexpected(wrong("not a SCIR bundle and not JSON"));
  Result<Source> source = source_from_json(*json);
  return source ? Result<ir::Module>(std::move(source->module)) : failed(source.error().message);
}

Json summary_of(const ir::Module& module) {
  Json flows = Json::array();
  for (const ir::Flow& flow : module.flows) flows.push_back(flow.name);
  Json models = Json::array();
  for (const ir::Model& model : module.models) {
    models.push_back(
        Json::object({{"role", model.role}, {"provider", model.provider}, {"model", model.model}}));
  }
  return Json::object(
      {{"name", module.name},
       {"version", module.version},
       {"schema_version", module.schema_version},
       {"flows", flows},
       {"models", models},
       {"identity", Json::object({{"name", module.identity.name}, {"persona", module.identity.persona}})},
       {"has_triggers", !module.triggers.empty()},
       {"has_plugins", !module.plugins.empty()},
       {"avatar_b64", Json()}});
}

net::HttpResponse parse_bundle(const Call& call) {
  if (media_type(call.request) != "multipart/form-data") {
    return failure(call.request_id(),
                   make_error("UNSUPPORTED_MEDIA_TYPE", "send multipart/form-data with the field file"));
  }
  Result<std::vector<FormPart>> parts = form_parts(call.request);
  if (!parts) return failure(call.request_id(), parts.error());
  for (const FormPart& part : *parts) {
    if (part.name != "file") continue;
    if (part.body.size() > bundle_max)
      return failure(call.request_id(), make_error("PAYLOAD_TOO_LARGE", "bundle exceeds 10 MB"));
    Result<ir::Module> module = module_in(part.body);
    if (!module) return failure(call.request_id(), module.error());
    return ok(call.request_id(),
              Json::object({{"source", ir::to_json(*module)}, {"summary", summary_of(*module)}}));
  }
  return failure(call.request_id(), invalid("file", "is required"));
}

}  // namespace

void add_bundle_routes(Routes& routes, Services&) {
  routes.add("POST", "/v1/modules/scaicore/cores/parse-bundle",
             Route{sync(parse_bundle), "scaicore:manage", Style::Envelope, bundle_max + form_overhead});
}

}  // namespace scaiflow::grid
