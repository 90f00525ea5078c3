#include "generated/cpp/limits.h"

#include <gtest/gtest.h>

#include <functional>

#include "apps/core/machine/simulation.h"
#include "apps/core/machine/test_programs.h"

// The limits of an execution that the machine itself keeps (07 §21): each at its value, and one beyond.

namespace scaiflow::machine {
namespace {

const std::string a_model = R"J("models":[{"role":"primary","provider":"p","model":"m"}],)J";

Json number(const char* name, std::int64_t value) { return Json::object({{name, value}}); }

/// A JSON string of exactly `bytes` bytes, its quotes counted.
Json text_of(std::int64_t bytes) { return std::string(static_cast<std::size_t>(bytes - 2), 'x'); }

/// What the plugin, the model or the called Core answers, if anything.
using Answers = std::function<std::optional<Json>(const Command&)>;
std::optional<Json> nothing(const Command&) { return std::nullopt; }

/// An execution as far as it comes.
class Run1 {
 public:
  Run1(const ProgramPtr& program, Started start, const Answers& answers = nothing)
      : run_(
            program,
            [answers](const Command& command) {
              std::vector<SimulatedAnswer> out;
              const std::optional<Json> result = answers(command);
              if (!result) return out;
              EffectSucceeded done;
              done.effect_id = id_of(command);
              done.result = *result;
              out.push_back({std::move(done), 0});
              return out;
            },
            options()) {
    run_.run(std::move(start));
  }

  const State& state() const { return run_.state(); }
  const std::vector<RuntimeEvent>& events() const { return run_.events(); }
  /// `type/code` of the error, or the status.
  std::string outcome() const {
    const State& state = run_.state();
    return state.error ? state.error->type + "/" + state.error->code : std::string(name_of(state.status));
  }
  template <class T>
  std::int64_t count() const {
    return std::count_if(run_.commands().begin(), run_.commands().end(),
                         [](const Command& each) { return std::holds_alternative<T>(each); });
  }
  std::int64_t count(RuntimeEvent::Type type) const {
    return std::count_if(run_.events().begin(), run_.events().end(),
                         [&](const RuntimeEvent& each) { return each.type == type; });
  }

 private:
  static SimulationOptions options() {
    SimulationOptions out;
    out.blocks_max = 1'000'000;
    return out;
  }

  Simulation run_;
};

TEST(Limits, FibersAlive) {
  // The root, 60 loops inside it, and their items: all wait.
  const ProgramPtr program = program_of(R"J([{"kind":"foreach","id":"f","source_location":{},"item":"x",
    "iterable":"sizes","max_concurrent":256,"body":[
    {"kind":"foreach","id":"g","source_location":{},"item":"y",
    "iterable":"range(0, x)","max_concurrent":256,"body":[{"kind":"rigid","id":"a","source_location":{},
    "statements":[{"kind":"plugin_call","plugin":"p","method":"m","args":{}}]}]}]}])J");
  const auto with_fibers = [&](std::int64_t alive) {
    JsonArray sizes;
    std::int64_t left = alive - 1;  // without the root
    while (left > 0) {
      const std::int64_t items = std::min<std::int64_t>(left - 1, 256);
      sizes.push_back(items);
      left -= 1 + items;
    }
    return Run1(program, started(Json::object({{"sizes", std::move(sizes)}})));
  };
  const Run1 full = with_fibers(limits::fibers_max);
  EXPECT_EQ(full.outcome(), "running");
  EXPECT_EQ(static_cast<std::int64_t>(full.state().fibers.size()), limits::fibers_max);
  const Run1 over = with_fibers(limits::fibers_max + 1);
  EXPECT_EQ(over.outcome(), "LimitExceededError/fibers");
  EXPECT_EQ(over.count<CancelEffect>(), over.count<CallPlugin>());
  EXPECT_TRUE(over.state().fibers.empty() && over.state().effects.empty());
}

