#include "libs/manifest/manifest.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <utility>

#include "libs/base/json_text.h"
#include "libs/base/text.h"
#include "libs/ir/codec.h"
#include "libs/ir/sample_module.h"
#include "libs/ir/verify.h"
#include "libs/manifest/step_fields.h"

namespace scaiflow::manifest {
namespace {

using Texts = std::vector<std::string>;

std::string example(const std::string& name) {
  std::ifstream file(std::string(SCAIFLOW_SOURCE_DIR) + "/tests/flows/examples/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

Json parsed(std::string_view text) {
  auto json = try_parse_json(text);
  EXPECT_TRUE(json) << text;
  return json.value_or(Json());
}

ir::Module loaded(std::string_view text, const LowerNode& lower = {}) {
  LoadResult result = load_module(text, lower);
  EXPECT_TRUE(result.module) << to_text(diag::to_json(result.diagnostics));
  return result.module.value_or(ir::Module());
}

Texts problems(std::string_view text) {
  Texts out;
  for (const auto& found : load_module(text).diagnostics) out.push_back(found.code + " " + found.message);
  return out;
}

/// A manifest with these steps, written below `steps:` with eight spaces.
std::string with_steps(std::string_view steps) {
  std::string text = "core:\n  name: m\n  model: scaigrid/gpt\n  flows:\n    - steps:\n";
  for (const std::string_view line : split(steps, '\n')) text += "        " + std::string(line) + "\n";
  return text;
}

ir::Block only_block(std::string_view steps) {
  const ir::Module module = loaded(with_steps(steps));
  EXPECT_EQ(module.flows.at(0).body.size(), 1u);
  return module.flows.at(0).body.at(0);
}

struct Example {
  const char* name;
  std::size_t bytes;
  const char* address;
};

/// 06 §12.
constexpr Example examples[] = {
    {"echo-agent", 1191, "802af644c8cbbd865a2e2b065501e28c88e051cf334cca5f442a7725c4a843a6"},
    {"customer-support", 5423, "b3540ea4171191152c2b41caee97d17dba5d77c01139a1bcbea75af146834fbf"},
    {"expense-approver", 4845, "d70d93f42251e68abf7493442e83e7bac81bf435f7575d72a780d1667cc87975"},
};

TEST(Examples, HaveTheirAddresses) {
  for (const Example& expected : examples) {
    const ir::Module module = loaded(example(std::string(expected.name) + ".yaml"));
    const std::string bundle = ir::encode(module);
    EXPECT_EQ(bundle.size(), expected.bytes) << expected.name;
    EXPECT_EQ(ir::address(bundle), expected.address) << ir::to_json_text(module);
    EXPECT_EQ(to_text(diag::to_json(ir::verify(module))), "[]") << expected.name;
  }
}

TEST(Examples, AreWrittenByteForByte) {
  for (const Example& expected : examples) {
    const std::string text = example(std::string(expected.name) + ".yaml");
    const Json flow = parsed(example(std::string(expected.name) + ".flow.json"));
    EXPECT_EQ(write({loaded(text), flow}).text, text);
  }
}

TEST(Examples, RangesNameTheLinesOfEachNode) {
  const std::string text = example("echo-agent.yaml");
  const YamlText written = write({loaded(text), parsed(example("echo-agent.flow.json"))});
  ASSERT_EQ(written.ranges.size(), 1u);
  EXPECT_EQ(written.ranges[0].node_id, "node_echo");
  const auto lines = split(text, '\n');
  EXPECT_EQ(lines[written.ranges[0].first_line - 1], "        - rigid: \"You said: {{message}}\"");
  EXPECT_EQ(lines[written.ranges[0].last_line - 1], "              template: \"You said: {{message}}\"");
}

Json sample_flow() {
  return parsed(R"json({"id": "flow_sample", "name": "Sample", "version": "1.0.0", "scaicore_target": "0.2",
    "odd": [1], "nodes": [{"id": "f", "type": "llm_flexible", "label": "F", "config": {"goal": "x"},
      "mine": true},
    {"id": "tick", "type": "entry_schedule", "label": "T", "config": {}}], "edges": [],
    "config": {"core_identity": {"name": "Sample", "mode": "entity", "entity_key": "who",
      "idle_timeout": 90, "models": [
      {"role": "primary", "ref": "scaigrid", "model": "a/b", "temperature": 1, "modalities": ["text", "tts"],
       "fallback": [{"ref": "x", "model": "y"}]}]}}})json");
}

ir::Module sample() {
  ir::Module module = ir::sample_module();
  module.instance.idle_timeout_ms = 90000;
  module.metadata.set(
      "scaiflow_meta",
      parsed(R"({"source_id": "flow_sample", "source_version": "1.0.0", "scaicore_target": "0.2",
                                 "publish_as_model": true, "model_visibility_group_ids": ["g"]})"));
  module.scaiqueue =
      parsed(R"({"scope": "s", "queues": [{"slug": "q", "display_name": "Q", "description": "d",
                                "consumer_mode": "fifo", "max_retries": 5, "purpose": "custom"}]})");
  return module;
}

