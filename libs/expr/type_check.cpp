#include <algorithm>
#include <cmath>

#include "libs/base/json_text.h"
#include "libs/base/text.h"
#include "libs/expr/calendar.h"
#include "libs/expr/concat.h"
#include "libs/expr/type.h"
#include "libs/expr/type_node.h"

/// Checking a value against a type (04 §4.5).
namespace scaiflow::expr {

namespace {

constexpr std::size_t messages_max = 20;
/// Comparisons of a value with a type; unions over repeated named types could ask for any number.
constexpr int checks_max = 1'000'000;
constexpr int check_depth_max = 200;

std::string_view name_of_found(const Json& value) {
  switch (value.kind()) {
    case Json::Kind::Null: return "null";
    case Json::Kind::Bool: return "bool";
    case Json::Kind::Int: return "int";
    case Json::Kind::Float: return "float";
    case Json::Kind::String: return "string";
    case Json::Kind::Array: return "array";
    case Json::Kind::Object: return "object";
  }
  return "null";
}

bool is_uuid(std::string_view text) {
  static constexpr std::string_view form = "hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh";
  if (text.size() != form.size()) return false;
  for (std::size_t i = 0; i < form.size(); ++i) {
    const bool is_hex = std::string_view("0123456789abcdefABCDEF").find(text[i]) != std::string_view::npos;
    if (form[i] == 'h' ? !is_hex : text[i] != '-') return false;
  }
  return true;
}

bool has_blank(std::string_view text) { return text.find_first_of(" \t\r\n") != std::string_view::npos; }

bool is_email(std::string_view text) {
  const std::size_t at = text.find('@');
  return at != std::string_view::npos && at > 0 && at + 1 < text.size() &&
         text.find('@', at + 1) == std::string_view::npos && !has_blank(text);
}

bool is_url(std::string_view text) {
  const std::size_t colon = text.find("://");
  return colon != std::string_view::npos && colon > 0 && colon + 3 < text.size() && !has_blank(text);
}

/// Whether text has the form that its primitive type asks for.
bool has_form(Primitive which, std::string_view text) {
  if (which == Primitive::Date) return parse_date(text).has_value();
  if (which == Primitive::Datetime) return parse_datetime(text, Fraction::Any).has_value();
  if (which == Primitive::Uuid) return is_uuid(text);
  if (which == Primitive::Email) return is_email(text);
  if (which == Primitive::Url) return is_url(text);
  return true;
}

/// A float without fraction as int; nullopt when it has one or does not fit.
std::optional<Json> whole(const Json& value) {
  const double real = value.as_double();
  if (real != std::trunc(real) || !(real >= -9223372036854775808.0 && real < 9223372036854775808.0)) {
    return std::nullopt;
  }
  return Json(static_cast<std::int64_t>(real));
}

class Checker {
 public:
  Checker(Strictness strictness, const NamedTypes& named) : strictness_(strictness), named_(named) {}

  /// The converted value; nullopt when it does not fit, which a message says.
  std::optional<Json> check(const Json& value, const Type& type, int depth) {
    if (++checks_ > checks_max || depth > check_depth_max) return refuse("is too complex to check");
    switch (type.kind()) {
      case Type::Kind::Primitive: return primitive(value, type, type.primitive_kind());
      case Type::Kind::Array: return array(value, type, depth);
      case Type::Kind::Map: return map(value, type, depth);
      case Type::Kind::Object: return object(value, type, depth);
      case Type::Kind::Named: {
        const auto it = named_.find(type.name());
        return it == named_.end() ? refuse("unknown type '" + type.name() + "'")
                                  : check(value, it->second, depth + 1);
      }
      case Type::Kind::Enum: return enumeration(value, type);
      case Type::Kind::Literal: return literal(value, type);
      case Type::Kind::Union: return unite(value, type, depth);
      case Type::Kind::Optional:
        return value.is_null() ? std::optional(value) : check(value, type.item(), depth + 1);
    }
    return std::nullopt;
  }

  std::vector<std::string> take_messages() { return std::move(messages_); }

 private:
  std::nullopt_t refuse(const std::string& what) {
    if (messages_.size() < messages_max) messages_.push_back(path_.empty() ? what : path_ + ": " + what);
    return std::nullopt;
  }
  std::nullopt_t mismatch(const Json& value, const Type& type) {
    return refuse("expected " + cut(type.to_text(), 80) + ", found " + std::string(name_of_found(value)));
  }
  std::optional<Json> converted(Json value) {
    has_converted_ = true;
    return value;
  }

  std::optional<Json> primitive(const Json& value, const Type& type, Primitive which) {
    switch (which) {
      case Primitive::String:
      case Primitive::Date:
      case Primitive::Datetime:
      case Primitive::Email:
      case Primitive::Url:
      case Primitive::Uuid:
        if (!value.is_string()) return mismatch(value, type);
        if (!has_form(which, value.as_string())) {
          return refuse(concat({"'", cut(value.as_string(), 40), "' is no ", type.to_text()}));
        }
        return value;
      case Primitive::Int:
      case Primitive::Float:
      case Primitive::Duration:
      case Primitive::Money: return number(value, type, which);
      case Primitive::Bool: return boolean(value, type);
      case Primitive::Object: return value.is_object() ? std::optional(value) : mismatch(value, type);
      case Primitive::Array: return value.is_array() ? std::optional(value) : mismatch(value, type);
      case Primitive::Json: return value;
    }
    return std::nullopt;
  }

