#include "libs/expr/lexer.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "libs/base/json_text.h"
#include "libs/base/text.h"
#include "libs/expr/calendar.h"

namespace scaiflow::expr {

namespace {

constexpr std::uint64_t least_int_magnitude = std::uint64_t{1} << 63;
constexpr std::string_view out_of_range = "number out of range";

struct Spelling {
  std::string_view text;
  TokenKind kind;
};

// Longer spellings stand before their beginnings.
constexpr Spelling operators[] = {
    {"??", TokenKind::QuestionQuestion},
    {"?.", TokenKind::QuestionDot},
    {"||", TokenKind::Or},
    {"&&", TokenKind::And},
    {"==", TokenKind::Equal},
    {"!=", TokenKind::Unequal},
    {"<=", TokenKind::LessEqual},
    {">=", TokenKind::GreaterEqual},
    {"=>", TokenKind::Arrow},
    {"?", TokenKind::Question},
    {":", TokenKind::Colon},
    {"!", TokenKind::Bang},
    {"<", TokenKind::Less},
    {">", TokenKind::Greater},
    {"+", TokenKind::Plus},
    {"-", TokenKind::Minus},
    {"*", TokenKind::Star},
    {"/", TokenKind::Slash},
    {"%", TokenKind::Percent},
    {".", TokenKind::Dot},
    {",", TokenKind::Comma},
    {"(", TokenKind::LeftParen},
    {")", TokenKind::RightParen},
    {"[", TokenKind::LeftBracket},
    {"]", TokenKind::RightBracket},
    {"{", TokenKind::LeftBrace},
    {"}", TokenKind::RightBrace},
};

constexpr Spelling keywords[] = {
    {"true", TokenKind::True}, {"false", TokenKind::False}, {"null", TokenKind::Null},
    {"and", TokenKind::And},   {"or", TokenKind::Or},       {"not", TokenKind::Not},
    {"in", TokenKind::In},
};

constexpr std::pair<std::string_view, std::int64_t> duration_units[] = {
    {"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", day_ms}, {"w", 7 * day_ms}};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::optional<char32_t> read_hex4(std::string_view text, std::size_t end, std::size_t at) {
  if (at + 4 > end) return std::nullopt;
  char32_t value = 0;
  for (const char c : text.substr(at, 4)) {
    const std::size_t digit = std::string_view("0123456789abcdef0123456789ABCDEF").find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    value = value << 4 | (digit & 15);
  }
  return value;
}

/// Reads an escape whose backslash stands at `at`; false when there is no such escape.
bool read_escape(std::string_view text, std::size_t end, std::size_t& at, std::string& out) {
  static constexpr std::string_view names = "\"'\\/bfnrt";
  static constexpr std::string_view values = "\"'\\/\b\f\n\r\t";
  if (at + 1 >= end) return false;
  const char c = text[at + 1];
  if (const std::size_t i = names.find(c); i != std::string_view::npos) {
    out.push_back(values[i]);
    at += 2;
    return true;
  }
  const auto first = c == 'u' ? read_hex4(text, end, at + 2) : std::nullopt;
  if (!first) return false;
  if (*first < 0xd800 || *first > 0xdfff) {
    append_code_point(out, *first);
    at += 6;
    return true;
  }
  if (*first > 0xdbff || text.substr(at + 6, 2) != "\\u") return false;
  const auto second = read_hex4(text, end, at + 8);
  if (!second || *second < 0xdc00 || *second > 0xdfff) return false;
  append_code_point(out, 0x10000 + ((*first - 0xd800) << 10) + (*second - 0xdc00));
  at += 12;
  return true;
}

class Lexer {
 public:
  Lexer(std::string_view text, std::size_t begin, std::size_t end) : text_(text), at_(begin), end_(end) {}

  Lexed run() {
    out_.tokens.reserve((end_ - at_) / 3 + 2);
    while (!failed_) {
      while (at_ < end_ && std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos) ++at_;
      if (at_ >= end_) break;
      read_token();
    }
    if (!failed_) push(TokenKind::End, end_);
    return std::move(out_);
  }

