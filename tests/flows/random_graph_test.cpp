#include "tests/flows/random_graph.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>

#include "apps/compiler/compile.h"
#include "libs/base/hash.h"
#include "libs/base/json_text.h"
#include "libs/ir/codec.h"
#include "tests/flows/shrink.h"

namespace scaiflow::random_graph {
namespace {

using compiler::CompileResult;
using compiler::Format;

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
CompileResult compile_mended(Json& flow) {
  CompileResult result = compiler::compile_document(flow, Format::Ir);
  if (result.body || !has_only(result.diagnostics, "F120")) return result;
  Json edges = Json::array();
  for (const Json& edge : flow["edges"].as_array()) {
    if (!(edge["type"] == Json("data"))) edges.push_back(edge);
  }
  flow.set("edges", std::move(edges));
  return compiler::compile_document(flow, Format::Ir);
}

/// 06 §12.1.
std::string wrong_run(const Json& flow, const ir::Module& module, std::uint32_t seed) {
  for (std::uint32_t run = 0; run < 8; ++run) {
    const Answers answers{seed * 8 + run};
    std::string problem = difference(run_graph(flow, answers), run_blocks(module, answers));
    if (!problem.empty()) return problem;
  }
  return {};
}

/// 06 §12.2 to §12.4 and §6. `text` is the document as bytes.
std::string wrong_round_trip(const std::string& text, const CompileResult& ir, const std::string& yaml) {
  if (compiler::compile(text, Format::Ir).body != ir.body) return "a second compilation differs";
  const auto loaded = compiler::load_manifest(yaml);
  if (!loaded.module || ir::encode(*loaded.module) != *ir.body) return "load(emit(f)) is another module";
  if (compiler::import_manifest(yaml, "flow_fresh").flow != compiler::canonical(text).text) {
    return "import(emit(f)) is another document";
  }
  const auto decoded = ir::decode(*ir.body);
  if (!decoded || ir::encode(*decoded) != *ir.body) return "decode(encode(m)) is another module";
  const auto from_json = ir::from_json_text(ir::to_json_text(*ir.module));
  if (!from_json || ir::encode(*from_json) != *ir.body) return "the JSON form is another module";
  return {};
}

/// What is wrong with a flow; nothing where it does not compile.
std::string problem_of(const Json& flow, std::uint32_t seed) {
  const CompileResult ir = compiler::compile_document(flow, Format::Ir);
  if (!ir.body) return {};
  std::string problem = wrong_run(flow, *ir.module, seed);
  if (!problem.empty()) return problem;
  const std::string text = to_ecma_text(flow);
  const CompileResult yaml = compiler::compile(text, Format::Yaml);
  return yaml.body ? wrong_round_trip(text, ir, *yaml.body) : "no manifest";
}

/// All of 06 §12.1 to §12.4. SCAIFLOW_RANDOM_GRAPHS and SCAIFLOW_RANDOM_SEED choose how many flows and which.
/// `same_bytes` compares the digest that is printed at the end between processes and compilers.
TEST(RandomGraph, blocks_run_what_the_graph_says) {
  const std::uint32_t count = number_from("SCAIFLOW_RANDOM_GRAPHS", 2'000);
  const std::uint32_t first = number_from("SCAIFLOW_RANDOM_SEED", 1);
  std::uint32_t too_deep = 0;
  std::string digest;
  for (std::uint32_t seed = first; seed < first + count; ++seed) {
    SCOPED_TRACE("SCAIFLOW_RANDOM_SEED=" + std::to_string(seed) + " SCAIFLOW_RANDOM_GRAPHS=1");
    std::mt19937 random(seed);
    Json flow = make_flow(random);
    const CompileResult result = compile_mended(flow);
    if (!result.body && has_only(result.diagnostics, "E419")) {
      ++too_deep;
      continue;
    }
    ASSERT_TRUE(result.body) << result.diagnostics.front().message << '\n' << to_text(flow);
    const std::string problem = problem_of(flow, seed);
    const Property property = [seed](const Json& smaller) { return problem_of(smaller, seed); };
    ASSERT_EQ(problem, "") << to_text(shrink(flow, property));
    digest = sha256_hex(digest + *result.body);
  }
  EXPECT_LT(too_deep, count / 4 + 1) << "most flows must be shallow enough to be compared";
  std::printf("digest %s\n", digest.c_str());
}

TEST(RandomGraph, what_fails_is_shrunk) {
  std::mt19937 random(7);
  const Property has_a_decision_with_two_ways_on = [](const Json& flow) -> std::string {
    for (const Json& node : flow["nodes"].as_array()) {
      int ways = 0;
      for (const Json& edge : flow["edges"].as_array()) ways += edge["source"]["node"] == node["id"];
      if (node["type"] == Json("logic_decision") && ways >= 2) return "found";
    }
    return {};
  };
  Json flow = make_flow(random);
  while (has_a_decision_with_two_ways_on(flow).empty() || flow["nodes"].size() < 8) flow = make_flow(random);
  const Json smallest = shrink(flow, has_a_decision_with_two_ways_on);
  EXPECT_EQ(smallest["edges"].size(), 2u);
  EXPECT_LE(smallest["nodes"].size(), 3u);
}

}  // namespace
}  // namespace scaiflow::random_graph
