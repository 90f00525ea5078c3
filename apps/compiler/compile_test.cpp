#include "apps/compiler/compile.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <ctime>

#include "libs/base/json_text.h"
#include "libs/ir/codec.h"
#include "libs/manifest/yaml_reader.h"

namespace scaiflow::compiler {
namespace {

Json entry() {
  return Json::object({{"id", "node_entry"},
                       {"type", "entry_api"},
                       {"label", "Entry"},
                       {"position", Json::object({{"x", 0}, {"y", 0}})}});
}

Json rigid(const std::string& id, const std::string& text) {
  return Json::object({{"id", id},
                       {"type", "llm_rigid"},
                       {"label", id},
                       {"position", Json::object({{"x", 0}, {"y", 0}})},
                       {"config", Json::object({{"template", text}})}});
}

Json edge(const std::string& source, const std::string& target) {
  return Json::object({{"id", "e_" + source + '_' + target},
                       {"type", "sequential"},
                       {"source", Json::object({{"node", source}})},
                       {"target", Json::object({{"node", target}})}});
}

Json flow(JsonArray nodes, JsonArray edges) {
  const Json model = Json::object({{"role", "primary"}, {"ref", "x"}, {"model", "y"}});
  const Json identity = Json::object({{"models", Json::array({model})}});
  return Json::object({{"id", "flow_test"},
                       {"name", "Test"},
                       {"version", "1.0.0"},
                       {"nodes", std::move(nodes)},
                       {"edges", std::move(edges)},
                       {"config", Json::object({{"core_identity", identity}})}});
}

/// Nodes one after another, each reading the one before.
Json chain(int length) {
  JsonArray nodes{entry()};
  JsonArray edges;
  std::string last = "node_entry";
  for (int i = 0; i < length; ++i) {
    const std::string id = "node_n" + std::to_string(i);
    nodes.push_back(rigid(id, i == 0 ? "{{text}}" : "{{n" + std::to_string(i - 1) + "}}"));
    edges.push_back(edge(last, id));
    last = id;
  }
  return flow(std::move(nodes), std::move(edges));
}

bool has(const diag::Diagnostics& diagnostics, std::string_view code) {
  return std::any_of(diagnostics.begin(), diagnostics.end(),
                     [&](const auto& one) { return one.code == code; });
}

TEST(Compile, a_document_that_is_too_large_is_refused) {
  const CompileResult result = compile(std::string(5'242'881, ' '), Format::Ir);
  EXPECT_FALSE(result.body);
  ASSERT_EQ(result.diagnostics.size(), 1u);
  EXPECT_EQ(result.diagnostics[0].code, "F002");
}

TEST(Compile, a_template_beyond_its_limit_is_reported) {
  std::string text;
  for (int i = 0; i < 140'000; ++i) text += "é";
  text += "{{x}}";
  EXPECT_TRUE(
      has(validate_document(flow({entry(), rigid("node_a", text)}, {edge("node_entry", "node_a")})), "F310"));
}

TEST(Compile, more_than_a_thousand_problems_are_counted) {
  JsonArray nodes{entry()};
  for (int i = 0; i < 1'200; ++i) nodes.push_back(rigid("node_n" + std::to_string(i), "x"));
  const diag::Diagnostics found = validate_document(flow(std::move(nodes), {}));
  ASSERT_EQ(found.size(), 1'001u);
  EXPECT_EQ(found.back().code, "F999");
  EXPECT_EQ(found.back().message, "200 more problems were left out");
}

TEST(Compile, the_source_id_of_a_draft_is_its_own) {
  CompileOptions options;
  options.source_id = "draft_1";
  const CompileResult result = compile_document(chain(1), Format::Yaml, options);
  ASSERT_TRUE(result.body);
  EXPECT_NE(result.body->find("source_id: draft_1"), std::string::npos);
}

TEST(Compile, can_be_cancelled) {
  int asked = 0;
  CompileOptions options;
  options.cancelled = [&] { return ++asked > 1; };
  const CompileResult result = compile_document(chain(3'000), Format::Ir, options);
  EXPECT_TRUE(result.is_cancelled);
  EXPECT_FALSE(result.body);
}

TEST(Compile, is_asked_whether_to_go_on_at_least_every_thousand_nodes) {
  int asked = 0;
  CompileOptions options;
  options.cancelled = [&] {
    ++asked;
    return false;
  };
  ASSERT_TRUE(compile_document(chain(5'000), Format::Ir, options).body);
  EXPECT_GE(asked, 10);
}

TEST(Compile, verification_can_be_left_out_for_ir_alone) {
  Json document = chain(1);
  Json node = rigid("node_a", "x");
  node.set("type", "llm_flexible");
  node.set("config", Json::object({{"goal", "x"}, {"output_schema", Json::object({{"t", "Nowhere"}})}}));
  document = flow({entry(), node}, {edge("node_entry", "node_a")});
  CompileOptions options;
  options.verify = Verify::No;
  EXPECT_TRUE(compile_document(document, Format::Ir, options).body);
  EXPECT_FALSE(compile_document(document, Format::Yaml, options).body);
}

TEST(Compile, ten_thousand_nodes_in_a_row_are_no_problem) {
  const CompileResult result = compile_document(chain(9'999), Format::Ir);
  ASSERT_TRUE(result.module);
  EXPECT_EQ(result.module->flows[0].body.size(), 9'999u);
}

/// Thousands of unknown names, each of them like thousands of known ones: no pass may compare each with each.
TEST(Compile, unknown_names_are_looked_for_in_reasonable_time) {
  JsonArray nodes{entry()};
  JsonArray edges;
  for (int i = 0; i < 8'000; ++i) {
    const std::string id = "node_value_" + std::to_string(100'000 + i);
    nodes.push_back(rigid(id, "{{value_" + std::to_string(100'000 + i * 7919 % 90'000) + "x}}"));
    edges.push_back(edge("node_entry", id));
  }
  const auto started = std::clock();
  EXPECT_FALSE(diag::has_errors(validate_document(flow(std::move(nodes), std::move(edges)))));
  EXPECT_LT((std::clock() - started) / CLOCKS_PER_SEC, 30) << "half a minute of processor time is a hang";
}

/// Each list names its members anew when they have no name: no pass may look at all names for each.
TEST(Import, thousands_of_nameless_triggers_and_steps_take_reasonable_time) {
  std::string text =
      "core:\n  name: x\n  flows:\n    - name: x\n      steps: []\n      additional_triggers:\n";
  for (int i = 0; i < 20'000; ++i) text += "        - {}\n";
  const auto started = std::clock();
  EXPECT_FALSE(load_manifest(text).module);
  EXPECT_FALSE(import_manifest(text, "flow_x").flow);
  EXPECT_LT((std::clock() - started) / CLOCKS_PER_SEC, 30) << "half a minute of processor time is a hang";
}

Json nested(int depth, Json innermost) {
  for (int i = 0; i < depth; ++i) innermost = Json::array({std::move(innermost)});
  return innermost;
}

/// Loops inside each other, as deep as a bundle holds them, around a node that holds `value` in an unknown
/// key.
Json loops_around(Json value) {
  constexpr int loops = 28;
  JsonArray nodes{entry()};
  JsonArray edges;
  std::string last = "node_entry";
  for (int i = 0; i <= loops; ++i) {
    const std::string id = "node_n" + std::to_string(i);
    nodes.push_back(rigid(id, "x"));
    if (i < loops) {
      nodes.back().set("type", "logic_loop").set("config", Json::object({{"collection", "[1]"}}));
    } else {
      nodes.back().set("config", Json::object({{"template", "x"}, {"unknown", std::move(value)}}));
    }
    edges.push_back(edge(last, id));
    if (i > 0) edges.back().set("source", Json::object({{"node", last}, {"port", "body"}}));
    last = id;
  }
  return flow(std::move(nodes), std::move(edges));
}

/// 05, introduction: what is written can be read, however deep flow and document are at once.
TEST(Compile, the_deepest_manifest_can_be_read_back) {
  const std::string text = to_ecma_text(loops_around(nested(60, "x")));
  const CompileResult yaml = compile(text, Format::Yaml);
  const CompileResult bundle = compile(text, Format::Ir);
  ASSERT_TRUE(yaml.body && bundle.body);
  const LoadManifestResult loaded = load_manifest(*yaml.body);
  ASSERT_TRUE(loaded.module) << loaded.diagnostics.front().message;
  EXPECT_EQ(ir::encode(*loaded.module), *bundle.body);
  EXPECT_EQ(import_manifest(*yaml.body, "flow_fresh").flow, canonical(text).text);
  EXPECT_TRUE(has(validate(to_ecma_text(loops_around(nested(61, "x")))), "F012"));
}

void expect_too_large(const Json& document, Format format, std::string_view message) {
  const CompileResult result = compile(to_ecma_text(document), format);
  EXPECT_FALSE(result.body || result.module);
  ASSERT_EQ(result.diagnostics.size(), 1u);
  EXPECT_EQ(result.diagnostics[0].code, "F608");
  EXPECT_EQ(result.diagnostics[0].message, message);
}

TEST(Compile, a_manifest_that_nothing_could_load_is_not_written) {
  const Json numbers(JsonArray(500'000, Json(1)));
  expect_too_large(loops_around(nested(50, numbers)), Format::Yaml,
                   "the compiled manifest is larger than 10485760 bytes");
}

TEST(Compile, a_bundle_that_nothing_could_load_is_not_written) {
  Json assignments = Json::object();
  JsonArray variables;
  for (int i = 0; i < 1'000; ++i) {
    const std::string name = "v" + std::to_string(i);
    variables.push_back(Json::object({{"name", name}}));
    assignments.set(name, 1);
  }
  Json document = chain(400);
  JsonArray nodes = document["nodes"].as_array();
  for (std::size_t i = 1; i < nodes.size(); ++i) {
    nodes[i].set("type", "data_variable_set").set("config", Json::object({{"assignments", assignments}}));
  }
  document.set("nodes", std::move(nodes)).set("variables", std::move(variables));
  expect_too_large(document, Format::Ir, "the compiled bundle is larger than 10485760 bytes");
}

TEST(Compile, any_bytes_give_diagnostics) {
  for (const char* text :
       {"", "null", "[]", "{", "{}", "\"x\"", "{\"nodes\": [null]}", "{\"nodes\": [[]], \"edges\": [1]}",
        "\xff\xfe", "{\"config\": {\"core_identity\": []}}"}) {
    EXPECT_TRUE(diag::has_errors(validate(text))) << text;
    EXPECT_FALSE(compile(text, Format::Yaml).body) << text;
  }
  for (const char* text :
       {"", "core", "core: 1", "core: {}", "core: {flows: 3}", "core: {flows: [{steps: {a: 1}}]}",
        "core: {flows: [[]]}", "core: {scaiflow_meta: {graph: {nodes: [1], edges: [2]}}}"}) {
    import_manifest(text, "flow_x");
    load_manifest(text);
  }
}

}  // namespace
}  // namespace scaiflow::compiler
