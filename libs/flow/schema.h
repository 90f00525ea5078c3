#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

namespace scaiflow::flow {

/// JSON shapes of chapter 01.
enum class Shape : std::uint8_t {
  Any,
  Text,
  Bool,
  Int,
  Number,
  Enum,          ///< a text, one of `values`
  Duration,      ///< a duration text or a number of seconds
  Record,        ///< an object with `fields`
  Map,           ///< an object with free keys
  List,          ///< an array; `item` says what of
  TextOrRecord,  ///< short form: a text
};

enum class Need : std::uint8_t { Optional, Nullable, Required };

/// What a text must look like (F007).
enum class Pattern : std::uint8_t { None, Semver, Identifier, Slug, Id, DocumentId, Role, Provider };

/// Into what diff and merge take a value apart.
enum class Grain : std::uint8_t {
  Parts,  ///< objects by member, lists by item, texts not at all
  Whole,  ///< one value: what belongs together changes together
  Words,  ///< a text for people
};

inline constexpr double unbounded = std::numeric_limits<double>::infinity();

/// One row of a table of chapter 01. The order of rules is the canonical order of keys (01 §9).
struct Rule {
  std::string_view key{};
  Shape shape = Shape::Any;
  Need need = Need::Optional;
  Pattern pattern = Pattern::None;
  /// Int, Number: the range (F008). Text: characters (F010), blank counts as missing when `low` is 1.
  /// List: items (F009).
  double low = -unbounded;
  double high = unbounded;
  Shape item = Shape::Any;                     ///< of a List
  double item_high = unbounded;                ///< characters of a text item
  std::span<const std::string_view> values{};  ///< of an Enum, or of the items of a List of them
  std::span<const Rule> fields{};              ///< of a Record, or of the items of a List of them
  std::string_view item_key{};                 ///< of a List: the member that tells its items apart
  std::string_view item_name{};  ///< of a List: what diff calls an item; empty: part of its owner
  Grain grain = Grain::Parts;
};

/// The document as a whole: the table of 01 §2 and, below it, all others.
std::span<const Rule> document_rules();
/// Parts of it by name, for whoever writes only a part.
std::span<const Rule> node_rules();
std::span<const Rule> edge_rules();

/// The rule of `key`, or nullptr for a key that chapter 01 does not know.
const Rule* find_rule(std::span<const Rule> rules, std::string_view key);

/// `$schema` of the only version there is.
inline constexpr std::string_view schema_url = "https://scailabs.com/schemas/scaiflow/v2.json";

}  // namespace scaiflow::flow
