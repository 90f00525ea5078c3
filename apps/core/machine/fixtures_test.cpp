#include "apps/core/machine/fixtures.h"

#include <gtest/gtest.h>

#include "libs/base/json_text.h"
#include "libs/ir/codec.h"

namespace scaiflow::machine {
namespace {

/// A small support flow: classify, search, branch to a template or a person.
const char* const module_text = R"J({"name":"support","identity":{"name":"S","persona":"S"},
 "models":[{"role":"primary","provider":"scaigrid","model":"m"}],"plugins":[{"alias":"kb",
    "endpoint":"plugin://kb"}],
 "variables":[{"name":"seen","type":"int","default":0}],
 "triggers":[{"kind":"api","name":"entry","target_flow":"main"},{"kind":"webhook","name":"hook",
    "target_flow":"main"}],
 "flows":[{"name":"main","body":[
  {"kind":"flexible","id":"node_classify","result_binding":"classify",
    "source_location":{"node_id":"node_classify"},
   "goal":"Classify {{trigger.text}}","llm_role":"primary","output_type":"{sure: float}",
   "on_failure":{"parse_error":[{"action":"retry","max":1}]}},
  {"kind":"budget","id":"node_kb#budget","source_location":{},"limits":{"max_retries":1},"body":[
   {"kind":"rigid","id":"node_kb","result_binding":"kb","source_location":{"node_id":"node_kb"},
    "statements":[{"kind":"plugin_call","plugin":"kb","method":"search","args":{}}]}]},
  {"kind":"rigid","id":"node_set","source_location":{"node_id":"node_set"},
   "statements":[{"kind":"assign","target":"seen","value":"seen + 1"}]},
  {"kind":"match","id":"node_decide","source_location":{"node_id":"node_decide"},
    "arms":[{"when":"classify.sure > 0.5","body":[
    {"kind":"rigid","id":"node_reply","result_binding":"reply","source_location":{"node_id":"node_reply"},
     "statements":[{"kind":"expression","expression":"\"sure, \" + entry_name"}]}]}],
   "else_body":[{"kind":"checkpoint","id":"node_ask","result_binding":"ask",
    "source_location":{"node_id":"node_ask"},
     "options":["yes","no"],"timeout_ms":1000}]},
  {"kind":"rigid","id":"flow#return","source_location":{},
   "statements":[{"kind":"return","value":{"reply":"{{reply ?? ask.decision}}","kb":"{{kb}}"}}]}]}]})J";

ProgramPtr program() {
  auto module = ir::from_json_text(module_text);
  EXPECT_TRUE(module.has_value()) << (module ? "" : module.error().message);
  return *Program::compile(std::move(*module), "hash");
}

Json only_result(const std::string& test, const FixtureOptions& options = {}) {
  const Json tests = *try_parse_json("[" + test + "]");
  return run_fixtures(program(), tests, options)["results"].at(0);
}

std::string outcome(const std::string& test) {
  const Json result = only_result(test);
  const std::string message = result.string_or("message", "");
  return result.string_or("status", "") + (message.empty() ? "" : ": " + message);
}

TEST(Fixtures, PassWhenEverythingIsAsExpected) {
  const Json result = only_result(R"J({"name":"sure","input":{"text":"hi"},
    "mocks":{"node_classify":{"sure":0.9},"node_kb":[1]},
    "expect":{"output":{"reply":"sure, entry","kb":[1]},"visited":["node_classify","node_reply"],
              "not_visited":["node_ask"],"variables":{"seen":1},
              "assert":["output.reply.length > 3","classify.sure == 0.9","trigger.text == 'hi'"]}})J");
  EXPECT_EQ(result["status"], Json("passed")) << to_text(result);
  EXPECT_EQ(to_text(result["visited"]),
            R"(["node_classify","node_kb","node_set","node_decide","node_reply"])");
}

TEST(Fixtures, EachKindOfExpectationCanFail) {
  const std::string head =
      R"J({"name":"t","input":{"text":"hi"},"mocks":{"node_classify":{"sure":0.9},"node_kb":[1]},
    "expect":)J";
  EXPECT_EQ(outcome(head + R"J({"output":1}})J"),
            R"(failed: output: expected 1, got {"reply":"sure, entry","kb":[1]})");
  EXPECT_EQ(outcome(head + R"J({"visited":["node_reply","node_kb"]}})J"),
            "failed: visited: 'node_kb' did not run");
  EXPECT_EQ(outcome(head + R"J({"not_visited":["node_reply"]}})J"), "failed: not_visited: 'node_reply' ran");
  EXPECT_EQ(outcome(head + R"J({"variables":{"seen":2}}})J"), "failed: variables.seen: expected 2, got 1");
  EXPECT_EQ(outcome(head + R"J({"error":"PluginError"}})J"), "failed: error: expected PluginError, got none");
  EXPECT_EQ(outcome(head + R"J({"assert":["true","output.reply == 1"]}})J"),
            "failed: assert 1: 'output.reply == 1' is false");
}

