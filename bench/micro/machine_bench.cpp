#include <benchmark/benchmark.h>

#include "apps/compiler/compile.h"
#include "apps/core/machine/step.h"
#include "bench/micro/sample.h"

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

}  // namespace
}  // namespace scaiflow::machine