TEST(Limits, FuelOfOneEvent) {
  const ProgramPtr program = program_of(R"J([{"kind":"foreach","id":"f","source_location":{},"item":"x",
    "iterable":"range(0, 9000)","body":[{"kind":"rigid","id":"r","source_location":{},"statements":[
    {"kind":"expression","expression":"x + x + x + x + x + x + x + x"}]}]},
    {"kind":"rigid","id":"last","source_location":{},"statements":[]}])J");
  // Fuel is looked at when a block begins; `used_before` stands for what the event had used already.
  const auto run_with = [&](std::int64_t used_before, std::int64_t* last_look) {
    State state;
    Commands commands;
    EXPECT_EQ(step(*program, state, {1, 0, started()}, commands), Progress::Yielded);
    EXPECT_GT(state.event_fuel, limits::step_fuel);
    state.event_fuel += used_before;
    while (resume(*program, state, commands) == Progress::Yielded) continue;
    for (const Command& command : commands) {
      const auto* emit = std::get_if<Emit>(&command);
      if (!emit) continue;
      for (const RuntimeEvent& event : emit->events) {
        if (event.type == RuntimeEvent::Type::BlockEntered && last_look) *last_look = event.fuel;
      }
    }
    return state.error ? state.error->type : std::string(name_of(state.status));
  };
  std::int64_t alone = 0;
  ASSERT_EQ(run_with(0, &alone), "completed");
  EXPECT_EQ(run_with(limits::event_fuel_max - alone, nullptr), "completed");
  EXPECT_EQ(run_with(limits::event_fuel_max - alone + 1, nullptr), "FuelExhaustedError");
}

TEST(Limits, AResult) {
  const ProgramPtr program = program_of(R"J([{"kind":"rigid","id":"a","source_location":{},"statements":[
    {"kind":"plugin_call","plugin":"p","method":"m","args":{},"result_binding":"got"}]}])J");
  const auto answered = [&](std::int64_t bytes) {
    return Run1(program, started(),
                [bytes](const Command& command) {
                  return std::holds_alternative<CallPlugin>(command) ? std::optional(text_of(bytes))
                                                                     : std::nullopt;
                })
        .outcome();
  };
  EXPECT_EQ(answered(limits::result_bytes_max), "completed");
  EXPECT_EQ(answered(limits::result_bytes_max + 1), "LimitExceededError/value_bytes_max");
}

TEST(Limits, AnAnswerOfAModel) {
  const ProgramPtr program = program_of(
      R"J([{"kind":"flexible","id":"a","source_location":{},"goal":"G","llm_role":"primary"}])J", a_model);
  const auto answered = [&](std::int64_t bytes) {
    const Run1 run(program, started(), [bytes](const Command& command) {
      const bool asks = std::holds_alternative<CallModel>(command);
      return asks ? std::optional(Json::object({{"text", text_of(bytes)}})) : std::nullopt;
    });
    EXPECT_EQ(run.count<CallModel>(), 1);
    return run.outcome();
  };
  EXPECT_EQ(answered(limits::model_answer_bytes_max), "completed");
  EXPECT_EQ(answered(limits::model_answer_bytes_max + 1), "OutputParseError/parse_error");
}

