#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "apps/core/machine/simulation.h"
#include "libs/base/json_text.h"
#include "libs/ir/codec.h"

// Each tests/conformance/*.case is a module, scripted answers and the exact events and result (house.md
// section 8). The same case runs plainly, with the state written and read between all events, with concurrent
// answers reordered, and its journal is folded again. `SCAIFLOW_UPDATE_CASES=1` rewrites the expectations;
// read the difference before keeping it.

namespace scaiflow::machine {
namespace {

namespace fs = std::filesystem;

struct Case {
  std::vector<std::string> order;  // sections as they stand
  std::map<std::string, std::string> sections;

  Json json(const std::string& name) const {
    const auto at = sections.find(name);
    if (at == sections.end()) return {};
    const JsonParseResult parsed = parse_json(at->second);
    EXPECT_TRUE(parsed.ok()) << name << ": " << (parsed.ok() ? "" : parsed.problems.front().reason);
    return parsed.value;
  }
};

Case read_case(const fs::path& path) {
  Case out;
  std::ifstream file(path);
  std::string line, section;
  while (std::getline(file, line)) {
    if (line.rfind("-- ", 0) == 0) {
      section = line.substr(3);
      out.order.push_back(section);
      out.sections[section];
    } else if (!section.empty()) {
      out.sections[section] += line + "\n";
    }
  }
  return out;
}

/// The module of a case: a skeleton, the members of `module`, and the blocks of `body` as flow `main`.
ProgramPtr program_of(const Case& test) {
  Json module =
      Json::object({{"name", "case"}, {"identity", Json::object({{"name", "Case"}, {"persona", "Case"}})}});
  module.set("models",
             Json::array({Json::object({{"role", "primary"}, {"provider", "scaigrid"}, {"model", "m"}})}));
  module.set("plugins", Json::array({Json::object({{"alias", "p"}, {"endpoint", "plugin://p"}})}));
  Json flow = Json::object({{"name", "main"}, {"body", test.json("body")}});
  const Json given = test.json("module");
  if (given.is_object()) {
    for (const auto& [name, value] : given.as_object()) {
      if (name == "params") {
        flow.set("params", value);
      } else {
        module.set(name, value);
      }
    }
  }
  module.set("flows", Json::array({flow}));
  auto read = ir::from_json(module);
  EXPECT_TRUE(read.has_value()) << (read ? "" : read.error().message);
  if (!read) return nullptr;
  auto compiled = Program::compile(std::move(*read), "hash");
  EXPECT_TRUE(compiled.has_value()) << (compiled ? "" : compiled.error().message);
  return compiled ? *compiled : nullptr;
}

/// Answers from the section `answers`: block id -> list of answers, used up one per effect.
class ScriptedWorld {
 public:
  explicit ScriptedWorld(Json answers) : answers_(std::move(answers)) {}

  std::vector<SimulatedAnswer> answer(const Command& command) {
    if (const auto* each = std::get_if<CallModel>(&command)) return effect(each->effect_id, "", "");
    if (const auto* each = std::get_if<CallPlugin>(&command)) return effect(each->effect_id, "", "");
    if (const auto* each = std::get_if<StartCall>(&command)) return call(*each);
    if (const auto* each = std::get_if<OpenCheckpoint>(&command))
      return effect(each->effect_id, each->checkpoint_id, "");
    return {};
  }

 private:
  const Json& next(const std::string& effect_id) {
    static const Json none;
    const std::size_t begin = effect_id.find(':') + 1;
    const std::string block = effect_id.substr(begin, effect_id.find(':', begin) - begin);
    const Json& list = answers_[block];
    return list.is_array() ? list.at(uses_[block]++) : none;
  }

  std::vector<SimulatedAnswer> effect(const std::string& id, const std::string& checkpoint,
                                      const std::string&) {
    const Json& script = next(id);
    const std::int64_t delay = script.int_or("delay_ms", 0);
    if (const Json* resolve = script.find("resolve")) {
      CheckpointResolved event;
      event.checkpoint_id = checkpoint;
      event.resolution = *resolve;
      event.by = script.string_or("by", "user:1");
      event.at = "2024-01-01T00:00:00Z";
      return {{std::move(event), delay}};
    }
    if (script.contains("cancel_checkpoint")) {
      return {{CheckpointCancelled{checkpoint, script.string_or("cancel_checkpoint", "user")}, delay}};
    }
    if (const Json* error = script.find("error")) {
      EffectFailed event;
      event.effect_id = id;
      EXPECT_TRUE(from_json(*error, event.error));
      return {{std::move(event), delay}};
    }
    EffectSucceeded event;
    event.effect_id = id;
    if (const Json* usage = script.find("usage")) EXPECT_TRUE(from_json(*usage, event.usage));
    if (const Json* result = script.find("result")) {
      event.result = *result;
    } else if (script.contains("text") || script.contains("value") || script.contains("refusal")) {
      event.result = script;
    } else {
      return {};
    }
    return {{std::move(event), delay}};
  }

