#include <algorithm>
#include <cmath>
#include <iterator>

#include "libs/base/hash.h"
#include "libs/base/json_text.h"
#include "libs/base/text.h"
#include "libs/expr/calendar.h"
#include "libs/expr/concat.h"
#include "libs/expr/expr.h"
#include "libs/expr/methods.h"
#include "libs/expr/operators.h"

namespace scaiflow::expr {

namespace {

Value len(const Call& call) {
  const Value& x = call.argument(0);
  if (x.is_null()) return Value(Json(0));
  if (!x.is_string() && !x.is_array() && !x.is_map()) {
    return call.cx.type_mismatch(call.name, "string, array or map", x);
  }
  return Value(Json(length_of(x, call.cx)));
}

Value type_of(const Call& call) { return Value(Json(name_of(call.argument(0).kind()))); }

Value string(const Call& call) {
  std::string text;
  append_text_form(text, call.argument(0));
  call.cx.work.bytes += text.size();
  return call.cx.make_string(std::move(text));
}

// Conversions: nullopt means failure, which gives the second argument or `ConversionError`.

bool is_decimal(std::string_view text) {
  if (!text.empty() && text.front() == '-') text.remove_prefix(1);
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// Leading zeros are no JSON, but do no harm in a number given as text.
std::string without_leading_zeros(std::string_view text) {
  const bool negative = !text.empty() && text.front() == '-';
  if (negative) text.remove_prefix(1);
  while (text.size() > 1 && text[0] == '0' && text[1] >= '0' && text[1] <= '9') text.remove_prefix(1);
  return concat({negative ? "-" : "", text});
}

std::optional<Value> to_int(const Value& x) {
  if (x.is_int()) return x;
  if (x.is(ValueKind::Bool)) return Value(Json(x.json()->as_bool() ? 1 : 0));
  if (x.is(ValueKind::Float)) {
    const double whole = std::trunc(x.as_double());
    if (!(whole >= -9223372036854775808.0 && whole < 9223372036854775808.0)) return std::nullopt;
    return Value(Json(static_cast<std::int64_t>(whole)));
  }
  if (!x.is_string() || !is_decimal(x.as_string())) return std::nullopt;
  const std::string digits = without_leading_zeros(x.as_string());
  if (digits == "-0") return Value(Json(0));
  const auto number = try_parse_json(digits);
  if (!number || !number->is_int()) return std::nullopt;
  return Value(*number);
}

std::optional<Value> to_float(const Value& x) {
  if (x.is_number()) return Value(Json(x.as_double()));
  if (x.is(ValueKind::Bool)) return Value(Json(x.json()->as_bool() ? 1.0 : 0.0));
  if (!x.is_string()) return std::nullopt;
  const std::string& text = x.as_string();
  if (text.empty() || text.find_first_not_of("+-.eE0123456789") != std::string::npos) return std::nullopt;
  const auto number = try_parse_json(without_leading_zeros(text));
  if (!number || !number->is_number()) return std::nullopt;
  return Value(Json(number->as_double()));
}

std::optional<Value> to_bool(const Value& x) {
  if (x.is(ValueKind::Bool)) return x;
  if (x.is_null()) return Value(Json(false));
  if (x.is_number()) return Value(Json(x.as_double() != 0));
  if (!x.is_string()) return std::nullopt;
  const std::string word = scaiflow::to_lower(x.as_string());
  if (word != "true" && word != "false") return std::nullopt;
  return Value(Json(word == "true"));
}

std::optional<Value> to_date(const Value& x) {
  if (x.is(ValueKind::Date)) return x;
  if (x.is(ValueKind::Datetime)) return Value::date(days_before(x.amount()));
  if (!x.is_string()) return std::nullopt;
  if (const auto days = parse_date(x.as_string())) return Value::date(*days);
  if (const auto ms = parse_datetime(x.as_string(), Fraction::Any)) return Value::date(days_before(*ms));
  return std::nullopt;
}

std::optional<Value> to_datetime(const Value& x) {
  if (x.is(ValueKind::Datetime)) return x;
  if (x.is(ValueKind::Date)) return Value::datetime(x.amount() * day_ms);
  if (x.is_int()) {
    return is_in_calendar(days_before(x.as_int())) ? std::optional(Value::datetime(x.as_int()))
                                                   : std::nullopt;
  }
  if (!x.is_string()) return std::nullopt;
  if (const auto ms = parse_datetime(x.as_string(), Fraction::Any)) return Value::datetime(*ms);
  if (const auto days = parse_date(x.as_string())) return Value::datetime(*days * day_ms);
  return std::nullopt;
}

std::optional<Value> to_duration(const Value& x) {
  if (x.is(ValueKind::Duration)) return x;
  if (x.is_int()) return Value::duration(x.as_int());
  const auto ms = x.is_string() ? parse_duration(x.as_string()) : std::nullopt;
  return ms ? std::optional(Value::duration(*ms)) : std::nullopt;
}

Value conversion_error(const Call& call, std::string_view type) {
  const Value& x = call.argument(0);
  std::string text;
  if (x.is_string()) {
    text = x.as_string();
  } else {
    append_json(text, x);
  }
  return call.cx.fail(ErrorCode::ConversionError,
                      "cannot convert " + cut(text, 40) + " to " + std::string(type));
}

template <std::optional<Value> (*conversion)(const Value&)>
Value convert(const Call& call) {
  if (call.argument(0).is_string()) call.cx.work.bytes += call.argument(0).as_string().size();
  if (auto converted = conversion(call.argument(0))) return *converted;
  return call.has(1) ? call.argument(1) : conversion_error(call, call.name);
}

Value json(const Call& call) {
  std::string text;
  append_json(text, call.argument(0));
  call.cx.work.bytes += text.size();
  return call.cx.make_string(std::move(text));
}

Value parse_json_text(const Call& call) {
  const std::string* text = call.text(0);
  if (!text) return {};
  call.cx.work.bytes += text->size();
  const auto parsed = try_parse_json(*text);
  if (!parsed) return call.has(1) ? call.argument(1) : conversion_error(call, "json");
  return call.cx.admit(Value(*parsed));
}

enum class Extreme : std::int8_t { Least = -1, Greatest = 1 };

template <Extreme which>
Value extreme(const Call& call) {
  const Value* best = nullptr;
  for (std::size_t i = 0; i < call.count; ++i) {
    const Value& x = call.argument(i);
    if (x.is_null()) continue;
    if (!is_ordered_kind(x.kind())) {
      return call.cx.type_mismatch(call.name, "numbers, strings, dates or durations", x);
    }
    if (best && !are_comparable(*best, x)) return call.cx.type_mismatch(call.name, name_of(best->kind()), x);
    if (!best || compare(x, *best, call.cx.work) * static_cast<int>(which) > 0) best = &x;
  }
  return best ? *best : Value();
}

Value coalesce(const Call& call) {
  for (std::size_t i = 0; i < call.count; ++i) {
    if (!call.argument(i).is_null()) return call.argument(i);
  }
  return {};
}

Value range(const Call& call) {
  std::int64_t bounds[3] = {0, 0, 1};
  for (std::size_t i = 0; i < call.count; ++i) {
    const auto bound = call.integer(i);
    if (!bound) return {};
    bounds[call.count == 1 ? 1 : i] = *bound;
  }
  const auto [start, end, step] = bounds;
  if (step == 0) return call.bad_argument("step must not be 0");
  std::vector<Value> out;
  for (std::int64_t x = start; step > 0 ? x < end : x > end;) {
    out.push_back(Value(Json(x)));
    if (out.size() > array_length_max) return call.cx.too_large();
    if (__builtin_add_overflow(x, step, &x)) break;
  }
  return call.cx.make_array(std::move(out));
}

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
         c == '.' || c == '~';
}

Value url_encode(const Call& call) {
  static constexpr char digits[] = "0123456789ABCDEF";
  const std::string* text = call.text(0);
  if (!text) return {};
  call.cx.work.bytes += text->size();
  std::string out;
  for (const char c : *text) {
    if (is_unreserved(c)) {
      out.push_back(c);
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out.append({'%', digits[byte >> 4], digits[byte & 15]});
    }
  }
  return call.cx.make_string(std::move(out));
}

/// A string from decoded bytes, which must be UTF-8.
Value decoded(const Call& call, std::string bytes) {
  if (!is_utf8(bytes)) return call.bad_argument("the result is not UTF-8 text");
  return call.cx.make_string(std::move(bytes));
}

Value url_decode(const Call& call) {
  const std::string* text = call.text(0);
  if (!text) return {};
  call.cx.work.bytes += text->size();
  const auto digit = [](char c) { return std::string_view("0123456789abcdef0123456789ABCDEF").find(c); };
  std::string out;
  for (std::size_t at = 0; at < text->size(); ++at) {
    if ((*text)[at] != '%') {
      out.push_back((*text)[at]);
      continue;
    }
    const std::size_t high = at + 2 < text->size() ? digit((*text)[at + 1]) : std::string_view::npos;
    const std::size_t low = high != std::string_view::npos ? digit((*text)[at + 2]) : high;
    if (low == std::string_view::npos) return call.bad_argument("invalid escape");
    out.push_back(static_cast<char>((high & 15) << 4 | (low & 15)));
    at += 2;
  }
  return decoded(call, std::move(out));
}

Value encode_base64(const Call& call) {
  const std::string* text = call.text(0);
  if (!text) return {};
  call.cx.work.bytes += text->size();
  return call.cx.make_string(base64_encode(*text));
}

Value decode_base64(const Call& call) {
  const std::string* text = call.text(0);
  if (!text) return {};
  call.cx.work.bytes += text->size();
  std::string bytes;
  if (!base64_decode(*text, bytes)) return call.bad_argument("invalid base64");
  return decoded(call, std::move(bytes));
}

Value hash(const Call& call) {
  const std::string* text = call.text(0);
  if (!text) return {};
  call.cx.work.bytes += text->size();
  return call.cx.make_string(sha256_hex(*text));
}

/// In the order of `Function`.
constexpr CallFunction functions[] = {
    len,
    type_of,
    string,
    convert<to_int>,
    convert<to_float>,
    convert<to_bool>,
    convert<to_date>,
    convert<to_datetime>,
    convert<to_duration>,
    json,
    parse_json_text,
    extreme<Extreme::Least>,
    extreme<Extreme::Greatest>,
    coalesce,
    range,
    url_encode,
    url_decode,
    encode_base64,
    decode_base64,
    hash,
};
static_assert(std::size(functions) == static_cast<std::size_t>(Function::Sha256) + 1);

}  // namespace

Value call_function(Function function, const Value* arguments, std::size_t count, Context& cx) {
  static const Value none;
  return functions[static_cast<std::size_t>(function)](
      Call{spec_of(function).name, none, arguments, count, cx});
}

}  // namespace scaiflow::expr
