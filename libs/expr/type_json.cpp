#include <algorithm>

#include "libs/base/json_text.h"
#include "libs/base/text.h"
#include "libs/expr/type.h"
#include "libs/expr/type_node.h"

/// The tree form of types, `output_schema` and JSON Schema (04 §4.1, §4.3, §4.4).
namespace scaiflow::expr {

namespace {

/// Types that JSON Schema may write out before named types make it too large; the rest is `{}`.
constexpr int schema_types_max = 10'000;

tl::unexpected<TypeProblem> refuse(std::string path, const Json& found, std::string message) {
  const std::string text = found.is_string() ? found.as_string() : to_text(found);
  return tl::unexpected(TypeProblem{std::move(path), cut(text, 200), std::move(message)});
}

/// Reads a tree; `depth` bounds the recursion.
class TreeReader {
 public:
  TypeResult<Type> read(const Json& tree, const std::string& path, int depth) {
    if (depth > type_depth_max) return refuse(path, Json("…"), "nested too deeply");
    if (tree.is_string()) return read_text(tree.as_string(), path);
    const std::string kind = tree.string_or("kind", "");
    if (kind == "primitive") return read_primitive(tree, path);
    if (kind == "array") return wrap(tree, "item", path, depth, Type::array);
    if (kind == "map") return wrap(tree, "value", path, depth, Type::map);
    if (kind == "optional") return wrap(tree, "inner", path, depth, Type::optional);
    if (kind == "object") return read_object(tree, path, depth);
    if (kind == "named") return read_named(tree, path);
    if (kind == "enum") return read_enum(tree, path);
    if (kind == "literal") return read_literal(tree, path);
    if (kind == "union") return read_union(tree, path, depth);
    return refuse(path, tree, kind.empty() ? "missing kind" : "unknown kind '" + cut(kind, 40) + "'");
  }

 private:
  TypeResult<Type> read_text(const std::string& text, const std::string& path) {
    auto type = Type::parse(text);
    if (!type) type.error().path = path;
    return type;
  }

  TypeResult<Type> read_primitive(const Json& tree, const std::string& path) {
    const auto primitive = primitive_of(tree.string_or("name", ""));
    if (!primitive) return refuse(path, tree["name"], "unknown type");
    return Type::primitive(*primitive);
  }

  TypeResult<Type> wrap(const Json& tree, std::string_view key, const std::string& path, int depth,
                        Type (*make)(Type)) {
    auto inner = read(tree[key], path + '.' + std::string(key), depth + 1);
    if (!inner) return inner;
    return make(std::move(*inner));
  }

  TypeResult<Type> read_object(const Json& tree, const std::string& path, int depth) {
    if (!tree["fields"].is_array()) return refuse(path, tree, "an object needs fields");
    std::vector<Type::Field> fields;
    for (const Json& field : tree["fields"].as_array()) {
      const std::string at = path + ".fields[" + std::to_string(fields.size()) + ']';
      if (!field["name"].is_string()) return refuse(at, field, "a field needs a name");
      auto type = read(field["type"], at + ".type", depth + 1);
      if (!type) return type;
      const Json& description = field["description"];
      fields.push_back({field["name"].as_string(), std::move(*type),
                        description.is_string() ? std::optional(description.as_string()) : std::nullopt});
    }
    return Type::object(std::move(fields));
  }

  TypeResult<Type> read_named(const Json& tree, const std::string& path) {
    const std::string name = tree.string_or("name", "");
    if (!is_type_name(name)) return refuse(path, tree["name"], "not a type name");
    return Type::named(name);
  }

  TypeResult<Type> read_enum(const Json& tree, const std::string& path) {
    std::vector<std::string> values;
    for (const Json& value : tree["values"].is_array() ? tree["values"].as_array() : JsonArray()) {
      const bool is_new =
          value.is_string() && std::find(values.begin(), values.end(), value.as_string()) == values.end();
      if (!is_new) return refuse(path, value, "values of an enum are unique texts");
      values.push_back(value.as_string());
    }
    if (values.empty()) return refuse(path, tree, "an enum needs values");
    return Type::enumeration(std::move(values));
  }

