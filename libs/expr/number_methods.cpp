#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "libs/base/json_text.h"
#include "libs/expr/methods.h"

namespace scaiflow::expr {

namespace {

constexpr std::int64_t digits_max = 20;

/// Digits of a positive number: value = 0.DIGITS * 10^point.
struct Decimal {
  std::string digits;
  int point = 0;
};

Decimal decimal_of(double positive) {
  const std::string text = number_text(positive);
  const std::size_t e = text.find('e');
  const std::string mantissa = text.substr(0, e);
  Decimal out;
  for (const char c : mantissa) {
    if (c != '.') out.digits.push_back(c);
  }
  out.point = static_cast<int>(std::min(mantissa.find('.'), mantissa.size()));
  if (e != std::string::npos) {
    const std::size_t sign = text[e + 1] == '+' ? 2 : 1;
    int exponent = 0;
    std::from_chars(text.data() + e + sign, text.data() + text.size(), exponent);
    out.point += exponent;
  }
  return out;
}

/// Keeps `count` digits, rounded half up; a carry out of the front adds a digit.
void round_to(Decimal& decimal, int count) {
  if (count >= static_cast<int>(decimal.digits.size())) return;
  const bool up = count >= 0 && decimal.digits[static_cast<std::size_t>(count)] >= '5';
  decimal.digits.resize(static_cast<std::size_t>(std::max(count, 0)));
  if (!up) return;
  std::size_t at = decimal.digits.size();
  while (at > 0 && decimal.digits[at - 1] == '9') decimal.digits[--at] = '0';
  if (at > 0) {
    ++decimal.digits[at - 1];
  } else {
    decimal.digits.insert(decimal.digits.begin(), '1');
    ++decimal.point;
  }
}

/// An integral float as int.
Value whole(double value, Context& cx) {
  if (!(value >= -9223372036854775808.0 && value < 9223372036854775808.0)) return cx.overflow();
  return Value(Json(static_cast<std::int64_t>(value)));
}

Value abs(const Call& call) {
  if (!call.self.is_int()) return Value(Json(std::fabs(call.self.as_double())));
  const std::int64_t value = call.self.as_int();
  return value == std::numeric_limits<std::int64_t>::min() ? call.cx.overflow()
                                                           : Value(Json(value < 0 ? -value : value));
}

Value floor(const Call& call) {
  return call.self.is_int() ? call.self : whole(std::floor(call.self.as_double()), call.cx);
}

Value ceil(const Call& call) {
  return call.self.is_int() ? call.self : whole(std::ceil(call.self.as_double()), call.cx);
}

/// The digits argument; nullopt after an error.
std::optional<int> digits_argument(const Call& call) {
  const auto digits = call.integer(0);
  if (!digits) return std::nullopt;
  if (*digits < 0 || *digits > digits_max) {
    call.bad_argument("digits must be 0 to 20");
    return std::nullopt;
  }
  return static_cast<int>(*digits);
}

Value round(const Call& call) {
  const auto digits = call.has(0) ? digits_argument(call) : std::optional(0);
  if (!digits) return {};
  if (call.self.is_int()) return call.self;
  const double value = call.self.as_double();
  if (*digits == 0 && std::fabs(value) >= 9223372036854775808.0) return call.cx.overflow();
  const double rounded = try_parse_json(fixed_text(value, *digits)).value_or(Json()).as_double();
  return *digits == 0 ? whole(rounded, call.cx) : Value(Json(rounded));
}

Value clamp(const Call& call) {
  const Value& low = call.argument(0);
  const Value& high = call.argument(1);
  if (!low.is_number()) return call.cx.type_mismatch(call.name, "numbers", low);
  if (!high.is_number()) return call.cx.type_mismatch(call.name, "numbers", high);
  if (compare_numbers(low, high) > 0) return call.bad_argument("the lower bound is above the upper one");
  if (compare_numbers(call.self, low) < 0) return low;
  return compare_numbers(call.self, high) > 0 ? high : call.self;
}

Value to_string(const Call& call) {
  if (!call.has(0)) {
    std::string text;
    append_text_form(text, call.self);
    return call.cx.make_string(std::move(text));
  }
  const auto digits = digits_argument(call);
  if (!digits) return {};
  if (!call.self.is_int()) return call.cx.make_string(fixed_text(call.self.as_double(), *digits));
  std::string text = std::to_string(call.self.as_int());
  if (*digits > 0) text.append(1, '.').append(static_cast<std::size_t>(*digits), '0');
  return call.cx.make_string(std::move(text));
}

constexpr MethodEntry entries[] = {
    {Method::Abs, abs},   {Method::Round, round}, {Method::Floor, floor},
    {Method::Ceil, ceil}, {Method::Clamp, clamp}, {Method::ToString, to_string},
};

}  // namespace

std::string fixed_text(double value, int digits) {
  Decimal decimal = decimal_of(std::fabs(value));
  round_to(decimal, decimal.point + digits);
  const auto fraction = static_cast<std::size_t>(digits);
  // All digits of the number scaled by 10^digits, with at least one before the point.
  const int scaled = decimal.point + digits;
  std::string all = scaled > 0 ? decimal.digits.substr(0, static_cast<std::size_t>(scaled)) : "";
  if (scaled > static_cast<int>(all.size())) all.append(static_cast<std::size_t>(scaled) - all.size(), '0');
  if (all.size() <= fraction) all.insert(0, fraction + 1 - all.size(), '0');
  const std::size_t leading = std::min(all.find_first_not_of('0'), all.size() - fraction - 1);
  all.erase(0, leading);
  const bool is_zero = all.find_first_not_of('0') == std::string::npos;
  if (fraction > 0) all.insert(all.size() - fraction, 1, '.');
  return value < 0 && !is_zero ? '-' + all : all;
}

constinit const MethodTable number_methods = method_table(entries);

}  // namespace scaiflow::expr
