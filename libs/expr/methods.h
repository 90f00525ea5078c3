#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libs/expr/context.h"
#include "libs/expr/functions.h"

/// How the functions and methods of 03 §10 are carried out.
namespace scaiflow::expr {

/// A call whose number of arguments has been checked. `self` is null for free functions.
struct Call {
  std::string_view name;
  const Value& self;
  const Value* arguments;
  std::size_t count;
  Context& cx;

  bool has(std::size_t i) const { return i < count; }
  const Value& argument(std::size_t i) const { return arguments[i]; }

  /// Typed reads; nullptr or nullopt after a `TypeMismatch`.
  const std::string* text(std::size_t i) const;
  std::optional<std::int64_t> integer(std::size_t i) const;

  Value bad_argument(std::string_view reason) const { return cx.bad_argument(name, reason); }
};

using CallFunction = Value (*)(const Call&);

Value call_function(Function function, const Value* arguments, std::size_t count, Context& cx);
/// A method without lambda; the receiver may be of any kind.
Value call_method(Method method, const Value& self, const Value* arguments, std::size_t count, Context& cx);
/// False after the error that a method call on this receiver is.
bool check_receiver(Method method, const Value& self, Context& cx);

/// A method of an array that may take a lambda: `keys` are its results, or the elements themselves.
Value fold(Method method, const Value& array, std::vector<Value> keys, const Call& call);
/// `filter` and `map_values` of a map.
Value fold_map(Method method, const Value& map, std::vector<Value> results, Context& cx);

/// One table per kind of receiver, indexed by `Method`; nullptr where there is no such method.
inline constexpr std::size_t method_count = static_cast<std::size_t>(Method::Values) + 1;
using MethodTable = std::array<CallFunction, method_count>;

struct MethodEntry {
  Method method;
  CallFunction function;
};

template <std::size_t N>
constexpr MethodTable method_table(const MethodEntry (&entries)[N]) {
  MethodTable table{};
  for (const MethodEntry& entry : entries) table[static_cast<std::size_t>(entry.method)] = entry.function;
  return table;
}

extern const MethodTable string_methods;
extern const MethodTable array_methods;
extern const MethodTable map_methods;
extern const MethodTable number_methods;
extern const MethodTable temporal_methods;

/// Digits behind the point, rounded half away from zero as the shortest decimal form reads: `1.005` to 2
/// digits is `1.01`.
std::string fixed_text(double value, int digits);

}  // namespace scaiflow::expr
