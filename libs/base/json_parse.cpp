#include <charconv>
#include <cmath>
#include <cstdlib>
#include <iterator>
#include <optional>

#include "libs/base/json_text.h"
#include "libs/base/text.h"

namespace scaiflow {

namespace {

/// More duplicate keys than anybody reads (06 §1 reports at most as many diagnostics).
constexpr std::size_t problems_max = 1'000;

/// One container that is still open. It keeps its room for the next one of the same depth: what is closed
/// moves out in its exact size.
struct Open {
  bool is_object = false;
  JsonObject members;
  JsonArray items;
  JsonKey key;  ///< of the member being read

  Json close() {
    if (is_object) return Json(members.take_all());
    JsonArray exact(std::make_move_iterator(items.begin()), std::make_move_iterator(items.end()));
    items.clear();
    return Json(std::move(exact));
  }
};

class Parser {
 public:
  Parser(std::string_view text, const JsonParseOptions& options) : text_(text), options_(options) {}

  JsonParseResult run() {
    JsonParseResult result;
    if (!is_utf8(text_)) {
      fail("invalid UTF-8");
    } else {
      while (!failed_ && !done_) step();
      skip_blanks();
      if (!failed_ && at_ < text_.size()) fail("unexpected text after the value");
    }
    if (!failed_) result.value = std::move(root_);
    result.problems = std::move(problems_);
    return result;
  }

 private:
  enum class Expect : std::uint8_t { Value, FirstItem, FirstKey, Key, CommaOrEnd };

  void step() {
    skip_blanks();
    if (at_ >= text_.size()) return fail("unexpected end");
    switch (expect_) {
      case Expect::Value: return read_value();
      case Expect::FirstItem: return peek(']') ? close() : read_value();
      case Expect::FirstKey: return peek('}') ? close() : read_key();
      case Expect::Key: return read_key();
      case Expect::CommaOrEnd: return read_comma_or_end();
    }
  }

  Open& innermost() { return stack_[depth_ - 1]; }

  bool peek(char c) const { return at_ < text_.size() && text_[at_] == c; }

  void skip_blanks() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t' || text_[at_] == '\r')) {
      ++at_;
    }
  }

  void read_comma_or_end() {
    const Open& open = innermost();
    if (peek(',')) {
      ++at_;
      expect_ = open.is_object ? Expect::Key : Expect::Value;
    } else if (peek(open.is_object ? '}' : ']')) {
      close();
    } else {
      fail(open.is_object ? "expected ',' or '}'" : "expected ',' or ']'");
    }
  }

  void read_key() {
    if (!peek('"')) return fail("expected a key in double quotes");
    std::string_view key;
    if (!read_string(key)) return;
    innermost().key = key;
    skip_blanks();
    if (!peek(':')) return fail("expected ':' after the key");
    ++at_;
    expect_ = Expect::Value;
  }

  void read_value() {
    switch (text_[at_]) {
      case '{': return open(true);
      case '[': return open(false);
      case '"': {
        std::string_view value;
        if (read_string(value)) add(Json(value));
        return;
      }
      case 't': return read_word("true", Json(true));
      case 'f': return read_word("false", Json(false));
      case 'n': return read_word("null", Json());
      default: return read_number();
    }
  }

  void open(bool is_object) {
    if (depth_ >= options_.depth_max) return fail("nested too deeply", JsonProblem::Kind::TooDeep);
    ++at_;
    if (++depth_ > stack_.size()) stack_.emplace_back();
    innermost().is_object = is_object;
    expect_ = is_object ? Expect::FirstKey : Expect::FirstItem;
  }

  void close() {
    ++at_;
    Json closed = innermost().close();
    --depth_;
    add(std::move(closed));
  }

  void add(Json value) {
    if (depth_ == 0) {
      root_ = std::move(value);
      done_ = true;
      return;
    }
    Open& open = innermost();
    if (!open.is_object) {
      open.items.push_back(std::move(value));
    } else if (open.members.find(open.key) != nullptr) {
      report_duplicate(std::string(open.key));
    } else {
      open.members.append(std::move(open.key), std::move(value));
    }
    expect_ = Expect::CommaOrEnd;
  }

  void read_word(std::string_view word, Json value) {
    if (text_.substr(at_, word.size()) != word) return fail("expected a value");
    at_ += word.size();
    add(std::move(value));
  }

  void skip_digits() {
    while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') ++at_;
  }

  /// Checks the form of RFC 8259 §6; the conversion itself is left to the library.
  void read_number() {
    const std::size_t from = at_;
    if (peek('-')) ++at_;
    const std::size_t digits = at_;
    skip_digits();
    if (at_ == digits) return fail("expected a value");
    if (text_[digits] == '0' && at_ > digits + 1) return fail("a number may not begin with 0");
    bool is_whole = true;
    if (peek('.')) {
      is_whole = false;
      const std::size_t fraction = ++at_;
      skip_digits();
      if (at_ == fraction) return fail("expected a digit after '.'");
    }
    if (peek('e') || peek('E')) {
      is_whole = false;
      ++at_;
      if (peek('+') || peek('-')) ++at_;
      const std::size_t exponent = at_;
      skip_digits();
      if (at_ == exponent) return fail("expected a digit in the exponent");
    }
    add_number(text_.substr(from, at_ - from), is_whole);
  }

