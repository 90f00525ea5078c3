// Sources of Cores (08 §8.4): a manifest, a bundle or the JSON dict become verified IR.
#include "apps/compiler/compile.h"
#include "apps/grid/envelope.h"
#include "apps/grid/scaicore/core_service.h"
#include "libs/ir/codec.h"
#include "libs/ir/verify.h"

namespace scaiflow::grid {

namespace {

constexpr std::size_t details_max = 100;

Error invalid_source(const std::string& message, const diag::Diagnostics& problems) {
  Json details = Json::array();
  for (const diag::Diagnostic& problem : problems) {
    if (problem.severity != diag::Severity::Error || details.size() == details_max) continue;
    details.push_back(Json::object({{"field", problem.path.value_or("")},
                                    {"message", problem.code + ": " + problem.message},
                                    {"node_id", problem.node_id ? Json(*problem.node_id) : Json()}}));
  }
  return make_error("INVALID_SOURCE_IR", message, details);
}

const diag::Diagnostic* first_error(const diag::Diagnostics& problems) {
  for (const diag::Diagnostic& problem : problems) {
    if (problem.severity == diag::Severity::Error) return &problem;
  }
  return nullptr;
}

Result<Source> verified(ir::Module module) {
  const diag::Diagnostics problems = ir::verify(module);
  if (const diag::Diagnostic* problem = first_error(problems)) {
    return tl::unexpected(invalid_source("verifier error: " + problem->message, problems));
  }
  Source source{std::move(module), {}, {}};
  source.bundle = ir::encode(source.module);
  source.ir_hash = ir::address(source.bundle);
  return source;
}

Result<Source> loaded(tl::expected<ir::Module, ir::LoadError> module) {
  if (module) return verified(std::move(*module));
  const ir::LoadError& error = module.error();
  return tl::unexpected(invalid_source("IR deserialization failed: " + error.message, error.diagnostics));
}

}  // namespace

Result<Source> source_from_manifest(std::string_view yaml) {
  compiler::LoadManifestResult output = compiler::load_manifest(yaml);
  if (const diag::Diagnostic* problem = first_error(output.diagnostics)) {
    return tl::unexpected(invalid_source(problem->message, output.diagnostics));
  }
  return verified(std::move(*output.module));
}

Result<Source> source_from_bundle(std::string_view bytes) { return loaded(ir::decode(bytes)); }

Result<Source> source_from_json(const Json& ir) { return loaded(ir::from_json(ir)); }

}  // namespace scaiflow::grid
