#include "libs/flow/values.h"

#include <cmath>

#include "generated/cpp/limits.h"
#include "libs/base/json_text.h"
#include "libs/base/text.h"

namespace scaiflow::flow {

namespace {
constexpr double seconds_max = limits::duration_ms_max / 1000.0;
}  // namespace

std::optional<std::int64_t> duration_of(const Json& value) {
  if (value.is_string()) {
    const std::int64_t ms = duration_ms(value.as_string());
    return ms < 0 ? std::nullopt : std::optional(ms);
  }
  if (!value.is_number()) return std::nullopt;
  const double seconds = value.as_double();
  if (!(seconds >= 0 && seconds <= seconds_max)) return std::nullopt;
  return static_cast<std::int64_t>(std::llround(seconds * 1000));
}

std::string shown(const Json& value) {
  return cut(value.is_string() ? value.as_string() : to_ecma_text(value), limits::message_value_chars_max);
}

std::string_view type_name(const Json& value) {
  switch (value.kind()) {
    case Json::Kind::Null: return "null";
    case Json::Kind::Bool: return "boolean";
    case Json::Kind::Int: return "integer";
    case Json::Kind::Float: return "number";
    case Json::Kind::String: return "string";
    case Json::Kind::Array: return "array";
    case Json::Kind::Object: return "object";
  }
  return "";
}

}  // namespace scaiflow::flow
