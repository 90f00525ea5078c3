#include "libs/manifest/yaml_writer.h"

#include <algorithm>
#include <array>

#include "libs/base/json_text.h"
#include "libs/base/text.h"

namespace scaiflow::manifest {
namespace {

constexpr std::size_t flow_characters_max = 100;
constexpr std::array<std::string_view, 7> words = {"null", "true", "false", "yes", "no", "on", "off"};

bool is_letter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }
bool is_word_char(char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '_'; }
bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// Any of `words`, in any case.
bool is_reserved_word(std::string_view text) {
  const auto same = [](char a, char b) { return (a | 0x20) == b; };
  const auto is_text = [&](std::string_view word) {
    return text.size() == word.size() && std::equal(text.begin(), text.end(), word.begin(), same);
  };
  return text.size() <= 5 && std::any_of(words.begin(), words.end(), is_text);
}

/// The last row of the table in 05 §3.
bool is_special(char32_t c) {
  if (c < 0x20) return c != '\t' && c != '\n';
  return (c >= 0x7f && c <= 0x9f) || c == 0x2028 || c == 0x2029 || c == 0xfeff;
}

bool has_special(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    if (is_special(next_code_point(text, at))) return true;
  }
  return false;
}

bool is_plain(std::string_view text) {
  if (text.empty() || !(is_letter(text[0]) || text[0] == '_' || text[0] == '/')) return false;
  if (text.back() == ':' || text.back() == ' ' || is_reserved_word(text)) return false;
  bool is_ascii = true;
  char before = '\0';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) return false;
    if ((c == ' ' && before == ':') || (c == '#' && before == ' ') || (c == '{' && before == '{'))
      return false;
    is_ascii = is_ascii && byte < 0x80;
    before = c;
  }
  return is_ascii || !has_special(text);
}

bool is_plain_in_flow(std::string_view text) {
  return is_plain(text) && std::all_of(text.begin(), text.end(), [](char c) {
           return is_word_char(c) || c == '.' || c == '/' || c == ' ' || c == '-';
         });
}

bool is_plain_key(std::string_view key) {
  if (key.empty() || !(is_letter(key[0]) || key[0] == '_') || is_reserved_word(key)) return false;
  return std::all_of(key.begin(), key.end(), [](char c) { return is_word_char(c) || c == '.' || c == '-'; });
}

bool has_line_ending_in_blank(std::string_view text) {
  for (const std::string_view line : split(text, '\n')) {
    if (!line.empty() && (line.back() == ' ' || line.back() == '\t')) return true;
  }
  return false;
}

bool is_literal(std::string_view text) {
  if (!contains(text, "\n") || text[0] == ' ' || text[0] == '\t' || text[0] == '\n') return false;
  return !text.ends_with("\n\n") && !has_line_ending_in_blank(text) && !has_special(text);
}

void append_escaped(std::string& out, char32_t c) {
  static constexpr char digits[] = "0123456789abcdef";
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) out += digits[(c >> shift) & 0xf];
}

void append_double_quoted(std::string& out, std::string_view text) {
  out += '"';
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t start = at;
    const char32_t c = next_code_point(text, at);
    if (c == '"' || c == '\\')
      out += {'\\', static_cast<char>(c)};
    else if (c == '\n')
      out += "\\n";
    else if (c == '\t')
      out += "\\t";
    else if (c == '\r')
      out += "\\r";
    else if (is_special(c))
      append_escaped(out, c);
    else
      out.append(text, start, at - start);
  }
  out += '"';
}

void append_key(std::string& out, std::string_view key) {
  if (is_plain_key(key))
    out += key;
  else
    append_double_quoted(out, key);
}

bool is_container(const Json& value) { return value.is_array() || value.is_object(); }

void append_number_or_word(std::string& out, const Json& value) {
  if (value.is_int())
    append_int(out, value.as_int());
  else
    out += to_ecma_text(value);
}

/// Any scalar but a string in block style.
void append_scalar_in_flow(std::string& out, const Json& value) {
  if (!value.is_string())
    append_number_or_word(out, value);
  else if (is_plain_in_flow(value.as_string()))
    out += value.as_string();
  else
    append_double_quoted(out, value.as_string());
}

/// Appends a container of scalars as `{a: 1}` or `[a]`, unless it holds a container or is longer than
/// `flow_characters_max`: then nothing is appended.
bool append_in_flow(std::string& out, const Json& value) {
  const std::size_t start = out.size();
  const char* gap = "";
  const auto add = [&](const JsonKey* key, const Json& member) {
    // A character has at most four bytes.
    if (is_container(member) || out.size() - start > 4 * flow_characters_max) return false;
    out += gap;
    gap = ", ";
    if (key) {
      append_key(out, *key);
      out += ": ";
    }
    append_scalar_in_flow(out, member);
    return true;
  };
  bool fits = true;
  if (value.is_array()) {
    out += '[';
    for (const Json& item : value.as_array()) {
      if (!(fits = add(nullptr, item))) break;
    }
    out += ']';
  } else {
    out += '{';
    for (const auto& [key, member] : value.as_object()) {
      if (!(fits = add(&key, member))) break;
    }
    out += '}';
  }
  fits = fits && code_points(std::string_view(out).substr(start)) <= flow_characters_max;
  if (!fits) out.resize(start);
  return fits;
}

