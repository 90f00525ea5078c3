#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libs/base/json_text.h"
#include "libs/base/text.h"
#include "libs/expr/expr.h"
#include "tests/fuzz/require.h"

/// What the targets for expressions and for templates share.
namespace scaiflow::expr {

constexpr std::int64_t fuzz_fuel = 20'000;

/// A few names with values of every kind.
class FuzzScope : public Scope {
 public:
  bool find(std::string_view name, Json& out) const override {
    static const Json values =
        try_parse_json(
            R"({"n":null,"i":7,"f":2.5,"s":"Hé ll\n","a":[3,1,null,"x",[2]],"m":{"k":1,"length":{}}})")
            .value();
    const Json* value = values.find(name);
    if (value) out = *value;
    return value != nullptr;
  }
};

class OpenScope : public StaticScope {
 public:
  StaticName find(std::string_view name) const override {
    static const Type type = Type::parse("{k: int, a: array[{b: string?}], u: int | {c: bool}}").value();
    return {name == "m" ? StaticName::State::Known : StaticName::State::Unknown, &type, ""};
  }
  bool input_is_open() const override { return true; }
  std::vector<std::string> candidates() const override { return {"items", "classify"}; }
};

/// What left an evaluation is JSON that reads back, also as a literal.
inline void check_value(const Json& value) {
  const std::string text = to_text(value);
  require(is_utf8(text));
  const auto again = try_parse_json(text);
  require(again && to_text(*again) == text);
  const std::string literal = to_literal_text(value);
  if (literal.size() > expression_bytes_max) return;
  const Parsed parsed = parse_e(literal);
  require(!parsed.expression.is_template());
  if (!parsed.problems.empty()) return;  // nested deeper than an expression may be
  Fuel fuel;
  const auto result = evaluate(parsed.expression, FuzzScope(), fuel);
  require(result && to_text(*result) == text);
}

/// Checks, renames and evaluates what was parsed; twice the same steps.
inline void run_parsed(Parsed parsed) {
  for (const Problem& problem : parsed.problems) require(!message_of(problem).empty());
  require(parsed.expression.is_valid() == parsed.problems.empty());
  check_names(parsed.expression, OpenScope(), parsed.problems);
  if (!parsed.expression.is_valid()) return;
  type_of(parsed.expression, OpenScope());
  parsed.expression.path();
  require(rename(parsed.expression, {}) == parsed.expression.text());
  const std::string there = rename(parsed.expression, {{"i", "other"}});
  require(parsed.expression.is_template()
              ? parse_template(there).problems.empty()
              : parse_expression(there).problems.empty() || there.size() > expression_bytes_max);
  Fuel fuel{fuzz_fuel, 0};
  const auto result = evaluate(parsed.expression, FuzzScope(), fuel);
  require(fuel.used <= fuel.limit + 1);
  Fuel again{fuzz_fuel, 0};
  evaluate(parsed.expression, FuzzScope(), again);
  require(fuel.used == again.used);
  if (result) check_value(*result);
}

}  // namespace scaiflow::expr
