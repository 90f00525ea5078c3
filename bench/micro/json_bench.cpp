#include <benchmark/benchmark.h>

#include "bench/micro/sample.h"
#include "libs/base/json_text.h"

// Bytes per second on the Customer Support document and on a flow of 2 400 nodes (about 1 MB).

namespace scaiflow {
namespace {

const std::string& text_of(std::int64_t which) {
  static const std::string small = bench::example_text("customer-support");
  static const std::string large = to_text(bench::flow_of(2400));
  return which == 0 ? small : large;
}

void json_parse(benchmark::State& state) {
  const std::string& text = text_of(state.range(0));
  for (auto _ : state) benchmark::DoNotOptimize(parse_json(text));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}
BENCHMARK(json_parse)->Arg(0)->Arg(1);

void json_write(benchmark::State& state) {
  const Json value = parse_json(text_of(state.range(0))).value;
  std::size_t bytes = 0;
  for (auto _ : state) {
    const std::string text = to_text(value);
    bytes = text.size();
    benchmark::DoNotOptimize(text.data());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes));
}
BENCHMARK(json_write)->Arg(0)->Arg(1);

}  // namespace
}  // namespace scaiflow