  std::vector<SimulatedAnswer> call(const StartCall& call) {
    const Json& script = next(call.effect_id);
    const std::int64_t delay = script.int_or("delay_ms", 0);
    std::vector<SimulatedAnswer> out;
    if (script.contains("error")) {
      EffectFailed event;
      event.effect_id = call.effect_id;
      EXPECT_TRUE(from_json(script["error"], event.error));
      return {{std::move(event), delay}};
    }
    if (call.is_async) {
      EffectSucceeded begun;
      begun.effect_id = call.effect_id;
      begun.result = Json::object({{"call_id", call.call_id}});
      out.push_back({std::move(begun), 0});
    }
    if (script.contains("suspended")) out.push_back({CallSuspended{call.call_id, true}, 0});
    if (script.contains("output") || script.contains("failed")) {
      CallAnswered event;
      event.call_id = call.call_id;
      event.status = script.contains("output") ? "completed" : "failed";
      event.output = script["output"];
      if (script.contains("failed")) EXPECT_TRUE(from_json(script["failed"], event.error.emplace()));
      if (const Json* usage = script.find("usage")) EXPECT_TRUE(from_json(*usage, event.usage));
      out.push_back({std::move(event), std::max<std::int64_t>(delay, 1)});
    }
    return out;
  }

  Json answers_;
  std::map<std::string, std::size_t> uses_;
};

/// Feeds the events of section `feed`: `[{"after": n, "cancel": {...}}, {"after": n, "debug": {...}}]`.
void feed_after(const Json& feed, Simulation& run) {
  if (!feed.is_array()) return;
  for (const Json& each : feed.as_array()) {
    if (each.int_or("after", 0) != static_cast<std::int64_t>(run.journal().size())) continue;
    const std::int64_t delay = each.int_or("delay_ms", 0);
    if (const Json* cancel = each.find("cancel")) {
      run.post(
          CancelRequested{cancel->string_or("reason", "test"), "user:1", cancel->bool_or("cascade", true)},
          delay);
    }
    if (const Json* debug = each.find("debug")) {
      DebugCommand command;
      EXPECT_TRUE(from_json(*debug, command));
      run.post(std::move(command), delay);
    }
  }
}

Started started(const Case& test) {
  Started start;
  const Json given = test.json("start");
  if (given.is_object()) EXPECT_TRUE(from_json(given, start));
  start.execution_id = start.root_execution_id = "exec_1";
  start.core_id = "core_1";
  start.tenant_id = "tenant_1";
  start.flow = "main";
  return start;
}

std::string event_line(const Program& program, const State& state, const RuntimeEvent& event) {
  std::string at;
  if (event.at_ms != state.started_at_ms) at = "@" + std::to_string(event.at_ms - state.started_at_ms) + " ";
  std::string block;
  if (event.block >= 0) {
    block = program.block(event.block).id() + "#" + std::to_string(event.occurrence);
    if (event.fiber != 0) block += " f" + std::to_string(event.fiber);
  }
  switch (event.type) {
    case RuntimeEvent::Type::InvocationStarted: return at + "started";
    case RuntimeEvent::Type::InvocationCompleted: return at + "completed";
    case RuntimeEvent::Type::InvocationFailed: return at + "ended " + event.error->type;
    case RuntimeEvent::Type::BlockEntered: return at + "entered " + block;
    case RuntimeEvent::Type::BlockExited: return at + "exited " + block + " = " + to_text(event.value);
    case RuntimeEvent::Type::BlockFailed: return at + "failed " + block + " " + event.error->type;
    case RuntimeEvent::Type::Author: return at + "author " + event.name + " " + to_text(event.value);
  }
  return {};
}

std::string events_text(const Program& program, const Simulation& run) {
  std::string out;
  for (const RuntimeEvent& event : run.events()) out += event_line(program, run.state(), event) + "\n";
  return out;
}

Json result_json(const State& state) {
  Json out = Json::object({{"status", name_of(state.status)}});
  if (state.status == Status::Completed) out.set("output", state.output);
  if (state.error) out.set("error", to_json(*state.error));
  if (!(to_json(state.usage) == Json::object())) out.set("usage", to_json(state.usage));
  return out;
}

std::string requests_text(const Simulation& run) {
  std::string out;
  for (const Command& command : run.commands()) {
    Json fields;
    if (const auto* each = std::get_if<CallModel>(&command)) fields = to_json(*each);
    if (const auto* each = std::get_if<CallPlugin>(&command)) fields = to_json(*each);
    if (const auto* each = std::get_if<OpenCheckpoint>(&command)) fields = to_json(*each);
    if (const auto* each = std::get_if<UpdateCheckpoint>(&command)) fields = to_json(*each);
    if (const auto* each = std::get_if<StartCall>(&command)) fields = to_json(*each);
    if (const auto* each = std::get_if<CancelCall>(&command)) fields = to_json(*each);
    if (const auto* each = std::get_if<CancelEffect>(&command)) fields = to_json(*each);
    if (const auto* each = std::get_if<SetStatus>(&command))
      fields = Json::object({{"status", each->status}});
    if (!fields.is_null()) out += to_text(fields) + "\n";
  }
  return out;
}

void rewrite(const fs::path& path, Case test, const std::map<std::string, std::string>& found) {
  std::ofstream file(path);
  for (const std::string& section : test.order) {
    const auto at = found.find(section);
    file << "-- " << section << "\n" << (at == found.end() ? test.sections[section] : at->second);
    if (at != found.end() && section != test.order.back()) file << "\n";
  }
}

std::string trimmed(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

/// Once started, every block is entered before it leaves, and leaves once (07 §20.1, invariant 13).
void expect_order(const Simulation& run) {
  std::map<std::pair<int, std::int64_t>, int> open;
  for (const RuntimeEvent& event : run.events()) {
    const std::pair<int, std::int64_t> key{event.block, event.occurrence};
    if (event.type == RuntimeEvent::Type::BlockEntered) {
      EXPECT_EQ(open[key]++, 0);
    } else if (event.type == RuntimeEvent::Type::BlockExited ||
               event.type == RuntimeEvent::Type::BlockFailed) {
      EXPECT_EQ(--open[key], 0);
    }
  }
  if (!has_ended(run.state().status)) return;
  for (const auto& [key, count] : open) EXPECT_EQ(count, 0) << "block " << key.first << " never left";
  EXPECT_TRUE(run.state().fibers.empty());
  EXPECT_TRUE(run.state().effects.empty());
  EXPECT_TRUE(run.state().timers.empty());
  EXPECT_TRUE(run.state().checkpoints.empty());
}

class Conformance : public testing::TestWithParam<std::string> {};

TEST_P(Conformance, HoldsInEveryMode) {
  const fs::path path = fs::path(SCAIFLOW_SOURCE_DIR) / "tests/conformance" / (GetParam() + ".case");
  const Case test = read_case(path);
  const ProgramPtr program = program_of(test);
  ASSERT_NE(program, nullptr);
  const Json feed = test.json("feed");
  const auto run_with = [&](SimulationOptions options) {
    auto world = std::make_shared<ScriptedWorld>(test.json("answers"));
    auto run = std::make_unique<Simulation>(
        program, [world](const Command& command) { return world->answer(command); }, options);
    run->set_after_turn([&feed](Simulation& each) { feed_after(feed, each); });
    run->run(started(test));
    return run;
  };
  const auto direct = run_with({});
  const std::string events = events_text(*program, *direct);
  const std::string result = to_text(result_json(direct->state()));
  if (std::getenv("SCAIFLOW_UPDATE_CASES")) {
    rewrite(path, test,
            {{"events", events}, {"result", result + "\n"}, {"requests", requests_text(*direct)}});
    return;
  }
  EXPECT_EQ(trimmed(test.sections.count("events") ? test.sections.at("events") : ""), trimmed(events));
  EXPECT_EQ(trimmed(test.sections.at("result")), result);
  if (test.sections.count("requests"))
    EXPECT_EQ(trimmed(test.sections.at("requests")), trimmed(requests_text(*direct)));
  expect_order(*direct);

  SimulationOptions restoring;
  restoring.restore = Restore::EveryEvent;
  const auto restored = run_with(restoring);
  EXPECT_EQ(events_text(*program, *restored), events);
  EXPECT_EQ(to_text(write_state(restored->state())), to_text(write_state(direct->state())));

  const auto folded = fold(*program, direct->journal(), direct->hashes());
  ASSERT_TRUE(folded.has_value()) << "the journal does not fold to the same commands";
  EXPECT_EQ(to_text(write_state(*folded)), to_text(write_state(direct->state())));

  if (test.sections.count("one order")) return;
  SimulationOptions reordered;
  reordered.order = AnswerOrder::Last;
  const auto other = run_with(reordered);
  EXPECT_EQ(to_text(result_json(other->state())), result);
  EXPECT_EQ(to_text(other->state().final_bindings), to_text(direct->state().final_bindings));
}

std::vector<std::string> case_names() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(fs::path(SCAIFLOW_SOURCE_DIR) / "tests/conformance")) {
    if (entry.path().extension() == ".case") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

INSTANTIATE_TEST_SUITE_P(Cases, Conformance, testing::ValuesIn(case_names()),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace scaiflow::machine