TEST(Manifest, EveryBlockKindComesBackEqual) {
  const ir::Module module = sample();
  const std::string text = write({module, sample_flow()}).text;
  EXPECT_EQ(ir::to_json_text(loaded(text)), ir::to_json_text(module)) << text;
}

/// The sample with this block alone, written and read again.
std::pair<std::string, std::string> there_and_back(std::string_view block_text) {
  ir::Module module = sample();
  Json block = parsed(block_text);
  block.set("id", "x");
  if (!block.contains("source_location")) block.set("source_location", Json::object());
  Json flow = ir::to_json(module)["flows"].at(0);
  const Json json = ir::to_json(module).set("flows", Json::array({flow.set("body", Json::array({block}))}));
  auto read = ir::from_json(json);
  EXPECT_TRUE(read) << read.error().message;
  if (!read) return {};
  return {ir::to_json_text(loaded(write({*read, sample_flow()}).text)), ir::to_json_text(*read)};
}

TEST(Manifest, OddBlocksComeBackEqual) {
  const std::initializer_list<const char*> blocks = {
      R"({"kind": "rigid", "statements": []})",
      R"({"kind": "rigid", "statements": [{"kind": "expression", "expression": "null"}]})",
      R"({"kind": "rigid", "statements": [{"kind": "expression", "expression": "5"}]})",
      R"({"kind": "rigid", "statements": [{"kind": "return", "value": null}]})",
      R"({"kind": "rigid", "statements": [{"kind": "return", "value": ["a", {"b": 1.5}]}]})",
      R"({"kind": "rigid", "statements": [{"kind": "emit", "event": "yes"}]})",
      R"({"kind": "rigid", "statements": [{"kind": "plugin_call", "plugin": "p", "method": "m",
          "result_binding": "r"}]})",
      R"({"kind": "rigid", "statements": [{"kind": "plugin_call", "plugin": "p", "method": "m",
          "timeout_ms": 0,
          "idempotency": "at_most_once"}]})",
      R"({"kind": "rigid", "statements": [{"kind": "assign", "target": "a.b[0]", "value": "true"}]})",
      R"({"kind": "rigid", "statements": [{"kind": "memory_set", "field": "f", "value": "1"},
          {"kind": "assign", "target": "a", "value": "1"}]})",
      R"({"kind": "rigid", "statements": [{"kind": "memory_set", "field": "f", "key": "k", "value": "1"}]})",
      R"({"kind": "rigid", "statements": [{"kind": "break"}, {"kind": "if", "condition": "x", "then": []}]})",
      R"({"kind": "rigid", "source_location": {"node_id": "y"}, "statements": []})",
      R"({"kind": "debug", "statements": []})",
      R"({"kind": "flexible", "goal": "a\n b\n", "constraints": {}, "on_failure": {}, "budget": {}})",
      R"({"kind": "flexible", "goal": "", "output_type": "{type: string, description: string}",
          "constraints": {"text": "t", "inherit": false}, "examples": [{"input": null, "output": null}],
          "on_failure": {"refusal": [], "parse_error": [{"action": "retry", "with": "again"}]}})",
      R"({"kind": "guarded", "goal": "g", "on_validation_failure": [],
          "budget": {"max_duration_ms": 86400000}})",
      R"({"kind": "match", "arms": [], "else_body": []})",
      R"({"kind": "match", "subject": "s", "arms": [{"when": "true", "body": []}, {"when": "5",
          "body": []}]})",
      R"({"kind": "parallel", "branches": [{"name": "1", "body": []}], "fail_fast": false})",
      R"({"kind": "try", "body": [], "finally": []})",
      R"({"kind": "budget", "limits": {}, "body": []})",
      R"({"kind": "budget", "limits": {"max_duration_ms": 1, "max_tokens": 5, "max_cost": 0.5}, "body": []})",
      R"({"kind": "checkpoint", "timeout_ms": 90061001, "hitl_target": {"scope": null, "queue": "",
          "hitl_spec": null}})",
      R"({"kind": "checkpoint", "checkpoint_type": "debug_breakpoint", "options": ["continue"]})",
      R"({"kind": "core_call", "target": "core://a/b", "flow_name": "f", "instance_key": "k",
          "version": "1.0.0"})",
      R"({"kind": "await_responses", "calls": "[a, b]", "mode": "any", "on_timeout": "partial"})",
  };
  for (const char* block : blocks) {
    const auto [after, before] = there_and_back(block);
    EXPECT_EQ(after, before) << block;
  }
}

