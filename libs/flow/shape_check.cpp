#include "libs/flow/shape_check.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <string>

#include "generated/cpp/kinds.h"
#include "generated/cpp/limits.h"
#include "libs/base/json_text.h"
#include "libs/base/text.h"
#include "libs/flow/names.h"
#include "libs/flow/schema.h"
#include "libs/flow/values.h"

namespace scaiflow::flow {
namespace {

using diag::Code;

constexpr double integer_max = limits::integer_max;

/// A place in the document, linked to its parent, so that a path becomes text only when a message needs it.
struct Spot {
  const Spot* parent = nullptr;
  std::string_view key{};
  std::size_t index = 0;
  bool is_item = false;
};

std::string path_of(const Spot& spot) {
  if (!spot.parent) return "";
  std::string path = path_of(*spot.parent);
  if (spot.is_item) return path + '[' + std::to_string(spot.index) + ']';
  if (!path.empty()) path += '.';
  return path.append(spot.key);
}

bool all_of(std::string_view text, std::string_view extra) {
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (!plain && extra.find(c) == std::string_view::npos) return false;
  }
  return true;
}

constexpr std::string_view id_starts = "ABCDEFGHIJKLMNOPQRSTUVWXYZ_";
constexpr std::string_view id_characters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ_-";

bool leads_with(std::string_view text, std::string_view extra) {
  if (text.empty()) return false;
  return (text[0] >= 'a' && text[0] <= 'z') || extra.find(text[0]) != std::string_view::npos;
}

bool fits(std::string_view text, Pattern pattern) {
  switch (pattern) {
    case Pattern::None: return true;
    case Pattern::Semver: return is_semver(text);
    case Pattern::Identifier: return is_free_identifier(text);
    case Pattern::Slug: return is_slug(text);
    case Pattern::Id:
      return text.size() <= 128 && leads_with(text, id_starts) && all_of(text, id_characters);
    case Pattern::DocumentId: return !text.empty() && text.size() <= 64 && all_of(text, id_characters);
    case Pattern::Role: return leads_with(text, "") && all_of(text, "_");
    case Pattern::Provider: return leads_with(text, "") && all_of(text, "_-");
  }
  return false;
}

std::string_view name_of(Pattern pattern) {
  switch (pattern) {
    case Pattern::Semver: return "semver";
    case Pattern::Identifier: return "identifier";
    case Pattern::Slug: return "slug";
    case Pattern::Role: return "role";
    case Pattern::None:
    case Pattern::Id:
    case Pattern::DocumentId:
    case Pattern::Provider: return "id";
  }
  return "";
}

std::string joined(std::span<const std::string_view> values) {
  std::string out;
  for (const std::string_view value : values) {
    if (!out.empty()) out += ", ";
    out += value;
  }
  return out;
}

std::string bound(double value) { return number_text(std::clamp(value, -integer_max, integer_max)); }

/// The type that a value of `shape` has, when `value` has another one; else empty.
std::string_view missing_type(Shape shape, const Json& value) {
  switch (shape) {
    case Shape::Any: return "";
    case Shape::Text:
    case Shape::Enum: return value.is_string() ? "" : "string";
    case Shape::Bool: return value.is_bool() ? "" : "boolean";
    case Shape::Int: return value.is_int() ? "" : "integer";
    case Shape::Number: return value.is_number() ? "" : "number";
    case Shape::Duration: return value.is_string() || value.is_number() ? "" : "string";
    case Shape::Record:
    case Shape::Map: return value.is_object() ? "" : "object";
    case Shape::List: return value.is_array() ? "" : "array";
    case Shape::TextOrRecord: return value.is_string() || value.is_object() ? "" : "object";
  }
  return "";
}

/// A float without fraction beyond what an integer may be.
bool is_huge_whole(double n) { return n == std::trunc(n) && std::fabs(n) > integer_max; }

class Checker {
 public:
  diag::Diagnostics run(const Json& document) {
    const Spot root;
    if (!document.is_object()) {
      report(Code::F005, root, {"object", type_name(document)});
      return std::move(found_);
    }
    check_version(document, root);
    record(document, document_rules(), root);
    for (const auto& [key, value] : document.as_object()) sweep_below(value, Spot{&root, key, 0, false});
    return std::move(found_);
  }

 private:
  /// A message about `spot`; its path is the first argument of every one of these codes.
  void report(Code code, const Spot& spot, std::initializer_list<std::string_view> rest) {
    const std::string path = path_of(spot);
    const std::string subject = path.empty() ? "document" : path;
    std::string_view args[4] = {subject};
    std::size_t count = 1;
    for (const std::string_view arg : rest) args[count++] = arg;
    diag::Place place = owner_;
    if (!path.empty()) place.path = path;
    switch (count) {
      case 2: found_.push_back(diag::make(code, {args[0], args[1]}, place)); return;
      case 3: found_.push_back(diag::make(code, {args[0], args[1], args[2]}, place)); return;
      default: found_.push_back(diag::make(code, {args[0], args[1], args[2], args[3]}, place)); return;
    }
  }

  void check_version(const Json& document, const Spot& root) {
    const Json& version = document["schema_version"];
    if (version == Json(1)) report(Code::F006, Spot{&root, "schema_version", 0, false}, {"1", "2"});
  }

  void record(const Json& value, std::span<const Rule> rules, const Spot& spot) {
    for (const Rule& rule : rules) {
      const Json* member = value.find(rule.key);
      if (!member) {
        if (rule.need == Need::Required) report(Code::F004, spot, {rule.key});
      } else if (!(member->is_null() && rule.need == Need::Nullable)) {
        check(*member, rule, Spot{&spot, rule.key, 0, false});
      }
    }
  }

