#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <set>
#include <sstream>

#include "apps/core/machine/simulation.h"
#include "apps/core/machine/test_cases.h"
#include "libs/base/json_text.h"
#include "libs/ir/codec.h"
#include "libs/manifest/manifest.h"

// Each tests/conformance/*.case is a module, scripted answers and the exact events and result (house.md
// section 8). The same case runs in every mode: plainly, through SCIR bytes, through YAML, with the state
// written and read between all events, from each snapshot of its journal, with answers reordered and delayed,
// and cancelled after every event. `SCAIFLOW_UPDATE_CASES=1` rewrites the expectations; read the difference
// before keeping it. `SCAIFLOW_FULL=1` draws many more delays.

namespace scaiflow::machine {
namespace {

/// The module as the grid would read it back from its bundle.
ProgramPtr program_through_scir(const ir::Module& module) {
  auto read = ir::decode(ir::encode(module));
  EXPECT_TRUE(read.has_value()) << (read ? "" : read.error().message);
  return read ? program_of(std::move(*read)) : nullptr;
}

/// The module as the grid would read it from its manifest. What a manifest takes from the flow document is
/// given as an empty drawing with the module's models.
ProgramPtr program_through_yaml(ir::Module module) {
  const Json whole = ir::to_json(module);
  JsonArray models;
  for (Json model : whole["models"].as_array()) {
    JsonArray fallback;
    for (Json each : model["fallback"].as_array()) fallback.push_back(each.set("ref", each["provider"]));
    models.push_back(model.set("ref", model["provider"]).set("fallback", std::move(fallback)));
  }
  const Json identity = Json::object({{"models", std::move(models)}});
  const Json drawing = Json::object({{"name", "case"},
                                     {"nodes", Json::array()},
                                     {"edges", Json::array()},
                                     {"config", Json::object({{"core_identity", identity}})}});
  const manifest::YamlText yaml = manifest::write({module, drawing});
  manifest::LoadResult read = manifest::load_module(yaml.text);
  std::string problems;
  for (const auto& each : read.diagnostics) problems += each.message + "\n";
  EXPECT_TRUE(read.module.has_value()) << problems << yaml.text;
  return read.module ? program_of(std::move(*read.module)) : nullptr;
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

/// The first block of a `finally` is entered as often as its `try` was (invariant 14).
void expect_finally_once(const Simulation& run, const Program& program) {
  const auto& occurrences = run.state().occurrences;
  for (const auto& [block, times] : occurrences) {
    const auto* code = std::get_if<TryCode>(&program.block(block).code);
    if (!code || code->finally_body < 0 || program.body(code->finally_body).empty()) continue;
    const auto first = occurrences.find(program.body(code->finally_body).front());
    EXPECT_EQ(first == occurrences.end() ? 0 : first->second, times) << program.block(block).id();
  }
}

/// One case and how it is run.
class Conformance : public testing::TestWithParam<std::string> {
 protected:
  using RunPtr = std::unique_ptr<Simulation>;
  using AfterTurn = std::function<void(Simulation&)>;

  void SetUp() override {
    path_ = case_path(GetParam());
    test_ = read_case(path_);
    auto module = module_of(test_);
    ASSERT_TRUE(module.has_value());
    module_ = std::move(*module);
    program_ = program_of(module_);
    ASSERT_NE(program_, nullptr);
  }

  RunPtr run(const ProgramPtr& program, SimulationOptions options = {}, const AfterTurn& after = {},
             std::mt19937* delays = nullptr) const {
    auto world = std::make_shared<ScriptedWorld>(test_.json("answers"));
    const auto answer = [world, delays](const Command& command) {
      auto answers = world->answer(command);
      for (auto& each : answers) each.delay_ms += delays ? (*delays)() % 4 : 0;
      return answers;
    };
    auto out = std::make_unique<Simulation>(program, answer, options);
    const Json feed = test_.json("feed");
    out->set_after_turn([feed, after](Simulation& each) {
      feed_after(feed, each);
      if (after) after(each);
    });
    out->run(started(test_));
    return out;
  }

  std::string state_of(const Simulation& run) const { return to_text(write_state(run.state())); }

  fs::path path_;
  Case test_;
  ir::Module module_;
  ProgramPtr program_;
};

/// The cases that a manifest can say.
class ThroughYaml : public Conformance {};
/// The cases that do not fix the order of answers.
class AnyOrder : public Conformance {};

TEST_P(Conformance, GivesItsEventsAndResult) {
  const RunPtr direct = run(program_);
  const std::string events = events_text(*program_, *direct);
  const std::string result = to_text(result_json(direct->state()));
  if (std::getenv("SCAIFLOW_UPDATE_CASES")) {
    rewrite(path_, test_,
            {{"events", events}, {"result", result + "\n"}, {"requests", requests_text(*direct)}});
    return;
  }
  EXPECT_EQ(trimmed(test_.sections.count("events") ? test_.sections.at("events") : ""), trimmed(events));
  EXPECT_EQ(trimmed(test_.sections.at("result")), result);
  if (test_.sections.count("requests")) {
    EXPECT_EQ(trimmed(test_.sections.at("requests")), trimmed(requests_text(*direct)));
  }
  expect_order(*direct);
}

TEST_P(Conformance, IsTheSameThroughScir) {
  const ProgramPtr through = program_through_scir(module_);
  ASSERT_NE(through, nullptr);
  EXPECT_EQ(state_of(*run(through)), state_of(*run(program_)));
}

TEST_P(ThroughYaml, IsTheSame) {
  const ProgramPtr through = program_through_yaml(module_);
  ASSERT_NE(through, nullptr);
  const RunPtr direct = run(program_);
  const RunPtr again = run(through);
  EXPECT_EQ(events_text(*through, *again), events_text(*program_, *direct));
  EXPECT_EQ(to_text(result_json(again->state())), to_text(result_json(direct->state())));
}

TEST_P(Conformance, IsTheSameRestoredAfterEveryEvent) {
  SimulationOptions restoring;
  restoring.restore = Restore::EveryEvent;
  const RunPtr direct = run(program_);
  const RunPtr restored = run(program_, restoring);
  EXPECT_EQ(events_text(*program_, *restored), events_text(*program_, *direct));
  EXPECT_EQ(state_of(*restored), state_of(*direct));
}

/// Invariant 1: the fold of the first n records is the live state after n, for every n, and the rest folds to
/// the end from each of these states as from the beginning.
TEST_P(Conformance, FoldsToTheLiveStateFromEverySnapshot) {
  std::vector<std::string> live;
  const RunPtr direct =
      run(program_, {}, [&](Simulation& each) { live.push_back(to_text(write_state(each.state()))); });
  const auto& journal = direct->journal();
  ASSERT_EQ(live.size(), journal.size());
  for (std::size_t n = 0; n <= journal.size(); ++n) {
    State state;
    if (n > 0) {
      ASSERT_TRUE(read_state(*try_parse_json(live[n - 1]), state));
    }
    for (std::size_t i = n; i < journal.size(); ++i) {
      Commands turn;
      Progress progress = step(*program_, state, journal[i], turn);
      while (progress == Progress::Yielded) progress = resume(*program_, state, turn);
      ASSERT_EQ(hash_of(turn), direct->hashes()[i]) << "record " << i + 1 << " from snapshot " << n;
      ASSERT_EQ(to_text(write_state(state)), live[i]) << "record " << i + 1 << " from snapshot " << n;
    }
  }
}

/// Invariant 12: neither the order of answers that are due together nor small delays change what comes out.
TEST_P(AnyOrder, OrderAndDelayOfAnswersDoNotMatter) {
  const RunPtr direct = run(program_);
  const std::string result = to_text(result_json(direct->state()));
  const auto same = [&](const RunPtr& other, const std::string& how) {
    EXPECT_EQ(to_text(result_json(other->state())), result) << how;
    EXPECT_EQ(to_text(other->state().final_bindings), to_text(direct->state().final_bindings)) << how;
  };
  SimulationOptions reordered;
  reordered.order = AnswerOrder::Last;
  same(run(program_, reordered), "last first");
  const unsigned seeds = std::getenv("SCAIFLOW_FULL") ? 500 : 5;
  for (unsigned seed = 0; seed < seeds; ++seed) {
    std::mt19937 delays(seed);
    same(run(program_, {}, {}, &delays), "delays of seed " + std::to_string(seed));
  }
}

/// Invariants 13 and 14: cancelled after any event nothing is left, every entered block has left once, and
/// each `finally` of a try that was entered has run once.
TEST_P(Conformance, CancelledAfterEveryEventLeavesNothing) {
  const std::size_t records = run(program_)->journal().size();
  for (std::size_t n = 1; n <= records; ++n) {
    SCOPED_TRACE("cancelled after record " + std::to_string(n));
    const RunPtr cancelled = run(program_, {}, [n](Simulation& each) {
      if (each.journal().size() == n) each.post(CancelRequested{"test", "user:1", true});
    });
    EXPECT_TRUE(has_ended(cancelled->state().status));
    expect_order(*cancelled);
    expect_finally_once(*cancelled, *program_);
  }
}

/// contracts/events.yaml, read as it is.
Json documented_events() {
  std::ifstream file(fs::path(SCAIFLOW_SOURCE_DIR) / "contracts/events.yaml");
  const std::string text(std::istreambuf_iterator<char>(file), {});
  const auto tree = manifest::read_yaml(text);
  EXPECT_TRUE(tree.has_value());
  return tree.value_or(Json());
}

/// Invariant 25: each of the six events has the members that the contract lists, and no others.
TEST_P(Conformance, EventsHaveTheirDocumentedMembers) {
  static const Json documented = documented_events();
  const std::set<std::string> of_blocks = {"block_id", "occurrence"};
  const RunPtr direct = run(program_);
  for (const RuntimeEvent& event : direct->events()) {
    if (event.type == RuntimeEvent::Type::Author) continue;
    const Json wire = expand_event(compact_event(*program_, direct->state(), event), "core_1", "exec_1");
    const std::string type = wire.string_or("type", "");
    std::set<std::string> needed, allowed;
    for (const Json& name : documented["runtime_common"].as_array()) {
      const bool here = event.block >= 0 || !of_blocks.contains(name.as_string());
      (here ? needed : allowed).insert(name.as_string());
    }
    bool found = false;
    for (const Json& each : documented["runtime"].as_array()) {
      if (each["type"] != Json(type)) continue;
      found = true;
      for (const Json& member : each["payload"].as_array()) {
        const std::string& name = member.as_string();
        const bool optional = name.back() == '?';
        (optional ? allowed : needed).insert(optional ? name.substr(0, name.size() - 1) : name);
      }
    }
    EXPECT_TRUE(found) << type << " is not among the six";
    for (const std::string& name : needed) EXPECT_TRUE(wire["payload"].contains(name)) << type << " " << name;
    for (const auto& [name, value] : wire["payload"].as_object())
      EXPECT_TRUE(needed.contains(name) || allowed.contains(name)) << type << " " << name.view();
  }
}

std::vector<std::string> cases_without(const std::string& section) {
  std::vector<std::string> names = case_names();
  std::erase_if(names,
                [&](const auto& name) { return read_case(case_path(name)).sections.contains(section); });
  return names;
}

std::string name_of(const testing::TestParamInfo<std::string>& each) { return each.param; }

INSTANTIATE_TEST_SUITE_P(Cases, Conformance, testing::ValuesIn(case_names()), name_of);
INSTANTIATE_TEST_SUITE_P(Cases, ThroughYaml, testing::ValuesIn(cases_without("no manifest")), name_of);
INSTANTIATE_TEST_SUITE_P(Cases, AnyOrder, testing::ValuesIn(cases_without("one order")), name_of);

/// One rigid block that calls plugin `p` inside a `try` that catches everything.
ProgramPtr catching_program() {
  Case test;
  test.sections["body"] =
      R"J([{"kind":"try","id":"t","source_location":{},"catches":[{"error":"*","binding":"e","body":[
        {"kind":"rigid","id":"c","source_location":{},
         "statements":[{"kind":"return","value":"{{e.type}}"}]}]}],
      "body":[{"kind":"rigid","id":"a","source_location":{},"result_binding":"v",
       "statements":[{"kind":"plugin_call","plugin":"p","method":"m","args":{}}]}]}])J";
  return program_of(test);
}

