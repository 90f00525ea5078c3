#include "libs/expr/context.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "libs/base/json_text.h"
#include "libs/expr/calendar.h"
#include "libs/expr/expr.h"

namespace scaiflow::expr {

namespace {

constexpr std::size_t elements_per_step = 16;
constexpr std::size_t bytes_per_step = 64;
/// Shorter strings and smaller flat containers are measured anew each time.
constexpr std::size_t long_string = 256;
constexpr std::size_t large_container = 8;

std::size_t int_bytes(std::int64_t value) {
  char buffer[24];
  return static_cast<std::size_t>(std::to_chars(buffer, buffer + sizeof buffer, value).ptr - buffer);
}

std::size_t float_bytes(double value) {
  const std::string text = number_text(value);
  return text.size() + (text.find_first_of(".e") == std::string::npos ? 2 : 0);
}

bool is_container(const Json& json) { return json.is_array() || json.is_object(); }

}  // namespace

std::string_view name_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::None: return "";
    case ErrorCode::UnknownName: return "UnknownName";
    case ErrorCode::UnknownMember: return "UnknownMember";
    case ErrorCode::UnknownMethod: return "UnknownMethod";
    case ErrorCode::NullValue: return "NullValue";
    case ErrorCode::TypeMismatch: return "TypeMismatch";
    case ErrorCode::ArgumentError: return "ArgumentError";
    case ErrorCode::ConversionError: return "ConversionError";
    case ErrorCode::DivisionByZero: return "DivisionByZero";
    case ErrorCode::Overflow: return "Overflow";
    case ErrorCode::FuelExhausted: return "FuelExhausted";
    case ErrorCode::TooLarge: return "TooLarge";
  }
  return "";
}

bool Context::settle() {
  steps_ += static_cast<std::int64_t>(work.elements / elements_per_step + work.bytes / bytes_per_step);
  work = {};
  return steps_ <= limit_ || exhaust();
}

bool Context::is_exhausted() {
  const auto pending =
      static_cast<std::int64_t>(work.elements / elements_per_step + work.bytes / bytes_per_step);
  return steps_ + pending > limit_ && !exhaust();
}

std::size_t Context::bytes_left() const {
  return static_cast<std::size_t>(std::max<std::int64_t>(limit_ - steps_ + 1, 0)) * bytes_per_step;
}

bool Context::exhaust() {
  steps_ = std::min(steps_, limit_ + 1);
  fail(ErrorCode::FuelExhausted, "expression used more than " + std::to_string(limit_) + " steps");
  return false;
}

Value Context::fail(ErrorCode code, std::string message) {
  if (!failed()) {
    code_ = code;
    message_ = std::move(message);
  }
  return {};
}

Value Context::null_value(std::string_view operation) {
  return fail(ErrorCode::NullValue, "cannot " + std::string(operation) + " null");
}

Value Context::type_mismatch(std::string_view operation, std::string_view expected, const Value& found) {
  std::string message(operation);
  message.append(" needs ").append(expected).append(", not ").append(name_of(found.kind()));
  return fail(ErrorCode::TypeMismatch, std::move(message));
}

Value Context::bad_argument(std::string_view name, std::string_view reason) {
  return fail(ErrorCode::ArgumentError, std::string(name).append(": ").append(reason));
}

Value Context::make_string(std::string text) {
  work.bytes += text.size();
  // The longest escape takes six bytes, so most strings need no second look.
  if (text.size() > value_bytes_max / 6 - 1 && quoted_bytes(text) > value_bytes_max) return too_large();
  return Value(Json(std::move(text)));
}

Value Context::make_array(std::vector<Value> items) {
  if (items.size() > array_length_max) return too_large();
  work.elements += items.size();
  Size size{2 + (items.empty() ? 0 : items.size() - 1), 0};
  for (const Value& item : items) {
    const Size inner = size_of(item);
    size.bytes += inner.bytes;
    size.depth = std::max(size.depth, inner.depth);
    if (size.bytes > value_bytes_max) return too_large();
  }
  if (++size.depth > value_depth_max) return too_large();
  return Value(std::make_shared<const List>(List{std::move(items), size}));
}

