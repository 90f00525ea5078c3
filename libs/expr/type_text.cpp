#include <algorithm>

#include "libs/base/json_text.h"
#include "libs/base/text.h"
#include "libs/expr/concat.h"
#include "libs/expr/lexer.h"
#include "libs/expr/type.h"
#include "libs/expr/type_node.h"

/// The text form of types (04 §4.2): reader and canonical writer.
namespace scaiflow::expr {

namespace {

/// Type text is written by hand; what is longer is no type.
constexpr std::size_t type_bytes_max = 16'384;

/// Recursive descent; `nesting_` bounds the recursion.
class TypeReader {
 public:
  explicit TypeReader(std::string_view text) : text_(text) {}

  std::optional<Type> run() {
    std::optional<Type> type = read_union();
    if (type && !at_end()) fail("unexpected '" + cut(text_.substr(at_), 20) + "'");
    if (type && type->depth() > type_depth_max) fail("nested too deeply");
    return message_.empty() ? type : std::nullopt;
  }
  const std::string& message() const { return message_; }

 private:
  std::nullopt_t fail(std::string message) {
    if (message_.empty()) message_ = std::move(message);
    return std::nullopt;
  }
  std::nullopt_t fail_expected(std::string_view what) {
    return fail("expected " + std::string(what) +
                (at_end() ? "" : " at '" + cut(text_.substr(at_), 20) + "'"));
  }

  void skip_blanks() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos)
      ++at_;
  }
  bool at_end() {
    skip_blanks();
    return at_ == text_.size();
  }
  bool peek(char c) { return !at_end() && text_[at_] == c; }
  bool take(char c) {
    if (!peek(c)) return false;
    ++at_;
    return true;
  }
  bool expect(char c) {
    if (take(c)) return true;
    fail_expected(concat({"'", {&c, 1}, "'"}));
    return false;
  }

  std::optional<Type> read_union() {
    if (++nesting_ > type_depth_max) return fail("nested too deeply");
    std::vector<Type> members;
    do {
      auto member = read_postfix();
      if (!member) return std::nullopt;
      members.push_back(std::move(*member));
    } while (take('|'));
    --nesting_;
    return members.size() == 1 ? members.front() : Type::unite(std::move(members));
  }

  std::optional<Type> read_postfix() {
    auto type = read_atom();
    while (type && take('?')) type = Type::optional(std::move(*type));
    return type;
  }

  std::optional<Type> read_atom() {
    if (at_end()) return fail_expected("a type");
    const char c = text_[at_];
    if (c == '{') return read_object();
    if (c == '"' || c == '\'') return read_string_type();
    if (c == '-' || (c >= '0' && c <= '9')) return read_number_type();
    if (take('(')) {
      auto inner = read_union();
      return inner && expect(')') ? inner : std::nullopt;
    }
    const std::string_view name = read_name();
    if (name.empty()) return fail_expected("a type");
    return read_named(name);
  }

  std::string_view read_name() {
    const std::size_t begin = at_;
    if (at_ < text_.size() && is_name_start(text_[at_])) {
      while (at_ < text_.size() && is_name_part(text_[at_])) ++at_;
    }
    return text_.substr(begin, at_ - begin);
  }

  std::optional<Type> read_named(std::string_view name) {
    if (name == "array" && take('[')) {
      auto item = read_union();
      return item && expect(']') ? std::optional(Type::array(std::move(*item))) : std::nullopt;
    }
    if (name == "map") return read_map();
    if (name == "enum") return read_enum();
    if (name == "true" || name == "false") return Type::literal(Json(name == "true"));
    if (name == "null") return Type::literal(Json());
    if (const auto primitive = primitive_of(name)) return Type::primitive(*primitive);
    if (is_type_name(name)) return Type::named(std::string(name));
    return fail("unknown type '" + cut(name, 40) + "'");
  }

  std::optional<Type> read_map() {
    const bool is_angled = take('<');
    if (!is_angled && !expect('[')) return std::nullopt;
    skip_blanks();
    if (read_name() != "string") return fail("keys of a map are strings");
    if (!expect(',')) return std::nullopt;
    auto value = read_union();
    return value && expect(is_angled ? '>' : ']') ? std::optional(Type::map(std::move(*value)))
                                                  : std::nullopt;
  }

  std::optional<Type> read_enum() {
    if (!expect('[')) return std::nullopt;
    std::vector<std::string> values;
    do {
      auto value = read_symbol();
      if (!value) return std::nullopt;
      if (std::find(values.begin(), values.end(), *value) != values.end()) {
        return fail(concat({"'", cut(*value, 40), "' is repeated"}));
      }
      values.push_back(std::move(*value));
    } while (take(','));
    return expect(']') ? std::optional(Type::enumeration(std::move(values))) : std::nullopt;
  }