  std::optional<Json> number(const Json& value, const Type& type, Primitive which) {
    if (value.is_string() && strictness_ == Strictness::ModelAnswer) {
      const auto parsed = try_parse_json(trim(value.as_string()));
      if (!parsed || !parsed->is_number()) return mismatch(value, type);
      has_converted_ = true;
      return number(*parsed, type, which);
    }
    if (!value.is_number()) return mismatch(value, type);
    if (which == Primitive::Money) return value;
    if (which == Primitive::Float)
      return value.is_float() ? std::optional(value) : converted(Json(value.as_double()));
    if (value.is_int()) return value;
    const auto integral = whole(value);
    return integral ? converted(*integral) : mismatch(value, type);
  }

  std::optional<Json> boolean(const Json& value, const Type& type) {
    if (value.is_bool()) return value;
    const bool is_word = value.is_string() && (value.as_string() == "true" || value.as_string() == "false");
    if (!is_word || strictness_ == Strictness::Exact) return mismatch(value, type);
    return converted(Json(value.as_string() == "true"));
  }

  std::optional<Json> enumeration(const Json& value, const Type& type) {
    if (!value.is_string()) return mismatch(value, type);
    const std::string_view text = trim(value.as_string());
    if (std::find(type.values().begin(), type.values().end(), text) == type.values().end()) {
      return refuse(concat({"'", cut(text, 40), "' is not one of ", cut(join(type.values(), ", "), 200)}));
    }
    return text.size() == value.as_string().size() ? std::optional(value) : converted(Json(text));
  }

  std::optional<Json> literal(const Json& value, const Type& type) {
    if (!(value == type.value())) {
      return refuse("expected " + cut(type.to_text(), 80) + ", found " + cut(to_text(value), 40));
    }
    return value.kind() == type.value().kind() ? std::optional(value) : converted(type.value());
  }

  /// The first member that takes the value as it is, otherwise the first that can convert it.
  std::optional<Json> unite(const Json& value, const Type& type, int depth) {
    const std::size_t messages = messages_.size();
    const bool outer_converted = has_converted_;
    std::optional<Json> best;
    for (const Type& member : type.members()) {
      has_converted_ = false;
      auto result = check(value, member, depth + 1);
      if (result && !has_converted_) {
        best = std::move(result);
        break;
      }
      if (result && !best) best = std::move(result);
      has_converted_ = true;
    }
    has_converted_ = outer_converted || has_converted_;
    messages_.resize(messages);
    return best ? best : mismatch(value, type);
  }

  /// Checks a member with its place added to the path.
  std::optional<Json> member(const std::string& place, const Json& value, const Type& type, int depth) {
    const std::size_t size = path_.size();
    path_ += path_.empty() && place[0] == '.' ? place.substr(1) : place;
    auto result = check(value, type, depth + 1);
    path_.resize(size);
    return result;
  }

  // Containers look at all members, so that every problem is named.

  std::optional<Json> array(const Json& value, const Type& type, int depth) {
    if (!value.is_array()) return mismatch(value, type);
    JsonArray out;
    out.reserve(value.size());
    bool fits = true;
    for (std::size_t i = 0; i < value.size(); ++i) {
      auto checked = member('[' + std::to_string(i) + ']', value.at(i), type.item(), depth);
      fits = fits && checked;
      if (fits) out.push_back(std::move(*checked));
    }
    return fits ? std::optional(Json(std::move(out))) : std::nullopt;
  }

  std::optional<Json> map(const Json& value, const Type& type, int depth) {
    if (!value.is_object()) return mismatch(value, type);
    JsonObject out;
    bool fits = true;
    for (const auto& [key, item] : value.as_object()) {
      auto checked = member('.' + key, item, type.item(), depth);
      fits = fits && checked;
      if (fits) out.append(key, std::move(*checked));
    }
    return fits ? std::optional(Json(std::move(out))) : std::nullopt;
  }

  std::optional<Json> object(const Json& value, const Type& type, int depth) {
    if (!value.is_object()) return mismatch(value, type);
    JsonObject out;
    bool fits = true;
    for (const auto& [key, item] : value.as_object()) {
      const Type::Field* field = type.field(key);
      if (!field) {
        has_converted_ = true;
        continue;
      }
      auto checked = member('.' + key, item, field->type, depth);
      fits = fits && checked;
      if (fits) out.append(key, std::move(*checked));
    }
    for (const Type::Field& field : type.fields()) {
      if (field.type.is_optional() || value.contains(field.name)) continue;
      refuse(concat({"'", field.name, "' is missing"}));
      fits = false;
    }
    return fits ? std::optional(Json(std::move(out))) : std::nullopt;
  }

  Strictness strictness_;
  const NamedTypes& named_;
  std::string path_;
  std::vector<std::string> messages_;
  bool has_converted_ = false;
  int checks_ = 0;
};

}  // namespace

tl::expected<Json, std::vector<std::string>> check(const Json& value, const Type& type, Strictness strictness,
                                                   const NamedTypes& named) {
  Checker checker(strictness, named);
  auto result = checker.check(value, type, 0);
  if (!result) return tl::unexpected(checker.take_messages());
  return std::move(*result);
}

}  // namespace scaiflow::expr
