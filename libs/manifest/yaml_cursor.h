#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace scaiflow::manifest {

/// A place in a YAML text whose line breaks are all LF and which holds no NUL. The first problem ends the
/// text, so that every loop over it ends too.
class YamlCursor {
 public:
  explicit YamlCursor(std::string_view text) : text_(text) {}

  /// The byte `ahead` of the place; NUL behind the end.
  char peek(std::size_t ahead = 0) const { return pos_ + ahead < text_.size() ? text_[pos_ + ahead] : '\0'; }
  char before() const { return pos_ > 0 ? text_[pos_ - 1] : '\n'; }
  bool at_end() const { return pos_ >= text_.size(); }
  bool at_break() const { return at_end() || peek() == '\n'; }
  bool is_blank(std::size_t ahead = 0) const { return peek(ahead) == ' ' || peek(ahead) == '\t'; }
  /// White space, a line break or the end.
  bool is_separation(std::size_t ahead = 0) const {
    return is_blank(ahead) || peek(ahead) == '\n' || pos_ + ahead >= text_.size();
  }
  int column() const { return static_cast<int>(pos_ - line_start_); }
  std::size_t position() const { return pos_; }
  std::string_view slice(std::size_t from, std::size_t to) const { return text_.substr(from, to - from); }

  /// `---` or `...` at the start of a line.
  bool at_document_marker() const {
    const std::string_view mark = text_.substr(pos_, 3);
    return column() == 0 && (mark == "---" || mark == "...") && is_separation(3);
  }

  void skip(std::size_t bytes = 1) { pos_ = std::min(pos_ + bytes, text_.size()); }
  void skip_blanks() {
    while (is_blank()) skip();
  }
  void skip_line() {
    const std::size_t end = text_.find('\n', pos_);
    pos_ = end == std::string_view::npos ? text_.size() : end;
  }
  /// Over the line break.
  void next_line() { line_start_ = ++pos_; }

  struct Mark {
    std::size_t pos;
    std::size_t line_start;
  };
  Mark mark() const { return {pos_, line_start_}; }
  void go_back(Mark mark) {
    if (failed()) return;
    pos_ = mark.pos;
    line_start_ = mark.line_start;
  }

  void fail(std::string_view reason) { fail_at(reason, pos_); }
  void fail_at(std::string_view reason, std::size_t pos);
  bool failed() const { return !problem_.empty(); }
  const std::string& problem() const { return problem_; }

 private:
  std::string_view text_;
  std::size_t pos_ = 0;
  std::size_t line_start_ = 0;
  std::string problem_;
};

/// Where a scalar stands: in a flow collection `,[]{}` end it.
enum class YamlPlace : std::uint8_t { Block, Flow };

/// Moves over white space, comments and line breaks to what comes next.
void to_content(YamlCursor& cursor);
/// The same inside a flow collection, where tabs may stand anywhere.
void to_flow_content(YamlCursor& cursor);

/// Texts in quotes; the cursor stands at the first quote.
std::string read_single_quoted(YamlCursor& cursor);
std::string read_double_quoted(YamlCursor& cursor);
/// `|` and `>`; `indent` is the column of the collection that holds the text, -1 for none.
std::string read_block_scalar(YamlCursor& cursor, int indent);

/// True when a plain scalar may start here.
bool can_start_plain(const YamlCursor& cursor, YamlPlace place);
/// The part of a plain scalar on this line.
std::string_view read_plain_line(YamlCursor& cursor, YamlPlace place);
/// A plain scalar of one or more lines; those that go on are indented deeper than `indent`.
std::string read_plain(YamlCursor& cursor, int indent, YamlPlace place);
/// True for `,[]{}`.
bool is_flow_indicator(char c);

}  // namespace scaiflow::manifest
