#include "libs/flow/document.h"

#include <gtest/gtest.h>

#include "libs/base/json_text.h"

namespace scaiflow::flow {
namespace {

std::string document(const std::string& nodes, const std::string& edges) {
  return R"({"id": "f", "name": "F", "version": "1.0.0", "nodes": [)" + nodes + R"(], "edges": [)" + edges +
         R"(], "config": {"core_identity": {"models": [{"role": "a", "ref": "b", "model": "c"}]}}})";
}

std::string node(const std::string& id, const std::string& type, const std::string& rest = "") {
  return R"({"id": ")" + id + R"(", "type": ")" + type + R"(", "label": "", "position": {"x": 0, "y": 0})" +
         rest + "}";
}

std::string codes(const diag::Diagnostics& diagnostics) {
  std::string out;
  for (const diag::Diagnostic& diagnostic : diagnostics) out += (out.empty() ? "" : " ") + diagnostic.code;
  return out;
}

TEST(Document, a_document_that_is_too_large_is_not_read) {
  const ParseResult result = parse(std::string(5'242'881, ' '));
  EXPECT_FALSE(result.graph);
  ASSERT_EQ(codes(result.diagnostics), "F002");
  EXPECT_EQ(result.diagnostics[0].message, "document is 5242881 bytes; the limit is 5242880");
}

TEST(Document, numbers_without_fraction_are_integers) {
  const ParseResult result =
      parse(document(node("n", "entry_api", R"(, "config": {"x": 1.0, "y": 2e2, "z": 0.5})"), ""));
  ASSERT_TRUE(result.graph);
  EXPECT_TRUE(result.graph->nodes[0].config["x"].is_int());
  EXPECT_TRUE(result.graph->nodes[0].config["y"].is_int());
  EXPECT_TRUE(result.graph->nodes[0].config["z"].is_float());
}

TEST(Document, absent_or_empty_ports_are_those_of_the_kind) {
  const ParseResult result =
      parse(document(node("a", "logic_loop") + "," + node("b", "llm_rigid", R"(, "outputs": [])") + "," +
                         node("c", "llm_rigid", R"(, "outputs": [{"id": "x"}])"),
                     ""));
  ASSERT_TRUE(result.graph);
  const auto& nodes = result.graph->nodes;
  ASSERT_EQ(nodes[0].outputs.size(), 2u);
  EXPECT_EQ(nodes[0].outputs[0].id, "body");
  EXPECT_EQ(nodes[0].outputs[0].label, "each");
  ASSERT_EQ(nodes[1].outputs.size(), 1u);
  EXPECT_EQ(nodes[1].outputs[0].id, "out");
  ASSERT_EQ(nodes[2].outputs.size(), 1u);
  EXPECT_EQ(nodes[2].outputs[0].label, "x") << "the label of a port is its id unless given";
}

TEST(Document, entries_have_no_input_whatever_is_drawn) {
  const ParseResult result = parse(document(node("a", "entry_api", R"(, "inputs": [{"id": "in"}])"), ""));
  ASSERT_TRUE(result.graph);
  EXPECT_TRUE(result.graph->nodes[0].inputs.empty());
}

TEST(Document, edges_are_kept_by_their_ends) {
  const std::string edges =
      R"({"id": "e", "type": "sequential", "source": "a:out_request", "target": {"node": "b"}},
    {"id": "f", "type": "data", "source": {"node": "gone"}, "target": {"node": "b"}})";
  const ParseResult result = parse(document(node("a", "entry_api") + "," + node("b", "llm_rigid"), edges));
  ASSERT_TRUE(result.graph);
  EXPECT_EQ(result.graph->outgoing[0], std::vector<EdgeIndex>{0});
  EXPECT_EQ(result.graph->incoming[1], std::vector<EdgeIndex>{0});
  EXPECT_EQ(result.graph->edges[0].target.port_id, "in");
  EXPECT_FALSE(result.graph->edges[1].is_connected());
}

TEST(Document, an_old_breakpoint_moves_into_the_config) {
  const ParseResult result = parse(document(node("a", "llm_rigid", R"(, "breakpoint": true)"), ""));
  ASSERT_TRUE(result.graph);
  EXPECT_TRUE(result.graph->nodes[0].config.bool_or("breakpoint", false));
  EXPECT_FALSE(result.graph->document["nodes"].at(0).contains("breakpoint"));
}

TEST(Document, problems_carry_the_id_of_their_node_when_it_can_be_read) {
  const ParseResult result =
      parse(document(R"({"id": "n1", "type": 5, "label": "", "position": {"x": 0, "y": 0}})", ""));
  ASSERT_EQ(codes(result.diagnostics), "F005");
  EXPECT_EQ(result.diagnostics[0].node_id, "n1");
  EXPECT_EQ(result.diagnostics[0].path, "nodes[0].type");
}

TEST(Document, values_in_messages_are_cut) {
  const ParseResult result = parse(document(node(std::string(60, '9'), "llm_rigid"), ""));
  ASSERT_EQ(codes(result.diagnostics), "F007");
  EXPECT_NE(result.diagnostics[0].message.find("'" + std::string(40, '9')), std::string::npos);
  EXPECT_EQ(result.diagnostics[0].message.find(std::string(41, '9')), std::string::npos);
}

TEST(Arrange, sorts_by_place_then_code_and_drops_equal_ones) {
  const auto make = [](const char* path, const char* code) {
    diag::Diagnostic out;
    out.code = code;
    if (*path) out.path = path;
    return out;
  };
  diag::Diagnostics all = {make("tests[0]", "F501"),          make("nodes[10]", "F201"),
                           make("nodes[2].config.x", "F301"), make("edges[0]", "F104"),
                           make("nodes[2].config.a", "F201"), make("", "F101"),
                           make("edges[0]", "F104"),          make("unknown", "F001")};
  arrange(all);
  std::string order;
  for (const diag::Diagnostic& diagnostic : all) order += diagnostic.path.value_or("-") + ' ';
  EXPECT_EQ(order, "- nodes[2].config.a nodes[2].config.x nodes[10] edges[0] tests[0] unknown ");
}

TEST(Arrange, more_than_a_thousand_end_with_a_count_and_keep_their_errors) {
  diag::Diagnostics all;
  for (int i = 0; i < 1500; ++i) {
    diag::Diagnostic warning;
    warning.severity = diag::Severity::Warning;
    warning.code = "F109";
    warning.message = std::to_string(i);
    all.push_back(warning);
  }
  diag::Diagnostic error;
  error.code = "F501";
  error.path = "tests[0]";
  all.push_back(error);
  arrange(all);
  ASSERT_EQ(all.size(), 1001u);
  EXPECT_EQ(all[999].code, "F501") << "the only error may not be left out";
  EXPECT_EQ(all[1000].message, "501 more problems were left out");
}

}  // namespace
}  // namespace scaiflow::flow
