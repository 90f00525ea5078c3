#include "libs/manifest/yaml_parser.h"

#include <optional>
#include <utility>

#include "libs/manifest/yaml_cursor.h"
#include "libs/manifest/yaml_scalar.h"

namespace scaiflow::manifest {
namespace {

/// Recursive descent over the structure; scalars are read in yaml_cursor.cpp. Every collection counts against
/// `depth_max`, so recursion is bounded.
class Parser {
 public:
  Parser(std::string_view text, std::size_t depth_max) : cursor_(text), depth_max_(depth_max) {}

  YamlParsed run() {
    YamlParsed parsed;
    skip_directives();
    if (cursor_.at_end()) cursor_.fail("no document");
    if (cursor_.at_document_marker() && cursor_.peek() == '-') {
      cursor_.skip(3);
      cursor_.skip_blanks();
    }
    parsed.value = document();
    if (cursor_.failed()) {
      parsed.value = {};
      parsed.problem = cursor_.problem();
    }
    return parsed;
  }

 private:
  /// Counts an open collection.
  class Level {
   public:
    explicit Level(Parser& parser) : parser_(parser) {
      if (++parser.depth_ > parser.depth_max_) {
        parser.cursor_.fail("nested deeper than " + std::to_string(parser.depth_max_));
      }
    }
    ~Level() { --parser_.depth_; }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;

   private:
    Parser& parser_;
  };

  void skip_directives() {
    to_content(cursor_);
    while (cursor_.column() == 0 && cursor_.peek() == '%') {
      cursor_.skip_line();
      to_content(cursor_);
      if (cursor_.at_end()) cursor_.fail("a directive without document");
    }
  }

  Json document() {
    const bool starts_behind_marker = cursor_.column() > 0;
    to_content(cursor_);
    Json root;
    if (!cursor_.at_end() && !cursor_.at_document_marker()) {
      // Behind `---` a block collection would have no indentation of its own.
      root = starts_behind_marker && cursor_.column() > 0 && !at_line_start() ? inline_value(-1)
                                                                              : block_node(-1);
    }
    to_content(cursor_);
    if (cursor_.at_document_marker() && cursor_.peek() == '.') {
      cursor_.skip(3);
      to_content(cursor_);
    }
    if (!cursor_.at_end())
      cursor_.fail(cursor_.at_document_marker() ? "more than one document" : "unexpected text");
    return root;
  }

  /// True when nothing but spaces stands before the cursor on its line.
  bool at_line_start() const {
    const std::size_t start = cursor_.position() - static_cast<std::size_t>(cursor_.column());
    return cursor_.slice(start, cursor_.position()).find_first_not_of(' ') == std::string_view::npos;
  }

  bool at_dash() const { return cursor_.peek() == '-' && cursor_.is_separation(1); }
  bool at_colon() const { return cursor_.peek() == ':' && cursor_.is_separation(1); }
  /// True where a collection of this column goes on.
  bool is_at(int column) const {
    return !cursor_.at_end() && cursor_.column() == column && !cursor_.at_document_marker();
  }

  /// Whatever stands deeper than `indent`: a list, a map, or a scalar.
  Json block_node(int indent) {
    if (at_dash()) return block_list();
    if (refuse_indicator()) return {};
    const int column = cursor_.column();
    const char c = cursor_.peek();
    if (c == '|' || c == '>') return Json(read_block_scalar(cursor_, indent));
    if (c == '[' || c == '{') return block_flow();
    if (c == '"' || c == '\'') {
      const YamlCursor::Mark start = cursor_.mark();
      std::string text = quoted();
      cursor_.skip_blanks();
      if (!at_colon()) return end_of_line(Json(std::move(text)));
      if (cursor_.mark().line_start != start.line_start) cursor_.fail("a key of several lines");
      return block_map(column, std::move(text));
    }
    if (!can_start_plain(cursor_, YamlPlace::Block)) return unexpected();
    const YamlCursor::Mark start = cursor_.mark();
    const std::string_view line = read_plain_line(cursor_, YamlPlace::Block);
    if (at_colon()) return block_map(column, std::string(line));
    cursor_.go_back(start);
    return end_of_line(resolve(read_plain(cursor_, indent, YamlPlace::Block), start.pos));
  }

