#include "apps/cli/commands/report.h"

#include <algorithm>
#include <ostream>

#include "libs/base/json_place.h"
#include "libs/base/json_text.h"
#include "libs/base/text.h"

namespace scaiflow::cli {
namespace {

constexpr Paint colours{"\033[1;31m", "\033[1;33m", "\033[32m", "\033[31m",
                        "\033[33m",   "\033[2m",    "\033[1m",  "\033[0m"};

/// Beyond these, problems are told without their line: each costs a pass over the document.
constexpr std::size_t quotes_max = 50;
constexpr std::size_t columns_max = 100;

/// One line of the document and the part of it to point at, in characters from its start.
struct Quote {
  std::size_t line = 1;
  std::size_t column = 1;
  std::string text;
  std::size_t before = 0;
  std::size_t length = 1;
};

std::size_t begin_of_code_point(std::string_view text, std::size_t at) {
  while (at > 0 && at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) --at;
  return at;
}

/// Control characters take one place each, so that the mark stands below what it marks.
std::string one_column_each(std::string_view text) {
  std::string out(text);
  std::replace_if(
      out.begin(), out.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, ' ');
  return out;
}

Quote quote_of(std::string_view source, const JsonPlace& place) {
  Quote quote;
  const std::string_view before = source.substr(0, place.from);
  quote.line = 1 + static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
  const std::size_t line_from = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
  const std::size_t line_to = std::min(source.find('\n', place.from), source.size());
  quote.column = 1 + place.from - line_from;
  // Of a long line a part is shown: minified documents are one line.
  const std::size_t lead = std::min(place.from - line_from, columns_max / 3);
  const std::size_t from = begin_of_code_point(source, place.from - lead);
  const std::size_t to = begin_of_code_point(source, std::min(line_to, from + columns_max));
  const std::size_t mark_to = std::clamp(place.to, place.from, std::max(to, place.from));
  quote.text = one_column_each(source.substr(from, to - from));
  quote.before = code_points(source.substr(from, place.from - from));
  quote.length = std::max<std::size_t>(1, code_points(source.substr(place.from, mark_to - place.from)));
  return quote;
}

/// Where the text is no JSON, the reader knows; everywhere else the path.
JsonPlace place_of(const diag::Diagnostic& diagnostic, std::string_view source) {
  const bool is_unreadable =
      diagnostic.code == "F001" || diagnostic.code == "F003" || diagnostic.code == "F012";
  if (!is_unreadable) return find_place(source, diagnostic.path.value_or(""));
  for (const JsonProblem& problem : parse_json(source).problems) {
    const bool is_this = diagnostic.code != "F003" || problem.path == diagnostic.path.value_or("");
    if (!is_this) continue;
    std::size_t at = 0;
    for (std::size_t line = 1; line < problem.line; ++line) at = source.find('\n', at) + 1;
    at = std::min(at + problem.column - 1, source.size());
    return {at, std::min(at + 1, source.size())};
  }
  return {};
}

}  // namespace

std::string printable(std::string_view text) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte != 0x7F) {
      out.push_back(c);
    } else {
      out.append("\\x").append({digits[byte >> 4], digits[byte & 15]});
    }
  }
  return out;
}

Paint Paint::of(const Options& options) { return options.value("--color") == "always" ? colours : Paint{}; }

Reporter::Reporter(const Options& options, std::string_view source)
    : paint_(Paint::of(options)),
      is_strict_(options.has("--strict")),
      file_(options.file() == "-" ? "standard input" : options.file()),
      source_(is_utf8(source) ? source : std::string_view()) {}

bool Reporter::is_error(const diag::Diagnostic& diagnostic) const {
  return is_strict_ || diagnostic.severity == diag::Severity::Error;
}

bool Reporter::is_failure(const diag::Diagnostics& diagnostics) const {
  return std::any_of(diagnostics.begin(), diagnostics.end(),
                     [&](const auto& each) { return is_error(each); });
}

void Reporter::print(const diag::Diagnostics& diagnostics, std::ostream& err) const {
  std::size_t quotes_left = paint_.is_on() && !source_.empty() ? quotes_max : 0;
  for (const diag::Diagnostic& diagnostic : diagnostics) {
    err << (is_error(diagnostic) ? paint_.error : paint_.warning)
        << (is_error(diagnostic) ? "error[" : "warning[") << diagnostic.code << ']' << paint_.off << ": "
        << paint_.bold << printable(diagnostic.message) << paint_.off;
    if (diagnostic.path) err << ' ' << paint_.dim << '(' << printable(*diagnostic.path) << ')' << paint_.off;
    err << '\n';
    if (quotes_left == 0) continue;
    --quotes_left;
    quote(diagnostic, err);
  }
}

void Reporter::quote(const diag::Diagnostic& diagnostic, std::ostream& err) const {
  const Quote quote = quote_of(source_, place_of(diagnostic, source_));
  const std::string number = std::to_string(quote.line);
  const std::string margin(number.size() + 1, ' ');
  err << paint_.dim << margin << "--> " << file_ << ':' << number << ':' << quote.column << '\n'
      << ' ' << number << " | " << paint_.off << quote.text << '\n'
      << paint_.dim << margin << " | " << paint_.off << std::string(quote.before, ' ')
      << (is_error(diagnostic) ? paint_.error : paint_.warning) << std::string(quote.length, '^')
      << paint_.off << '\n';
}

Json Reporter::json(const diag::Diagnostics& diagnostics) const {
  JsonArray errors;
  for (const diag::Diagnostic& diagnostic : diagnostics) {
    if (is_error(diagnostic)) errors.push_back(diagnostic.message);
  }
  return Json::object({{"ok", !is_failure(diagnostics)},
                       {"errors", std::move(errors)},
                       {"diagnostics", diag::to_json(diagnostics)}});
}

}  // namespace scaiflow::cli
