#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "libs/base/json.h"
#include "libs/flow/kind_spec.h"
#include "libs/flow/schema.h"

/// What diff, apply and merge share: how a place of a flow document is taken apart.
namespace scaiflow::flow {

/// Keys from the root of a document: member names, and in lists with keys the key of the item.
using Path = std::vector<std::string>;

/// `nodes[node_a].config.goal`: members by dots, items and anything that is no identifier in brackets.
/// `from` leaves out so many keys at the front.
std::string path_text(std::span<const std::string> path, std::size_t from = 0);
Json path_json(std::span<const std::string> path);

/// A place of the document with what the tables of chapters 01 and 02 say about it.
struct Spot {
  std::span<const Rule> fields{};    ///< of the record here, or of the items of the list here
  const Rule* rule = nullptr;        ///< the row of this member
  const KindSpec* kind = nullptr;    ///< of the node here, or of the node whose config is here
  const FieldSpec* field = nullptr;  ///< the row of this config field
  std::size_t depth = 0;

  static Spot root();
  /// The spot of a member of the object, or of an item of the list, that is here.
  Spot member(std::string_view key) const;
  Spot item(const Json& value) const;
  bool is_prose() const;
};

/// How the versions of one value are compared.
enum class Form : std::uint8_t {
  Whole,     ///< equal or not
  Members,   ///< an object, by member
  Keyed,     ///< a list, by the keys of its items
  Sequence,  ///< a list, by the order of its items
};

/// The form that suits all the versions given; nullptr for one that is absent.
Form form_of(const Spot& spot, std::initializer_list<const Json*> versions);

/// The parts of an object or of a list with keys, in order, each under a key that names it once. The second
/// item of a list with the same key gets `#2` behind it; an item without a key has its position, as in `#3`.
class Parts {
 public:
  Parts() = default;
  /// Holds views into `value`, which must live longer; null has no parts.
  Parts(const Spot& spot, Form form, const Json& value);

  std::size_t size() const { return keys_.size(); }
  const std::string& key(std::size_t i) const { return keys_[i]; }
  const Json& value(std::size_t i) const { return *values_[i]; }
  const Json* find(std::string_view key) const;
  std::size_t position(std::string_view key) const;  ///< `size()` when there is no such key

 private:
  void add(std::string key, const Json& value);
  std::vector<std::string> keys_;
  std::vector<const Json*> values_;
  std::unordered_map<std::string, std::size_t> index_;
  std::unordered_map<std::string, std::size_t> repeats_;
};

/// The spot of a part of what is at `spot`.
Spot part_spot(const Spot& spot, Form form, std::string_view key, const Json& value);

/// Equal, the order of members included, which has meaning in a flow document (01 §1).
bool same(const Json& a, const Json& b);

/// An object or list built part by part, in the form of its versions.
class Builder {
 public:
  explicit Builder(Form form) : form_(form) {}
  void add(std::string_view key, Json value);
  Json take();

 private:
  Form form_;
  JsonObject members_;
  JsonArray items_;
};

/// Positions of a longest increasing run of `values`, which are all different, in O(n log n).
std::vector<bool> longest_increasing(std::span<const std::size_t> values);

}  // namespace scaiflow::flow