  void check(const Json& value, const Rule& rule, const Spot& spot) {
    if (const std::string_view wanted = missing_type(rule.shape, value); !wanted.empty()) {
      return report(Code::F005, spot, {wanted, type_name(value)});
    }
    switch (rule.shape) {
      case Shape::Any:
      case Shape::Bool: return;
      case Shape::Text: return text(value, rule, spot);
      case Shape::Int:
      case Shape::Number: return number(value, rule, spot);
      case Shape::Enum: return choice(value, rule, spot);
      case Shape::Duration: return duration(value, spot);
      case Shape::Record: return record(value, rule.fields, spot);
      case Shape::Map: return count(value.size(), rule, spot);
      case Shape::List: return list(value, rule, spot);
      case Shape::TextOrRecord: return short_form(value, rule, spot);
    }
  }

  void short_form(const Json& value, const Rule& rule, const Spot& spot) {
    if (value.is_object()) return record(value, rule.fields, spot);
    const Pattern pattern = rule.fields.front().pattern;
    if (!fits(value.as_string(), pattern)) report(Code::F007, spot, {shown(value), name_of(pattern)});
  }

  void text(const Json& value, const Rule& rule, const Spot& spot) {
    const std::string& content = value.as_string();
    if (rule.low == 1 && trim(content).empty()) return report(Code::F004, *spot.parent, {rule.key});
    if (!fits(content, rule.pattern)) {
      return report(Code::F007, spot, {shown(value), name_of(rule.pattern)});
    }
    length(content, rule.high, spot);
  }

  void length(std::string_view content, double limit, const Spot& spot) {
    const auto fits_as = [limit](std::size_t n) { return static_cast<double>(n) <= limit; };
    if (!fits_as(content.size()) && !fits_as(code_points(content))) {
      report(Code::F010, spot, {number_text(limit)});
    }
  }

  void number(const Json& value, const Rule& rule, const Spot& spot) {
    const double n = value.as_double();
    if (n >= rule.low && n <= rule.high) return;
    report(Code::F008, spot, {shown(value), bound(rule.low), bound(rule.high)});
  }

  void choice(const Json& value, const Rule& rule, const Spot& spot) {
    for (const std::string_view allowed : rule.values) {
      if (value.as_string() == allowed) return;
    }
    report(Code::F006, spot, {shown(value), joined(rule.values)});
  }

  void duration(const Json& value, const Spot& spot) {
    if (!duration_of(value)) report(Code::F210_Path, spot, {shown(value)});
  }

  void count(std::size_t items, const Rule& rule, const Spot& spot) {
    const auto n = static_cast<double>(items);
    if (n > rule.high) report(Code::F009, spot, {std::to_string(items), number_text(rule.high)});
    if (n < rule.low) report(Code::F008, spot, {std::to_string(items), bound(rule.low), bound(rule.high)});
  }

  void list(const Json& value, const Rule& rule, const Spot& spot) {
    count(value.size(), rule, spot);
    // What is too long is not looked through: the limit is there to bound the work.
    if (static_cast<double>(value.size()) > rule.high) return;
    Rule item = rule;
    item.shape = rule.item;
    item.low = -unbounded;
    item.high = rule.item_high;
    for (std::size_t i = 0; i < value.size(); ++i) {
      const Spot here{&spot, {}, i, true};
      if (rule.fields.data() == node_rules().data()) {
        owner_.node_id = readable_id(value.at(i));
        kind(value.at(i), here);
      } else if (rule.fields.data() == edge_rules().data()) {
        owner_.edge_id = readable_id(value.at(i));
      }
      check(value.at(i), item, here);
    }
    owner_ = {};
  }

  /// Messages about a node or an edge carry its id when it can be read.
  static std::optional<std::string> readable_id(const Json& value) {
    const Json& id = value["id"];
    return id.is_string() ? std::optional(id.as_string()) : std::nullopt;
  }

  void kind(const Json& value, const Spot& spot) {
    const Json& type = value["type"];
    if (!type.is_string() || kind_from_name(type.as_string())) return;
    report(Code::F006, Spot{&spot, "type", 0, false}, {shown(type), kind_names()});
  }

  /// Integers and strings of the whole document, unknown keys included (01 §1). At most 64 deep (F012).
  void sweep_below(const Json& value, const Spot& spot) {
    switch (value.kind()) {
      case Json::Kind::Int:
      case Json::Kind::Float: return sweep_number(value, spot);
      case Json::Kind::String: return length(value.as_string(), limits::string_chars_max, spot);
      case Json::Kind::Array:
        for (std::size_t i = 0; i < value.size(); ++i) sweep_below(value.at(i), Spot{&spot, {}, i, true});
        return;
      case Json::Kind::Object:
        for (const auto& [key, member] : value.as_object()) sweep_below(member, Spot{&spot, key, 0, false});
        return;
      case Json::Kind::Null:
      case Json::Kind::Bool: return;
    }
  }

  void sweep_number(const Json& value, const Spot& spot) {
    const bool is_huge = value.is_int() ? std::abs(value.as_int()) > limits::integer_max
                                        : is_huge_whole(value.as_double());
    if (!is_huge) return;
    report(Code::F008, spot, {shown(value), bound(-unbounded), bound(unbounded)});
  }

  diag::Diagnostics found_;
  diag::Place owner_;
};

}  // namespace

diag::Diagnostics check_shape(const Json& document) { return Checker().run(document); }

}  // namespace scaiflow::flow
