#include <cstdint>
#include <string_view>

#include "tests/fuzz/expression_scope.h"

/// Any bytes as a template, as text of class E, and as a value of class T.
namespace {

using namespace scaiflow;
using namespace scaiflow::expr;

void run_t_value(std::string_view text) {
  const auto value = try_parse_json(text);
  if (!value) return;
  const auto parsed = TemplateValue::parse(*value);
  Fuel fuel{fuzz_fuel, 0};
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
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  run_parsed(parse_template(text));
  run_parsed(parse_e(text));
  run_t_value(text);
  return 0;
}