TEST(Manifest, KeepsWhatTheFlowAloneKnows) {
  const Json core = read_yaml(write({sample(), sample_flow()}).text).value()["core"];
  EXPECT_EQ(to_text(core["entity"]), R"({"key":"who","idle_timeout":"90s"})")
      << "only members set in the flow";
  const Json& graph = core["scaiflow_meta"]["graph"];
  EXPECT_EQ(to_text(graph["extra"]), R"({"odd":[1]})");
  EXPECT_EQ(to_text(graph["nodes"].at(0)), R"({"id":"f","mine":true})")
      << "the rest stands in the step's meta";
  EXPECT_EQ(to_text(graph["nodes"].at(1)),
            R"({"id":"tick","type":"entry_schedule","label":"T","config":{}})");
  EXPECT_FALSE(graph["config"]["core_identity"].contains("models"));
  EXPECT_EQ(to_text(core["flows"].at(0)["steps"].at(0)["meta"]),
            R"({"node_id":"f","node_kind":"llm_flexible","node_label":"F","node_config":{"goal":"x"}})");
  EXPECT_FALSE(read_yaml(write({sample(), sample_flow().erase("scaicore_target")}).text)
                   .value()["core"]["scaiflow_meta"]
                   .contains("scaicore_target"))
      << "import must not add what the flow leaves out";
}

TEST(Manifest, TableDefaultsAreThoseOfTheRecords) {
  const auto check = [](std::string_view keyword, auto record) {
    for (const StepField& field : find_keyword(keyword)->fields) {
      if (field.default_json.empty() || field.field.find('/') != std::string_view::npos) continue;
      bool found = false;
      decltype(record)::fields([&](const ir::FieldInfo& info, auto) {
        if (info.name != field.field) return;
        found = true;
        EXPECT_EQ(field.default_json, info.default_json) << keyword << "." << field.key;
        EXPECT_NE(info.presence, ir::Presence::Required) << keyword << "." << field.key;
      });
      EXPECT_TRUE(found || keyword == "llm_turn") << keyword << "." << field.key;
    }
  };
  check("llm_turn", ir::FlexibleBlock());
  check("llm_turn", ir::GuardedBlock());
  check("plugin_call", ir::PluginCallStatement());
  check("emit", ir::EmitStatement());
  check("model_call", ir::ModelCallBlock());
  check("parallel", ir::ParallelBlock());
  check("foreach", ir::ForeachBlock());
  check("while", ir::WhileBlock());
  check("match", ir::MatchBlock());
  check("try", ir::TryBlock());
  check("checkpoint", ir::CheckpointBlock());
  check("core_call", ir::CoreCallBlock());
  check("await_responses", ir::AwaitResponsesBlock());
}