  /// A value on the line of its key or marker: no block collection.
  Json inline_value(int indent) {
    if (at_dash()) {
      cursor_.fail("a list cannot start here");
      return {};
    }
    if (refuse_indicator()) return {};
    const char c = cursor_.peek();
    if (c == '|' || c == '>') return Json(read_block_scalar(cursor_, indent));
    if (c == '[' || c == '{') return block_flow();
    if (c == '"' || c == '\'') return end_of_line(Json(quoted()));
    if (!can_start_plain(cursor_, YamlPlace::Block)) return unexpected();
    const std::size_t start = cursor_.position();
    return end_of_line(resolve(read_plain(cursor_, indent, YamlPlace::Block), start));
  }

  Json block_flow() {
    Json value = flow_node();
    cursor_.skip_blanks();
    if (at_colon()) cursor_.fail("a key is no text");
    return end_of_line(std::move(value));
  }

  /// The cursor stands at the colon behind the first key.
  Json block_map(int column, std::string key) {
    const Level level(*this);
    JsonObject members;
    std::size_t start = cursor_.position();
    while (true) {
      if (members.find(key)) cursor_.fail_at("duplicate key '" + key + "'", start);
      cursor_.skip();
      Json value = value_of_key(column);
      members.append(std::move(key), std::move(value));
      to_content(cursor_);
      if (!is_at(column)) break;
      start = cursor_.position();
      key = block_key();
    }
    refuse_deeper(column);
    return Json(std::move(members));
  }

  std::string block_key() {
    if (refuse_indicator()) return {};
    const YamlCursor::Mark start = cursor_.mark();
    std::string key;
    if (cursor_.peek() == '"' || cursor_.peek() == '\'') {
      key = quoted();
    } else if (can_start_plain(cursor_, YamlPlace::Block)) {
      key = std::string(read_plain_line(cursor_, YamlPlace::Block));
    }
    cursor_.skip_blanks();
    const bool is_key = at_colon() && cursor_.mark().line_start == start.line_start;
    if (!is_key) cursor_.fail_at("expected a key", start.pos);
    return key;
  }

  Json value_of_key(int column) {
    cursor_.skip_blanks();
    skip_comment();
    if (!cursor_.at_break()) return inline_value(column);
    to_content(cursor_);
    if (cursor_.at_end() || cursor_.at_document_marker()) return {};
    if (cursor_.column() > column) return block_node(column);
    return cursor_.column() == column && at_dash() ? block_list() : Json();
  }

  /// The cursor stands at the first dash.
  Json block_list() {
    const int column = cursor_.column();
    const Level level(*this);
    JsonArray items;
    while (is_at(column) && at_dash()) {
      cursor_.skip();
      to_content(cursor_);
      const bool has_item = !cursor_.at_end() && cursor_.column() > column && !cursor_.at_document_marker();
      items.push_back(has_item ? block_node(column) : Json());
      to_content(cursor_);
    }
    refuse_deeper(column);
    return Json(std::move(items));
  }

  void refuse_deeper(int column) {
    if (!cursor_.at_end() && cursor_.column() > column) cursor_.fail("unexpected indentation");
  }

  /// `[…]` or `{…}`.
  Json flow_node() {
    const Level level(*this);
    const bool is_list = cursor_.peek() == '[';
    const std::size_t start = cursor_.position();
    cursor_.skip();
    JsonArray items;
    JsonObject members;
    while (!cursor_.at_end()) {
      flow_space();
      if (cursor_.peek() == (is_list ? ']' : '}')) {
        cursor_.skip();
        return is_list ? Json(std::move(items)) : Json(std::move(members));
      }
      if (is_list)
        items.push_back(flow_item());
      else
        flow_member(members);
      flow_space();
      if (cursor_.peek() == ',')
        cursor_.skip();
      else if (cursor_.peek() != ']' && cursor_.peek() != '}')
        break;
    }
    if (cursor_.at_end())
      cursor_.fail_at("a collection has no end", start);
    else
      unexpected();
    return {};
  }

