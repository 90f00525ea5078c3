#include "libs/flow/parts.h"

#include <algorithm>
#include <unordered_set>

#include "generated/cpp/kinds.h"
#include "generated/cpp/limits.h"
#include "libs/base/text.h"

namespace scaiflow::flow {
namespace {

/// The member that names an item of the list; `id` for lists that chapter 01 does not know.
std::string_view item_key(const Spot& spot) {
  return spot.rule != nullptr && !spot.rule->item_key.empty() ? spot.rule->item_key : "id";
}

const std::string* key_of(const Spot& spot, const Json& item) {
  const Json& key = item.is_string() && spot.rule != nullptr && spot.rule->item == Shape::TextOrRecord
                        ? item
                        : item[item_key(spot)];
  return key.is_string() ? &key.as_string() : nullptr;
}

/// Groups and notes of the canvas, say: rows that somebody gave ids to.
bool all_named(const Spot& spot, const JsonArray& items) {
  std::unordered_set<std::string_view> seen;
  for (const Json& item : items) {
    const std::string* key = item.is_object() ? key_of(spot, item) : nullptr;
    if (key == nullptr || !seen.insert(*key).second) return false;
  }
  return true;
}

bool is_keyed(const Spot& spot, const Json& list) {
  const bool is_known = spot.rule != nullptr && !spot.rule->item_key.empty();
  return is_known || (spot.field == nullptr && all_named(spot, list.as_array()));
}

bool objects_same(const JsonObject& a, const JsonObject& b) {
  if (&a == &b) return true;
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i].first != b[i].first || !same(a[i].second, b[i].second)) return false;
  }
  return true;
}

bool arrays_same(const JsonArray& a, const JsonArray& b) {
  return &a == &b || std::equal(a.begin(), a.end(), b.begin(), b.end(), same);
}

}  // namespace

std::string path_text(std::span<const std::string> path, std::size_t from) {
  std::string out;
  Spot spot = Spot::root();
  for (std::size_t i = 0; i < path.size(); ++i) {
    const std::string& key = path[i];
    if (i == from) out.clear();
    const bool is_item = spot.rule != nullptr && !spot.rule->item_key.empty();
    if (is_item || !is_identifier(key)) {
      out.append("[").append(key).append("]");
    } else {
      out.append(out.empty() ? "" : ".").append(key);
    }
    spot = is_item ? spot.item(Json()) : spot.member(key);
  }
  return out;
}

Json path_json(std::span<const std::string> path) { return Json(JsonArray(path.begin(), path.end())); }

Spot Spot::root() {
  Spot out;
  out.fields = document_rules();
  return out;
}

Spot Spot::member(std::string_view key) const {
  Spot out;
  out.depth = depth + 1;
  const bool is_config = rule != nullptr && rule->key == "config" && kind != nullptr;
  if (is_config) {
    out.field = kind->field(key);
    return out;
  }
  out.rule = find_rule(fields, key);
  if (out.rule == nullptr) return out;
  out.fields = out.rule->fields;
  if (key == "config") out.kind = kind;
  return out;
}

Spot Spot::item(const Json& value) const {
  Spot out;
  out.fields = fields;
  out.depth = depth + 1;
  const bool is_node = !fields.empty() && fields.data() == node_rules().data();
  if (!is_node || !value["type"].is_string()) return out;
  if (const auto id = kind_from_name(value["type"].as_string())) out.kind = &kind_spec(*id);
  return out;
}

bool Spot::is_prose() const {
  return rule != nullptr ? rule->grain == Grain::Words : field != nullptr && field->sync == SyncClass::Text;
}

Form form_of(const Spot& spot, std::initializer_list<const Json*> versions) {
  if (spot.rule != nullptr && spot.rule->grain == Grain::Whole) return Form::Whole;
  if (spot.depth >= static_cast<std::size_t>(limits::document_depth_max)) return Form::Whole;
  const auto all = [&](const auto& test) {
    return std::all_of(versions.begin(), versions.end(),
                       [&](const Json* value) { return value == nullptr || test(*value); });
  };
  if (all([](const Json& value) { return value.is_object(); })) return Form::Members;
  if (!all([](const Json& value) { return value.is_array(); })) return Form::Whole;
  return all([&](const Json& value) { return is_keyed(spot, value); }) ? Form::Keyed : Form::Sequence;
}

Parts::Parts(const Spot& spot, Form form, const Json& value) {
  keys_.reserve(value.size());
  values_.reserve(value.size());
  index_.reserve(value.size());
  if (form == Form::Members && value.is_object()) {
    for (const auto& [key, member] : value.as_object()) add(key, member);
  } else if (form == Form::Keyed && value.is_array()) {
    for (const Json& item : value.as_array()) {
      const std::string* key = key_of(spot, item);
      add(key != nullptr ? *key : "#" + std::to_string(size() + 1), item);
    }
  }
}

void Parts::add(std::string key, const Json& value) {
  if (index_.contains(key)) {
    const std::string first = key;
    std::size_t& repeats = repeats_[first];
    while (index_.contains(key)) key = first + "#" + std::to_string(++repeats + 1);
  }
  index_.emplace(key, keys_.size());
  keys_.push_back(std::move(key));
  values_.push_back(&value);
}

std::size_t Parts::position(std::string_view key) const {
  const auto found = index_.find(std::string(key));
  return found == index_.end() ? size() : found->second;
}

const Json* Parts::find(std::string_view key) const {
  const std::size_t at = position(key);
  return at == size() ? nullptr : values_[at];
}

Spot part_spot(const Spot& spot, Form form, std::string_view key, const Json& value) {
  return form == Form::Members ? spot.member(key) : spot.item(value);
}

// Documents are at most 64 deep (F012), so recursion is bounded.
bool same(const Json& a, const Json& b) {
  if (a.is_object() && b.is_object()) return objects_same(a.as_object(), b.as_object());
  if (a.is_array() && b.is_array()) return arrays_same(a.as_array(), b.as_array());
  return a == b;
}

void Builder::add(std::string_view key, Json value) {
  if (form_ == Form::Members) {
    members_.append(std::string(key), std::move(value));
  } else {
    items_.push_back(std::move(value));
  }
}

Json Builder::take() { return form_ == Form::Members ? Json(std::move(members_)) : Json(std::move(items_)); }

std::vector<bool> longest_increasing(std::span<const std::size_t> values) {
  constexpr std::size_t none = SIZE_MAX;
  std::vector<std::size_t> tails;  // positions of the smallest last value of a run of each length
  std::vector<std::size_t> previous(values.size(), none);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto by_value = [&](std::size_t tail, std::size_t value) { return values[tail] < value; };
    const auto at = std::lower_bound(tails.begin(), tails.end(), values[i], by_value);
    if (at != tails.begin()) previous[i] = *(at - 1);
    if (at == tails.end()) {
      tails.push_back(i);
    } else {
      *at = i;
    }
  }
  std::vector<bool> kept(values.size(), false);
  for (std::size_t i = tails.empty() ? none : tails.back(); i != none; i = previous[i]) kept[i] = true;
  return kept;
}

}  // namespace scaiflow::flow
