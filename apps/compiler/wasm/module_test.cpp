#include <gtest/gtest.h>

#include "apps/compiler/wasm/calls.h"
#include "libs/base/json_text.h"
#include "libs/flow/canonical.h"

namespace scaiflow::compiler {
namespace {

constexpr std::string_view flow = R"({
  "id": "flow_a", "name": "A", "version": "1.0.0", "scaicore_target": "0.2",
  "nodes": [
    {"id": "node_in", "type": "entry_api", "label": "In", "position": {"x": 0, "y": 0}},
    {"id": "node_say", "type": "llm_rigid", "label": "Say", "position": {"x": 0, "y": 0},
     "config": {"template": "You said {{message}} \u20ac"}},
    {"id": "node_end", "type": "llm_rigid", "label": "End", "position": {"x": 0, "y": 0},
     "config": {"template": "{{say}}!"}}],
  "edges": [
    {"id": "e1", "type": "sequential", "source": {"node": "node_in"}, "target": {"node": "node_say"}},
    {"id": "e2", "type": "sequential", "source": {"node": "node_say"}, "target": {"node": "node_end"}}],
  "variables": [],
  "config": {"core_identity": {"name": "A",
                               "models": [{"role": "primary", "ref": "scaigrid", "model": "a/b"}]}},
  "tests": [{"name": "t", "input": {"message": "x"}, "mocks": {},
             "expect": {"assert": ["say == 'You said x \u20ac'"]}}]
})";

class ModuleTest : public testing::Test {
 protected:
  Answer ask(std::string_view name, std::string_view input) { return call(session_, around_, name, input); }
  std::string error(std::string_view name, std::string_view input) {
    return ask(name, input).head["error"].string_or("code", "");
  }

  Session session_;
  Surroundings around_{[] { return false; }, [] { return 0.0; }};
};

TEST_F(ModuleTest, CompilesWhatWasLoadedAsTheLibraryDoes) {
  ask("load", flow);
  const CompileResult wanted = compile(flow, Format::Yaml);
  const Answer answer = ask("compile", R"({"format": "yaml"})");
  EXPECT_EQ(answer.body, wanted.body);
  EXPECT_EQ(answer.head["diagnostics"], diag::to_json(wanted.diagnostics));
  EXPECT_EQ(answer.head["ranges"].size(), wanted.ranges.size());
  EXPECT_EQ(ask("compile", R"({"format": "ir"})").body, compile(flow, Format::Ir).body);
}

TEST_F(ModuleTest, APatchGivesTheSameAsTheWholeDocument) {
  ask("load", flow);
  const Json node = *try_parse_json(
      R"({"id": "node_more", "type": "llm_rigid", "label": "More", "position": {"x": 0, "y": 0}})");
  Json change = Json::object();
  change.set("nodes", Json::object({{"set", Json::array({node})},
                                    {"order", Json::array({"node_in", "node_more", "node_say"})}}));
  change.set("edges", Json::object({{"set", Json::array()}, {"order", Json::array({"e1"})}}));
  EXPECT_EQ(ask("patch", to_text(change)).head, Json::object());
  Json whole = *try_parse_json(flow);
  whole.set("nodes", Json::array({whole["nodes"].at(0), node, whole["nodes"].at(1)}));
  whole.set("edges", Json::array({whole["edges"].at(0)}));
  EXPECT_EQ(flow::canonical(*session_.document()), flow::canonical(whole));
  EXPECT_EQ(ask("check", "{}").head["diagnostics"], diag::to_json(validate_document(whole)));
}

TEST_F(ModuleTest, APatchThatDoesNotFitAsksForTheWhole) {
  ask("load", flow);
  EXPECT_EQ(error("patch", R"({"nodes": {"set": [{"id": "nobody"}]}})"), "not_patchable");
  EXPECT_EQ(error("patch", "{}"), "not_patchable");
  ask("load", flow);
  EXPECT_EQ(error("patch", R"({"edges": {"set": [], "order": ["e9"]}})"), "not_patchable");
  ask("load", R"({"nodes": [{"id": "a"}, {"id": "a"}], "edges": []})");
  EXPECT_EQ(error("patch", "{}"), "not_patchable");
}

TEST_F(ModuleTest, BrokenBytesAreDiagnostics) {
  ask("load", "{");
  EXPECT_EQ(ask("check", "{}").head["diagnostics"].at(0)["code"], Json("F001"));
  const Answer answer = ask("compile", "{}");
  EXPECT_EQ(answer.head["has_body"], Json(false));
  EXPECT_EQ(ask("canonical", "{").head["has_body"], Json(false));
}