class Writer {
 public:
  explicit Writer(const YamlOptions& options) : options_(options) {}

  YamlText run(const Json& root) {
    if (!empty_or_flow(root)) block(root, 0, Start::NewLine);
    std::stable_sort(ranges_.begin(), ranges_.end(),
                     [](const NodeRange& a, const NodeRange& b) { return a.first_line < b.first_line; });
    return {std::move(out_), std::move(ranges_), depth_};
  }

  std::string run(const JsonArray& items, std::size_t column) {
    list(items, column, Start::NewLine);
    return std::move(out_);
  }

 private:
  /// Whether the first entry of a container still needs its indentation.
  enum class Start : std::uint8_t { NewLine, AfterDash };

  bool is_full() const { return out_.size() > options_.bytes_max; }
  void indent(std::size_t column) { out_.append(column, ' '); }
  void end_line() {
    out_ += '\n';
    ++lines_;
  }
  void line(std::string_view text) {
    out_ += text;
    end_line();
  }

  /// Counts a container as open for its lifetime.
  class Level {
   public:
    explicit Level(Writer& writer) : writer_(writer) {
      writer.depth_ = std::max(writer.depth_, ++writer.open_);
    }
    ~Level() { --writer_.open_; }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;

   private:
    Writer& writer_;
  };

  void map(const JsonObject& members, std::size_t column, Start start) {
    const Level level(*this);
    const std::size_t first_line = lines_ + 1;
    const bool outside = !compact_;
    if (&members == options_.compact) compact_ = true;
    for (const auto& [key, value] : members) {
      if (is_full()) break;
      if (start == Start::NewLine) indent(column);
      start = Start::NewLine;
      append_key(out_, key);
      out_ += ':';
      after_key(value, column);
    }
    if (outside) compact_ = false;
    const auto mark = options_.marks.find(&members);
    if (mark != options_.marks.end()) ranges_.push_back({mark->second, first_line, lines_});
  }

  void after_key(const Json& value, std::size_t column) {
    out_ += ' ';
    if (one_line(value, column)) return;
    out_.pop_back();
    end_line();
    block(value, column + 2, Start::NewLine);
  }

  void list(const JsonArray& items, std::size_t column, Start start) {
    const Level level(*this);
    for (const Json& item : items) {
      if (is_full()) break;
      if (start == Start::NewLine) indent(column);
      start = Start::NewLine;
      out_ += "- ";
      if (!one_line(item, column)) block(item, column + 2, Start::AfterDash);
    }
  }

  /// A container that takes lines of its own.
  void block(const Json& value, std::size_t column, Start start) {
    if (value.is_array())
      list(value.as_array(), column, start);
    else
      map(value.as_object(), column, start);
  }

  /// Writes what needs no lines of its own, and the end of the line; false for the rest. A literal block
  /// begins on the line of its key.
  bool one_line(const Json& value, std::size_t column) {
    if (is_container(value)) return empty_or_flow(value);
    if (!value.is_string()) {
      append_number_or_word(out_, value);
      end_line();
      return true;
    }
    const std::string& text = value.as_string();
    if (is_plain(text)) {
      line(text);
    } else if (is_literal(text)) {
      literal(text, column + 2);
    } else {
      append_double_quoted(out_, text);
      end_line();
    }
    return true;
  }

  bool empty_or_flow(const Json& value) {
    if (value.size() == 0) {
      out_ += value.is_array() ? "[]" : "{}";
    } else if (!compact_ || !append_in_flow(out_, value)) {
      return false;
    }
    const Level level(*this);
    end_line();
    return true;
  }

  void literal(std::string_view text, std::size_t column) {
    const bool ends_in_break = text.back() == '\n';
    line(ends_in_break ? "|" : "|-");
    if (ends_in_break) text.remove_suffix(1);
    for (const std::string_view content : split(text, '\n')) {
      if (!content.empty()) indent(column);
      line(content);
    }
  }

  const YamlOptions& options_;
  std::string out_;
  std::vector<NodeRange> ranges_;
  std::size_t lines_ = 0;
  std::size_t open_ = 0;
  std::size_t depth_ = 0;
  bool compact_ = false;
};

}  // namespace

YamlText write_yaml(const Json& root, const YamlOptions& options) { return Writer(options).run(root); }

std::string write_yaml_list(const JsonArray& items, std::size_t column) {
  return Writer({}).run(items, column);
}

}  // namespace scaiflow::manifest
