#include <benchmark/benchmark.h>

#include <cstdlib>

#include "apps/compiler/compile.h"
#include "bench/micro/sample.h"
#include "libs/ir/codec.h"
#include "libs/ir/verify.h"

// Writing, reading and addressing bundles of 10 to 10 000 nodes.

namespace scaiflow::ir {
namespace {

Module module_of(int nodes) {
  auto compiled = compiler::compile_document(bench::flow_of(nodes), compiler::Format::Ir);
  if (!compiled.module) std::abort();
  return std::move(*compiled.module);
}

void bytes_and_nodes(benchmark::State& state, std::size_t bytes) {
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes));
  state.counters["bytes"] = static_cast<double>(bytes);
}

void scir_encode(benchmark::State& state) {
  const Module module = module_of(static_cast<int>(state.range(0)));
  std::size_t bytes = 0;
  for (auto _ : state) {
    const std::string bundle = encode(module);
    bytes = bundle.size();
    benchmark::DoNotOptimize(bundle.data());
  }
  bytes_and_nodes(state, bytes);
}
BENCHMARK(scir_encode)->RangeMultiplier(10)->Range(10, 10'000);

void scir_decode(benchmark::State& state) {
  const std::string bundle = encode(module_of(static_cast<int>(state.range(0))));
  for (auto _ : state) {
    auto module = decode(bundle);
    if (!module) return state.SkipWithError(module.error().message.c_str());
    benchmark::DoNotOptimize(module);
  }
  bytes_and_nodes(state, bundle.size());
}
BENCHMARK(scir_decode)->RangeMultiplier(10)->Range(10, 10'000);

void scir_address(benchmark::State& state) {
  const std::string bundle = encode(module_of(static_cast<int>(state.range(0))));
  for (auto _ : state) benchmark::DoNotOptimize(address(bundle));
  bytes_and_nodes(state, bundle.size());
}
BENCHMARK(scir_address)->Arg(1'000);

void verify_module(benchmark::State& state) {
  const Module module = module_of(static_cast<int>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(verify(module));
}
BENCHMARK(verify_module)->RangeMultiplier(10)->Range(10, 10'000);

}  // namespace
}  // namespace scaiflow::ir