TEST_F(ModuleTest, StopsForANewerRequest) {
  ask("load", flow);
  around_.cancelled = [] { return true; };
  EXPECT_EQ(error("check", "{}"), "cancelled");
  EXPECT_EQ(error("compile", "{}"), "cancelled");
}

TEST_F(ModuleTest, RunsFixtures) {
  ask("load", flow);
  EXPECT_EQ(ask("tests", R"({"names": []})").head["passed"], Json(1));
  EXPECT_EQ(error("tests", R"({"names": ["nobody"]})"), "validation_error");
}

TEST_F(ModuleTest, RefusesWhatItDoesNotKnow) {
  EXPECT_EQ(error("nothing", "{}"), "bad_request");
  EXPECT_EQ(error("check", "[]"), "bad_request");
  EXPECT_EQ(error("compile", R"({"format": "pdf"})"), "bad_request");
}

TEST_F(ModuleTest, EvaluatesAndPlacesProblemsInUnitsOfThePage) {
  const auto evaluate = [&](std::string_view args) { return ask("evaluate", args).head; };
  EXPECT_EQ(evaluate(R"({"text": "a + 1", "values": {"a": 2}})")["value"], Json(3));
  EXPECT_EQ(evaluate(R"({"text": "{{a}}!", "mode": "template", "values": {"a": 2}})")["value"], Json("2!"));
  EXPECT_EQ(evaluate(R"({"text": "'\u20ac' + b"})")["failure"]["offset"], Json(6));
  EXPECT_EQ(evaluate(R"({"text": "1 / 0"})")["failure"]["code"], Json("DivisionByZero"));
  const Json problem = ask("expr", R"({"text": "'\ud83d\ude00' 1"})").head["problems"].at(0);
  EXPECT_EQ(problem["code"], Json("F301"));
  EXPECT_EQ(problem["offset"], Json(5));
}

TEST_F(ModuleTest, TellsWhatDiffers) {
  const Json before = *try_parse_json(flow);
  Json after = before;
  after.set("name", "B");
  const Json found = ask("diff", to_text(Json::object({{"before", before}, {"after", after}}))).head;
  EXPECT_EQ(found["changes"].size(), 1U);
  EXPECT_EQ(found["changes"].at(0)["entity"], Json("flow"));
}

TEST_F(ModuleTest, TellsTheNamesInScope) {
  ask("load", flow);
  const auto names = [&](std::string_view place) {
    std::string out;
    const Json head = ask("scope", place).head;
    for (const Json& name : head["names"].as_array()) {
      if (name["origin"] != Json("fixed"))
        out += name["name"].as_string() + ':' + name["origin"].as_string() + ' ';
    }
    return out;
  };
  EXPECT_EQ(names(R"({"node": "node_end", "field": "template"})"), "say:binding ");
  EXPECT_EQ(names(R"({"node": "node_say", "field": "template"})"), "");
  EXPECT_EQ(names(R"({"node": "node_say", "field": "validate"})"), "result:local output:local ");
  EXPECT_EQ(names(R"({"edge": "e2"})"), "say:binding ");
  EXPECT_EQ(names(R"({"node": "nobody", "field": "validate"})"), "");
  EXPECT_GT(ask("scope", R"({"node": "nobody"})").head["names"].size(), 0U) << "what is everywhere is there";
  ask("patch", R"({"edges": {"set": [], "order": ["e1"]}})");
  EXPECT_EQ(names(R"({"node": "node_end", "field": "template"})"), "") << "the flow does not get there";
  EXPECT_EQ(names(R"({"node": "node_end", "field": "validate"})"), "result:local output:local ");
  std::string typed(flow);
  const std::string_view none = R"("variables": [])";
  typed.replace(typed.find(none), none.size(), R"("variables": [{"name": "count", "type": "array[int]"}])");
  ask("load", typed);
  const Json said = ask("scope", R"({"node": "node_end", "field": "template"})").head["names"];
  ASSERT_GE(said.size(), 2U);
  const Json& variable = said.at(said.size() - 2);
  EXPECT_EQ(variable["name"], Json("count"));
  EXPECT_EQ(to_text(variable["type"]), R"({"kind":"array","item":{"kind":"primitive","name":"int"}})");
  EXPECT_TRUE(variable["node"].is_null());
  const Json& binding = said.at(said.size() - 1);
  EXPECT_EQ(binding["node"], Json("node_say"));
  EXPECT_TRUE(binding["type"].is_null()) << "the text of a template node has no declared type";
}