TEST(Reader, TakesAHandWrittenManifest) {
  const ir::Module module = loaded(
      "core:\n  name: My Core!\n  model: openai/gpt-4o\n  plugins: [mail, {alias: drive, endpoint: "
      "'plugin://x'}]\n"
      "  flows:\n    - input: {who: string, age: int?}\n      steps:\n        - llm_turn: Hi {{who}}\n"
      "          input: {n: 5, t: who}\n          budget: {max_duration: 30s}\n          output: {a: int}\n"
      "        - set: {variable: x, value: 3}\n        - return: {ok: true}\n");
  EXPECT_EQ(module.name, "my-core");
  EXPECT_EQ(module.version, "1.0.0");
  EXPECT_EQ(module.identity.persona, "my-core");
  EXPECT_EQ(module.models.at(0).provider, "openai");
  EXPECT_EQ(module.models.at(0).role, "primary");
  EXPECT_EQ(module.plugins.at(0).endpoint, "plugin://mail");
  EXPECT_EQ(module.triggers.at(0).name, "api");
  EXPECT_EQ(module.triggers.at(0).target_flow, "my-core");
  const ir::Flow& flow = module.flows.at(0);
  EXPECT_TRUE(flow.params.at(0).required);
  EXPECT_FALSE(flow.params.at(1).required);
  EXPECT_EQ(flow.body.at(0).id, "step_0");
  const auto& turn = *flow.body.at(0).as<ir::FlexibleBlock>();
  EXPECT_EQ(turn.llm_role, "primary");
  EXPECT_EQ(turn.input_bindings.at(0).second, "5");
  EXPECT_EQ(turn.budget->max_duration_ms, 30000);
  EXPECT_EQ(turn.output_type["kind"], Json("object"));
  const auto& set = *flow.body.at(1).as<ir::RigidBlock>()->statements.at(0).as<ir::AssignStatement>();
  EXPECT_EQ(set.value, "3");
}

TEST(Reader, NamesTriggersAfterTheirType) {
  const ir::Module module = loaded(
      "core:\n  name: m\n  model: a/b\n  flows:\n    - name: one\n      trigger: {type: webhook, auth: {k: "
      "1}}\n"
      "      additional_triggers: [{type: webhook}, {type: schedule, cron: '0 * * * *'}, {type: mail}]\n     "
      " steps: []\n"
      "    - name: two\n      steps:\n        - return: 1\n");
  Texts names;
  for (const ir::Trigger& trigger : module.triggers) names.push_back(trigger.name);
  EXPECT_EQ(names, (Texts{"webhook", "webhook_2", "schedule", "mail", "api"}));
  EXPECT_EQ(module.triggers.at(2).timezone, "UTC");
  EXPECT_EQ(module.triggers.at(4).target_flow, "two");
  EXPECT_EQ(module.flows.at(1).body.at(0).id, "step_f1.0") << "ids are unique in the module";
  EXPECT_EQ(ir::verify(module).at(0).code, "E408");
}

TEST(Reader, GivesStepsTheirPositionAsId) {
  const ir::Module module =
      loaded(with_steps("- match:\n"
                        "    arms:\n"
                        "      - when: a\n"
                        "        steps: []\n"
                        "      - when: true\n"
                        "        steps:\n"
                        "          - rigid: 1\n"
                        "          - return:\n"
                        "    else:\n"
                        "      - emit: {event: e}\n"
                        "- try:\n"
                        "    steps: [{rigid: '1'}]\n"
                        "    catches: [{error: '*', as: e, steps: [{rigid: '1'}]}]\n"
                        "    finally: [{rigid: '1'}]\n"
                        "- rigid: x\n"
                        "  meta: {node_id: n}\n"
                        "- rigid: x\n"
                        "  meta: {node_id: n, block_id: n#bp}\n"));
  Texts ids;
  ir::for_each_block(module, [&](const ir::Block& block) { ids.push_back(block.id); });
  EXPECT_EQ(ids, (Texts{"step_0", "step_0.1.0", "step_0.1.1", "step_0.2.0", "step_1", "step_1.0.0",
                        "step_1.1.0", "step_1.2.0", "n", "n#bp"}));
  const auto& match = *module.flows[0].body[0].as<ir::MatchBlock>();
  EXPECT_EQ(match.arms[1].when, "true");
  EXPECT_EQ(module.flows[0].body[3].source_location.node_id, "n");
}

