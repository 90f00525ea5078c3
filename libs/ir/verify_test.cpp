#include "libs/ir/verify.h"

#include <gtest/gtest.h>

#include "libs/ir/sample_module.h"

namespace scaiflow::ir {
namespace {

using Texts = std::vector<std::string>;

constexpr std::string_view open_module = R"json({
 "name": "m", "identity": {"name": "M", "persona": "M"},
 "models": [{"role": "primary", "provider": "p", "model": "m"}],
 "plugins": [{"alias": "drive", "endpoint": "plugin://drive"}],
 "variables": [{"name": "count"}], "flows": [{"name": "main", "body": []}]})json";

Json parsed(std::string_view text) {
  auto json = try_parse_json(text);
  EXPECT_TRUE(json) << text;
  return json.value_or(Json());
}

Json open_json() { return parsed(open_module); }

/// Blocks may be written without `source_location`, statements of a rigid block alone as `[…]`.
Json with_body(std::string_view body_text, Json module = open_json()) {
  const Json blocks = parsed("[" + std::string(body_text) + "]");
  JsonArray body;
  for (Json block : blocks.as_array()) {
    if (!block.contains("source_location"))
      block.set("source_location", Json::object({{"node_id", block["id"]}}));
    body.push_back(block);
  }
  Json flow = module["flows"].at(0);
  flow.set("body", body);
  return module.set("flows", Json::array({flow}));
}

Json with_statements(std::string_view statements, Json module = open_json()) {
  return with_body(R"({"kind": "rigid", "id": "r", "statements": [)" + std::string(statements) + "]}",
                   std::move(module));
}

diag::Diagnostics found_in(const Json& json) {
  const auto module = from_json(json);
  EXPECT_TRUE(module) << module.error().message;
  return module ? verify(*module) : diag::Diagnostics{};
}

Texts problems(const Json& json) {
  Texts out;
  for (const auto& found : found_in(json)) out.push_back(found.code + " " + found.message);
  return out;
}

Texts in_statements(std::string_view statements) { return problems(with_statements(statements)); }
Texts in_body(std::string_view body) { return problems(with_body(body)); }

std::string rigid(std::string_view id, std::string_view statements) {
  return R"({"kind": "rigid", "id": ")" + std::string(id) + R"(", "source_location": {}, "statements": [)" +
         std::string(statements) + "]}";
}

TEST(Verify, FindsNothingInASoundModule) {
  EXPECT_EQ(problems(sample_json()), Texts{});
  EXPECT_EQ(problems(open_json()), Texts{});
}

TEST(Verify, E400NonDeterministic) {
  EXPECT_EQ(in_statements(R"json({"kind": "expression", "expression": "now()"})json"),
            Texts{"E400 block 'r': non-deterministic operation 'now'"});
  EXPECT_EQ(in_statements(R"({"kind": "return", "value": {"a": ["{{uuid()}}"]}})"),
            Texts{"E400 block 'r': non-deterministic operation 'uuid'"});
}

TEST(Verify, E401E408E428Triggers) {
  Json json = open_json();
  json.set("triggers", parsed(R"([
    {"kind": "api", "name": "a", "target_flow": "other"}, {"kind": "mail", "name": "b",
      "target_flow": "main"},
    {"kind": "schedule", "name": "c", "target_flow": "main", "cron": "99 * * * *",
      "timezone": "Mars/North"}])"));
  const auto found = found_in(json);
  ASSERT_EQ(found.size(), 4u);
  EXPECT_EQ(found[0].message, "trigger 'a': unknown flow 'other'");
  EXPECT_EQ(found[0].path, "/triggers/0/target_flow");
  EXPECT_EQ(found[1].message, "trigger 'b': unknown kind 'mail'");
  EXPECT_EQ(found[2].message, "trigger 'c': invalid cron '99 * * * *'");
  EXPECT_EQ(found[3].message, "trigger 'c': unknown time zone 'Mars/North'");
  EXPECT_EQ(found[3].code, "E428");
}