TEST_F(ModuleTest, ChecksAnExpressionWhereItStands) {
  ask("load", flow);
  const auto checked = [&](std::string_view args) { return ask("expr", args).head; };
  const Json unknown =
      checked(R"({"text": "{{sya}}", "mode": "template", "node": "node_end", "field": "template"})");
  ASSERT_EQ(unknown["problems"].size(), 1U);
  EXPECT_EQ(unknown["problems"].at(0)["code"], Json("F304"));
  EXPECT_EQ(unknown["problems"].at(0)["offset"], Json(2));
  const Json known = checked(R"({"text": "1 + 1", "node": "node_end", "field": "template"})");
  EXPECT_EQ(known["problems"].size(), 0U);
  EXPECT_EQ(known["type"]["name"], Json("int"));
  EXPECT_EQ(checked(R"({"text": "sya"})")["problems"].size(), 0U) << "without a place names are anybody's";
}

TEST_F(ModuleTest, SendsTheLinesThatChanged) {
  ask("load", flow);
  const auto text = [&](int base, int serial) {
    const Json edit = Json::object({{"base", base}, {"serial", serial}});
    return ask("compile", to_text(Json::object({{"format", "yaml"}, {"edit", edit}})));
  };
  const Answer whole = text(0, 1);
  EXPECT_FALSE(whole.head.contains("edit"));
  Json node = *try_parse_json(flow);
  node = node["nodes"].at(1);
  const auto say = [&](std::string_view template_text) {
    node.set("config", Json::object({{"template", template_text}}));
    const Json nodes = Json::object({{"set", Json::array({node})}});
    ask("patch", to_text(Json::object({{"nodes", nodes}})));
  };
  say("something else");
  const Answer dropped = text(1, 2);
  EXPECT_LT(dropped.body.size(), whole.body.size() / 2);
  EXPECT_NE(dropped.body.find("something else"), std::string::npos);
  say("a third");
  const Answer next = text(1, 3);
  EXPECT_EQ(next.head["edit"], dropped.head["edit"]) << "the page never took the second text";
  EXPECT_FALSE(text(2, 4).head.contains("edit")) << "a base that is gone";
  const Answer same = text(4, 5);
  EXPECT_EQ(same.head["edit"]["from"], same.head["edit"]["to"]) << "nothing changed";
  EXPECT_EQ(same.body, "");
}

TEST(LineEdit, TurnsOneTextIntoTheOther) {
  const auto applied = [](std::string_view before, std::string_view after) {
    const auto edit = line_edit(before, after);
    if (!edit) return std::string("none");
    std::string out;
    std::size_t line = 0;
    for (std::size_t at = 0; at < before.size(); ++line) {
      const std::size_t end = before.find('\n', at) + 1;
      if (line == edit->from) out += edit->lines;
      if (line < edit->from || line >= edit->to) out += before.substr(at, end - at);
      at = end;
    }
    if (line <= edit->from) out += edit->lines;
    return out;
  };
  const std::vector<std::string> parts = {"", "a\n", "b\n", "ab\n", "a\n\n", "b\na\n", "aa\na\n"};
  for (const std::string& start : parts)
    for (const std::string& old : parts)
      for (const std::string& made : parts)
        for (const std::string& end : parts) {
          const std::string before = start + old + end, after = start + made + end;
          if (before.empty() || after.empty()) continue;
          EXPECT_EQ(applied(before, after), after) << before << "->\n" << after;
        }
  EXPECT_FALSE(line_edit("a", "b\n"));
  EXPECT_EQ(line_edit("a\nb\nc\n", "a\nx\nc\n"), (LineEdit{1, 2, "x\n"}));
}

TEST_F(ModuleTest, RenamesEveryUse) {
  ask("load", flow);
  const Json change = ask("rename", R"({"names": {"say": "spoken"}})").head;
  ASSERT_EQ(change["nodes"].size(), 1U);
  EXPECT_EQ(change["nodes"].at(0)["config"]["template"], Json("{{spoken}}!"));
  EXPECT_EQ(change["edges"].size(), 0U);
  EXPECT_EQ(change["tests"].at(0)["expect"]["assert"].at(0), Json("spoken == 'You said x \u20ac'"));
  EXPECT_FALSE(change.contains("config"));
}

}  // namespace
}  // namespace scaiflow::compiler