TEST(Reader, ReadsTheSpecialRows) {
  const ir::Block set =
      only_block("- set: [{variable: a, value: x}, {variable: b, value: [1, t], memory: true}]");
  const auto& statements = set.as<ir::RigidBlock>()->statements;
  EXPECT_EQ(statements.at(0).as<ir::AssignStatement>()->value, "x");
  EXPECT_EQ(statements.at(1).as<ir::MemorySetStatement>()->field, "b");
  EXPECT_EQ(statements.at(1).as<ir::MemorySetStatement>()->value, "[1, \"t\"]");
  const ir::Block list = only_block("- rigid:\n    - {kind: break}\n    - {kind: emit, event: e}");
  EXPECT_EQ(list.as<ir::RigidBlock>()->statements.size(), 2u);
  const ir::Block point = only_block("- checkpoint: {type: choice, options: [a], scope: s}");
  EXPECT_FALSE(point.as<ir::CheckpointBlock>()->hitl_target) << "no queue";
  const ir::Block queued = only_block("- checkpoint: {type: hitl_review, queue: q, timeout: 90}");
  EXPECT_EQ(queued.as<ir::CheckpointBlock>()->hitl_target->queue, Json("q"));
  EXPECT_TRUE(queued.as<ir::CheckpointBlock>()->hitl_target->scope.is_null());
  EXPECT_EQ(queued.as<ir::CheckpointBlock>()->timeout_ms, 90000);
  const ir::Block budget = only_block("- with_budget: {max_cost: 2, steps: }");
  EXPECT_EQ(budget.as<ir::BudgetBlock>()->limits.max_cost, 2.0);
  const ir::Block failing =
      only_block("- llm_turn: g\n  guarded: true\n  on_failure: {refusal: [{action: retry}]}");
  EXPECT_EQ(failing.as<ir::GuardedBlock>()->on_failure->at(0).second.at(0).action, "retry");
}

TEST(Reader, ReportsWhatItCannotRead) {
  EXPECT_EQ(problems("a: 1\n"), Texts{"F602 manifest has no 'core'"});
  EXPECT_EQ(problems("core: 1\n"), Texts{"F602 manifest has no 'core'"});
  EXPECT_EQ(problems("core: {name: [\n").size(), 1u);
  EXPECT_EQ(problems(with_steps("- {note: x}\n- {rigid: a, return: b}\n- while: {steps: [{bind: x}]}")),
            (Texts{"F603 step 0 has no known keyword", "F603 step 1 has no known keyword",
                   "F603 step 2.0.0 has no known keyword"}));
  EXPECT_EQ(problems("core:\n  name: m\n  model: gpt\n  flows:\n    - steps: []\n"),
            Texts{"F605 core.model 'gpt' names no provider; scaigrid is assumed"});
  EXPECT_EQ(loaded("core:\n  name: m\n  model: gpt\n  flows:\n    - steps: []\n").models.at(0).provider,
            "scaigrid");
  EXPECT_EQ(problems(with_steps("- while: {condition: x}")),
            (Texts{"E413 /flows/0/body/0: missing field 'max_iterations'",
                   "E413 /flows/0/body/0: missing field 'body'"}));
  EXPECT_EQ(problems("core: {flows: []}\n"), Texts{"E413 /: missing field 'name'"});
  EXPECT_EQ(problems(with_steps("- rigid: [{kind: print}]")), Texts{"E411 unknown statement kind 'print'"});
  EXPECT_EQ(problems(with_steps("- llm_turn: x\n  output: strin[g")),
            Texts{"F231 step 0: invalid type 'strin[g'"});
  EXPECT_EQ(problems(with_steps("- await_responses: {calls: k, mode: all, timeout: soon}")),
            Texts{"F210 step 0: invalid duration 'soon'"});
  EXPECT_EQ(problems(with_steps("- llm_turn: [x]")),
            Texts{"F601 not a YAML manifest: /flows/0/body/0/goal: expected text, found a list"});
}

