#include <benchmark/benchmark.h>

#include <cstdlib>
#include <map>

#include "libs/base/json_text.h"
#include "libs/expr/expr.h"

// Goal (07 section 23, 3): at most 150 ns for each node of an expression. The counter `ns_per_node` is the
// time over the fuel, of which each node takes one unit.

namespace scaiflow::expr {
namespace {

class Names : public Scope {
 public:
  Names() {
    const auto values = try_parse_json(
        R"({"confidence":0.82,"message":{"text":"Where is order 17?","lang":"en"},)"
        R"("items":[{"name":"pen","price":2.5,"qty":4},{"name":"book","price":10,"qty":1}]})");
    for (const auto& [name, value] : values->as_object()) values_.emplace(name, value);
  }

  bool find(std::string_view name, Json& out) const override {
    const auto it = values_.find(name);
    if (it == values_.end()) return false;
    out = it->second;
    return true;
  }

 private:
  std::map<std::string, Json, std::less<>> values_;
};

void evaluate_text(benchmark::State& state, const Parsed& parsed) {
  const Names names;
  Fuel fuel;
  for (auto _ : state) {
    fuel = {};
    auto value = evaluate(parsed.expression, names, fuel);
    if (!value) return state.SkipWithError(value.error().message.c_str());
    benchmark::DoNotOptimize(value);
  }
  const auto nodes = static_cast<double>(fuel.used) * static_cast<double>(state.iterations()) / 1e9;
  const auto per_node = benchmark::Counter::kIsRate | benchmark::Counter::kInvert;
  state.counters["ns_per_node"] = benchmark::Counter(nodes, per_node);
}

void expr_condition(benchmark::State& state) {
  evaluate_text(state, parse_expression("confidence > 0.7 and message.lang == \"en\""));
}
BENCHMARK(expr_condition);

void expr_lambda(benchmark::State& state) {
  evaluate_text(state, parse_expression("items.map(i => i.price * i.qty).sum()"));
}
BENCHMARK(expr_lambda);

void expr_template(benchmark::State& state) {
  evaluate_text(state, parse_template("In {{message.lang}} at {{confidence}}: {{message.text}}"));
}
BENCHMARK(expr_template);

void expr_parse(benchmark::State& state) {
  constexpr std::string_view text = "items.filter(i => i.qty > 1).map(i => i.name).join(\", \")";
  for (auto _ : state) benchmark::DoNotOptimize(parse_expression(text));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}
BENCHMARK(expr_parse);

}  // namespace
}  // namespace scaiflow::expr