Started plain_start() {
  Started start;
  start.execution_id = start.root_execution_id = "exec_1";
  start.flow = "main";
  return start;
}

/// Invariant 31: every type of 07 §8.1 can be caught, but those of the host.
TEST(ErrorTypes, EachErrorTypeCanBeCaughtOrNot) {
  const ProgramPtr program = catching_program();
  const auto run_with = [&](const std::string& type) {
    auto run = std::make_unique<Simulation>(program, [type](const Command& command) {
      std::vector<SimulatedAnswer> out;
      if (const auto* call = std::get_if<CallPlugin>(&command)) {
        EffectFailed failed;
        failed.effect_id = call->effect_id;
        failed.error = make_error(type, "code", "message");
        out.push_back({std::move(failed), 0});
      }
      return out;
    });
    run->run(plain_start());
    return run;
  };
  for (const char* type : {"ExpressionError",
                           "TypeMismatchError",
                           "InputValidationError",
                           "GuardViolationError",
                           "OutputParseError",
                           "ModelRefusalError",
                           "ConstraintViolationError",
                           "HallucinationError",
                           "LowConfidenceError",
                           "ModelProviderError",
                           "PluginError",
                           "EffectOutcomeUnknown",
                           "CheckpointTimeoutError",
                           "CheckpointCancelledError",
                           "AwaitTimeoutError",
                           "CoreCallError",
                           "BudgetExceededError",
                           "MaxIterationsExceededError",
                           "LimitExceededError",
                           "FuelExhaustedError",
                           "MemoryError",
                           "IdentityExpiredError"}) {
    const auto run = run_with(type);
    EXPECT_EQ(run->state().status, Status::Completed) << type;
    EXPECT_EQ(run->state().output, Json(type));
  }
  for (const char* type :
       {"IrUnavailableError", "JournalCorruptError", "ReplayDivergedError", "InternalError"}) {
    const auto run = run_with(type);
    EXPECT_EQ(run->state().status, Status::Failed) << type;
    EXPECT_EQ(run->state().error->type, type);
  }
}

/// Invariant 25: a value of 4 096 bytes of JSON is shown, one of 4 097 is not.
TEST(Events, AValueIsShownUpToItsLimit) {
  const ProgramPtr program = catching_program();
  Simulation run(program, [](const Command&) { return std::vector<SimulatedAnswer>(); });
  run.run(plain_start());
  const auto shown = [&](std::size_t letters) {
    RuntimeEvent event;
    event.type = RuntimeEvent::Type::BlockExited;
    event.block = run.events().at(2).block;
    event.value = std::string(letters, 'x');
    return expand_event(compact_event(*program, run.state(), event), "core_1", "exec_1")["payload"];
  };
  EXPECT_EQ(shown(4'094)["result_binding_value"].as_string().size(), 4'094u);
  EXPECT_FALSE(shown(4'094).contains("result_binding_truncated"));
  EXPECT_EQ(shown(4'095)["result_binding_truncated"], Json(true));
  EXPECT_FALSE(shown(4'095).contains("result_binding_value"));
}

}  // namespace
}  // namespace scaiflow::machine