TEST(Reader, LowersStepsThatHaveOnlyTheirNode) {
  const std::string text =
      with_steps("- meta: {node_id: n, node_kind: llm_rigid, node_config: {template: hi}}\n  bind: b");
  EXPECT_EQ(problems(text), Texts{"F603 step 0 has no known keyword"}) << "without lowering";
  const LowerNode lower = [](const std::string& kind, const Json& config, const std::string& id) {
    EXPECT_EQ(kind, "llm_rigid");
    ir::Block block;
    block.id = id;
    block.source_location.node_id = id;
    block.detail = ir::RigidBlock{
        {ir::Statement{ir::ExpressionStatement{"\"" + config["template"].as_string() + "\""}}}};
    return tl::expected<ir::Body, diag::Diagnostics>(ir::Body{block});
  };
  const ir::Module module = loaded(text, lower);
  EXPECT_EQ(module.flows[0].body.at(0).id, "n");
  EXPECT_EQ(module.flows[0].body.at(0).result_binding, "b");
  const LowerNode refuse = [](const std::string& kind, const Json&, const std::string& id) {
    return tl::expected<ir::Body, diag::Diagnostics>(
        tl::unexpect, diag::Diagnostics{diag::make(diag::Code::F201, {id, kind})});
  };
  EXPECT_EQ(load_module(text, refuse).diagnostics.at(0).message, "node 'n': llm_rigid is required");
}

TEST(Types, AreTextOrMapsAndComeBack) {
  for (const char* text : {"string", "array[int]", "map[string, float]", "enum[a, b]", "Node?", "{}",
                           "{a: int}?", "int | string", "\"x\"", "array[{a: int}]"}) {
    const auto tree = type_from_manifest(Json(text));
    ASSERT_TRUE(tree) << text;
    EXPECT_EQ(to_text(type_to_manifest(*tree)), to_text(Json(text)));
  }
  for (const char* text : {R"({"a":"int","b":{"c":"string"},"d":{"type":"float","description":"how sure"}})",
                           R"({"a":{"type":{"type":"string"}}})", R"({"type":"string","description":"int"})",
                           R"({"a":{"type":{"type":"string"},"description":"int"}})"}) {
    const auto tree = type_from_manifest(parsed(text));
    ASSERT_TRUE(tree) << text;
    EXPECT_EQ(to_text(type_to_manifest(*tree)), text);
  }
  EXPECT_TRUE(type_from_manifest(Json::object())->is_null());
  EXPECT_FALSE(type_from_manifest(Json("strin[g")));
  EXPECT_FALSE(type_from_manifest(Json(5)));
}

TEST(StepLists, FollowThePositionPath) {
  const auto lists =
      step_lists(parsed(R"({"match": {"arms": [{"when": "a", "steps": [1]}, {"when": "b"}], "else": [2]}})"));
  ASSERT_EQ(lists.size(), 2u);
  EXPECT_EQ(lists[0].index, 0u);
  EXPECT_EQ(lists[0].label, "a");
  EXPECT_EQ(lists[0].key, "steps");
  EXPECT_EQ(lists[1].index, 2u);
  EXPECT_EQ(lists[1].key, "else");
  EXPECT_EQ(step_lists(parsed(R"({"llm_turn": "x", "on_validation_failure": [1]})")).at(0).key,
            "on_validation_failure");
  EXPECT_TRUE(step_lists(parsed(R"({"rigid": "x"})")).empty());
  EXPECT_FALSE(step_keyword(parsed(R"({"rigid": "x", "emit": {}})")));
  EXPECT_EQ(step_keyword(parsed(R"({"rigid": "x", "bind": "y"})")), "rigid");
}

}  // namespace
}  // namespace scaiflow::manifest
