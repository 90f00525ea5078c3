#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "libs/base/json_text.h"
#include "libs/base/text.h"
#include "libs/expr/expr.h"

/// libFuzzer target: any bytes as expression, template, pattern or type. The first byte says which.
namespace {

using namespace scaiflow;
using namespace scaiflow::expr;

void require(bool holds) {
  if (!holds) std::abort();
}

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
void check_value(const Json& value) {
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

void run_expression(Parsed parsed) {
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
  Fuel fuel{20'000, 0};
  const auto result = evaluate(parsed.expression, FuzzScope(), fuel);
  require(fuel.used <= fuel.limit + 1);
  Fuel again{20'000, 0};
  evaluate(parsed.expression, FuzzScope(), again);
  require(fuel.used == again.used);
  if (result) check_value(*result);
}

void run_type(std::string_view text) {
  const auto type = Type::parse(text);
  if (!type) return;
  require(Type::parse(type->to_text()).value() == *type);
  require(Type::from_json(type->to_json()).value() == *type);
  json_schema(*type);
  Json value;
  FuzzScope().find("m", value);
  check(value, *type, Strictness::ModelAnswer);
}

void run_t_value(std::string_view text) {
  const auto value = try_parse_json(text);
  if (!value) return;
  const auto parsed = TemplateValue::parse(*value);
  Fuel fuel{20'000, 0};
  if (parsed.problems.empty()) {
    const auto result = parsed.value.evaluate(FuzzScope(), fuel);
    if (result) check_value(*result);
  }
  to_expression_text(*value);
  Type::from_output_schema(*value);
  Type::from_json(*value);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 6) {
    case 0: run_expression(parse_expression(text)); break;
    case 1: run_expression(parse_template(text)); break;
    case 2: run_expression(parse_e(text)); break;
    case 3: parse_pattern(text).pattern.matches(Json("x")); break;
    case 4: run_type(text); break;
    default: run_t_value(text); break;
  }
  return 0;
}
