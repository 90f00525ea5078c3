#include <gtest/gtest.h>

#include "apps/core/machine/ids.h"
#include "apps/core/machine/memory_picture.h"
#include "apps/core/machine/messages.h"
#include "apps/core/machine/simulation.h"
#include "apps/core/machine/test_programs.h"
#include "libs/base/json_text.h"
#include "libs/ir/codec.h"

namespace scaiflow::machine {
namespace {

TEST(Program, NamesThePartThatCannotRun) {
  auto module = ir::from_json_text(
      R"J({"name":"x","identity":{"name":"x","persona":"x"},"flows":[{"name":"main","body":[
    {"kind":"rigid","id":"a","source_location":{},"statements":[{"kind":"expression",
    "expression":"1 +"}]}]}]})J");
  const auto program = Program::compile(std::move(*module), "hash");
  ASSERT_FALSE(program.has_value());
  EXPECT_EQ(program.error().code, "MODULE");
  EXPECT_EQ(program.error().message.rfind("block 'a': ", 0), 0u) << program.error().message;
}

TEST(Step, LongWorkYieldsAndGoesOn) {
  const ProgramPtr program = program_of(
      R"J([{"kind":"foreach","id":"f","source_location":{},"item":"x","iterable":"range(0, 30000)",
    "body":[]},
    {"kind":"rigid","id":"r","source_location":{},"statements":[{"kind":"expression",
    "expression":"f_len"},{"kind":"return","value":"{{input.length}}"}]}])J",
      R"J("variables":[{"name":"f_len","type":null,"default":1}],)J");
  State state;
  Commands commands;
  int slices = 1;
  Progress progress = step(*program, state, {1, 0, started()}, commands);
  for (; progress == Progress::Yielded; ++slices) progress = resume(*program, state, commands);
  EXPECT_EQ(state.output, Json(30'000));
  EXPECT_EQ(slices, 1);

  const ProgramPtr busy = program_of(
      R"J([{"kind":"foreach","id":"f","source_location":{},"item":"x","iterable":"range(0, 60000)","body":[
    {"kind":"rigid","id":"r","source_location":{},"statements":[{"kind":"expression",
    "expression":"x"}]}]}])J");
  State second;
  slices = 1;
  progress = step(*busy, second, {1, 0, started()}, commands);
  for (; progress == Progress::Yielded; ++slices) progress = resume(*busy, second, commands);
  EXPECT_EQ(second.status, Status::Completed);
  EXPECT_GE(slices, 4);
}

TEST(Step, RefusesEventsThatComeTooLate) {
  const ProgramPtr program = program_of(R"J([{"kind":"rigid","id":"a","source_location":{},
    "statements":[{"kind":"plugin_call","plugin":"p","method":"m","args":{}}]}])J");
  State state;
  Commands commands;
  step(*program, state, {1, 0, started()}, commands);
  EXPECT_FALSE(accepts(state, started()));
  EXPECT_FALSE(accepts(state, EffectSucceeded{"exec_1:b:1", {}, {}, {}, {}}));
  EXPECT_FALSE(accepts(state, TimerFired{1}));
  EXPECT_FALSE(accepts(state, CheckpointResolved{"x", {}, {}, {}, {}, {}}));
  EXPECT_FALSE(accepts(state, CallAnswered{"x", "completed", {}, {}, {}, {}}));
  const EffectSucceeded answer{"exec_1:a:1", 1, {}, {}, {}};
  ASSERT_TRUE(accepts(state, answer));
  step(*program, state, {2, 0, answer}, commands);
  EXPECT_EQ(state.status, Status::Completed);
  EXPECT_FALSE(accepts(state, CancelRequested{}));
}