  TypeResult<Type> read_literal(const Json& tree, const std::string& path) {
    const Json* value = tree.find("value");
    if (!value || value->is_array() || value->is_object())
      return refuse(path, tree, "a literal needs a scalar value");
    return Type::literal(*value);
  }

  TypeResult<Type> read_union(const Json& tree, const std::string& path, int depth) {
    std::vector<Type> members;
    for (const Json& member : tree["members"].is_array() ? tree["members"].as_array() : JsonArray()) {
      auto type = read(member, path + ".members[" + std::to_string(members.size()) + ']', depth + 1);
      if (!type) return type;
      members.push_back(std::move(*type));
    }
    if (members.size() < 2) return refuse(path, tree, "a union needs two members");
    return Type::unite(std::move(members));
  }
};

/// `{type, description}`: a string `type` and no keys but these two.
bool is_described_type(const Json& field) {
  if (!field["type"].is_string()) return false;
  const Json* description = field.find("description");
  if (description && !description->is_string() && !description->is_null()) return false;
  return field.size() == (description ? 2u : 1u);
}

TypeResult<Type> read_schema_object(const Json& schema, const std::string& path, int depth);

TypeResult<Type> read_schema_type(const Json& field, const std::string& path, int depth) {
  if (depth > type_depth_max) return refuse(path, Json("…"), "nested too deeply");
  if (field.is_string() || is_described_type(field)) {
    auto type = Type::parse(field.is_string() ? field.as_string() : field["type"].as_string());
    if (!type) type.error().path = path;
    return type;
  }
  if (!field.is_object()) return refuse(path, field, "expected a type");
  return read_schema_object(field, path, depth);
}

TypeResult<Type> read_schema_object(const Json& schema, const std::string& path, int depth) {
  std::vector<Type::Field> fields;
  for (const auto& [name, field] : schema.as_object()) {
    auto type = read_schema_type(field, path + '.' + name, depth + 1);
    if (!type) return type;
    std::optional<std::string> description;
    if (is_described_type(field) && field["description"].is_string())
      description = field["description"].as_string();
    fields.push_back({name, std::move(*type), std::move(description)});
  }
  Type object = Type::object(std::move(fields));
  if (object.depth() > type_depth_max) return refuse(path, Json("…"), "nested too deeply");
  return object;
}

}  // namespace

TypeResult<Type> Type::from_json(const Json& tree) {
  auto type = TreeReader().read(tree, "", 1);
  if (type && type->depth() > type_depth_max) return refuse("", Json("…"), "nested too deeply");
  return type;
}

TypeResult<std::optional<Type>> Type::from_output_schema(const Json& schema) {
  if (schema.is_null() || (schema.is_object() && schema.size() == 0)) return std::nullopt;
  if (!schema.is_object()) return refuse("", schema, "expected fields and their types");
  auto type = read_schema_object(schema, "", 1);
  if (!type) return tl::unexpected(std::move(type.error()));
  return std::optional(std::move(*type));
}

// Recursive over a type, whose depth is bounded when it is read.
Json Type::to_json() const {
  switch (kind()) {
    case Kind::Primitive: return Json::object({{"kind", "primitive"}, {"name", name_of(primitive_kind())}});
    case Kind::Array: return Json::object({{"kind", "array"}, {"item", item().to_json()}});
    case Kind::Map: return Json::object({{"kind", "map"}, {"value", item().to_json()}});
    case Kind::Named: return Json::object({{"kind", "named"}, {"name", name()}});
    case Kind::Literal: return Json::object({{"kind", "literal"}, {"value", value()}});
    case Kind::Optional: return Json::object({{"kind", "optional"}, {"inner", item().to_json()}});
    case Kind::Object: {
      JsonArray list;
      for (const Field& field : fields()) {
        list.push_back(
            Json::object({{"name", field.name},
                          {"type", field.type.to_json()},
                          {"description", field.description ? Json(*field.description) : Json()}}));
      }
      return Json::object({{"kind", "object"}, {"fields", Json(std::move(list))}});
    }
    case Kind::Enum:
      return Json::object({{"kind", "enum"}, {"values", Json(JsonArray(values().begin(), values().end()))}});
    case Kind::Union: {
      JsonArray list;
      for (const Type& member : members()) list.push_back(member.to_json());
      return Json::object({{"kind", "union"}, {"members", Json(std::move(list))}});
    }
  }
  return {};
}

namespace {

/// Writes JSON Schema with named types in place; `budget_` and the depth bound what recursive or repeated
/// names can make of it.
class SchemaWriter {
 public:
  explicit SchemaWriter(const NamedTypes& named) : named_(named) {}

