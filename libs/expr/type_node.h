#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libs/expr/type.h"

namespace scaiflow::expr {

/// What stands behind a `Type`; each kind uses the members it needs.
struct Type::Node {
  Kind kind = Kind::Primitive;
  Primitive primitive = Primitive::Json;
  std::vector<Type> types;  ///< item, value or inner as the only one; members of a union
  std::vector<Field> fields;
  std::string name;
  std::vector<std::string> values;
  Json literal;
  int depth = 1;
};

std::string_view name_of(Primitive primitive);
/// nullopt when no primitive has this name.
std::optional<Primitive> primitive_of(std::string_view name);
/// `^[A-Z][a-zA-Z0-9_]*$`
bool is_type_name(std::string_view name);

}  // namespace scaiflow::expr
