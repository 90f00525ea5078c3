#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "libs/base/json.h"

namespace scaiflow::expr {

/// Nesting of a type, counted in `Type` nodes; deeper ones are refused when read.
inline constexpr int type_depth_max = 32;

class Type;

/// Declared types of a module, by name (04 §2 `types`).
using NamedTypes = std::map<std::string, Type, std::less<>>;

/// Why a type was refused.
struct TypeProblem {
  std::string
      path;  ///< of the field within an output_schema or tree, as in `.address.city`; "" for the whole
  std::string text;     ///< what stands there; the `<text>` of F231
  std::string message;  ///< `unknown type 'strin'`
};

template <class T>
using TypeResult = tl::expected<T, TypeProblem>;

enum class Primitive : std::uint8_t {
  String,
  Int,
  Float,
  Bool,
  Date,
  Datetime,
  Duration,
  Money,
  Email,
  Url,
  Uuid,
  Object,
  Array,
  Json,
};

/// How strictly `check` reads a value (04 §4.5).
enum class Strictness : std::uint8_t {
  Exact,
  ModelAnswer,  ///< numeric text may be a number, "true"/"false" a bool
};

/// A type of 04 §4: an immutable tree, copied in O(1). The default is the primitive `json`, any value.
class Type {
 public:
  enum class Kind : std::uint8_t { Primitive, Array, Map, Object, Named, Enum, Literal, Union, Optional };
  struct Field;

  Type() = default;
  static Type primitive(Primitive which);
  static Type array(Type item);
  static Type map(Type value);
  static Type object(std::vector<Field> fields);
  static Type named(std::string name);
  static Type enumeration(std::vector<std::string> values);
  static Type literal(Json value);
  /// One member gives that member; `null` among them gives an optional; string literals and enums alone give
  /// an enum; unions within are flattened (04 §4.2).
  static Type unite(std::vector<Type> members);
  static Type optional(Type inner);

  /// The text form (04 §4.2).
  static TypeResult<Type> parse(std::string_view text);
  /// The tree form; text is taken wherever a tree is expected.
  static TypeResult<Type> from_json(const Json& tree);
  /// `output_schema`, `input_schema` (04 §4.3); nullopt for null and the empty map. The problem is the first
  /// found.
  static TypeResult<std::optional<Type>> from_output_schema(const Json& schema);

  Kind kind() const;
  Primitive primitive_kind() const;                 ///< Primitive
  const Type& item() const;                         ///< Array: item, Map: value, Optional: inner
  const std::vector<Field>& fields() const;         ///< Object
  const Field* field(std::string_view name) const;  ///< Object; nullptr when there is none
  const std::string& name() const;                  ///< Named
  const std::vector<std::string>& values() const;   ///< Enum
  const Json& value() const;                        ///< Literal
  const std::vector<Type>& members() const;         ///< Union
  bool is_optional() const { return kind() == Kind::Optional; }
  bool is(Primitive which) const { return kind() == Kind::Primitive && primitive_kind() == which; }

  /// Nesting in nodes; a primitive has 1.
  int depth() const;

  /// Canonical text (04 §4.2), and the tree of 04 §4.1. Descriptions of fields are in the tree alone.
  std::string to_text() const;
  Json to_json() const;

  friend bool operator==(const Type& a, const Type& b);

 private:
  struct Node;
  explicit Type(std::shared_ptr<const Node> node) : node_(std::move(node)) {}
  const Node& node() const;
  std::shared_ptr<const Node> node_;
};

struct Type::Field {
  std::string name;
  Type type;
  std::optional<std::string> description;
};

/// JSON Schema for model providers (04 §4.4); named types are written in place.
Json json_schema(const Type& type, const NamedTypes& named = {});

/// The value converted as 04 §4.5 allows (unknown members of closed objects dropped), or why it does not fit:
/// `expected float, found string`, `confidence: expected float, found string`; at most 20 messages.
tl::expected<Json, std::vector<std::string>> check(const Json& value, const Type& type,
                                                   Strictness strictness = Strictness::Exact,
                                                   const NamedTypes& named = {});

}  // namespace scaiflow::expr