  Json write(const Type& type, int depth) {
    if (++written_ > schema_types_max || depth > 2 * type_depth_max) return Json::object();
    switch (type.kind()) {
      case Type::Kind::Primitive: return primitive(type.primitive_kind());
      case Type::Kind::Array:
        return Json::object({{"type", "array"}, {"items", write(type.item(), depth + 1)}});
      case Type::Kind::Map:
        return Json::object({{"type", "object"}, {"additionalProperties", write(type.item(), depth + 1)}});
      case Type::Kind::Object: return object(type, depth);
      case Type::Kind::Named: {
        const auto it = named_.find(type.name());
        return it == named_.end() ? Json::object() : write(it->second, depth + 1);
      }
      case Type::Kind::Enum:
        return Json::object({{"enum", Json(JsonArray(type.values().begin(), type.values().end()))}});
      case Type::Kind::Literal: return Json::object({{"const", type.value()}});
      case Type::Kind::Union: return any_of(type.members(), depth);
      case Type::Kind::Optional: {
        JsonArray either = {write(type.item(), depth + 1), Json::object({{"type", "null"}})};
        return Json::object({{"anyOf", Json(std::move(either))}});
      }
    }
    return Json::object();
  }

 private:
  static Json of(const char* type) { return Json::object({{"type", type}}); }
  static Json text(const char* format) { return Json::object({{"type", "string"}, {"format", format}}); }

  static Json primitive(Primitive which) {
    switch (which) {
      case Primitive::String: return of("string");
      case Primitive::Email: return text("email");
      case Primitive::Url: return text("uri");
      case Primitive::Uuid: return text("uuid");
      case Primitive::Date: return text("date");
      case Primitive::Datetime: return text("date-time");
      case Primitive::Int:
      case Primitive::Duration: return of("integer");
      case Primitive::Float:
      case Primitive::Money: return of("number");
      case Primitive::Bool: return of("boolean");
      case Primitive::Object: return of("object");
      case Primitive::Array: return of("array");
      case Primitive::Json: return Json::object();
    }
    return Json::object();
  }

  Json any_of(const std::vector<Type>& members, int depth) {
    JsonArray list;
    for (const Type& member : members) list.push_back(write(member, depth + 1));
    return Json::object({{"anyOf", Json(std::move(list))}});
  }

  Json object(const Type& type, int depth) {
    JsonObject properties;
    JsonArray required;
    for (const Type::Field& field : type.fields()) {
      Json schema = write(field.type, depth + 1);
      if (field.description) schema.set("description", *field.description);
      properties.set(field.name, std::move(schema));
      if (!field.type.is_optional()) required.emplace_back(field.name);
    }
    return Json::object({{"type", "object"},
                         {"properties", Json(std::move(properties))},
                         {"required", Json(std::move(required))},
                         {"additionalProperties", false}});
  }

  const NamedTypes& named_;
  int written_ = 0;
};

}  // namespace

Json json_schema(const Type& type, const NamedTypes& named) { return SchemaWriter(named).write(type, 1); }

}  // namespace scaiflow::expr
