#include <cstdint>
#include <string_view>

#include "tests/fuzz/expression_scope.h"

/// Any bytes as an expression, as a pattern of `match`, and as a type.
namespace {

using namespace scaiflow;
using namespace scaiflow::expr;

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

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  run_parsed(parse_expression(text));
  parse_pattern(text).pattern.matches(Json("x"));
  run_type(text);
  return 0;
}