 private:
  void read_token() {
    const char c = text_[at_];
    if (is_digit(c)) return looks_like_date() ? read_date() : read_number();
    if (is_name_start(c)) return read_name();
    if (c == '"' || c == '\'') return read_string();
    const std::string_view rest = text_.substr(at_, end_ - at_);
    for (const Spelling& spelling : operators) {
      if (rest.substr(0, spelling.text.size()) != spelling.text) continue;
      push(spelling.kind, at_ + spelling.text.size());
      return;
    }
    if (c == '=') return fail(at_, "use '==' to compare");
    std::size_t next = 0;
    next_code_point(rest, next);
    fail(at_, "unexpected '" + std::string(rest.substr(0, next)) + "'");
  }

  char peek(std::size_t at) const { return at < end_ ? text_[at] : '\0'; }

  void push(TokenKind kind, std::size_t end, std::uint32_t constant = 0) {
    out_.tokens.push_back({kind, static_cast<std::uint32_t>(at_), static_cast<std::uint32_t>(end), constant});
    at_ = end;
  }

  void push_constant(Value value, std::size_t end) {
    out_.constants.push_back(std::move(value));
    push(TokenKind::Constant, end, static_cast<std::uint32_t>(out_.constants.size() - 1));
  }

  void fail(std::size_t at, std::string_view reason) {
    failed_ = true;
    at_ = at;
    out_.reason = reason;
    push(TokenKind::Error, std::min(at + 1, end_));
  }

  /// A literal may not run into a name or another digit.
  bool ends_here(std::size_t end) {
    if (!is_name_part(peek(end))) return true;
    while (is_name_part(peek(end))) ++end;
    fail_unexpected(end);
    return false;
  }

  void fail_unexpected(std::size_t end) {
    fail(at_, "unexpected '" + cut(text_.substr(at_, end - at_), 40) + "'");
  }

  void read_name() {
    std::size_t end = at_;
    while (is_name_part(peek(end))) ++end;
    const std::string_view name = text_.substr(at_, end - at_);
    for (const Spelling& keyword : keywords) {
      if (keyword.text == name) return push(keyword.kind, end);
    }
    push(TokenKind::Name, end);
  }

  void read_string() {
    std::string value;
    std::size_t at = at_;
    const std::string reason = read_string_literal(text_, end_, at, value);
    if (!reason.empty()) return fail(at, reason);
    push_constant(Value(Json(std::move(value))), at);
  }

  std::size_t skip_digits(std::size_t at) const {
    while (is_digit(peek(at))) ++at;
    return at;
  }

  bool looks_like_date() const {
    static constexpr std::string_view form = "dddd-dd-dd";
    for (std::size_t i = 0; i < form.size(); ++i) {
      const char c = peek(at_ + i);
      if (form[i] == 'd' ? !is_digit(c) : c != '-') return false;
    }
    return true;
  }

  void read_date() {
    const std::size_t date_end = at_ + 10;
    if (peek(date_end) == 'T') return read_datetime(date_end + 1);
    if (!ends_here(date_end)) return;
    const auto days = parse_date(text_.substr(at_, 10));
    if (!days) return fail(at_, "invalid date");
    push_constant(Value::date(*days), date_end);
  }

  /// Takes what may belong to a time; whether it is one is for `parse_datetime` to say.
  void read_datetime(std::size_t at) {
    while (is_digit(peek(at)) || peek(at) == ':' || (peek(at) == '.' && is_digit(peek(at + 1)))) ++at;
    if (peek(at) == 'Z') {
      ++at;
    } else if (peek(at) == '+' || peek(at) == '-') {
      at = skip_digits(at + 1);
      if (peek(at) == ':') at = skip_digits(at + 1);
    }
    const auto ms = parse_datetime(text_.substr(at_, at - at_), Fraction::Milliseconds);
    if (!ms) return fail(at_, "invalid date");
    if (ends_here(at)) push_constant(Value::datetime(*ms), at);
  }

