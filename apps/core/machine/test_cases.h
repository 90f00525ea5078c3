#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "apps/core/machine/simulation.h"
#include "libs/base/json_text.h"
#include "libs/ir/codec.h"

/// The cases of tests/conformance: modules with scripted answers (house.md section 8).
namespace scaiflow::machine {

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

inline Case read_case(const fs::path& path) {
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
inline std::optional<ir::Module> module_of(const Case& test) {
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
  return read ? std::optional(std::move(*read)) : std::nullopt;
}

inline ProgramPtr program_of(ir::Module module) {
  auto compiled = Program::compile(std::move(module), "hash");
  EXPECT_TRUE(compiled.has_value()) << (compiled ? "" : compiled.error().message);
  return compiled ? *compiled : nullptr;
}

inline ProgramPtr program_of(const Case& test) {
  auto module = module_of(test);
  return module ? program_of(std::move(*module)) : nullptr;
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
    if (const Json* usage = script.find("usage")) {
      EXPECT_TRUE(from_json(*usage, event.usage));
    }
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
      if (script.contains("failed")) {
        EXPECT_TRUE(from_json(script["failed"], event.error.emplace()));
      }
      if (const Json* usage = script.find("usage")) {
        EXPECT_TRUE(from_json(*usage, event.usage));
      }
      out.push_back({std::move(event), std::max<std::int64_t>(delay, 1)});
    }
    return out;
  }

  Json answers_;
  std::map<std::string, std::size_t> uses_;
};

/// Feeds the events of section `feed`: `[{"after": n, "cancel": {...}}, {"after": n, "debug": {...}}]`.
inline void feed_after(const Json& feed, Simulation& run) {
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

inline Started started(const Case& test) {
  Started start;
  const Json given = test.json("start");
  if (given.is_object()) {
    EXPECT_TRUE(from_json(given, start));
  }
  start.execution_id = start.root_execution_id = "exec_1";
  start.core_id = "core_1";
  start.tenant_id = "tenant_1";
  start.flow = "main";
  return start;
}

inline Json result_json(const State& state) {
  Json out = Json::object({{"status", name_of(state.status)}});
  if (state.status == Status::Completed) out.set("output", state.output);
  if (state.error) out.set("error", to_json(*state.error));
  if (!(to_json(state.usage) == Json::object())) out.set("usage", to_json(state.usage));
  return out;
}

inline std::vector<std::string> case_names() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(fs::path(SCAIFLOW_SOURCE_DIR) / "tests/conformance")) {
    if (entry.path().extension() == ".case") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

/// A case run once, without anything to disturb it.
inline std::unique_ptr<Simulation> run_case(const Case& test, const ProgramPtr& program,
                                            const SimulationOptions& options,
                                            std::function<void(Simulation&)> after_turn = nullptr) {
  auto world = std::make_shared<ScriptedWorld>(test.json("answers"));
  auto run = std::make_unique<Simulation>(
      program, [world](const Command& command) { return world->answer(command); }, options);
  run->set_after_turn([feed = test.json("feed"), after_turn = std::move(after_turn)](Simulation& each) {
    if (after_turn) after_turn(each);
    feed_after(feed, each);
  });
  run->run(started(test));
  return run;
}

inline fs::path case_path(const std::string& name) {
  return fs::path(SCAIFLOW_SOURCE_DIR) / "tests/conformance" / (name + ".case");
}

}  // namespace scaiflow::machine