Value Context::make_map(Dict members) {
  work.elements += members.members().size();
  Size size{2 + (members.members().empty() ? 0 : members.members().size() - 1), 0};
  for (const Dict::Member& member : members.members()) {
    const Size inner = size_of(member.value);
    size.bytes += quoted_bytes(member.key) + 1 + inner.bytes;
    size.depth = std::max(size.depth, inner.depth);
    if (size.bytes > value_bytes_max) return too_large();
  }
  if (++size.depth > value_depth_max) return too_large();
  members.size = size;
  return Value(std::make_shared<const Dict>(std::move(members)));
}

Value Context::admit(Value value) {
  const Size size = size_of(value);
  if (size.bytes > value_bytes_max || size.depth > value_depth_max) return too_large();
  if (value.is_array() && Items(value).size() > array_length_max) return too_large();
  return value;
}

Value Context::make_float(double value) {
  // No operation gives NaN: there are no infinities to begin with, and division by zero is an error.
  return std::isfinite(value) ? Value(Json(value)) : overflow();
}

Size Context::size_of(const Value& value) {
  if (const Json* json = value.json()) return json_size(*json);
  if (const List* list = value.list()) return list->size;
  if (const Dict* dict = value.dict()) return dict->size;
  if (value.is(ValueKind::Duration)) return {int_bytes(value.amount()), 0};
  return {(value.is(ValueKind::Date) ? date_text(value.amount()) : datetime_text(value.amount())).size() + 2,
          0};
}

std::size_t Context::string_bytes(const Json& text) {
  const std::string& string = text.as_string();
  if (string.size() < long_string) return quoted_bytes(string);
  if (const auto it = known_.find(&string); it != known_.end()) return it->second.size.bytes;
  return known_.emplace(&string, Known{text, {quoted_bytes(string), 0}}).first->second.size.bytes;
}

Size Context::remember(const Json& json, Size size) {
  const void* address = json.is_array() ? static_cast<const void*>(&json.as_array())
                                        : static_cast<const void*>(&json.as_object());
  known_.emplace(address, Known{json, size});
  return size;
}

// Recursive over the scope's JSON. A container that holds containers is remembered, so that shared parts are
// walked once however often they occur.
Size Context::json_size(const Json& json) {
  switch (json.kind()) {
    case Json::Kind::Null: return {4, 0};
    case Json::Kind::Bool: return {json.as_bool() ? 4u : 5u, 0};
    case Json::Kind::Int: return {int_bytes(json.as_int()), 0};
    case Json::Kind::Float: return {float_bytes(json.as_double()), 0};
    case Json::Kind::String: return {string_bytes(json), 0};
    case Json::Kind::Array:
    case Json::Kind::Object: break;
  }
  const void* address = json.is_array() ? static_cast<const void*>(&json.as_array())
                                        : static_cast<const void*>(&json.as_object());
  if (const auto it = known_.find(address); it != known_.end()) return it->second.size;
  Size size{2 + (json.size() == 0 ? 0 : json.size() - 1), 0};
  bool is_flat = true;
  const auto add = [&](const Json& inner) {
    const Size part = json_size(inner);
    size.bytes += part.bytes;
    size.depth = std::max(size.depth, part.depth);
    is_flat = is_flat && !is_container(inner);
  };
  if (json.is_array()) {
    for (const Json& item : json.as_array()) add(item);
  } else {
    for (const auto& [key, member] : json.as_object()) {
      size.bytes += quoted_bytes(key) + 1;
      add(member);
    }
  }
  ++size.depth;
  return is_flat && json.size() <= large_container ? size : remember(json, size);
}

}  // namespace scaiflow::expr
