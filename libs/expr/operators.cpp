#include "libs/expr/operators.h"

#include <cmath>
#include <iterator>
#include <limits>
#include <optional>

#include "libs/base/text.h"
#include "libs/expr/calendar.h"
#include "libs/expr/expr.h"
#include "libs/expr/text_search.h"

namespace scaiflow::expr {

namespace {

constexpr double int_end = 9223372036854775808.0;  // 2^63

using Overflows = bool (*)(std::int64_t, std::int64_t, std::int64_t*);

bool add_overflows(std::int64_t a, std::int64_t b, std::int64_t* out) {
  return __builtin_add_overflow(a, b, out);
}
bool subtract_overflows(std::int64_t a, std::int64_t b, std::int64_t* out) {
  return __builtin_sub_overflow(a, b, out);
}
bool multiply_overflows(std::int64_t a, std::int64_t b, std::int64_t* out) {
  return __builtin_mul_overflow(a, b, out);
}

Value int_result(Overflows operation, const Value& a, const Value& b, Context& cx) {
  std::int64_t out = 0;
  return operation(a.as_int(), b.as_int(), &out) ? cx.overflow() : Value(Json(out));
}

Value duration_result(Overflows operation, std::int64_t a, std::int64_t b, Context& cx) {
  std::int64_t out = 0;
  return operation(a, b, &out) ? cx.overflow() : Value::duration(out);
}

/// The operand to blame when `a op b` has no meaning: the first whose kind the operation does not know.
Value mismatch(std::string_view operation, std::string_view expected, const Value& a, const Value& b,
               Context& cx) {
  if (a.is_null() || b.is_null()) return cx.null_value(operation);
  const bool a_fits = a.is_number() || a.is_temporal() || (operation == "add" && a.is_array());
  return cx.type_mismatch(operation, expected, a_fits ? b : a);
}

bool both(ValueKind kind, const Value& a, const Value& b) { return a.is(kind) && b.is(kind); }

// Addition and subtraction.

Value concatenate(const Value& a, const Value& b, Context& cx) {
  std::string text;
  append_text_form(text, a);
  append_text_form(text, b);
  cx.work.bytes += text.size();
  return cx.make_string(std::move(text));
}

Value join_arrays(const Value& a, const Value& b, Context& cx) {
  const Items left(a);
  const Items right(b);
  const std::size_t size = left.size() + right.size();
  cx.work.elements += size;
  if (size > array_length_max) return cx.too_large();
  std::vector<Value> items;
  items.reserve(size);
  for (std::size_t i = 0; i < left.size(); ++i) items.push_back(left[i]);
  for (std::size_t i = 0; i < right.size(); ++i) items.push_back(right[i]);
  return cx.make_array(std::move(items));
}

/// A date or datetime moved by `ms`.
Value move(const Value& point, std::int64_t ms, std::string_view operation, Context& cx) {
  if (point.is(ValueKind::Date)) {
    if (ms % day_ms != 0)
      return cx.fail(ErrorCode::TypeMismatch, std::string(operation) + " needs whole days, not duration");
    const std::int64_t days = point.amount() + ms / day_ms;
    return is_in_calendar(days) ? Value::date(days) : cx.overflow();
  }
  std::int64_t moved = 0;
  if (__builtin_add_overflow(point.amount(), ms, &moved)) return cx.overflow();
  return is_in_calendar(days_before(moved)) ? Value::datetime(moved) : cx.overflow();
}

bool is_point(const Value& value) { return value.is(ValueKind::Date) || value.is(ValueKind::Datetime); }

Value add(const Value& a, const Value& b, Context& cx) {
  if (a.is_number() && b.is_number()) return add_numbers(a, b, cx);
  if (a.is_string() || b.is_string()) return concatenate(a, b, cx);
  if (a.is_array() && b.is_array()) return join_arrays(a, b, cx);
  if (both(ValueKind::Duration, a, b)) return duration_result(add_overflows, a.amount(), b.amount(), cx);
  if (is_point(a) && b.is(ValueKind::Duration)) return move(a, b.amount(), "add", cx);
  return mismatch("add", "numbers, strings, arrays, dates or durations", a, b, cx);
}

Value subtract(const Value& a, const Value& b, Context& cx) {
  if (a.is_int() && b.is_int()) return int_result(subtract_overflows, a, b, cx);
  if (a.is_number() && b.is_number()) return cx.make_float(a.as_double() - b.as_double());
  if (both(ValueKind::Duration, a, b) || both(ValueKind::Datetime, a, b)) {
    return duration_result(subtract_overflows, a.amount(), b.amount(), cx);
  }
  if (both(ValueKind::Date, a, b)) return Value::duration((a.amount() - b.amount()) * day_ms);
  if (is_point(a) && b.is(ValueKind::Duration)) {
    if (b.amount() == std::numeric_limits<std::int64_t>::min()) return cx.overflow();
    return move(a, -b.amount(), "subtract", cx);
  }
  return mismatch("subtract", "numbers, dates or durations", a, b, cx);
}

// Multiplication and division.

/// A duration in fractional milliseconds, rounded half away from zero.
Value rounded_duration(double ms, Context& cx) {
  const double rounded = std::round(ms);
  if (!(rounded >= -int_end && rounded < int_end)) return cx.overflow();
  return Value::duration(static_cast<std::int64_t>(rounded));
}

Value multiply_duration(const Value& duration, const Value& factor, Context& cx) {
  if (factor.is_int()) return duration_result(multiply_overflows, duration.amount(), factor.as_int(), cx);
  return rounded_duration(static_cast<double>(duration.amount()) * factor.as_double(), cx);
}

Value multiply(const Value& a, const Value& b, Context& cx) {
  if (a.is_int() && b.is_int()) return int_result(multiply_overflows, a, b, cx);
  if (a.is_number() && b.is_number()) return cx.make_float(a.as_double() * b.as_double());
  if (a.is(ValueKind::Duration) && b.is_number()) return multiply_duration(a, b, cx);
  if (a.is_number() && b.is(ValueKind::Duration)) return multiply_duration(b, a, cx);
  return mismatch("multiply", "numbers or durations", a, b, cx);
}

bool is_zero(const Value& divisor) {
  if (divisor.is(ValueKind::Duration)) return divisor.amount() == 0;
  return divisor.is_number() && divisor.as_double() == 0;
}

Value division_by_zero(Context& cx) { return cx.fail(ErrorCode::DivisionByZero, "division by zero"); }

Value divide_duration(std::int64_t ms, const Value& divisor, Context& cx) {
  if (!divisor.is_int()) return rounded_duration(static_cast<double>(ms) / divisor.as_double(), cx);
  const std::int64_t n = divisor.as_int();
  if (ms == std::numeric_limits<std::int64_t>::min() && n == -1) return cx.overflow();
  const std::int64_t quotient = ms / n;
  // Unsigned, since the magnitude of the least int has no signed form.
  const auto magnitude = [](std::int64_t v) {
    return v < 0 ? 0 - static_cast<std::uint64_t>(v) : static_cast<std::uint64_t>(v);
  };
  const std::uint64_t rest = magnitude(ms % n);
  const bool away = rest >= magnitude(n) - rest;
  if (!away || rest == 0) return Value::duration(quotient);
  return Value::duration(quotient + ((ms < 0) == (n < 0) ? 1 : -1));
}

Value divide(const Value& a, const Value& b, Context& cx) {
  const bool a_is_duration = a.is(ValueKind::Duration);
  const bool fits =
      b.is_number() ? a.is_number() || a_is_duration : a_is_duration && b.is(ValueKind::Duration);
  if (!fits) return mismatch("divide", "numbers or durations", a, b, cx);
  if (is_zero(b)) return division_by_zero(cx);
  if (b.is(ValueKind::Duration)) return divide_numbers(Value(Json(a.amount())), Value(Json(b.amount())), cx);
  return a_is_duration ? divide_duration(a.amount(), b, cx) : divide_numbers(a, b, cx);
}

Value remainder(const Value& a, const Value& b, Context& cx) {
  if (a.is_null() || b.is_null()) return cx.null_value("divide");
  if (!a.is_number() || !b.is_number()) return cx.type_mismatch("divide", "numbers", a.is_number() ? b : a);
  if (is_zero(b)) return division_by_zero(cx);
  if (!a.is_int() || !b.is_int()) return cx.make_float(std::fmod(a.as_double(), b.as_double()));
  // The least int by -1 would overflow on the way to its remainder 0.
  return Value(Json(b.as_int() == -1 ? std::int64_t{0} : a.as_int() % b.as_int()));
}

// Comparison.

/// `holds` says of the sign of `compare` whether the operator is true.
Value order(bool (*holds)(int), const Value& a, const Value& b, Context& cx) {
  if (a.is_null() || b.is_null()) return Value(Json(false));
  if (!is_ordered_kind(a.kind())) {
    return cx.type_mismatch("compare", "numbers, strings, dates or durations", a);
  }
  if (!are_comparable(a, b)) return cx.type_mismatch("compare", name_of(a.kind()), b);
  return Value(Json(holds(compare(a, b, cx.work))));
}

Value less(const Value& a, const Value& b, Context& cx) {
  return order([](int sign) { return sign < 0; }, a, b, cx);
}
Value less_equal(const Value& a, const Value& b, Context& cx) {
  return order([](int sign) { return sign <= 0; }, a, b, cx);
}
Value greater(const Value& a, const Value& b, Context& cx) {
  return order([](int sign) { return sign > 0; }, a, b, cx);
}
Value greater_equal(const Value& a, const Value& b, Context& cx) {
  return order([](int sign) { return sign >= 0; }, a, b, cx);
}
Value equal(const Value& a, const Value& b, Context& cx) { return Value(Json(are_equal(a, b, cx.work))); }
Value unequal(const Value& a, const Value& b, Context& cx) { return Value(Json(!are_equal(a, b, cx.work))); }

std::optional<bool> is_in(const Value& x, const Value& y, Context& cx) {
  if (y.is_null()) return false;
  if (y.is_array()) {
    const Items items(y);
    for (std::size_t i = 0; i < items.size(); ++i) {
      ++cx.work.elements;
      if (are_equal(items[i], x, cx.work)) return true;
    }
    return false;
  }
  if (!y.is_string() && !y.is_map()) {
    cx.type_mismatch("in", "array, string or map", y);
    return std::nullopt;
  }
  if (!x.is_string()) {
    cx.type_mismatch("in", "string", x);
    return std::nullopt;
  }
  if (y.is_map()) return Members(y).has(x.as_string());
  cx.work.bytes += y.as_string().size();
  return Finder(x.as_string()).find(y.as_string(), 0) != std::string_view::npos;
}

Value in(const Value& a, const Value& b, Context& cx) {
  const std::optional<bool> found = is_in(a, b, cx);
  return found ? Value(Json(*found)) : Value();
}
Value not_in(const Value& a, const Value& b, Context& cx) {
  const std::optional<bool> found = is_in(a, b, cx);
  return found ? Value(Json(!*found)) : Value();
}

using BinaryFunction = Value (*)(const Value&, const Value&, Context&);

/// In the order of `Op::Equal` to `Op::Remainder`.
constexpr BinaryFunction binary_functions[] = {equal,         unequal, less,     less_equal, greater,
                                               greater_equal, in,      not_in,   add,        subtract,
                                               multiply,      divide,  remainder};
static_assert(std::size(binary_functions) ==
              static_cast<std::size_t>(Op::Remainder) - static_cast<std::size_t>(Op::Equal) + 1);

}  // namespace

Value add_numbers(const Value& a, const Value& b, Context& cx) {
  if (a.is_int() && b.is_int()) return int_result(add_overflows, a, b, cx);
  return cx.make_float(a.as_double() + b.as_double());
}

Value divide_numbers(const Value& a, const Value& b, Context& cx) {
  if (!a.is_int() || !b.is_int()) return cx.make_float(a.as_double() / b.as_double());
  const std::int64_t x = a.as_int();
  const std::int64_t y = b.as_int();
  if (y == -1) return x == std::numeric_limits<std::int64_t>::min() ? cx.overflow() : Value(Json(-x));
  if (x % y == 0) return Value(Json(x / y));
  return Value(Json(static_cast<double>(x) / static_cast<double>(y)));
}

Value negate(const Value& value, Context& cx) {
  if (value.is_null()) return cx.null_value("negate");
  if (value.is(ValueKind::Float)) return Value(Json(-value.as_double()));
  if (!value.is_int() && !value.is(ValueKind::Duration)) {
    return cx.type_mismatch("negate", "number or duration", value);
  }
  const std::int64_t amount = value.is_int() ? value.as_int() : value.amount();
  if (amount == std::numeric_limits<std::int64_t>::min()) return cx.overflow();
  return value.is_int() ? Value(Json(-amount)) : Value::duration(-amount);
}

Value apply_binary(Op op, const Value& a, const Value& b, Context& cx) {
  return binary_functions[static_cast<std::size_t>(op) - static_cast<std::size_t>(Op::Equal)](a, b, cx);
}

namespace {

Value unknown_member(const Value& value, std::string_view name, Context& cx) {
  return cx.fail(ErrorCode::UnknownMember,
                 std::string(name_of(value.kind())) + " has no member '" + std::string(name) + "'");
}

/// A member that dates and datetimes share; nullopt when there is none of that name.
std::optional<std::int64_t> calendar_member(std::int64_t days, std::string_view name) {
  if (name == "year") return civil_of(days).year;
  if (name == "month") return civil_of(days).month;
  if (name == "day") return civil_of(days).day;
  if (name == "weekday") return weekday_of(days);
  if (name == "day_of_year") return day_of_year(days);
  return std::nullopt;
}

std::optional<std::int64_t> clock_member(std::int64_t ms, std::string_view name) {
  const Clock clock = clock_of(ms);
  if (name == "hour") return clock.hour;
  if (name == "minute") return clock.minute;
  if (name == "second") return clock.second;
  if (name == "millisecond") return clock.millisecond;
  if (name == "epoch_ms") return ms;
  return std::nullopt;
}

Value temporal_member(const Value& value, std::string_view name, Context& cx) {
  std::optional<std::int64_t> found;
  if (value.is(ValueKind::Date)) {
    found = calendar_member(value.amount(), name);
  } else if (value.is(ValueKind::Datetime)) {
    const std::int64_t days = days_before(value.amount());
    if (name == "date") return Value::date(days);
    found = calendar_member(days, name);
    if (!found) found = clock_member(value.amount(), name);
  } else {
    if (name == "ms") return Value(Json(value.amount()));
    static constexpr std::pair<std::string_view, std::int64_t> units[] = {
        {"seconds", 1000}, {"minutes", 60'000}, {"hours", 3'600'000}, {"days", day_ms}};
    for (const auto& [unit, ms] : units) {
      if (unit == name) return divide_numbers(Value(Json(value.amount())), Value(Json(ms)), cx);
    }
  }
  return found ? Value(Json(*found)) : unknown_member(value, name, cx);
}

Value array_member(const Value& value, std::string_view name, Context& cx) {
  const Items items(value);
  if (name == "length") return Value(Json(static_cast<std::int64_t>(items.size())));
  const bool is_first = name == "first";
  if (!is_first && name != "last") return unknown_member(value, name, cx);
  ++cx.work.elements;
  if (items.size() == 0) return {};
  return items[is_first ? 0 : items.size() - 1];
}

Value map_member(const Value& value, std::string_view name) {
  const Members members(value);
  if (name == "length" && !members.has(name)) return Value(Json(static_cast<std::int64_t>(members.size())));
  return members.find(name);
}

/// Position from the front of an index that may count from the end; nullopt outside.
std::optional<std::size_t> position(std::int64_t index, std::size_t size) {
  const auto length = static_cast<std::int64_t>(size);
  if (index < -length || index >= length) return std::nullopt;
  return static_cast<std::size_t>(index < 0 ? index + length : index);
}

}  // namespace

std::int64_t length_of(const Value& value, Context& cx) {
  if (value.is_array()) return static_cast<std::int64_t>(Items(value).size());
  if (value.is_map()) return static_cast<std::int64_t>(Members(value).size());
  cx.work.bytes += value.as_string().size();
  return static_cast<std::int64_t>(code_points(value.as_string()));
}

Value member_of(const Value& value, std::string_view name, Context& cx) {
  switch (value.kind()) {
    case ValueKind::Null: return {};
    case ValueKind::Map: return map_member(value, name);
    case ValueKind::Array: return array_member(value, name, cx);
    case ValueKind::String:
      if (name == "length") return Value(Json(length_of(value, cx)));
      if (name == "text") return value;
      return unknown_member(value, name, cx);
    case ValueKind::Date:
    case ValueKind::Datetime:
    case ValueKind::Duration: return temporal_member(value, name, cx);
    case ValueKind::Bool:
    case ValueKind::Int:
    case ValueKind::Float: return unknown_member(value, name, cx);
  }
  return {};
}

Value element_of(const Value& value, const Value& index, Context& cx) {
  if (value.is_null()) return {};
  if (value.is_map()) {
    if (!index.is_string()) return cx.type_mismatch("index", "string", index);
    return map_member(value, index.as_string());
  }
  if (!value.is_array() && !value.is_string())
    return cx.type_mismatch("index", "array, map or string", value);
  if (!index.is_int()) return cx.type_mismatch("index", "int", index);
  const auto at = position(index.as_int(), static_cast<std::size_t>(length_of(value, cx)));
  if (!at) return {};
  if (value.is_string()) {
    const CodePoints text(value.as_string());
    return cx.make_string(std::string(text.slice(*at, *at + 1)));
  }
  ++cx.work.elements;
  return Items(value)[*at];
}

}  // namespace scaiflow::expr
