#include "libs/ir/depth.h"

#include <algorithm>
#include <type_traits>
#include <utility>
#include <vector>

namespace scaiflow::ir {
namespace {

/// Depth of a JSON value; explicit stack, because values of a module may be nested as their author likes.
std::size_t json_depth(const Json& root) {
  std::size_t deepest = 0;
  std::vector<std::pair<const Json*, std::size_t>> open{{&root, 0}};
  while (!open.empty()) {
    const auto [json, outside] = open.back();
    open.pop_back();
    if (!json->is_array() && !json->is_object()) continue;
    deepest = std::max(deepest, outside + 1);
    if (json->is_array()) {
      for (const Json& item : json->as_array()) open.emplace_back(&item, outside + 1);
    } else {
      for (const auto& [key, member] : json->as_object()) open.emplace_back(&member, outside + 1);
    }
  }
  return deepest;
}

/// Walks field tables; an overload per shape.
struct Meter {
  std::size_t operator()(const Json& value) const { return json_depth(value); }
  std::size_t operator()(const JsonMap& value) const {
    std::size_t deepest = 0;
    for (const auto& [key, member] : value) deepest = std::max(deepest, json_depth(member));
    return deepest + 1;
  }
  std::size_t operator()(const std::string&) const { return 0; }
  std::size_t operator()(const TextMap&) const { return 1; }
  std::size_t operator()(const OnFailure& value) const { return value.empty() ? 1 : 3; }
  std::size_t operator()(const Body&) const { return 1; }
  std::size_t operator()(const Statement& statement) const {
    return std::visit([this](const auto& detail) { return (*this)(detail); }, statement.detail);
  }

  template <class T>
  std::size_t operator()(const std::optional<T>& value) const {
    return value ? (*this)(*value) : 0;
  }

  template <class T>
  std::size_t operator()(const std::vector<T>& items) const {
    std::size_t deepest = 0;
    for (const T& item : items) deepest = std::max(deepest, (*this)(item));
    return deepest + 1;
  }

  template <class T>
  std::size_t operator()(const T& value) const {
    if constexpr (std::is_arithmetic_v<T> || std::is_enum_v<T>) {
      return 0;
    } else {
      std::size_t deepest = 0;
      T::fields([&](const FieldInfo&, auto member) { deepest = std::max(deepest, (*this)(value.*member)); });
      return deepest + 1;
    }
  }
};

}  // namespace

std::size_t encoded_depth(const Block& block) {
  constexpr std::size_t with_source_location = 2;
  const std::size_t detail = std::visit([](const auto& record) { return Meter{}(record); }, block.detail);
  return std::max(detail, with_source_location);
}

std::size_t encoded_depth(const Module& module) { return Meter{}(module); }

}  // namespace scaiflow::ir