  void flow_space() {
    to_flow_content(cursor_);
    if (cursor_.at_document_marker()) cursor_.fail("the document ends inside a collection");
  }

  /// A scalar or collection, and whether a colon may stand directly behind it.
  struct FlowValue {
    Json value;
    bool is_text = false;
    bool is_quoted = false;
    std::string text;  ///< as it stands, for a key
  };

  FlowValue flow_value() {
    FlowValue out;
    if (refuse_indicator()) return out;
    const char c = cursor_.peek();
    if (c == '[' || c == '{') {
      out.value = flow_node();
    } else if (c == '"' || c == '\'') {
      out.text = quoted();
      out.value = Json(out.text);
      out.is_text = out.is_quoted = true;
    } else if (can_start_plain(cursor_, YamlPlace::Flow)) {
      const std::size_t start = cursor_.position();
      out.text = read_plain(cursor_, -1, YamlPlace::Flow);
      out.value = resolve(out.text, start);
      out.is_text = true;
    } else {
      unexpected();
    }
    return out;
  }

  bool at_flow_colon(const FlowValue& key) const {
    if (cursor_.peek() != ':') return false;
    return key.is_quoted || cursor_.is_separation(1) || is_flow_indicator(cursor_.peek(1));
  }

  /// An element of a list; `a: b` there is a map of one member.
  Json flow_item() {
    FlowValue item = flow_value();
    cursor_.skip_blanks();
    if (!at_flow_colon(item)) return std::move(item.value);
    const Level level(*this);
    JsonObject members;
    flow_pair(members, item);
    return Json(std::move(members));
  }

  void flow_member(JsonObject& members) {
    const FlowValue key = flow_value();
    flow_space();
    if (at_flow_colon(key)) return flow_pair(members, key);
    add_member(members, key, {});
  }

  /// The cursor stands at the colon.
  void flow_pair(JsonObject& members, const FlowValue& key) {
    cursor_.skip();
    flow_space();
    const bool is_empty = cursor_.peek() == ',' || cursor_.peek() == ']' || cursor_.peek() == '}';
    add_member(members, key, is_empty ? Json() : flow_value().value);
  }

  void add_member(JsonObject& members, const FlowValue& key, Json value) {
    if (!key.is_text) return cursor_.fail("a key is no text");
    if (members.find(key.text)) return cursor_.fail("duplicate key '" + key.text + "'");
    members.append(key.text, std::move(value));
  }

  std::string quoted() {
    return cursor_.peek() == '"' ? read_double_quoted(cursor_) : read_single_quoted(cursor_);
  }

  Json resolve(std::string_view text, std::size_t start) {
    const auto value = resolve_plain(text);
    if (!value) cursor_.fail_at("'" + std::string(text) + "' is not a finite number", start);
    return value.value_or(Json());
  }

  /// YAML that a manifest does not use.
  bool refuse_indicator() {
    const char c = cursor_.peek();
    if (c == '&')
      cursor_.fail("anchors are not allowed");
    else if (c == '*')
      cursor_.fail("aliases are not allowed");
    else if (c == '!')
      cursor_.fail("tags are not allowed");
    else if (c == '?' && cursor_.is_separation(1))
      cursor_.fail("keys with '?' are not allowed");
    return cursor_.failed();
  }

  Json unexpected() {
    const char c = cursor_.peek();
    cursor_.fail(cursor_.at_end() ? std::string("unexpected end") : "unexpected '" + std::string(1, c) + "'");
    return {};
  }

  void skip_comment() {
    const char before = cursor_.before();
    if (cursor_.peek() == '#' && (before == ' ' || before == '\t')) cursor_.skip_line();
  }

  /// Nothing but a comment may follow a value.
  Json end_of_line(Json value) {
    cursor_.skip_blanks();
    skip_comment();
    if (!cursor_.at_break()) return unexpected();
    return value;
  }

  YamlCursor cursor_;
  std::size_t depth_max_;
  std::size_t depth_ = 0;
};

}  // namespace

YamlParsed parse_yaml(std::string_view text, std::size_t depth_max) { return Parser(text, depth_max).run(); }

}  // namespace scaiflow::manifest
