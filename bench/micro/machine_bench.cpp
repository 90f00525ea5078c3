#include <benchmark/benchmark.h>

#include "apps/compiler/compile.h"
#include "apps/core/machine/simulation.h"
#include "apps/core/machine/step.h"
#include "bench/micro/sample.h"
#include "libs/base/json_text.h"
#include "libs/ir/codec.h"

// Goal (07 section 23, 3): at most 1.5 us for each pure block, machine only. One iteration is one whole
// execution, from `Started` to `Finish`, in one step.

namespace scaiflow::machine {
namespace {

ProgramPtr program_of(const Json& flow) {
  auto compiled = compiler::compile_document(flow, compiler::Format::Ir);
  if (!compiled.module) return nullptr;
  auto program = Program::compile(std::move(*compiled.module), "bench");
  return program ? *program : nullptr;
}

Event start_of(const Program& program) {
  Started started;
  started.execution_id = "exec_bench";
  started.flow = program.module().flows.front().name;
  started.entry_name = program.module().triggers.front().name;
  started.trigger = {"api", started.entry_name};
  started.input = Json::object({{"message", "hello"}, {"items", Json::array({"a", "b", "c"})}});
  started.root_execution_id = started.execution_id;
  return {1, 1, started};
}

void run_pure_blocks(benchmark::State& state, const Json& flow, std::string telemetry) {
  const ProgramPtr program = program_of(flow);
  if (!program) return state.SkipWithError("the flow does not compile");
  Event start = start_of(*program);
  std::get<Started>(start.body).telemetry = std::move(telemetry);
  std::int64_t blocks = 0;
  for (auto _ : state) {
    State execution;
    Commands commands;
    Progress progress = step(*program, execution, start, commands);
    while (progress == Progress::Yielded) progress = resume(*program, execution, commands);
    if (execution.status != Status::Completed) return state.SkipWithError("the execution has not completed");
    for (const auto& [id, count] : execution.occurrences) blocks += count;
    benchmark::DoNotOptimize(commands);
  }
  state.SetItemsProcessed(blocks);
  const auto per_block = benchmark::Counter::kIsRate | benchmark::Counter::kInvert;
  state.counters["us_per_block"] = benchmark::Counter(static_cast<double>(blocks) / 1e6, per_block);
}

void machine_chain(benchmark::State& state) {
  run_pure_blocks(state, bench::chain_of(static_cast<int>(state.range(0))), "full");
}
BENCHMARK(machine_chain)->Arg(4)->Arg(100)->Arg(1'000);

void machine_branches_and_loops(benchmark::State& state) {
  run_pure_blocks(state, bench::flow_of(static_cast<int>(state.range(0))), "full");
}
BENCHMARK(machine_branches_and_loops)->Arg(100)->Arg(1'000);

void machine_chain_without_telemetry(benchmark::State& state) {
  run_pure_blocks(state, bench::chain_of(static_cast<int>(state.range(0))), "off");
}
BENCHMARK(machine_chain_without_telemetry)->Arg(4)->Arg(1'000);

/// Goal (07 section 23, 12): at least 400 000 records folded a second. One iteration is one journal of a loop
/// whose every round waits for an effect.
void machine_fold(benchmark::State& state) {
  const std::string body = R"J([
    {"kind":"foreach","id":"loop","source_location":{},"item":"i","iterable":"items","max_concurrent":1,
     "body":[{"kind":"rigid","id":"each","source_location":{},"result_binding":"last",
      "statements":[{"kind":"plugin_call","plugin":"p","method":"m","args":{"n":"{{i}}"}}]}]}])J";
  Json module =
      Json::object({{"name", "fold"}, {"identity", Json::object({{"name", "Fold"}, {"persona", "Fold"}})}});
  module.set("plugins", Json::array({Json::object({{"alias", "p"}, {"endpoint", "plugin://p"}})}));
  module.set("flows", Json::array({Json::object({{"name", "main"}, {"body", *try_parse_json(body)}})}));
  auto read = ir::from_json(module);
  if (!read) return state.SkipWithError("the module cannot be read");
  const ProgramPtr program = *Program::compile(std::move(*read), "fold");
  JsonArray items;
  for (std::int64_t i = 0; i < state.range(0); ++i) items.push_back(i);
  Simulation run(program, [](const Command& command) {
    std::vector<SimulatedAnswer> out;
    if (const auto* call = std::get_if<CallPlugin>(&command)) {
      EffectSucceeded done;
      done.effect_id = call->effect_id;
      done.result = call->args["n"];
      out.push_back({std::move(done), 0});
    }
    return out;
  });
  Started start;
  start.execution_id = start.root_execution_id = "exec_bench";
  start.flow = "main";
  start.input = Json::object({{"items", std::move(items)}});
  run.run(start);
  if (run.state().status != Status::Completed) return state.SkipWithError("the execution has not completed");
  for (auto _ : state) benchmark::DoNotOptimize(fold(*program, run.journal(), run.hashes()));
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(run.journal().size()));
}
BENCHMARK(machine_fold)->Arg(50)->Arg(1'000);

/// Bindings of a loop's body lie over those around it: a round costs the same whether there are few or many.
void machine_loop_over_bindings(benchmark::State& state) {
  Json module = Json::object(
      {{"name", "bound"}, {"identity", Json::object({{"name", "Bound"}, {"persona", "Bound"}})}});
  const std::string body = R"J([
    {"kind":"foreach","id":"loop","source_location":{},"item":"i","iterable":"items","max_concurrent":1,
     "body":[{"kind":"rigid","id":"each","source_location":{},"result_binding":"x",
      "statements":[{"kind":"expression","expression":"i + 1"}]}]}])J";
  module.set("flows", Json::array({Json::object({{"name", "main"}, {"body", *try_parse_json(body)}})}));
  auto read = ir::from_json(module);
  if (!read) return state.SkipWithError("the module cannot be read");
  const ProgramPtr program = *Program::compile(std::move(*read), "bound");
  Json input = Json::object();
  for (std::int64_t i = 0; i < state.range(0); ++i) input.set("name_" + std::to_string(i), i);
  JsonArray items;
  for (std::int64_t i = 0; i < 1'000; ++i) items.push_back(i);
  input.set("items", std::move(items));
  Started start;
  start.execution_id = start.root_execution_id = "exec_bench";
  start.flow = "main";
  start.input = std::move(input);
  start.telemetry = "off";
  for (auto _ : state) {
    State execution;
    Commands commands;
    Progress progress = step(*program, execution, {1, 1, start}, commands);
    while (progress == Progress::Yielded) progress = resume(*program, execution, commands);
    if (execution.status != Status::Completed) return state.SkipWithError("the execution has not completed");
  }
  state.SetItemsProcessed(state.iterations() * 1'000);
}
BENCHMARK(machine_loop_over_bindings)->Arg(10)->Arg(1'000);

}  // namespace
}  // namespace scaiflow::machine
