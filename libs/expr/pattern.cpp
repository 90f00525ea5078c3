#include <algorithm>

#include "libs/base/text.h"
#include "libs/expr/expr.h"
#include "libs/expr/lexer.h"

namespace scaiflow::expr {

namespace {

bool is_pattern_name_part(char c) { return is_name_part(c) || c == '-'; }

/// Reads the alternatives of one pattern (03 §9).
class PatternReader {
 public:
  explicit PatternReader(std::string_view text) : text_(text) {}

  /// False at the first place that fits nothing, which `at()` then tells.
  bool read(std::vector<Json>& values, bool& is_catch_all) {
    for (;;) {
      skip_blanks();
      if (!read_alternative(values, is_catch_all)) return false;
      skip_blanks();
      if (at_ == text_.size()) return true;
      if (text_[at_] != '|') return false;
      ++at_;
    }
  }
  std::size_t at() const { return at_; }

 private:
  void skip_blanks() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos)
      ++at_;
  }

  bool read_alternative(std::vector<Json>& values, bool& is_catch_all) {
    if (at_ == text_.size()) return false;
    const char c = text_[at_];
    if (c == '"' || c == '\'') return read_string(values);
    if (c == '-' || (c >= '0' && c <= '9')) return read_number(values);
    const bool is_symbol = c == ':';
    const std::size_t begin = at_ + (is_symbol ? 1 : 0);
    if (begin == text_.size() || !is_name_start(text_[begin])) return false;
    std::size_t end = begin;
    while (end < text_.size() && is_pattern_name_part(text_[end])) ++end;
    const std::string_view name = text_.substr(begin, end - begin);
    if (name.back() == '-') return false;
    at_ = end;
    if (is_symbol) {
      values.emplace_back(name);
    } else {
      add_word(name, values, is_catch_all);
    }
    return true;
  }

  static void add_word(std::string_view name, std::vector<Json>& values, bool& is_catch_all) {
    if (name == "_" || name == "else") {
      is_catch_all = true;
    } else if (name == "true" || name == "false") {
      values.emplace_back(name == "true");
    } else if (name == "null") {
      values.emplace_back();
    } else {
      values.emplace_back(name);
    }
  }

  bool read_string(std::vector<Json>& values) {
    std::string value;
    if (!read_string_literal(text_, text_.size(), at_, value).empty()) return false;
    values.emplace_back(std::move(value));
    return true;
  }

  /// The number is what the expression language reads there, dates and durations left out.
  bool read_number(std::vector<Json>& values) {
    std::size_t end = at_ + 1;
    const auto belongs = [this](std::size_t i) {
      const char c = text_[i];
      const bool is_exponent_sign = (c == '+' || c == '-') && (text_[i - 1] == 'e' || text_[i - 1] == 'E');
      return is_name_part(c) || c == '.' || is_exponent_sign;
    };
    while (end < text_.size() && belongs(end)) ++end;
    const Parsed parsed = parse_expression(text_.substr(at_, end - at_));
    if (!parsed.problems.empty()) return false;
    struct NoNames : Scope {
      bool find(std::string_view, Json&) const override { return false; }
    };
    Fuel fuel;
    const auto value = evaluate(parsed.expression, NoNames{}, fuel);
    const bool is_literal = text_.find_first_not_of("-0123456789.eE+_", at_) >= end;
    if (!value || !value->is_number() || !is_literal) return false;
    values.push_back(*value);
    at_ = end;
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

Pattern::Parsed Pattern::parse(std::string_view text) {
  Parsed parsed;
  if (text.size() > expression_bytes_max) {
    parsed.problems.push_back({diag::Code::F310_Expression, {}, 0});
    return parsed;
  }
  PatternReader reader(text);
  if (!is_utf8(text) || !reader.read(parsed.pattern.values_, parsed.pattern.is_catch_all_)) {
    parsed.pattern = {};
    std::string shown;
    for (std::size_t at = 0; at < text.size();) append_code_point(shown, next_code_point(text, at));
    parsed.problems.push_back({diag::Code::F309, {cut(shown, 200)}, reader.at()});
  }
  return parsed;
}

bool Pattern::matches(const Json& subject) const {
  return is_catch_all_ || std::find(values_.begin(), values_.end(), subject) != values_.end();
}

}  // namespace scaiflow::expr
