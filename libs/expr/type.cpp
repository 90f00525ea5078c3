#include "libs/expr/type.h"

#include <algorithm>
#include <cassert>
#include <iterator>

#include "libs/base/json_text.h"
#include "libs/expr/lexer.h"
#include "libs/expr/type_node.h"

namespace scaiflow::expr {

namespace {

constexpr std::string_view primitive_names[] = {
    "string", "int",   "float", "bool", "date",   "datetime", "duration",
    "money",  "email", "url",   "uuid", "object", "array",    "json",
};

int deepest(const std::vector<Type>& types) {
  int depth = 0;
  for (const Type& type : types) depth = std::max(depth, type.depth());
  return depth;
}

template <class T>
void add_once(std::vector<T>& list, T item) {
  if (std::find(list.begin(), list.end(), item) == list.end()) list.push_back(std::move(item));
}

bool is_string_literal(const Type& type) {
  return type.kind() == Type::Kind::Literal && type.value().is_string();
}

/// The members of a union without nesting, nulls and repetitions. Sets `is_optional` when null was among
/// them.
void flatten_into(const std::vector<Type>& members, std::vector<Type>& out, bool& is_optional) {
  for (const Type& member : members) {
    const bool is_null = member.kind() == Type::Kind::Literal && member.value().is_null();
    is_optional = is_optional || is_null || member.is_optional();
    if (is_null) continue;
    const Type& inner = member.is_optional() ? member.item() : member;
    if (inner.kind() == Type::Kind::Union) {
      for (const Type& nested : inner.members()) add_once(out, nested);
    } else {
      add_once(out, inner);
    }
  }
}

/// The values of an enum made of string literals and enums; empty when another type is among them.
std::vector<std::string> enum_values(const std::vector<Type>& members) {
  std::vector<std::string> values;
  for (const Type& member : members) {
    if (is_string_literal(member)) {
      add_once(values, member.value().as_string());
    } else if (member.kind() == Type::Kind::Enum) {
      for (const std::string& value : member.values()) add_once(values, value);
    } else {
      return {};
    }
  }
  return values;
}

}  // namespace

std::string_view name_of(Primitive primitive) { return primitive_names[static_cast<std::size_t>(primitive)]; }

std::optional<Primitive> primitive_of(std::string_view name) {
  const auto* it = std::find(std::begin(primitive_names), std::end(primitive_names), name);
  if (it == std::end(primitive_names)) return std::nullopt;
  return static_cast<Primitive>(it - std::begin(primitive_names));
}

bool is_type_name(std::string_view name) { return is_name(name) && name[0] >= 'A' && name[0] <= 'Z'; }

const Type::Node& Type::node() const {
  static const Node json;
  return node_ ? *node_ : json;
}

Type Type::primitive(Primitive which) {
  Node node;
  node.primitive = which;
  return Type(std::make_shared<const Node>(std::move(node)));
}

namespace {

template <class Node>
std::shared_ptr<const Node> wrap(Type::Kind kind, std::vector<Type> types) {
  Node node;
  node.kind = kind;
  node.depth = 1 + deepest(types);
  node.types = std::move(types);
  return std::make_shared<const Node>(std::move(node));
}

}  // namespace

Type Type::array(Type item) { return Type(wrap<Node>(Kind::Array, {std::move(item)})); }
Type Type::map(Type value) { return Type(wrap<Node>(Kind::Map, {std::move(value)})); }

Type Type::optional(Type inner) {
  if (inner.is_optional()) return inner;
  return Type(wrap<Node>(Kind::Optional, {std::move(inner)}));
}

Type Type::object(std::vector<Field> fields) {
  Node node;
  node.kind = Kind::Object;
  for (const Field& field : fields) node.depth = std::max(node.depth, 1 + field.type.depth());
  node.fields = std::move(fields);
  return Type(std::make_shared<const Node>(std::move(node)));
}

Type Type::named(std::string name) {
  Node node;
  node.kind = Kind::Named;
  node.name = std::move(name);
  return Type(std::make_shared<const Node>(std::move(node)));
}

Type Type::enumeration(std::vector<std::string> values) {
  assert(!values.empty());
  Node node;
  node.kind = Kind::Enum;
  node.values = std::move(values);
  return Type(std::make_shared<const Node>(std::move(node)));
}

Type Type::literal(Json value) {
  Node node;
  node.kind = Kind::Literal;
  node.literal = std::move(value);
  return Type(std::make_shared<const Node>(std::move(node)));
}

Type Type::unite(std::vector<Type> members) {
  assert(!members.empty());
  std::vector<Type> flat;
  bool is_optional = false;
  flatten_into(members, flat, is_optional);
  if (flat.empty()) return literal(Json());
  Type united = flat.front();
  if (flat.size() > 1) {
    std::vector<std::string> values = enum_values(flat);
    united = values.empty() ? Type(wrap<Node>(Kind::Union, std::move(flat))) : enumeration(std::move(values));
  }
  return is_optional ? optional(std::move(united)) : united;
}

Type::Kind Type::kind() const { return node().kind; }
Primitive Type::primitive_kind() const { return node().primitive; }
const Type& Type::item() const { return node().types.front(); }
const std::vector<Type::Field>& Type::fields() const { return node().fields; }
const std::string& Type::name() const { return node().name; }
const std::vector<std::string>& Type::values() const { return node().values; }
const Json& Type::value() const { return node().literal; }
const std::vector<Type>& Type::members() const { return node().types; }
int Type::depth() const { return node().depth; }

const Type::Field* Type::field(std::string_view name) const {
  const auto it =
      std::find_if(fields().begin(), fields().end(), [name](const Field& f) { return f.name == name; });
  return it == fields().end() ? nullptr : &*it;
}

namespace {

bool are_same_literal(const Json& a, const Json& b) { return a.kind() == b.kind() && a == b; }

}  // namespace

bool operator==(const Type& a, const Type& b) {
  const Type::Node& x = a.node();
  const Type::Node& y = b.node();
  if (&x == &y) return true;
  if (x.kind != y.kind || x.primitive != y.primitive || x.name != y.name || x.values != y.values)
    return false;
  if (!are_same_literal(x.literal, y.literal) || x.types != y.types) return false;
  return std::equal(x.fields.begin(), x.fields.end(), y.fields.begin(), y.fields.end(),
                    [](const Type::Field& f, const Type::Field& g) {
                      return f.name == g.name && f.type == g.type && f.description == g.description;
                    });
}

}  // namespace scaiflow::expr
