#include <string>

#include "libs/base/json_text.h"
#include "libs/expr/expr.h"
#include "libs/expr/program.h"

namespace scaiflow::expr {

namespace {

/// Breaks up `{{`, which would make a template of a class E text. It stands inside string literals alone:
/// nowhere else does an expression have two opening braces in a row.
std::string without_double_braces(std::string text) {
  for (std::size_t at = text.find("{{"); at != std::string::npos; at = text.find("{{", at)) {
    text.replace(at + 1, 1, "\\u007b");
  }
  return text;
}

std::string expression_of(const Program& program, const Segment& segment) {
  return without_double_braces(
      program.text.substr(segment.text_begin, segment.text_end - segment.text_begin));
}

/// A string of a T value (06 §5.9).
std::string template_text(const std::string& text) {
  const Expression parsed = parse_template(text).expression;
  const Program& program = parsed.program();
  if (parsed.is_lone_placeholder()) {
    const std::string inner = expression_of(program, program.segments.front());
    return parsed.is_path() ? inner : '(' + inner + ')';
  }
  std::string out;
  for (const Segment& segment : program.segments) {
    if (!out.empty()) out += " + ";
    out +=
        segment.is_placeholder ? "string(" + expression_of(program, segment) + ")" : quoted(segment.literal);
  }
  return out.empty() ? quoted("") : out;
}

enum class Strings : std::uint8_t { Literal, Template };

// Recursive over a document, whose nesting is bounded when it is read.
std::string value_text(const Json& value, Strings strings) {
  if (value.is_string()) {
    return strings == Strings::Template ? template_text(value.as_string()) : quoted(value.as_string());
  }
  if (!value.is_array() && !value.is_object()) return to_text(value);
  std::string out(1, value.is_array() ? '[' : '{');
  const char* separator = "";
  if (value.is_array()) {
    for (const Json& item : value.as_array()) {
      out.append(separator).append(value_text(item, strings));
      separator = ", ";
    }
    return out + ']';
  }
  for (const auto& [key, member] : value.as_object()) {
    out.append(separator).append(quoted(key)).append(": ").append(value_text(member, strings));
    separator = ", ";
  }
  return out + '}';
}

}  // namespace

std::string quoted(std::string_view text) {
  std::string out;
  append_quoted(out, text);
  return without_double_braces(std::move(out));
}

std::string to_expression_text(const Json& t_value) { return value_text(t_value, Strings::Template); }
std::string to_literal_text(const Json& literal) { return value_text(literal, Strings::Literal); }

}  // namespace scaiflow::expr