TEST(Verify, E402E413EntityKey) {
  Json json = sample_json();
  json.set("instance", parsed(R"({"mode": "entity", "entity_key": "whom"})"));
  EXPECT_EQ(problems(json), Texts{"E402 entity key 'whom' is not an input of any flow"});
  json.set("instance", parsed(R"({"mode": "entity"})"));
  EXPECT_EQ(problems(json), Texts{"E413 /instance: missing field 'entity_key'"});
  Json open = open_json();
  open.set("instance", parsed(R"({"mode": "entity", "entity_key": "whom"})"));
  EXPECT_EQ(problems(open), Texts{}) << "every flow is open";
  EXPECT_EQ(problems(open_json().set("flows", Json::array())), Texts{"E413 /: missing field 'flows'"});
}

TEST(Verify, E403E429Roles) {
  EXPECT_EQ(in_body(R"({"kind": "flexible", "id": "f", "goal": "g", "llm_role": "fast"})"),
            Texts{"E403 block 'f': model role 'fast' is not declared"});
  EXPECT_EQ(in_body(R"({"kind": "model_call", "id": "m", "modality": "tts", "llm_role": "primary"})"),
            Texts{"E429 block 'm': role 'primary' does not offer modality 'tts'"});
}

TEST(Verify, E404Plugins) {
  EXPECT_EQ(in_statements(R"({"kind": "plugin_call", "plugin": "mail", "method": "send"})"),
            Texts{"E404 block 'r': plugin 'mail' is not declared"});
  EXPECT_EQ(in_statements(R"({"kind": "plugin_call", "plugin": "drive", "method": "read"})"), Texts{});
}

TEST(Verify, E406E421Loops) {
  EXPECT_EQ(in_body(R"({"kind": "while", "id": "w", "condition": "true", "max_iterations": 0, "body": []})"),
            Texts{"E406 block 'w': while loop missing max_iterations"});
  const auto found = found_in(with_body(
      R"({"kind": "while", "id": "w", "condition": "true", "max_iterations": 1000001, "body": []})"));
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].message, "/flows/0/body/0/max_iterations: 1000001 is out of range 1..1000000");
  EXPECT_EQ(found[0].path, "/flows/0/body/0/max_iterations");
  EXPECT_EQ(found[0].node_id, "w");
}

TEST(Verify, E407E416E432Assignments) {
  const auto assign = [](std::string_view target) {
    return in_statements(R"({"kind": "assign", "target": ")" + std::string(target) + R"(", "value": "1"})");
  };
  EXPECT_EQ(assign("memory.x"), Texts{"E407 block 'r': 'memory.x' is read-only"});
  EXPECT_EQ(assign("input"), Texts{"E407 block 'r': 'input' is read-only"});
  EXPECT_EQ(assign("count.a[0]"), Texts{});
  EXPECT_EQ(assign("not"), Texts{"E432 block 'r': 'not' is not a valid binding name"});
  EXPECT_EQ(assign("Big"), Texts{"E432 block 'r': 'Big' is not a valid binding name"});
  ASSERT_EQ(assign("count[").size(), 1u);
  EXPECT_TRUE(assign("count[")[0].starts_with("E416 block 'r': target: ")) << assign("count[")[0];
}

TEST(Verify, E409MatchOverAnEnum) {
  const std::string ask = R"({"kind": "flexible", "id": "f", "result_binding": "f", "goal": "g",
                              "output_type": "{kind: enum[a, b, c]}"},)";
  const auto match = [&](std::string_view subject, std::string_view rest) {
    return in_body(ask + R"({"kind": "match", "id": "x", "subject": ")" + std::string(subject) +
                   R"(", "arms": [{"when": "a | b", "body": []}])" + std::string(rest) + "}");
  };
  EXPECT_EQ(match("f.kind", ""), Texts{"E409 block 'x': match has no arm for 'c'"});
  EXPECT_EQ(match("node_f.kind", ""), Texts{"E409 block 'x': match has no arm for 'c'"});
  EXPECT_EQ(match("f.kind", R"(, "else_body": [])"), Texts{});
  EXPECT_EQ(match("other.kind", ""), Texts{}) << "not known to be an enum";
  const auto found =
      found_in(with_body(ask + R"({"kind": "match", "id": "x", "subject": "f.kind", "arms": []})"));
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[0].severity, diag::Severity::Warning);
}