TEST(Limits, BytesOfTheState) {
  const ProgramPtr program = program_of(R"J([{"kind":"rigid","id":"a","source_location":{},"statements":[
    {"kind":"plugin_call","plugin":"p","method":"m","args":{}}]},
    {"kind":"rigid","id":"b","source_location":{},"statements":[
    {"kind":"plugin_call","plugin":"p","method":"m","args":{}}]}])J");
  const auto run_with = [&](std::int64_t bytes_max) {
    Started start = started(Json::object({{"text", text_of(2'000)}}));
    start.limits.state_bytes_max = bytes_max;
    return Run1(program, start);
  };
  const Run1 measured = run_with(1 << 20);
  const auto bytes = static_cast<std::int64_t>(state_bytes(measured.state(), 1 << 20));
  EXPECT_GT(bytes, 2'000);
  EXPECT_EQ(run_with(bytes).outcome(), "running");
  EXPECT_EQ(run_with(bytes - 1).outcome(), "LimitExceededError/state_bytes_max");
}

/// The state is not measured at every turn of a long execution, but whenever much has come in.
TEST(Limits, BytesOfAStateThatGrowsLate) {
  const ProgramPtr program = program_of(R"J([{"kind":"foreach","id":"f","source_location":{},"item":"x",
    "iterable":"range(0, 200)","body":[{"kind":"rigid","id":"a","source_location":{},"statements":[
    {"kind":"plugin_call","plugin":"p","method":"m","args":{}}]}]}])J");
  Started start = started();
  start.limits.state_bytes_max = 1'000'000;
  std::int64_t calls = 0;
  const Run1 run(program, start, [&calls](const Command& command) -> std::optional<Json> {
    if (!std::holds_alternative<CallPlugin>(command)) return std::nullopt;
    return ++calls <= 70 ? Json(1) : text_of(100'000);
  });
  EXPECT_EQ(run.outcome(), "LimitExceededError/state_bytes_max");
  EXPECT_LE(calls, 70 + 11);
}

TEST(Limits, DepthOfCalls) {
  const ProgramPtr program = program_of(
      R"J([{"kind":"core_call","id":"c","source_location":{},"target":"core://t/x","input_bindings":{}}])J");
  const auto called_at = [&](std::int64_t depth) {
    Started start = started();
    start.depth = depth;
    return Run1(program, start);
  };
  EXPECT_EQ(called_at(limits::call_depth_max - 1).count<StartCall>(), 1);
  EXPECT_EQ(called_at(limits::call_depth_max).outcome(), "CoreCallError/depth");
}

TEST(Limits, OpenAsynchronousCalls) {
  const ProgramPtr program = program_of(R"J([{"kind":"foreach","id":"f","source_location":{},"item":"x",
    "iterable":"range(0, n)","body":[{"kind":"core_call","id":"c","source_location":{},"is_async":true,
    "target":"core://t/x","input_bindings":{}}]}])J");
  const auto calling = [&](std::int64_t times) {
    const Run1 run(program, started(number("n", times)), [](const Command& command) -> std::optional<Json> {
      const auto* call = std::get_if<StartCall>(&command);
      return call ? std::optional(Json::object({{"call_id", call->call_id}})) : std::nullopt;
    });
    EXPECT_EQ(run.count<StartCall>(), limits::async_calls_max);
    return run.outcome();
  };
  EXPECT_EQ(calling(limits::async_calls_max), "completed");
  EXPECT_EQ(calling(limits::async_calls_max + 1), "LimitExceededError/async_calls");
}

TEST(Limits, PendingCheckpoints) {
  const ProgramPtr program = program_of(R"J([{"kind":"foreach","id":"f","source_location":{},"item":"x",
    "iterable":"sizes","max_concurrent":256,"body":[
    {"kind":"foreach","id":"g","source_location":{},"item":"y",
    "iterable":"range(0, x)","max_concurrent":256,"body":[
    {"kind":"checkpoint","id":"c","source_location":{},"options":["yes"]}]}]}])J");
  const auto asking = [&](std::int64_t times) {
    Json sizes = Json::array({250, 250, 250, times - 750});
    return Run1(program, started(Json::object({{"sizes", std::move(sizes)}})));
  };
  const Run1 full = asking(limits::pending_checkpoints_max);
  EXPECT_EQ(full.outcome(), "suspended");
  EXPECT_EQ(static_cast<std::int64_t>(full.state().checkpoints.size()), limits::pending_checkpoints_max);
  EXPECT_EQ(asking(limits::pending_checkpoints_max + 1).outcome(), "LimitExceededError/checkpoints");
}

TEST(Limits, ItemsOfALoop) {
  const ProgramPtr program = program_of(R"J([{"kind":"foreach","id":"f","source_location":{},"item":"x",
    "iterable":"items","body":[]}])J");
  const auto over = [&](std::int64_t items) {
    Started start = started(Json::object({{"items", JsonArray(static_cast<std::size_t>(items), Json(1))}}));
    return Run1(program, start).outcome();
  };
  EXPECT_EQ(over(limits::foreach_items_max), "completed");
  EXPECT_EQ(over(limits::foreach_items_max + 1), "LimitExceededError/foreach_items");
}