  std::optional<std::string> read_symbol() {
    if (peek('"') || peek('\'')) return read_string();
    const bool has_colon = take(':');
    if (!has_colon) skip_blanks();
    const std::size_t begin = at_;
    if (read_name().empty()) return fail_expected("a value");
    while (at_ + 1 < text_.size() && text_[at_] == '-' && is_name_part(text_[at_ + 1])) {
      ++at_;
      while (at_ < text_.size() && is_name_part(text_[at_])) ++at_;
    }
    return std::string(text_.substr(begin, at_ - begin));
  }

  std::optional<std::string> read_string() {
    std::string value;
    std::string reason = read_string_literal(text_, text_.size(), at_, value);
    if (!reason.empty()) return fail(std::move(reason));
    return value;
  }

  std::optional<Type> read_string_type() {
    auto value = read_string();
    return value ? std::optional(Type::literal(Json(std::move(*value)))) : std::nullopt;
  }

  std::optional<Type> read_number_type() {
    const std::size_t end = std::min(text_.find_first_not_of("+-.0123456789eE", at_), text_.size());
    const auto value = try_parse_json(text_.substr(at_, end - at_));
    if (!value || !value->is_number()) return fail_expected("a number");
    at_ = end;
    return Type::literal(*value);
  }

  std::optional<Type> read_object() {
    take('{');
    std::vector<Type::Field> fields;
    if (take('}')) return Type::object({});
    do {
      auto field = read_field();
      if (!field) return std::nullopt;
      const bool is_known = std::any_of(fields.begin(), fields.end(),
                                        [&](const Type::Field& known) { return known.name == field->name; });
      if (is_known) return fail("field '" + cut(field->name, 40) + "' is repeated");
      fields.push_back(std::move(*field));
    } while (take(','));
    return expect('}') ? std::optional(Type::object(std::move(fields))) : std::nullopt;
  }

  /// Names that are no identifiers stand in quotes.
  std::optional<Type::Field> read_field() {
    std::string name;
    if (peek('"') || peek('\'')) {
      auto quoted_name = read_string();
      if (!quoted_name) return std::nullopt;
      name = std::move(*quoted_name);
    } else {
      skip_blanks();
      name = read_name();
      if (name.empty()) return fail_expected("a field");
    }
    const bool is_optional = take('?');
    if (!expect(':')) return std::nullopt;
    auto type = read_union();
    if (!type) return std::nullopt;
    return Type::Field{
        std::move(name), is_optional ? Type::optional(std::move(*type)) : std::move(*type), {}};
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int nesting_ = 0;
  std::string message_;
};

std::string quoted_text(std::string_view text) {
  std::string out;
  append_quoted(out, text);
  return out;
}

/// A value of an enum: bare when it is names joined by `-`.
std::string symbol_text(const std::string& value) {
  const auto parts = split(value, '-');
  return std::all_of(parts.begin(), parts.end(), is_name) ? value : quoted_text(value);
}

std::string object_text(const Type& type) {
  std::string out = "{";
  for (const Type::Field& field : type.fields()) {
    if (out.size() > 1) out += ", ";
    out += (is_name(field.name) ? field.name : quoted_text(field.name)) + ": " + field.type.to_text();
  }
  return out + '}';
}

std::string union_text(const Type& type) {
  std::string out;
  for (const Type& member : type.members()) out.append(out.empty() ? "" : " | ").append(member.to_text());
  return out;
}

std::string enum_text(const Type& type) {
  std::string out;
  for (const std::string& value : type.values())
    out.append(out.empty() ? "" : ", ").append(symbol_text(value));
  return "enum[" + out + ']';
}

}  // namespace

TypeResult<Type> Type::parse(std::string_view text) {
  if (text.size() > type_bytes_max || !is_utf8(text)) {
    return tl::unexpected(TypeProblem{"", cut(is_utf8(text) ? text : "", 200), "not a type"});
  }
  TypeReader reader(text);
  if (auto type = reader.run()) return std::move(*type);
  return tl::unexpected(TypeProblem{"", cut(text, 200), reader.message()});
}

// Recursive over a type, whose depth is bounded when it is read.
std::string Type::to_text() const {
  switch (kind()) {
    case Kind::Primitive: return std::string(name_of(primitive_kind()));
    case Kind::Array: return "array[" + item().to_text() + ']';
    case Kind::Map: return "map[string, " + item().to_text() + ']';
    case Kind::Object: return object_text(*this);
    case Kind::Named: return name();
    case Kind::Enum: return enum_text(*this);
    case Kind::Literal: return scaiflow::to_text(value());
    case Kind::Union: return union_text(*this);
    case Kind::Optional:
      return item().kind() == Kind::Union ? '(' + item().to_text() + ")?" : item().to_text() + '?';
  }
  return {};
}

}  // namespace scaiflow::expr