TEST(Verify, E410UniqueNames) {
  Json json = open_json();
  json.set("flows", parsed(R"([{"name": "main", "body": []}, {"name": "main", "body": []}])"));
  json.set("triggers", parsed(R"([{"kind": "api", "name": "t", "target_flow": "main"},
                                  {"kind": "api", "name": "t", "target_flow": "main"}])"));
  json.set("models", parsed(R"([{"role": "r", "provider": "p", "model": "m"},
                                {"role": "r", "provider": "p", "model": "m"}])"));
  json.set("plugins", parsed(R"([{"alias": "p", "endpoint": "e"}, {"alias": "p", "endpoint": "e"}])"));
  json.set("types", parsed(R"([{"name": "T", "type": "int"}, {"name": "T", "type": "int"}])"));
  json.set("memory", parsed(R"([{"name": "x", "type": "int"}, {"name": "x", "type": "int"}])"));
  json.set("variables", parsed(R"([{"name": "x"}])"));
  json.set("reference",
           parsed(R"([{"name": "f", "type": "int", "value": 1}, {"name": "f", "type": "int", "value": 1}])"));
  json.set("config", parsed(R"([{"name": "c", "type": "int"}, {"name": "c", "type": "int"}])"));
  EXPECT_EQ(problems(json),
            (Texts{"E410 duplicate flow 'main'", "E410 duplicate trigger 't'", "E410 duplicate role 'r'",
                   "E410 duplicate plugin 'p'", "E410 duplicate type 'T'", "E410 duplicate memory field 'x'",
                   "E410 duplicate variable 'x'", "E410 duplicate reference field 'f'",
                   "E410 duplicate config parameter 'c'"}));
  EXPECT_EQ(in_body(R"({"kind": "parallel", "id": "p", "branches": [{"name": "a", "body": []},
                                                                     {"name": "a", "body": []}]})"),
            Texts{"E410 duplicate branch 'a'"});
}

TEST(Verify, E412UnknownNames) {
  const auto in_closed = [](std::string_view body) { return problems(with_body(body, sample_json())); };
  EXPECT_EQ(in_closed(rigid("r", R"({"kind": "expression", "expression": "nobody + who"})")),
            Texts{"E412 block 'r': unknown name 'nobody'"});
  EXPECT_EQ(in_statements(R"({"kind": "expression", "expression": "nobody"})"), Texts{})
      << "the input is open";
  const std::string ask = R"({"kind": "flexible", "id": "f", "result_binding": "f", "goal": "g",
                              "output_type": "{score: float}"},)";
  EXPECT_EQ(in_closed(ask + rigid("r", R"({"kind": "expression", "expression": "score + grade"})")),
            Texts{"E412 block 'r': unknown name 'grade'"});
  EXPECT_EQ(in_closed(rigid("q", R"({"kind": "expression", "expression": "who"})") + "," +
                      rigid("r", R"({"kind": "expression", "expression": "anything"})")),
            Texts{})
      << "the type of the running value is not known";
  EXPECT_EQ(in_closed(R"({"kind": "flexible", "id": "f", "goal": "g"},)" +
                      rigid("r", R"({"kind": "expression", "expression": "anything"})")),
            Texts{})
      << "without output_type the answer of a model is open (03 §8)";
  EXPECT_EQ(
      in_closed(
          R"({"kind": "foreach", "id": "e", "item": "thing", "iterable": "[]", "body": [)" +
          rigid("r", R"({"kind": "expression", "expression": "thing.a + tick.scheduled_at + node_f"})") +
          "]}," + ask + rigid("s", R"({"kind": "return", "value": "{{f.score}}"})")),
      Texts{});
}

TEST(Verify, E414E434ConcurrentBranches) {
  const std::string inner = rigid("r", R"({"kind": "assign", "target": "count", "value": "1"},
                                          {"kind": "return", "value": 1})");
  const Texts both = {"E414 block 'r': variable 'count' may not be set inside a concurrent branch",
                      "E434 block 'r': 'return' is not allowed here"};
  EXPECT_EQ(
      in_body(R"({"kind": "parallel", "id": "p", "branches": [{"name": "a", "body": [)" + inner + "]}]}"),
      both);
  const std::string loop =
      R"({"kind": "foreach", "id": "e", "item": "i", "iterable": "[]", "body": [)" + inner + "]";
  EXPECT_EQ(in_body(loop + R"(, "max_concurrent": 2})"), both);
  EXPECT_EQ(in_body(loop + "}"), Texts{});
  EXPECT_EQ(in_body(R"({"kind": "try", "id": "t", "body": [], "finally": [)" + inner + "]}"), Texts{both[1]});
}