TEST(Fixtures, AnUnmockedEffectIsAnError) {
  EXPECT_EQ(outcome(R"J({"name":"t","input":{},"mocks":{"node_classify":{"sure":1}}})J"),
            "error: node 'node_kb' has no mock");
}

TEST(Fixtures, MockedErrorsFailTheNodeOrAreRetried) {
  EXPECT_EQ(outcome(R"J({"name":"t","input":{},"mocks":{"node_classify":{"sure":1},
      "node_kb":{"$error":{"type":"PluginError","message":"gone"}}},
    "expect":{"error":{"type":"PluginError","message":"gon"}}})J"),
            "passed");
  EXPECT_EQ(outcome(R"J({"name":"t","input":{},"mocks":{"node_classify":{"sure":1},
      "node_kb":{"$each":[{"$error":{"type":"PluginError","message":"gone"}},"second"]}},
    "expect":{"assert":["output.kb == 'second'"]}})J"),
            "passed");
  EXPECT_EQ(outcome(
                R"J({"name":"t","input":{},"mocks":{"node_classify":{"$error":{"type":"ModelProviderError",
    "message":"m"}}}})J"),
            "failed: error: ModelProviderError: m");
}

TEST(Fixtures, AModelMockIsCheckedAndRetried) {
  EXPECT_EQ(outcome(
                R"J({"name":"t","input":{},"mocks":{"node_classify":{"$each":["bad",{"sure":1}]},
    "node_kb":0}})J"),
            "passed");
  EXPECT_EQ(outcome(
                R"J({"name":"t","input":{},"mocks":{"node_classify":"bad","node_kb":0},
    "expect":{"error":"OutputParseError"}})J"),
            "passed");
}

TEST(Fixtures, ACheckpointTakesADecisionAmongItsOptions) {
  const std::string head =
      R"J({"name":"t","input":{},"mocks":{"node_classify":{"sure":0.1},"node_kb":0,"node_ask":)J";
  EXPECT_EQ(outcome(head + R"J("yes"},"expect":{"output":{"reply":"yes","kb":0}}})J"), "passed");
  EXPECT_EQ(outcome(head + R"J({"decision":"no","note":1}},"expect":{"assert":["ask.note == 1"]}})J"),
            "passed");
  EXPECT_EQ(outcome(head + R"J("maybe"}})J"), "error: node 'node_ask': 'maybe' is not one of the options");
  EXPECT_EQ(outcome(head +
                    R"J({"$error":{"type":"CheckpointTimeoutError"}}},
    "expect":{"error":"CheckpointTimeoutError"}})J"),
            "passed");
}

TEST(Fixtures, TheEntryChoosesTheTrigger) {
  FixtureOptions options;
  options.entries = {{"node_other", "hook"}};
  const Json result = only_result(
      R"J({"name":"t","entry":"node_other","input":{},"mocks":{"node_classify":{"sure":1},"node_kb":0},
    "expect":{"assert":["output.reply == 'sure, hook'"]}})J",
      options);
  EXPECT_EQ(result["status"], Json("passed")) << to_text(result);
}

TEST(Fixtures, OnlyNamedTestsRunAndAreCounted) {
  const Json tests =
      *try_parse_json(R"J([{"name":"a","input":{},"mocks":{}},{"name":"b","input":{},"mocks":{}}])J");
  FixtureOptions options;
  options.names = {"b"};
  const Json report = run_fixtures(program(), tests, options);
  EXPECT_EQ(report["failed"], Json(1));
  EXPECT_EQ(report["passed"], Json(0));
  EXPECT_EQ(report["results"].at(0)["name"], Json("b"));
}

TEST(Fixtures, AnEndlessTestIsStopped) {
  auto module = ir::from_json_text(
      R"J({"name":"x","identity":{"name":"x","persona":"x"},"flows":[{"name":"main","body":[
    {"kind":"while","id":"w","source_location":{},"condition":"true","max_iterations":1000000,"body":[
     {"kind":"rigid","id":"r","source_location":{},"statements":[]}]}]}]})J");
  const ProgramPtr endless = *Program::compile(std::move(*module), "hash");
  const Json tests = *try_parse_json(R"J([{"name":"t","input":{}}])J");
  const Json result = run_fixtures(endless, tests, {})["results"].at(0);
  EXPECT_EQ(result["message"], Json("test used more than 10000 blocks"));
}

}  // namespace
}  // namespace scaiflow::machine
