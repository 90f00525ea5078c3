#include "libs/manifest/yaml_scalar.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <string>

namespace scaiflow::manifest {
namespace {

template <std::size_t N>
bool is_one_of(std::string_view text, const std::array<std::string_view, N>& words) {
  for (const std::string_view word : words) {
    if (text == word) return true;
  }
  return false;
}

constexpr std::array<std::string_view, 5> nulls = {"", "~", "null", "Null", "NULL"};
constexpr std::array<std::string_view, 3> trues = {"true", "True", "TRUE"};
constexpr std::array<std::string_view, 3> falses = {"false", "False", "FALSE"};
constexpr std::array<std::string_view, 6> not_finite = {".inf", ".Inf", ".INF", ".nan", ".NaN", ".NAN"};

std::size_t digits(std::string_view text, std::size_t at) {
  const std::size_t start = at;
  while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
  return at - start;
}

/// Length of the sign in front, 0 or 1.
std::size_t sign(std::string_view text, std::size_t at) {
  return at < text.size() && (text[at] == '+' || text[at] == '-') ? 1 : 0;
}

enum class Form : std::uint8_t { None, Int, Float };

/// `[-+]?[0-9]+`, or `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`.
Form decimal_form(std::string_view text) {
  std::size_t at = sign(text, 0);
  const std::size_t whole = digits(text, at);
  at += whole;
  if (whole > 0 && at == text.size()) return Form::Int;
  std::size_t fraction = 0;
  if (at < text.size() && text[at] == '.') {
    fraction = digits(text, ++at);
    at += fraction;
  }
  if (whole + fraction == 0) return Form::None;
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    at += 1 + sign(text, at + 1);
    const std::size_t exponent = digits(text, at);
    if (exponent == 0) return Form::None;
    at += exponent;
  }
  return at == text.size() ? Form::Float : Form::None;
}

/// The whole of `text` as an integer of that base, if it is one and fits 64 bits.
std::optional<std::int64_t> integer(std::string_view text, int base) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

/// `0o17`, `0x1F`.
std::optional<std::int64_t> prefixed(std::string_view text) {
  if (text.size() < 3 || text[0] != '0' || text[2] == '-') return std::nullopt;
  if (text[1] == 'o') return integer(text.substr(2), 8);
  return text[1] == 'x' ? integer(text.substr(2), 16) : std::nullopt;
}

}  // namespace

std::optional<Json> resolve_plain(std::string_view text) {
  if (is_one_of(text, nulls)) return Json();
  if (is_one_of(text, trues)) return Json(true);
  if (is_one_of(text, falses)) return Json(false);
  if (const auto value = prefixed(text)) return Json(*value);
  if (is_one_of(text.substr(text.empty() ? 0 : sign(text, 0)), not_finite)) return std::nullopt;
  const Form form = decimal_form(text);
  if (form == Form::None) return Json(text);
  const std::string_view unsigned_plus = text[0] == '+' ? text.substr(1) : text;
  if (form == Form::Int) {
    if (const auto value = integer(unsigned_plus, 10)) return Json(*value);
  }
  // No locale is ever set, so strtod reads a point as the decimal mark.
  const double value = std::strtod(std::string(unsigned_plus).c_str(), nullptr);
  if (!std::isfinite(value)) return std::nullopt;
  return Json(value);
}

}  // namespace scaiflow::manifest