TEST(Verify, E415LoopsAreLeftFromInside) {
  EXPECT_EQ(in_statements(R"({"kind": "break"})"), Texts{"E415 block 'r': 'break' outside a loop"});
  const std::string inner =
      rigid("r", R"({"kind": "if", "condition": "true", "then": [{"kind": "continue"}]})");
  EXPECT_EQ(in_body(R"({"kind": "while", "id": "w", "condition": "true", "max_iterations": 1, "body": [)" +
                    inner + "]}"),
            Texts{});
  EXPECT_EQ(in_body(R"({"kind": "while", "id": "w", "condition": "true", "max_iterations": 1, "body": [
                        {"kind": "parallel", "id": "p", "source_location": {}, "branches": [
                          {"name": "a", "body": [)" +
                    inner + "]}]}]}"),
            Texts{"E415 block 'r': 'continue' outside a loop"});
}

TEST(Verify, E416ExpressionsParse) {
  const Texts found = in_body(R"({"kind": "guarded", "id": "g", "goal": "{{", "guard": "a = 1",
                                  "input_bindings": {"x": "1 +"}})");
  ASSERT_EQ(found.size(), 3u);
  EXPECT_TRUE(found[0].starts_with("E416 block 'g': goal: unterminated placeholder")) << found[0];
  EXPECT_TRUE(found[1].starts_with("E416 block 'g': guard: use '==' to compare")) << found[1];
  EXPECT_TRUE(found[2].starts_with("E416 block 'g': input_bindings.x: ")) << found[2];
  const Texts arms =
      in_body(R"({"kind": "match", "id": "x", "subject": "1", "arms": [{"when": "a b", "body": []}]},
                                {"kind": "match", "id": "y", "arms": [{"when": "1 <", "body": []}]})");
  ASSERT_EQ(arms.size(), 2u);
  EXPECT_TRUE(arms[0].starts_with("E416 block 'x': arms[0].when: ")) << arms[0];
  EXPECT_TRUE(arms[1].starts_with("E416 block 'y': arms[0].when: ")) << arms[1];
}

TEST(Verify, E417E435Uniqueness) {
  EXPECT_EQ(in_body(rigid("a", "") + "," + rigid("a", "")), Texts{"E417 duplicate block id 'a'"});
  EXPECT_EQ(in_body(R"({"kind": "rigid", "id": "a", "result_binding": "x", "statements": []},
                       {"kind": "rigid", "id": "b", "result_binding": "x", "statements": []})"),
            Texts{"E435 duplicate result binding 'x': 'a' and 'b'"});
}

TEST(Verify, E418E427E430E431Checkpoints) {
  EXPECT_EQ(in_body(R"({"kind": "checkpoint", "id": "c"})"),
            Texts{"E418 block 'c': checkpoint has no options"});
  EXPECT_EQ(in_body(R"({"kind": "checkpoint", "id": "c", "checkpoint_type": "freeform"})"), Texts{});
  EXPECT_EQ(in_body(R"({"kind": "checkpoint", "id": "c", "options": ["yes"], "on_timeout": "later",
                        "on_response": [{"option": "else", "body": []}, {"option": "no", "body": []},
                                        {"option": "else", "body": []}],
                        "hitl_target": {"scope": null, "queue": " ", "hitl_spec": {}}})"),
            (Texts{"E427 block 'c': hitl_target has no scope", "E427 block 'c': hitl_target has no queue",
                   "E430 block 'c': option 'else' is not one of the options",
                   "E430 block 'c': option 'no' is not one of the options",
                   "E431 block 'c': on_timeout 'later' is neither 'fail', 'escalate' nor an option"}));
}

/// `levels` arms, each inside the one before.
std::string nested_arms(int levels) {
  std::string text = rigid("leaf", "");
  for (int i = levels; i > 0; --i) {
    text = R"({"kind": "match", "id": "m)" + std::to_string(i) +
           R"(", "source_location": {}, "arms": [{"when": "true", "body": [)" + text + "]}]}";
  }
  return text;
}

