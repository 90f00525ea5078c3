#include "libs/base/json_text.h"

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <iterator>

namespace scaiflow {

namespace {

/// Shortest decimal digits of a positive value and its exponent: value = 0.DIGITS * 10^point.
struct Decimal {
  std::string digits;
  int point = 0;
};

Decimal shortest_decimal(double value) {
  char buffer[32] = {};
  std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific);
  Decimal out;
  const char* at = buffer;
  for (; *at != 'e'; ++at) {
    if (*at >= '0' && *at <= '9') out.digits.push_back(*at);
  }
  out.point = std::atoi(at + 1) + 1;
  while (out.digits.size() > 1 && out.digits.back() == '0') out.digits.pop_back();
  return out;
}

std::string exponent_form(const Decimal& decimal) {
  std::string out = decimal.digits.substr(0, 1);
  if (decimal.digits.size() > 1) out += '.' + decimal.digits.substr(1);
  const int exponent = decimal.point - 1;
  out += exponent < 0 ? "e-" : "e+";
  return out + std::to_string(std::abs(exponent));
}

}  // namespace

std::string number_text(double value) {
  if (value == 0) return "0";
  if (value < 0) return '-' + number_text(-value);
  if (value < 1e15 && value == std::trunc(value)) return std::to_string(static_cast<std::int64_t>(value));
  const Decimal decimal = shortest_decimal(value);
  const int n = decimal.point;
  const int k = static_cast<int>(decimal.digits.size());
  // The four cases of ECMA-262, Number::toString.
  if (k <= n && n <= 21) return decimal.digits + std::string(static_cast<std::size_t>(n - k), '0');
  if (0 < n && n <= 21) {
    const auto whole = static_cast<std::size_t>(n);
    return decimal.digits.substr(0, whole) + '.' + decimal.digits.substr(whole);
  }
  if (-6 < n && n <= 0) return "0." + std::string(static_cast<std::size_t>(-n), '0') + decimal.digits;
  return exponent_form(decimal);
}

void append_int(std::string& out, std::int64_t value) {
  char digits[20];
  const auto written = std::to_chars(std::begin(digits), std::end(digits), value);
  out.append(digits, written.ptr);
}

void append_quoted(std::string& out, std::string_view text) {
  static constexpr char digits[] = "0123456789abcdef";
  out.push_back('"');
  std::size_t from = 0;  // of what stands as it is
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && c != '"' && c != '\\') continue;
    out.append(text, from, at - from);
    from = at + 1;
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
    } else if (const std::size_t i = std::string_view("\b\f\n\r\t").find(c); i != std::string_view::npos) {
      out.push_back('\\');
      out.push_back("bfnrt"[i]);
    } else {
      out += "\\u00";
      out.push_back(digits[byte >> 4]);
      out.push_back(digits[byte & 15]);
    }
  }
  out.append(text, from);
  out.push_back('"');
}

namespace {

enum class Numbers : std::uint8_t { KeepFloats, Ecma };

void append_float(std::string& out, double value, Numbers numbers) {
  const std::string text = number_text(value);
  out += text;
  if (numbers == Numbers::KeepFloats && text.find_first_of(".e") == std::string::npos) out += ".0";
}

// Values are at most as deep as the parser and the evaluator admit, so recursion is bounded.
void append_value(std::string& out, const Json& value, Numbers numbers) {
  switch (value.kind()) {
    case Json::Kind::Null: out += "null"; return;
    case Json::Kind::Bool: out += value.as_bool() ? "true" : "false"; return;
    case Json::Kind::Int: append_int(out, value.as_int()); return;
    case Json::Kind::Float: append_float(out, value.as_double(), numbers); return;
    case Json::Kind::String: append_quoted(out, value.as_string()); return;
    case Json::Kind::Array: {
      char separator = '[';
      for (const Json& item : value.as_array()) {
        out.push_back(separator);
        append_value(out, item, numbers);
        separator = ',';
      }
      out += separator == '[' ? "[]" : "]";
      return;
    }
    case Json::Kind::Object: {
      char separator = '{';
      for (const auto& [key, member] : value.as_object()) {
        out.push_back(separator);
        append_quoted(out, key);
        out.push_back(':');
        append_value(out, member, numbers);
        separator = ',';
      }
      out += separator == '{' ? "{}" : "}";
      return;
    }
  }
}

}  // namespace

void append_text(std::string& out, const Json& value) { append_value(out, value, Numbers::KeepFloats); }

std::string to_text(const Json& value) {
  std::string out;
  append_text(out, value);
  return out;
}

std::string to_ecma_text(const Json& value) {
  std::string out;
  append_value(out, value, Numbers::Ecma);
  return out;
}

}  // namespace scaiflow
