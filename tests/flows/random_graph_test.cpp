#include "tests/flows/random_graph.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "apps/compiler/compile.h"
#include "libs/base/json_text.h"
#include "libs/ir/codec.h"

namespace scaiflow::random_graph {
namespace {

std::uint32_t number_from(const char* variable, std::uint32_t fallback) {
  const char* text = std::getenv(variable);
  return text ? static_cast<std::uint32_t>(std::strtoul(text, nullptr, 10)) : fallback;
}

bool has_only(const diag::Diagnostics& diagnostics, std::string_view code) {
  for (const diag::Diagnostic& diagnostic : diagnostics) {
    if (diagnostic.severity == diag::Severity::Error && diagnostic.code != code) return false;
  }
  return true;
}

/// Compiles; data edges that turn out to run against the order (F120) are taken out of the document first.
compiler::CompileResult compile_mended(Json& flow) {
  compiler::CompileResult result = compiler::compile_document(flow, compiler::Format::Ir);
  if (result.body || !has_only(result.diagnostics, "F120")) return result;
  Json edges = Json::array();
  for (const Json& edge : flow["edges"].as_array()) {
    if (!(edge["type"] == Json("data"))) edges.push_back(edge);
  }
  flow.set("edges", std::move(edges));
  return compiler::compile_document(flow, compiler::Format::Ir);
}

void expect_round_trip(const Json& flow, const compiler::CompileResult& ir) {
  const auto yaml = compiler::compile_document(flow, compiler::Format::Yaml);
  ASSERT_TRUE(yaml.body);
  const auto loaded = compiler::load_manifest(*yaml.body);
  ASSERT_TRUE(loaded.module);
  EXPECT_EQ(ir::encode(*loaded.module), *ir.body);
  const auto canonical = compiler::canonical(to_ecma_text(flow));
  EXPECT_EQ(compiler::import_manifest(*yaml.body, "flow_fresh").flow, canonical.text);
}

/// 06 §12.1 and, for every tenth flow, §12.2 and §12.3. SCAIFLOW_RANDOM_GRAPHS and SCAIFLOW_RANDOM_SEED
/// choose how many and which.
TEST(RandomGraph, blocks_run_what_the_graph_says) {
  const std::uint32_t count = number_from("SCAIFLOW_RANDOM_GRAPHS", 300);
  const std::uint32_t first = number_from("SCAIFLOW_RANDOM_SEED", 1);
  std::uint32_t too_deep = 0;
  for (std::uint32_t seed = first; seed < first + count; ++seed) {
    SCOPED_TRACE("SCAIFLOW_RANDOM_SEED=" + std::to_string(seed) + " SCAIFLOW_RANDOM_GRAPHS=1");
    std::mt19937 random(seed);
    Json flow = make_flow(random);
    const compiler::CompileResult result = compile_mended(flow);
    if (!result.body && has_only(result.diagnostics, "E419")) {
      ++too_deep;
      continue;
    }
    for (const diag::Diagnostic& diagnostic : result.diagnostics) {
      ASSERT_NE(diagnostic.severity, diag::Severity::Error) << diagnostic.message << '\n' << to_text(flow);
    }
    for (std::uint32_t run = 0; run < 8; ++run) {
      const Answers answers{seed * 8 + run};
      const std::string problem = difference(run_graph(flow, answers), run_blocks(*result.module, answers));
      ASSERT_EQ(problem, "") << to_text(flow);
    }
    if (seed % 10 == 0) expect_round_trip(flow, result);
  }
  EXPECT_LT(too_deep, count / 4 + 1) << "most flows must be shallow enough to be compared";
}

}  // namespace
}  // namespace scaiflow::random_graph
