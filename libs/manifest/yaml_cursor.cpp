#include "libs/manifest/yaml_cursor.h"

#include <algorithm>

#include "libs/base/text.h"

namespace scaiflow::manifest {
namespace {

/// At the end of a line inside a text: goes to the next line with content and appends what the breaks mean.
void fold_breaks(YamlCursor& cursor, std::string& out) {
  std::size_t breaks = 0;
  while (!cursor.at_end() && cursor.peek() == '\n') {
    cursor.next_line();
    ++breaks;
    if (cursor.at_document_marker()) return cursor.fail("the document ends inside a text");
    cursor.skip_blanks();
  }
  if (breaks == 1)
    out += ' ';
  else
    out.append(breaks - 1, '\n');
}

/// White space inside quotes: kept within a line, folded at its end.
void read_quoted_space(YamlCursor& cursor, std::string& out) {
  const std::size_t start = cursor.position();
  cursor.skip_blanks();
  if (!cursor.at_end() && cursor.peek() == '\n') return fold_breaks(cursor, out);
  out += cursor.slice(start, cursor.position());
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/// `digits` hexadecimal digits.
char32_t read_hex(YamlCursor& cursor, int digits) {
  char32_t value = 0;
  for (int i = 0; i < digits; ++i) {
    const int digit = hex_value(cursor.peek());
    if (digit < 0) {
      cursor.fail("invalid escape");
      return U' ';
    }
    value = value * 16 + static_cast<char32_t>(digit);
    cursor.skip();
  }
  return value;
}

bool is_surrogate(char32_t c) { return c >= 0xd800 && c < 0xe000; }

/// A code point in hexadecimal; two of `\u` may be a surrogate pair, as in JSON.
void read_code_point(YamlCursor& cursor, int digits, std::string& out) {
  char32_t c = read_hex(cursor, digits);
  if (digits == 4 && c >= 0xd800 && c < 0xdc00 && cursor.peek() == '\\' && cursor.peek(1) == 'u') {
    cursor.skip(2);
    const char32_t low = read_hex(cursor, 4);
    if (low >= 0xdc00 && low < 0xe000) c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
  }
  if (is_surrogate(c) || c > 0x10ffff) return cursor.fail("invalid escape");
  append_code_point(out, c);
}

struct Escape {
  char letter;
  char32_t value;
};

constexpr Escape escapes[] = {
    {'0', 0x00}, {'a', 0x07},  {'b', 0x08}, {'t', 0x09}, {'\t', 0x09},  {'n', 0x0a},
    {'v', 0x0b}, {'f', 0x0c},  {'r', 0x0d}, {'e', 0x1b}, {' ', 0x20},   {'"', 0x22},
    {'/', 0x2f}, {'\\', 0x5c}, {'N', 0x85}, {'_', 0xa0}, {'L', 0x2028}, {'P', 0x2029},
};

/// The cursor stands behind the backslash.
void read_escape(YamlCursor& cursor, std::string& out) {
  const char letter = cursor.peek();
  if (!cursor.at_end() && letter == '\n') {
    cursor.next_line();
    cursor.skip_blanks();
    // Empty lines behind a continued one are breaks.
    for (; !cursor.at_end() && cursor.peek() == '\n'; cursor.skip_blanks()) {
      cursor.next_line();
      out += '\n';
    }
    return;
  }
  const auto* known = std::find_if(std::begin(escapes), std::end(escapes),
                                   [&](const Escape& e) { return e.letter == letter; });
  if (known == std::end(escapes) && letter != 'x' && letter != 'u' && letter != 'U')
    return cursor.fail("invalid escape");
  cursor.skip();
  if (known != std::end(escapes))
    append_code_point(out, known->value);
  else
    read_code_point(cursor, letter == 'x' ? 2 : letter == 'u' ? 4 : 8, out);
}

/// What a block scalar's first line says.
struct BlockHeader {
  bool is_folded = false;
  char chomping = '\0';  ///< `+`, `-` or none
  int indent = 0;        ///< 0: found from the first line
};

BlockHeader read_block_header(YamlCursor& cursor) {
  BlockHeader header;
  header.is_folded = cursor.peek() == '>';
  cursor.skip();
  for (int i = 0; i < 2; ++i) {
    const char c = cursor.peek();
    if ((c == '+' || c == '-') && header.chomping == '\0')
      header.chomping = c;
    else if (c >= '1' && c <= '9' && header.indent == 0)
      header.indent = c - '0';
    else
      break;
    cursor.skip();
  }
  const bool is_separated = cursor.is_separation();
  cursor.skip_blanks();
  if (cursor.peek() == '#' && is_separated) cursor.skip_line();
  if (!cursor.at_break()) cursor.fail("unexpected text behind a block indicator");
  if (!cursor.at_end()) cursor.next_line();
  return header;
}

/// Indentation of the first line with content, below the cursor; empty lines do not count.
int find_indent(const YamlCursor& start) {
  YamlCursor cursor = start;
  while (true) {
    while (cursor.peek() == ' ') cursor.skip();
    if (cursor.at_end()) return 0;
    if (cursor.peek() != '\n') return cursor.column();
    cursor.next_line();
  }
}

/// Skips empty lines and the indentation of the next one; the number of line breaks.
std::size_t skip_empty_lines(YamlCursor& cursor, int indent) {
  std::size_t breaks = 0;
  while (true) {
    while (cursor.column() < indent && cursor.peek() == ' ') cursor.skip();
    if (cursor.at_end() || cursor.peek() != '\n') return breaks;
    cursor.next_line();
    ++breaks;
  }
}

}  // namespace

void YamlCursor::fail_at(std::string_view reason, std::size_t pos) {
  if (failed()) return;
  const std::string_view before = text_.substr(0, pos);
  const std::size_t start = before.rfind('\n');
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const std::size_t column = start == std::string_view::npos ? pos : pos - start - 1;
  problem_ =
      std::string(reason) + " at line " + std::to_string(line) + ", column " + std::to_string(column + 1);
  pos_ = text_.size();
}

bool is_flow_indicator(char c) { return c == ',' || c == '[' || c == ']' || c == '{' || c == '}'; }

namespace {

/// A `#` begins a comment at the start of a line and behind white space.
bool at_comment(const YamlCursor& cursor) {
  const char before = cursor.before();
  return cursor.peek() == '#' && (before == '\n' || before == ' ' || before == '\t');
}

}  // namespace

void to_content(YamlCursor& cursor) {
  while (true) {
    const bool is_indentation = cursor.column() == 0;
    while (cursor.peek() == ' ') cursor.skip();
    const std::size_t tab = cursor.position();
    const bool has_tab = cursor.peek() == '\t';
    cursor.skip_blanks();
    if (at_comment(cursor)) cursor.skip_line();
    if (!cursor.at_break()) {
      if (has_tab && is_indentation) cursor.fail_at("a tab cannot indent", tab);
      return;
    }
    if (cursor.at_end()) return;
    cursor.next_line();
  }
}

void to_flow_content(YamlCursor& cursor) {
  while (true) {
    cursor.skip_blanks();
    if (at_comment(cursor)) cursor.skip_line();
    if (cursor.at_end() || cursor.peek() != '\n') return;
    cursor.next_line();
  }
}

std::string read_single_quoted(YamlCursor& cursor) {
  std::string out;
  const std::size_t start = cursor.position();
  cursor.skip();
  while (!cursor.at_end()) {
    if (cursor.peek() == '\'' && cursor.peek(1) != '\'') {
      cursor.skip();
      return out;
    }
    if (cursor.is_blank() || cursor.peek() == '\n') {
      read_quoted_space(cursor, out);
      continue;
    }
    if (cursor.peek() == '\'') cursor.skip();
    out += cursor.peek();
    cursor.skip();
  }
  cursor.fail_at("a text in quotes has no end", start);
  return out;
}

std::string read_double_quoted(YamlCursor& cursor) {
  std::string out;
  const std::size_t start = cursor.position();
  cursor.skip();
  while (!cursor.at_end()) {
    const char c = cursor.peek();
    if (c == '"') {
      cursor.skip();
      return out;
    }
    if (cursor.is_blank() || c == '\n') {
      read_quoted_space(cursor, out);
    } else if (c == '\\') {
      cursor.skip();
      read_escape(cursor, out);
    } else {
      out += c;
      cursor.skip();
    }
  }
  cursor.fail_at("a text in quotes has no end", start);
  return out;
}

std::string read_block_scalar(YamlCursor& cursor, int indent) {
  const BlockHeader header = read_block_header(cursor);
  const int found = header.indent > 0 ? std::max(indent, 0) + header.indent : find_indent(cursor);
  // Less indented: the text is empty, and what follows belongs to somebody else.
  const int column = std::max(found, indent + 1);
  std::string out;
  std::size_t breaks = skip_empty_lines(cursor, column);
  bool has_break = false;
  while (!cursor.at_end() && cursor.column() == column && !cursor.at_document_marker()) {
    out.append(breaks, '\n');
    const bool is_indented = cursor.is_blank();
    const std::size_t start = cursor.position();
    cursor.skip_line();
    out += cursor.slice(start, cursor.position());
    has_break = !cursor.at_end();
    if (has_break) cursor.next_line();
    breaks = skip_empty_lines(cursor, column);
    if (cursor.at_end() || cursor.column() != column || cursor.at_document_marker()) break;
    const bool folds = header.is_folded && !is_indented && !cursor.is_blank();
    if (!folds)
      out += '\n';
    else if (breaks == 0)
      out += ' ';
  }
  if (has_break && header.chomping != '-') out += '\n';
  if (header.chomping == '+') out.append(breaks, '\n');
  return out;
}

namespace {

/// To the next line of a plain scalar; false when the scalar does not go on there.
bool fold_plain_breaks(YamlCursor& cursor, int indent, YamlPlace place, std::string& gap) {
  std::size_t breaks = 0;
  while (!cursor.at_end() && cursor.peek() == '\n') {
    cursor.next_line();
    ++breaks;
    if (cursor.at_document_marker()) return false;
    while (cursor.peek() == ' ') cursor.skip();
    const bool is_deep = place == YamlPlace::Flow || cursor.column() > indent;
    cursor.skip_blanks();
    if (cursor.at_break()) continue;
    if (!is_deep) return false;
  }
  gap = breaks == 1 ? " " : std::string(breaks - 1, '\n');
  if (cursor.at_end() || cursor.peek() == '#') return false;
  if (place == YamlPlace::Block) return true;
  return !is_flow_indicator(cursor.peek()) && !(cursor.peek() == ':' && cursor.is_separation(1));
}

}  // namespace

bool can_start_plain(const YamlCursor& cursor, YamlPlace place) {
  const char c = cursor.peek();
  if (cursor.is_separation()) return false;
  if (c == '-' || c == '?' || c == ':') {
    return !cursor.is_separation(1) && !(place == YamlPlace::Flow && is_flow_indicator(cursor.peek(1)));
  }
  return std::string_view(",[]{}#&*!|>'\"%@`").find(c) == std::string_view::npos;
}

std::string_view read_plain_line(YamlCursor& cursor, YamlPlace place) {
  const std::size_t start = cursor.position();
  std::size_t end = start;
  for (; !cursor.at_break(); cursor.skip()) {
    const char c = cursor.peek();
    const bool in_flow = place == YamlPlace::Flow;
    if (c == ':' && (cursor.is_separation(1) || (in_flow && is_flow_indicator(cursor.peek(1))))) break;
    if (c == '#' && cursor.position() > end) break;
    if (in_flow && is_flow_indicator(c)) break;
    if (!cursor.is_blank()) end = cursor.position() + 1;
  }
  return cursor.slice(start, end);
}

std::string read_plain(YamlCursor& cursor, int indent, YamlPlace place) {
  std::string out(read_plain_line(cursor, place));
  while (!cursor.at_end() && cursor.peek() == '\n') {
    const YamlCursor::Mark end = cursor.mark();
    std::string gap;
    if (!fold_plain_breaks(cursor, indent, place, gap)) {
      cursor.go_back(end);
      return out;
    }
    out += gap;
    out += read_plain_line(cursor, place);
    if (place == YamlPlace::Block && cursor.peek() == ':')
      cursor.fail("a key inside a text of several lines");
  }
  return out;
}

}  // namespace scaiflow::manifest