/// Events of an author, and of blocks: further ones are dropped and counted.
TEST(Limits, Events) {
  const ProgramPtr program = program_of(R"J([{"kind":"foreach","id":"f","source_location":{},"item":"x",
    "iterable":"range(0, n)","body":[{"kind":"rigid","id":"a","source_location":{},"statements":[
    {"kind":"emit","event":"counted","payload":{"n":"{{x}}"}}]}]}])J");
  const auto emitting = [&](std::int64_t times, const char* telemetry) {
    Started start = started(number("n", times));
    start.telemetry = telemetry;
    return Run1(program, start);
  };
  const Run1 full = emitting(limits::author_events_max, "invocations");
  EXPECT_EQ(full.count(RuntimeEvent::Type::Author), limits::author_events_max);
  EXPECT_EQ(full.state().events_suppressed, 0);
  const Run1 over = emitting(limits::author_events_max + 1, "invocations");
  EXPECT_EQ(over.count(RuntimeEvent::Type::Author), limits::author_events_max);
  EXPECT_EQ(over.state().events_suppressed, 1);

  // Two of each round, two of the loop itself.
  const auto of_blocks = [](const Run1& run) {
    return run.count(RuntimeEvent::Type::BlockEntered) + run.count(RuntimeEvent::Type::BlockExited);
  };
  const Run1 blocks = emitting(limits::block_events_max / 2 - 1, "full");
  EXPECT_EQ(of_blocks(blocks), limits::block_events_max);
  EXPECT_EQ(blocks.state().events_suppressed, 0);
  const Run1 more = emitting(limits::block_events_max / 2, "full");
  EXPECT_EQ(of_blocks(more), limits::block_events_max);
  EXPECT_EQ(more.state().events_suppressed, 2);
}

/// Data of an author's event, input and output above the limit are cut.
TEST(Limits, PayloadOfAnEvent) {
  const ProgramPtr program = program_of(R"J([{"kind":"rigid","id":"a","source_location":{},"statements":[
    {"kind":"emit","event":"told","payload":"{{text}}"}]}])J");
  const auto told = [&](std::int64_t bytes) {
    const Run1 run(program, started(Json::object({{"text", text_of(bytes)}})));
    for (const RuntimeEvent& event : run.events()) {
      if (event.type != RuntimeEvent::Type::Author) continue;
      return expand_event(compact_event(*program, run.state(), event), "core_1", "exec_1")["payload"]["data"];
    }
    return Json();
  };
  EXPECT_EQ(told(limits::author_event_bytes_max), text_of(limits::author_event_bytes_max));
  const std::int64_t over = limits::author_event_bytes_max + 1;
  EXPECT_EQ(told(over), Json::object({{"truncated", true}, {"size", over}}));
}

TEST(Limits, KeysAndValuesOfMemory) {
  const ProgramPtr program =
      program_of(R"J([{"kind":"rigid","id":"a","source_location":{},"statements":[
    {"kind":"memory_set","field":"m","key":"key","value":"value"}]}])J",
                 R"J("memory":[{"name":"m","type":"map[string, string]","default":{}}],)J");
  const auto writing = [&](const std::string& key, const Json& value) {
    return Run1(program, started(Json::object({{"key", key}, {"value", value}}))).outcome();
  };
  std::string key;
  for (std::int64_t i = 0; i < limits::memory_key_chars_max; ++i) key += "ä";  // characters, not bytes
  EXPECT_EQ(writing(key, "v"), "completed");
  EXPECT_EQ(writing(key + "ä", "v"), "MemoryError/too_large");
  EXPECT_EQ(writing("", "v"), "MemoryError/too_large");
  EXPECT_EQ(writing("k", text_of(limits::memory_value_bytes_max)), "completed");
  EXPECT_EQ(writing("k", text_of(limits::memory_value_bytes_max + 1)), "MemoryError/too_large");
}

TEST(Limits, ConfidenceOfAnAnswer) {
  const ProgramPtr program = program_of(R"J([{"kind":"flexible","id":"a","source_location":{},"goal":"G",
    "llm_role":"primary","output_type":"{confidence: float}",
    "on_failure":{"low_confidence":[{"action":"retry","max":0}]}}])J",
                                        a_model);
  const auto answered = [&](const char* confidence, std::int64_t permille) {
    Started start = started();
    start.limits.low_confidence_permille = permille;
    const Json text = Json::object({{"text", std::string("{\"confidence\": ") + confidence + "}"}});
    return Run1(program, start,
                [&](const Command& command) {
                  return std::holds_alternative<CallModel>(command) ? std::optional(text) : std::nullopt;
                })
        .outcome();
  };
  EXPECT_EQ(answered("0.5", 500), "completed");
  EXPECT_EQ(answered("0.499", 500), "LowConfidenceError/low_confidence");
  EXPECT_EQ(answered("1", 1'000), "completed");
  EXPECT_EQ(answered("0.999", 1'000), "LowConfidenceError/low_confidence");
}

}  // namespace
}  // namespace scaiflow::machine
