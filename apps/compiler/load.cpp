#include "apps/compiler/check_configs.h"
#include "apps/compiler/compile.h"
#include "apps/compiler/import_config.h"
#include "apps/compiler/lower/assemble.h"
#include "apps/compiler/lower/lower.h"
#include "apps/compiler/report.h"
#include "libs/flow/names.h"
#include "libs/ir/verify.h"
#include "libs/manifest/manifest.h"

namespace scaiflow::compiler {
namespace {

/// What lowering a lone step needs from the manifest around it: its models, queues and persistent variables.
struct ManifestContext {
  Json config;
  Names names;
};

/// The models that a check may look at. What the loader says about the others it says by itself.
Json well_formed(const Json& models) {
  Json out = Json::array();
  for (std::size_t i = 0; i < models.size(); ++i) {
    const Json& model = models.at(i);
    const Json* modalities = model.find("modalities");
    if (model["role"].is_string() && (!modalities || modalities->is_array())) out.push_back(model);
  }
  return out;
}

ManifestContext context_of(const Json& core) {
  ManifestContext context;
  diag::Diagnostics ignored;
  const Json models = well_formed(import_models(core, ignored));
  const Json identity = Json::object({{"models", models}, {"mode", core.string_or("mode", "stateless")}});
  context.config = Json::object({{"core_identity", identity}, {"scaiqueue", core["scaiqueue"]}});
  for (std::size_t i = 0; i < models.size(); ++i) {
    context.names.roles.push_back(models.at(i).string_or("role", ""));
  }
  context.names.default_scope = core["scaiqueue"].string_or("scope", "");
  const auto add = [&](const Json& list, VariableInfo info) {
    for (std::size_t i = 0; i < list.size(); ++i) {
      info.name = list.at(i).string_or("name", "");
      const auto at = static_cast<std::uint32_t>(context.names.variables.size());
      context.names.by_variable.emplace(info.name, at);
      context.names.variables.push_back(info);
    }
  };
  add(core["variables"], {});
  add(core["memory"], {{}, std::nullopt, true});
  return context;
}

/// A step that has only `node_kind` and `node_config` (05 §5.5): checked and lowered as the node it stands
/// for.
tl::expected<ir::Body, diag::Diagnostics> lower_step(const ManifestContext& context,
                                                     const std::string& node_kind, const Json& node_config,
                                                     const std::string& node_id) {
  const auto kind = flow::kind_from_name(node_kind);
  if (!kind || flow::kind_spec(*kind).is_entry) {
    return tl::unexpected(diag::Diagnostics{diag::make(diag::Code::F603, {node_id})});
  }
  FlowGraph graph;
  graph.document = Json::object({{"config", context.config}});
  graph.nodes.push_back({node_id, *kind, node_id, node_config, {}, {}});
  diag::Diagnostics found;
  Uses uses(found);
  const ConfigCheck check{graph, context.names, 0, graph.nodes[0], found, uses};
  check_fields(check);
  check_kind(check);
  if (diag::has_errors(found)) return tl::unexpected(std::move(found));
  LowerInput input{
      graph.nodes[0], context.names, flow::default_binding(node_id), {}, {}, {}, std::nullopt, {}};
  ir::Body body;
  if (node_config.bool_or("breakpoint", false)) body.push_back(breakpoint_block(graph.nodes[0]));
  body.push_back(lower_node(std::move(input)));
  return body;
}

}  // namespace

LoadManifestResult load_manifest(std::string_view yaml_text) {
  auto tree = manifest::read_yaml(yaml_text);
  if (!tree) return {std::nullopt, std::move(tree.error())};
  const ManifestContext context = context_of((*tree)["core"]);
  const auto lower = [&](const std::string& kind, const Json& config, const std::string& id) {
    return lower_step(context, kind, config, id);
  };
  manifest::LoadResult loaded = manifest::load_tree(*tree, lower);
  LoadManifestResult result{std::move(loaded.module), std::move(loaded.diagnostics)};
  if (!result.module) return result;
  for (diag::Diagnostic& problem : ir::verify(*result.module)) {
    result.diagnostics.push_back(verifier_error(std::move(problem)));
  }
  if (diag::has_errors(result.diagnostics)) result.module.reset();
  return result;
}

}  // namespace scaiflow::compiler
