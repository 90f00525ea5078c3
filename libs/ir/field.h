#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "libs/base/json.h"

namespace scaiflow::ir {

/// `map<E>`: name to expression, order kept.
using TextMap = std::vector<std::pair<std::string, std::string>>;
/// `map<T>`, `map<any>`: name to value, order kept.
using JsonMap = JsonObject;

/// The field classes of 04 §1.
enum class FieldClass : std::uint8_t {
  Text,
  Name,
  Expression,
  Template,
  Int,
  Float,
  Bool,
  Any,
  Ms,
  Type,
  Body,
  Statements,
  OnFailure,
  ExpressionMap,
  TemplateMap,
  AnyMap,
  List,
  Record,
  Enum,
};

enum class Presence : std::uint8_t { Required, Defaulted, Optional };

/// What the codec knows of a field. `default_json` counts when `presence` is Defaulted.
struct FieldInfo {
  std::string_view name;
  FieldClass field_class;
  Presence presence;
  std::string_view default_json;
};

}  // namespace scaiflow::ir
