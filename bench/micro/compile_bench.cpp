#include <benchmark/benchmark.h>

#include "apps/compiler/compile.h"
#include "bench/micro/sample.h"
#include "libs/base/json_text.h"

// Document bytes to each of the three outputs, and to diagnostics alone, at 10 to 10 000 nodes.

namespace scaiflow::compiler {
namespace {

void compile_to(benchmark::State& state, Format format) {
  const std::string text = to_text(bench::flow_of(static_cast<int>(state.range(0))));
  for (auto _ : state) {
    const CompileResult result = compile(std::string_view(text), format);
    if (!result.body) return state.SkipWithError(result.diagnostics.front().message.c_str());
    benchmark::DoNotOptimize(result.body->data());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

void sizes(benchmark::internal::Benchmark* bench) {
  for (const int nodes : {10, 100, 1'000, 10'000}) bench->Arg(nodes);
  bench->Unit(benchmark::kMillisecond);
}

void compile_yaml(benchmark::State& state) { compile_to(state, Format::Yaml); }
BENCHMARK(compile_yaml)->Apply(sizes);

void compile_ir(benchmark::State& state) { compile_to(state, Format::Ir); }
BENCHMARK(compile_ir)->Apply(sizes);

void compile_scai(benchmark::State& state) { compile_to(state, Format::Scai); }
BENCHMARK(compile_scai)->Apply(sizes);

void validate_only(benchmark::State& state) {
  const std::string text = to_text(bench::flow_of(static_cast<int>(state.range(0))));
  for (auto _ : state) benchmark::DoNotOptimize(validate(std::string_view(text)));
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(validate_only)->Apply(sizes);

}  // namespace
}  // namespace scaiflow::compiler