  void read_number() {
    std::size_t end = skip_digits(at_);
    const std::size_t plain_end = end;
    while (peek(end) == '_' && is_digit(peek(end + 1))) end = skip_digits(end + 1);
    const bool is_plain = end == plain_end;
    if (is_plain && peek(end) == '.' && is_digit(peek(end + 1))) {
      return read_float(skip_exponent(skip_digits(end + 1)));
    }
    if (is_plain && skip_exponent(end) != end) return read_float(skip_exponent(end));
    read_int(end);
  }

  /// Behind the exponent at `at`; `at` itself when there is none.
  std::size_t skip_exponent(std::size_t at) const {
    if (peek(at) != 'e' && peek(at) != 'E') return at;
    const std::size_t digits = at + 1 + (peek(at + 1) == '+' || peek(at + 1) == '-' ? 1 : 0);
    return is_digit(peek(digits)) ? skip_digits(digits) : at;
  }

  void read_float(std::size_t end) {
    if (!ends_here(end)) return;
    std::size_t begin = at_;
    while (text_[begin] == '0' && is_digit(peek(begin + 1))) ++begin;
    const auto value = try_parse_json(text_.substr(begin, end - begin));
    if (!value) return fail(at_, out_of_range);
    push_constant(Value(Json(value->as_double())), end);
  }

  void read_int(std::size_t end) {
    std::uint64_t magnitude = 0;
    bool is_in_range = true;
    for (std::size_t i = at_; i < end; ++i) {
      if (text_[i] == '_') continue;
      is_in_range =
          is_in_range && !__builtin_mul_overflow(magnitude, std::uint64_t{10}, &magnitude) &&
          !__builtin_add_overflow(magnitude, static_cast<std::uint64_t>(text_[i] - '0'), &magnitude) &&
          magnitude <= least_int_magnitude;
    }
    if (text_[at_] == '0' && end > at_ + 1) return fail_unexpected(end);
    std::size_t unit_end = end;
    while (is_name_part(peek(unit_end))) ++unit_end;
    for (const auto& [unit, factor] : duration_units) {
      if (text_.substr(end, unit_end - end) == unit)
        return push_duration(magnitude, factor, is_in_range, unit_end);
    }
    if (!ends_here(end)) return;
    if (!is_in_range) return fail(at_, out_of_range);
    // 2^63 becomes the least int; the parser takes it behind a minus sign alone.
    push_constant(Value(Json(static_cast<std::int64_t>(magnitude))), end);
  }

  void push_duration(std::uint64_t count, std::int64_t factor, bool is_in_range, std::size_t end) {
    std::int64_t ms = 0;
    if (!is_in_range || __builtin_mul_overflow(count, factor, &ms)) return fail(at_, out_of_range);
    push_constant(Value::duration(ms), end);
  }

  std::string_view text_;
  std::size_t at_;
  std::size_t end_;
  bool failed_ = false;
  Lexed out_;
};

}  // namespace

bool is_name_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_name_part(char c) { return is_name_start(c) || is_digit(c); }

bool is_name(std::string_view text) {
  return !text.empty() && is_name_start(text[0]) && std::all_of(text.begin(), text.end(), is_name_part);
}

bool is_least_int(const Value& constant) {
  return constant.is_int() && constant.as_int() == std::numeric_limits<std::int64_t>::min();
}

std::string read_string_literal(std::string_view text, std::size_t end, std::size_t& at, std::string& out) {
  const std::size_t begin = at;
  const char quote = text[at++];
  while (at < end && text[at] != '\n' && text[at] != '\r') {
    if (text[at] == quote) {
      ++at;
      return {};
    }
    if (text[at] != '\\') {
      out.push_back(text[at++]);
    } else if (!read_escape(text, end, at, out)) {
      return "invalid escape";
    }
  }
  at = begin;
  return "unterminated string";
}

Lexed lex(std::string_view text, std::size_t begin, std::size_t end) { return Lexer(text, begin, end).run(); }

}  // namespace scaiflow::expr
