#include <benchmark/benchmark.h>

#include <string>

#include "apps/compiler/wasm/calls.h"
#include "bench/micro/sample.h"
#include "libs/base/json_text.h"

// What a key press in a prompt costs inside the module of the page: the patch of one node, the diagnostics,
// the lines of the manifest that changed.

namespace scaiflow::compiler {
namespace {

constexpr std::size_t typed_at = 3;  // a node with a prompt

class Page {
 public:
  explicit Page(int nodes) : flow_(bench::mixed_flow_of(nodes)) {
    ask("load", to_text(flow_));
    show();
  }

  void type_letter() {
    ++serial_;
    Json node = flow_["nodes"].at(typed_at);
    Json config = node["config"];
    const char letter = static_cast<char>('a' + serial_ % 26);
    config.set("template", config.string_or("template", "") + letter);
    node.set("config", config);
    ask("patch", to_text(Json::object({{"nodes", Json::object({{"set", Json::array({node})}})}})));
  }

  void check() { ask("check", "{}"); }

  void show() {
    const Json edit = Json::object({{"base", serial_ - 1}, {"serial", serial_}});
    ask("compile", to_text(Json::object({{"format", "yaml"}, {"edit", edit}})));
  }

 private:
  void ask(std::string_view name, const std::string& input) {
    const Answer answer = call(session_, Surroundings{}, name, input);
    benchmark::DoNotOptimize(answer.body.data());
  }

  Json flow_;
  Session session_;
  std::int64_t serial_ = 1;
};

void key_press(benchmark::State& state) {
  Page page(static_cast<int>(state.range(0)));
  for (auto _ : state) {
    page.type_letter();
    page.check();
    page.show();
  }
}
BENCHMARK(key_press)->Arg(100)->Arg(1'000)->Arg(10'000)->Unit(benchmark::kMillisecond);

void key_press_diagnostics(benchmark::State& state) {
  Page page(static_cast<int>(state.range(0)));
  for (auto _ : state) {
    page.type_letter();
    page.check();
  }
}
BENCHMARK(key_press_diagnostics)->Arg(100)->Arg(1'000)->Arg(10'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace scaiflow::compiler