TEST(Step, AHostFaultEndsTheRunAndCannotBeCaught) {
  const ProgramPtr program = program_of(R"J([{"kind":"try","id":"t","source_location":{},"body":[
    {"kind":"rigid","id":"a","source_location":{},"statements":[{"kind":"plugin_call","plugin":"p",
    "method":"m","args":{}}]}],
    "catches":[{"error":"*","binding":"e","body":[]}]}])J");
  State state;
  Commands commands;
  step(*program, state, {1, 0, started()}, commands);
  step(*program, state, {2, 0, HostFault{make_error("InternalError", "bug", "broken")}}, commands);
  EXPECT_EQ(state.status, Status::Failed);
  EXPECT_EQ(state.error->type, "InternalError");
  EXPECT_TRUE(state.effects.empty() && state.fibers.empty());
}

TEST(Step, AnUnboundedStateIsEnded) {
  Started start = started();
  start.limits.state_bytes_max = 1'000;
  const ProgramPtr program =
      program_of(R"J([{"kind":"rigid","id":"a","result_binding":"a","source_location":{},
    "statements":[{"kind":"expression","expression":"'x'.repeat(2000)"}]},
    {"kind":"rigid","id":"b","source_location":{},"statements":[{"kind":"plugin_call","plugin":"p",
    "method":"m","args":{}}]}])J");
  State state;
  Commands commands;
  step(*program, state, {1, 0, start}, commands);
  EXPECT_EQ(state.status, Status::Failed);
  EXPECT_EQ(state.error->code, "state_bytes_max");
}

