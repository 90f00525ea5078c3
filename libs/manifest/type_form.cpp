#include "libs/expr/type.h"
#include "libs/manifest/manifest.h"

namespace scaiflow::manifest {
namespace {

using expr::Type;

Json object_form(const Type& type);

/// The type of a field: nested objects stay maps unless a description stands beside them.
Json field_form(const Type::Field& field) {
  if (field.description) {
    return Json::object({{"type", field.type.to_text()}, {"description", *field.description}});
  }
  const bool is_map = field.type.kind() == Type::Kind::Object && !field.type.fields().empty();
  if (!is_map) return Json(field.type.to_text());
  Json nested = object_form(field.type);
  // `{type: string}` would read as a typed field, so a field named `type` is written at length there.
  const Json& named_type = nested["type"];
  const bool ambiguous = named_type.is_string() && nested.size() == (nested.contains("description") ? 2 : 1);
  if (ambiguous) nested.set("type", Json::object({{"type", named_type}}));
  return nested;
}

Json object_form(const Type& type) {
  JsonObject out;
  for (const Type::Field& field : type.fields()) out.append(field.name, field_form(field));
  return Json(std::move(out));
}

std::optional<Json> tree(const expr::TypeResult<Type>& type) {
  if (!type) return std::nullopt;
  return type->to_json();
}

}  // namespace

Json type_to_manifest(const Json& type) {
  const auto read = Type::from_json(type);
  if (!read) return type;
  if (read->kind() == Type::Kind::Object && !read->fields().empty()) return object_form(*read);
  return Json(read->to_text());
}

std::optional<Json> type_from_manifest(const Json& value) {
  if (value.is_string()) return tree(Type::parse(value.as_string()));
  const auto type = Type::from_output_schema(value);
  if (!type) return std::nullopt;
  return *type ? (*type)->to_json() : Json();
}

}  // namespace scaiflow::manifest
