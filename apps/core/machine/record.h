#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "libs/base/json.h"

/// Records describe their fields once, as `static void fields(V&& v) { v(1, "effect_id", &T::effect_id); ...
/// }`, and from that come the JSON form here and the journal bodies in journal_codec.h. Field numbers are
/// fixed for ever.
namespace scaiflow::machine {

struct NullVisitor {
  template <class... A>
  void operator()(A&&...) const {}
};

template <class T>
concept Record = requires { T::fields(NullVisitor{}); };

template <class T>
concept NamedEnum = std::is_enum_v<T> && requires(T t) { names_of(t); };

template <class T>
concept Choice = requires(const T& t) { std::variant_size_v<typename T::variant_type>; };

inline Json to_json(const Json& value) { return value; }
inline Json to_json(const std::string& value) { return value; }
inline Json to_json(std::int64_t value) { return value; }
inline Json to_json(int value) { return value; }
inline Json to_json(bool value) { return value; }

template <NamedEnum T>
Json to_json(T value);
template <Record T>
Json to_json(const T& value);
template <class T>
Json to_json(const std::optional<T>& value);
template <class T>
Json to_json(const std::vector<T>& value);
template <class K, class T>
Json to_json(const std::map<K, T>& value);
template <class T>
Json to_json(const std::set<T>& value);

inline bool from_json(const Json& json, Json& out) { return out = json, true; }
bool from_json(const Json& json, std::string& out);
bool from_json(const Json& json, std::int64_t& out);
bool from_json(const Json& json, int& out);
bool from_json(const Json& json, bool& out);

template <NamedEnum T>
bool from_json(const Json& json, T& out);
template <Record T>
bool from_json(const Json& json, T& out);
template <class T>
bool from_json(const Json& json, std::optional<T>& out);
template <class T>
bool from_json(const Json& json, std::vector<T>& out);
template <class K, class T>
bool from_json(const Json& json, std::map<K, T>& out);
template <class T>
bool from_json(const Json& json, std::set<T>& out);

template <NamedEnum T>
Json to_json(T value) {
  return names_of(value)[static_cast<int>(value)];
}

template <NamedEnum T>
bool from_json(const Json& json, T& out) {
  if (!json.is_string()) return false;
  int i = 0;
  for (std::string_view name : names_of(out)) {
    if (name == json.as_string()) return out = static_cast<T>(i), true;
    ++i;
  }
  return false;
}

/// A field that holds what a fresh record holds is left out: absent reads back as that.
template <Record T>
Json to_json(const T& value) {
  [[maybe_unused]] static const T fresh{};  // g++ 12 overlooks uses inside a generic lambda
  JsonObject out;
  T::fields([&](int, std::string_view name, auto member) {
    Json field = to_json(value.*member);
    if (!(field == to_json(fresh.*member))) out.append(std::string(name), std::move(field));
  });
  return out;
}

template <Record T>
bool from_json(const Json& json, T& out) {
  if (!json.is_object()) return false;
  bool ok = true;
  T::fields([&](int, std::string_view name, auto member) {
    if (const Json* field = json.find(name)) ok = from_json(*field, out.*member) && ok;
  });
  return ok;
}

template <class T>
Json to_json(const std::optional<T>& value) {
  if constexpr (std::is_same_v<T, Json>) {
    return value ? Json::array({*value}) : Json();  // an optional null differs from none
  } else {
    return value ? to_json(*value) : Json();
  }
}

template <class T>
bool from_json(const Json& json, std::optional<T>& out) {
  if (json.is_null()) return out.reset(), true;
  if constexpr (std::is_same_v<T, Json>) {
    return json.is_array() && json.size() == 1 ? (out = json.at(0), true) : false;
  } else {
    return from_json(json, out.emplace());
  }
}

template <class T>
Json to_json(const std::vector<T>& value) {
  JsonArray out;
  out.reserve(value.size());
  for (const T& item : value) out.push_back(to_json(item));
  return out;
}

template <class T>
bool from_json(const Json& json, std::vector<T>& out) {
  if (!json.is_array()) return false;
  out.clear();
  for (const Json& item : json.as_array()) {
    if (!from_json(item, out.emplace_back())) return false;
  }
  return true;
}

template <class T>
Json to_json(const std::set<T>& value) {
  return to_json(std::vector<T>(value.begin(), value.end()));
}

template <class T>
bool from_json(const Json& json, std::set<T>& out) {
  std::vector<T> items;
  if (!from_json(json, items)) return false;
  out = {items.begin(), items.end()};
  return true;
}

/// A map is an array of pairs, so that keys of any type keep their order.
template <class K, class T>
Json to_json(const std::map<K, T>& value) {
  JsonArray out;
  for (const auto& [key, item] : value) out.push_back(Json::array({to_json(key), to_json(item)}));
  return out;
}

template <class K, class T>
bool from_json(const Json& json, std::map<K, T>& out) {
  if (!json.is_array()) return false;
  out.clear();
  for (const Json& pair : json.as_array()) {
    K key{};
    if (pair.size() != 2 || !from_json(pair.at(0), key) || !from_json(pair.at(1), out[key])) return false;
  }
  return true;
}

}  // namespace scaiflow::machine