TEST(Step, OutstandingEffectsAreIssuedAgainUnlessTheyMayRunOnce) {
  const ProgramPtr program = program_of(R"J([{"kind":"parallel","id":"p","source_location":{},"branches":[
    {"name":"a","body":[{"kind":"rigid","id":"a","source_location":{},
    "statements":[{"kind":"plugin_call","plugin":"p","method":"m","args":{}}]}]},
    {"name":"b","body":[{"kind":"rigid","id":"b","source_location":{},
    "statements":[{"kind":"plugin_call","plugin":"p","method":"m","args":{},
    "idempotency":"at_most_once"}]}]},
    {"name":"c","body":[{"kind":"checkpoint","id":"c","source_location":{},"options":["x"],
    "timeout_ms":500}]}]}])J");
  State state;
  Commands commands;
  step(*program, state, {1, 1'000, started()}, commands);
  step(*program, state, {2, 1'000, EffectBegun{"exec_1:b:1"}}, commands);
  const Outstanding open = outstanding(state);
  EXPECT_EQ(open.unknown_outcomes, std::vector<std::string>{"exec_1:b:1"});
  ASSERT_EQ(open.commands.size(), 2u);
  EXPECT_EQ(std::get<CallPlugin>(open.commands[0]).effect_id, "exec_1:a:1");
  EXPECT_EQ(std::get<StartTimer>(open.commands[1]).due_ms, 1'500);
}

TEST(Step, TelemetryCanBeLess) {
  for (const auto& [level, count] :
       {std::pair{"full", 4u}, std::pair{"invocations", 2u}, std::pair{"off", 0u}}) {
    Started start = started();
    start.telemetry = level;
    const ProgramPtr program =
        program_of(R"J([{"kind":"rigid","id":"a","source_location":{},"statements":[]}])J");
    Simulation run(program, [](const Command&) { return std::vector<SimulatedAnswer>(); });
    run.run(start);
    EXPECT_EQ(run.events().size(), count) << level;
  }
}

TEST(Events, AreStoredShortAndReadBackWhole) {
  const ProgramPtr program =
      program_of(R"J([{"kind":"rigid","id":"a","result_binding":"r","source_location":{"node_id":"n"},
    "statements":[{"kind":"emit","event":"scaicore.x","payload":{"k":1}},{"kind":"expression",
    "expression":"'y'.repeat(4095)"}]}])J");
  Simulation run(program, [](const Command&) { return std::vector<SimulatedAnswer>(); });
  run.run(started());
  std::vector<Json> events;
  for (const RuntimeEvent& event : run.events()) {
    events.push_back(expand_event(compact_event(*program, run.state(), event), "core_1", "exec_1"));
  }
  ASSERT_EQ(events.size(), 5u);
  EXPECT_EQ(
      to_text(events[1]),
      R"({"type":"scaicore.runtime.block.entered","core_id":"core_1","timestamp":"2024-01-01T00:00:00.000Z",)"
      R"("payload":{"execution_id":"exec_1","node_id":"n","block_id":"a","occurrence":1,"fiber":0,"seq":1,)"
      R"("source_location":{"node_id":"n"},"block_kind":"rigid"}})");
  EXPECT_EQ(events[2]["type"], Json("author.scaicore.x"));
  EXPECT_EQ(events[2]["payload"]["data"]["k"], Json(1));
  EXPECT_EQ(events[3]["payload"]["result_binding"], Json("r"));
  EXPECT_EQ(events[3]["payload"]["result_binding_truncated"], Json(true));  // 4097 bytes with its quotes
  EXPECT_EQ(events[4]["payload"]["output"].as_string().size(), 4'095u);
}

TEST(FirstJson, FindsTheValueAmongWords) {
  EXPECT_EQ(to_text(*first_json("{\"a\":1}")), "{\"a\":1}");
  EXPECT_EQ(to_text(*first_json("Sure:\n```json\n[1, 2]\n```\nDone.")), "[1,2]");
  EXPECT_EQ(to_text(*first_json("The answer is {\"a\": \"}\"} I think")), "{\"a\":\"}\"}");
  EXPECT_EQ(to_text(*first_json("use {this} not {\"b\":2}")), "{\"b\":2}");
  EXPECT_FALSE(first_json("none at all").has_value());
  EXPECT_FALSE(first_json("{\"open\": 1").has_value());
}

TEST(Memory, DeletedFieldsReadAsTheirDefault) {
  ir::Module module;
  module.memory.push_back({"m", Json(), Json::object({{"a", 1}})});
  MemoryRows rows;
  EXPECT_EQ(to_text(memory_picture(module, rows)), R"({"m":{"a":1}})");
  WriteMemory write;
  write.op = "set";
  write.field = "m";
  write.mkey = "b";
  write.value = 2;
  apply_memory_write(rows, write, module.memory[0].default_);
  EXPECT_EQ(to_text(memory_picture(module, rows)), R"({"m":{"a":1,"b":2}})");
  write.mkey.reset();
  write.value = Json::object();
  apply_memory_write(rows, write, module.memory[0].default_);
  EXPECT_EQ(to_text(memory_picture(module, rows)), R"({"m":{}})");
  write.op = "delete";
  EXPECT_TRUE(apply_memory_write(rows, write, Json()).existed);
  EXPECT_EQ(to_text(memory_picture(module, rows)), R"({"m":{"a":1}})");
}

TEST(Ids, AreFunctionsOfTheEffect) {
  EXPECT_EQ(checkpoint_id_of("exec_1:a:1"), checkpoint_id_of("exec_1:a:1"));
  EXPECT_NE(checkpoint_id_of("exec_1:a:1"), checkpoint_id_of("exec_1:a:2"));
  EXPECT_EQ(call_id_of("x").size(), 31u);
  EXPECT_EQ(key_of("exec_1:a:1/j2"), "exec_1:a:1");
}

TEST(JsonBytes, CountsWhatTheTextWouldHave) {
  for (const char* text :
       {"null", "[]", "{}", R"({"a":[1,2.5,-3],"b\n":"\"x\\","c":{"d":true,"e":false}})", "[[],[[]]]"}) {
    const Json value = *try_parse_json(text);
    EXPECT_EQ(json_bytes(value, 1'000'000), to_text(value).size()) << text;
  }
  std::string all;
  for (int c = 0; c < 0x80; ++c) all += static_cast<char>(c);
  for (std::size_t from = 0; from < 70; ++from) {
    const Json text(all.substr(from) + all);
    EXPECT_EQ(json_bytes(text, 1'000'000), to_text(text).size()) << from;
  }
}

}  // namespace
}  // namespace scaiflow::machine