  void add_number(std::string_view token, bool is_whole) {
    std::int64_t whole = 0;
    const char* end = token.data() + token.size();
    if (is_whole && token != "-0" && std::from_chars(token.data(), end, whole).ec == std::errc()) {
      return add(Json(whole));
    }
    const double value = std::strtod(std::string(token).c_str(), nullptr);
    if (!std::isfinite(value)) return fail("number out of range");
    const bool integral = value == std::trunc(value) && std::fabs(value) <= 9007199254740992.0;
    if (integral && (options_.integral_float == IntegralFloat::ToInt || is_whole)) {
      return add(Json(static_cast<std::int64_t>(value)));
    }
    add(Json(value));
  }

  /// `out` is valid until the next string is read.
  bool read_string(std::string_view& out) {
    ++at_;
    const std::string_view plain = plain_characters();
    if (peek('"')) {
      ++at_;
      out = plain;
      return true;
    }
    unescaped_ = plain;
    while (at_ < text_.size() && text_[at_] != '"') {
      if (text_[at_] != '\\') return fail_string("control character in a string");
      if (!read_escape(unescaped_)) return false;
      unescaped_ += plain_characters();
    }
    if (at_ >= text_.size()) return fail_string("unterminated string");
    ++at_;
    out = unescaped_;
    return true;
  }

  /// As far as the characters stand for themselves.
  std::string_view plain_characters() {
    const std::size_t from = at_;
    while (at_ < text_.size() && text_[at_] != '"' && text_[at_] != '\\' &&
           static_cast<unsigned char>(text_[at_]) >= 0x20) {
      ++at_;
    }
    return text_.substr(from, at_ - from);
  }

  bool read_escape(std::string& out) {
    ++at_;
    const char c = at_ < text_.size() ? text_[at_] : '\0';
    static constexpr std::string_view names = "\"\\/bfnrt";
    static constexpr std::string_view values = "\"\\/\b\f\n\r\t";
    if (const std::size_t i = names.find(c); c != '\0' && i != std::string_view::npos) {
      out.push_back(values[i]);
      ++at_;
      return true;
    }
    if (c != 'u') return fail_string("invalid escape");
    ++at_;
    return read_unicode_escape(out);
  }

  bool read_unicode_escape(std::string& out) {
    const auto first = read_hex4();
    if (!first) return fail_string("invalid escape");
    if (*first < 0xd800 || *first > 0xdfff) {
      append_code_point(out, *first);
      return true;
    }
    if (*first > 0xdbff || text_.substr(at_, 2) != "\\u") return fail_string("unpaired surrogate");
    at_ += 2;
    const auto second = read_hex4();
    if (!second || *second < 0xdc00 || *second > 0xdfff) return fail_string("unpaired surrogate");
    append_code_point(out, 0x10000 + ((*first - 0xd800) << 10) + (*second - 0xdc00));
    return true;
  }

  std::optional<char32_t> read_hex4() {
    if (at_ + 4 > text_.size()) return std::nullopt;
    unsigned value = 0;
    const char* from = text_.data() + at_;
    const auto parsed = std::from_chars(from, from + 4, value, 16);
    if (parsed.ec != std::errc() || parsed.ptr != from + 4) return std::nullopt;
    at_ += 4;
    return value;
  }

  bool fail_string(std::string_view reason) {
    fail(reason);
    return false;
  }

  void fail(std::string_view reason, JsonProblem::Kind kind = JsonProblem::Kind::Syntax) {
    failed_ = true;
    problems_.push_back(locate({kind, std::string(reason), {}, 0, 0}));
  }

  void report_duplicate(std::string key) {
    if (problems_.size() >= problems_max) return;
    problems_.push_back(locate({JsonProblem::Kind::DuplicateKey, std::move(key), path(), 0, 0}));
  }

  /// Counts lines from where it stopped last: the reader only moves on, so many problems cost one pass.
  JsonProblem locate(JsonProblem problem) {
    for (; counted_ < at_ && counted_ < text_.size(); ++counted_) {
      if (text_[counted_] != '\n') continue;
      ++line_;
      line_start_ = counted_ + 1;
    }
    problem.line = line_;
    problem.column = at_ - line_start_ + 1;
    return problem;
  }

  /// Path of the innermost open container, as in `nodes[2].config`.
  std::string path() const {
    std::string out;
    for (std::size_t i = 0; i + 1 < depth_; ++i) {
      const Open& open = stack_[i];
      if (!open.is_object) {
        out += '[' + std::to_string(open.items.size()) + ']';
      } else {
        out += std::string(out.empty() ? "" : ".") + open.key;
      }
    }
    return out;
  }

  std::string_view text_;
  const JsonParseOptions& options_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;  ///< of `counted_`
  std::size_t line_start_ = 0;
  std::size_t counted_ = 0;
  Expect expect_ = Expect::Value;
  std::vector<Open> stack_;  ///< of which the first `depth_` are open
  std::size_t depth_ = 0;
  std::string unescaped_;
  std::vector<JsonProblem> problems_;
  Json root_;
  bool done_ = false;
  bool failed_ = false;
};

}  // namespace

JsonParseResult parse_json(std::string_view text, const JsonParseOptions& options) {
  return Parser(text, options).run();
}

std::optional<Json> try_parse_json(std::string_view text) {
  JsonParseResult parsed = parse_json(text);
  if (!parsed.ok()) return std::nullopt;
  return std::move(parsed.value);
}

}  // namespace scaiflow
