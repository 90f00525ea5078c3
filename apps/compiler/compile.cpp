#include "apps/compiler/compile.h"

#include <cassert>
#include <unordered_map>

#include "apps/compiler/checked.h"
#include "apps/compiler/report.h"
#include "apps/compiler/scai.h"
#include "apps/compiler/whole_flow.h"
#include "libs/flow/canonical.h"
#include "libs/flow/document.h"
#include "libs/ir/codec.h"
#include "libs/ir/verify.h"
#include "libs/manifest/manifest.h"

namespace scaiflow::compiler {
namespace {

using diag::Diagnostics;

/// The verifier speaks of blocks and pointers; users think in nodes and places of the document.
void append_verified(Diagnostics& to, const Analysis& analysis, Diagnostics from) {
  std::unordered_map<std::string, NodeIndex> by_id;
  const FlowGraph& graph = *analysis.graph;
  for (NodeIndex n = 0; n < graph.nodes.size(); ++n) by_id.emplace(graph.nodes[n].id, n);
  for (diag::Diagnostic& diagnostic : from) {
    diagnostic.path = std::nullopt;
    if (diagnostic.node_id) {
      const auto node = by_id.find(*diagnostic.node_id);
      if (node != by_id.end()) diagnostic.path = flow::node_path(node->second);
    }
    to.push_back(verifier_error(std::move(diagnostic)));
  }
}

/// F608: what nothing could load is not given out.
void limit_body(CompileResult& result, std::string_view what, std::size_t bytes_max) {
  if (result.body->size() <= bytes_max) return;
  result.diagnostics.push_back(diag::make(diag::Code::F608, {what, std::to_string(bytes_max)}));
  result.body.reset();
  result.module.reset();
  result.ranges.clear();
}

void emit(CompileResult& result, const Json& document) {
  switch (result.format) {
    case Format::Ir:
      result.body = ir::encode(*result.module);
      return limit_body(result, "bundle", ir::bundle_bytes_max);
    case Format::Yaml: {
      manifest::YamlText yaml = manifest::write({*result.module, document});
      assert(yaml.depth <= manifest::manifest_depth_max);
      result.body = std::move(yaml.text);
      result.ranges = std::move(yaml.ranges);
      return limit_body(result, "manifest", manifest::manifest_bytes_max);
    }
    case Format::Scai: {
      manifest::YamlText scai = write_scai(*result.module);
      result.body = std::move(scai.text);
      result.ranges = std::move(scai.ranges);
      return;
    }
  }
}

/// Stages 5 to 7, for a flow without errors.
void lower_and_emit(CompileResult& result, const Analysis& analysis, const CompileOptions& options) {
  const Json& document = analysis.graph->document;
  ir::Module module = lower_flow(analysis, options.source_id.value_or(document["id"].as_string()));
  if (options.verify == Verify::Yes || result.format != Format::Ir) {
    append_verified(result.diagnostics, analysis, ir::verify(module));
    if (diag::has_errors(result.diagnostics)) return;
  }
  result.module = std::move(module);
  emit(result, document);
}

}  // namespace

std::string_view name_of(Format format) {
  switch (format) {
    case Format::Yaml: return "yaml";
    case Format::Ir: return "ir";
    case Format::Scai: return "scai";
  }
  return "";
}

std::optional<Format> format_of(std::string_view name) {
  for (const Format format : {Format::Yaml, Format::Ir, Format::Scai}) {
    if (name == name_of(format)) return format;
  }
  return std::nullopt;
}

CompileResult compile_checked(const Checked& checked, Format format, const CompileOptions& options) {
  CompileResult result;
  result.format = format;
  result.diagnostics = checked.found;
  result.fixes = checked.analysis.fixes;
  result.is_cancelled = checked.is_cancelled;
  if (options.target != "0.2") {
    result.diagnostics.push_back(diag::make(diag::Code::F006, {"scaicore_target", options.target, "0.2"},
                                            {.path = "scaicore_target", .node_id = {}, .edge_id = {}}));
  }
  const bool is_sound = checked.analysis.has_order && !diag::has_errors(result.diagnostics);
  if (is_sound && !result.is_cancelled) lower_and_emit(result, checked.analysis, options);
  flow::arrange(result.diagnostics);
  return result;
}

CompileResult compile(std::string_view flow_json, Format format, const CompileOptions& options) {
  return compile_checked(check(flow::parse(flow_json), options.cancelled), format, options);
}

CompileResult compile_document(const Json& flow, Format format, const CompileOptions& options) {
  return compile_checked(check(flow::parse_document(flow), options.cancelled), format, options);
}

Diagnostics validate(std::string_view flow_json, const Cancelled& cancelled) {
  return diagnostics_of(check(flow::parse(flow_json), cancelled));
}

Diagnostics validate_document(const Json& flow, const Cancelled& cancelled) {
  return diagnostics_of(check(flow::parse_document(flow), cancelled));
}

CanonicalResult canonical(std::string_view flow_json) {
  flow::ReadResult read = flow::read_document(flow_json);
  CanonicalResult result{std::nullopt, std::move(read.diagnostics)};
  if (read.document) result.text = flow::canonical(*read.document);
  return result;
}

}  // namespace scaiflow::compiler