Module nested_module(int levels) {
  Module module = *from_json(open_json());
  module.flows[0].body = from_json(with_body(nested_arms(0)))->flows[0].body;
  for (int i = levels; i > 0; --i) {
    Block outer;
    outer.id = "m" + std::to_string(i);
    outer.detail = MatchBlock{{}, {Arm{"true", std::move(module.flows[0].body)}}, {}};
    module.flows[0].body = {std::move(outer)};
  }
  return module;
}

TEST(Verify, E419Depth) {
  // A leaf has a source_location and a list of its own: 5 + 4 * 14 + 1 = 62, and with 15 arms 66.
  EXPECT_EQ(verify(nested_module(14)).size(), 0u);
  const auto found = verify(nested_module(15));
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].code, "E419");
  EXPECT_TRUE(decode(encode(nested_module(14))));
  EXPECT_EQ(decode(encode(nested_module(15))).error().code, "SCIR_TOO_DEEP");
}

TEST(Verify, E420BlockCount) {
  Module module = *from_json(open_json());
  for (int i = 0; i < 50001; ++i) {
    Block block;
    block.id = "b" + std::to_string(i);
    block.detail = RigidBlock{};
    module.flows[0].body.push_back(std::move(block));
  }
  const auto found = verify(module);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].message, "module has 50001 blocks; the limit is 50000");
}

TEST(Verify, E421Ranges) {
  Json json = open_json();
  json.set("instance", parsed(R"({"max_concurrent": 0, "idle_timeout_ms": -1, "max_active_instances": 0})"));
  json.set("models", parsed(R"([{"role": "primary", "provider": "p", "model": "m", "temperature": 2.5}])"));
  EXPECT_EQ(problems(json),
            (Texts{"E421 /instance/idle_timeout_ms: -1 is out of range 0..31536000000",
                   "E421 /instance/max_concurrent: 0 is out of range 1..256",
                   "E421 /instance/max_active_instances: 0 is out of range 1..9223372036854775807",
                   "E421 /models/0/temperature: 2.5 is out of range 0..2"}));
  EXPECT_EQ(in_body(R"({"kind": "budget", "id": "b", "limits": {"max_retries": 21}, "body": []})"),
            Texts{"E421 /flows/0/body/0/limits/max_retries: 21 is out of range 0..20"});
  EXPECT_EQ(in_body(R"({"kind": "foreach", "id": "e", "item": "i", "iterable": "[]", "body": [],
                  "max_concurrent": 257})"),
            Texts{"E421 /flows/0/body/0/max_concurrent: 257 is out of range 1..256"});
  std::string many = R"({"kind": "expression", "expression": "1"})";
  for (int i = 0; i < 1000; ++i) many += R"(, {"kind": "expression", "expression": "1"})";
  EXPECT_EQ(in_statements(many), Texts{"E421 /flows/0/body/0/statements: 1001 is out of range 0..1000"});
  std::string options = R"("o")";
  for (int i = 0; i < 50; ++i) options += R"(, "o")";
  EXPECT_EQ(in_body(R"({"kind": "checkpoint", "id": "c", "options": [)" + options + "]}"),
            Texts{"E421 /flows/0/body/0/options: 51 is out of range 0..50"});
  JsonArray types;
  for (int i = 0; i < 1001; ++i)
    types.push_back(Json::object({{"name", "T" + std::to_string(i)}, {"type", "int"}}));
  EXPECT_EQ(problems(open_json().set("types", types)), Texts{"E421 /types: 1001 is out of range 0..1000"});
}

TEST(Verify, E422Types) {
  Json json = open_json();
  json.set("types", parsed(R"([{"name": "A", "type": "{b: B}"}, {"name": "B", "type": "{a: A, c: C?}"},
                               {"name": "C", "type": "{c: array[C], d: C?, e: C | null}"},
                               {"name": "D", "type": "{a: A}"}, {"name": "E", "type": "E"}])"));
  EXPECT_EQ(problems(json), (Texts{"E422 type 'A' contains itself", "E422 type 'B' contains itself",
                                   "E422 type 'E' contains itself"}));
  const auto found =
      found_in(with_body(R"({"kind": "flexible", "id": "f", "goal": "g", "output_type": "array[Gone]"})"));
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].message, "unknown type 'Gone'");
  EXPECT_EQ(found[0].path, "/flows/0/body/0/output_type");
}

