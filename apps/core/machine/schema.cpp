#include "apps/core/machine/compiler.h"

namespace scaiflow::machine {

namespace {

using Kind = expr::Type::Kind;

const expr::Type* resolve(const expr::Type& type, const expr::NamedTypes& named) {
  if (type.kind() != Kind::Named) return &type;
  const auto at = named.find(type.name());
  return at == named.end() ? nullptr : &at->second;
}

}  // namespace

bool is_strict(const expr::Type& outer, const expr::NamedTypes& named) {
  const expr::Type* type = resolve(outer, named);
  if (!type) return false;
  switch (type->kind()) {
    case Kind::Primitive:
      return !type->is(expr::Primitive::Object) && !type->is(expr::Primitive::Array) &&
             !type->is(expr::Primitive::Json);
    case Kind::Map: return false;
    case Kind::Array:
    case Kind::Optional: return is_strict(type->item(), named);
    case Kind::Object:
      for (const auto& field : type->fields()) {
        if (!is_strict(field.type, named)) return false;
      }
      return true;
    case Kind::Union:
      for (const expr::Type& member : type->members()) {
        if (!is_strict(member, named)) return false;
      }
      return true;
    case Kind::Named: return false;
    case Kind::Enum:
    case Kind::Literal: return true;
  }
  return false;
}

namespace {

const Json& null_schema() {
  static const Json schema = Json::object({{"type", "null"}});
  return schema;
}

Json nullable(const Json& schema) { return Json::object({{"anyOf", Json::array({schema, null_schema()})}}); }

bool is_nullable(const Json& schema) {
  const Json& any = schema["anyOf"];
  return any.is_array() && any.size() > 0 && any.at(any.size() - 1) == null_schema();
}

}  // namespace

Json strict_schema(const Json& schema) {
  if (schema.is_array()) {
    JsonArray items;
    for (const Json& item : schema.as_array()) items.push_back(strict_schema(item));
    return items;
  }
  if (!schema.is_object()) return schema;
  JsonObject out;
  for (const auto& [key, value] : schema.as_object()) {
    const bool plain = key == "enum" || key == "const" || key == "required" || key == "properties";
    out.set(key, plain ? value : strict_schema(value));
  }
  const Json& properties = schema["properties"];
  if (!properties.is_object()) return out;
  JsonObject all;
  JsonArray required;
  for (const auto& [name, property] : properties.as_object()) {
    bool needed = false;
    if (schema["required"].is_array()) {
      for (const Json& item : schema["required"].as_array()) needed |= item == Json(name);
    }
    const Json inner = strict_schema(property);
    all.set(name, needed || is_nullable(inner) ? inner : nullable(inner));
    required.push_back(name);
  }
  out.set("properties", std::move(all));
  out.set("required", std::move(required));
  return out;
}

Json without_optional_nulls(const Json& value, const expr::Type& outer, const expr::NamedTypes& named) {
  const expr::Type* type = resolve(outer, named);
  if (!type) return value;
  if (type->is_optional())
    return value.is_null() ? value : without_optional_nulls(value, type->item(), named);
  if (type->kind() == Kind::Array && value.is_array()) {
    JsonArray items;
    for (const Json& item : value.as_array())
      items.push_back(without_optional_nulls(item, type->item(), named));
    return items;
  }
  if (type->kind() != Kind::Object || !value.is_object()) return value;
  JsonObject out;
  for (const auto& [name, member] : value.as_object()) {
    const auto* field = type->field(name);
    if (field && field->type.is_optional() && member.is_null()) continue;
    out.append(name, field ? without_optional_nulls(member, field->type, named) : member);
  }
  return out;
}

}  // namespace scaiflow::machine