TEST(Verify, E423SchemaVersion) {
  EXPECT_EQ(problems(open_json().set("schema_version", "1.0")),
            Texts{"E423 unsupported schema_version '1.0'"});
  EXPECT_EQ(problems(open_json().set("schema_version", "0.7")), Texts{});
}

TEST(Verify, E424E425E426EmptyBlocksAndTargets) {
  EXPECT_EQ(in_body(R"({"kind": "try", "id": "t", "body": []})"),
            Texts{"E424 block 't': try has neither catches nor finally"});
  EXPECT_EQ(in_body(R"({"kind": "parallel", "id": "p", "branches": []})"),
            Texts{"E425 block 'p': parallel has no branches"});
  EXPECT_EQ(in_body(R"({"kind": "core_call", "id": "k", "target": "core://acme"})"),
            Texts{"E426 block 'k': 'core://acme' is not a core URI"});
}

TEST(Verify, E432BindingNames) {
  EXPECT_EQ(in_body(R"({"kind": "rigid", "id": "r", "result_binding": "input", "statements": []})"),
            Texts{"E432 block 'r': 'input' is not a valid binding name"});
  EXPECT_EQ(
      in_body(
          R"({"kind": "foreach", "id": "e", "item": "9", "index": "error", "iterable": "[]", "body": []})"),
      (Texts{"E432 block 'e': '9' is not a valid binding name",
             "E432 block 'e': 'error' is not a valid binding name"}));
}

TEST(Verify, E433AwaitedCalls) {
  const std::string calls =
      R"({"kind": "core_call", "id": "k", "result_binding": "k", "target": "core://a/b"},
      {"kind": "core_call", "id": "l", "result_binding": "l", "target": "core://a/b", "is_async": true},)";
  EXPECT_EQ(in_body(calls + R"({"kind": "await_responses", "id": "a", "calls": "[k, l]", "mode": "any"})"),
            Texts{"E433 block 'a': 'k' is not an asynchronous core call"});
}

TEST(Verify, SortsByFlowBlockAndCode) {
  Json json = open_json();
  json.set("schema_version", "9");
  Json flow = with_body(R"({"kind": "while", "id": "w", "condition": "1 +", "max_iterations": 0, "body": [
      {"kind": "checkpoint", "id": "w", "source_location": {}}]}, {"kind": "try", "id": "t", "body": []})")
                  ["flows"]
                      .at(0);
  Json second = with_body(R"({"kind": "parallel", "id": "p", "branches": []})")["flows"].at(0);
  json.set("flows", Json::array({flow, second.set("name", "second")}));
  Texts codes;
  for (const auto& found : found_in(json)) codes.push_back(found.code);
  EXPECT_EQ(codes, (Texts{"E423", "E406", "E416", "E417", "E418", "E424", "E425"}));
}

TEST(Cron, TakesFiveFields) {
  for (const char* good :
       {"0 * * * *", "*/5 0-6 1,15 JAN-MAR mon", "0  9 * * 7", "1-30/2 * * dec 0", "0 0 31 12 SUN,sat"}) {
    EXPECT_TRUE(is_cron(good)) << good;
  }
  for (const char* bad : {"", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *",
                          "* * * * 8", "5/2 * * * *", "*/0 * * * *", "9-3 * * * *", "a * * * *",
                          "1,,2 * * * *", "* * * mon *", "-1 * * * *", "*/ * * * *"}) {
    EXPECT_FALSE(is_cron(bad)) << bad;
  }
}

TEST(TimeZone, KnowsTheIanaNames) {
  EXPECT_TRUE(is_time_zone("UTC"));
  EXPECT_TRUE(is_time_zone("Europe/Amsterdam"));
  EXPECT_TRUE(is_time_zone("US/Pacific"));
  EXPECT_FALSE(is_time_zone("Europe/amsterdam"));
  EXPECT_FALSE(is_time_zone(""));
}

}  // namespace
}  // namespace scaiflow::ir
