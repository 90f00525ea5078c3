#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "libs/expr/value.h"

/// The functions and methods of 03 §10 as a table: names, receivers, arguments. What they do stands in
/// `free_functions.cpp`, `*_methods.cpp` and `loop.cpp`.
namespace scaiflow::expr {

inline constexpr int arguments_max = 16;
inline constexpr int lambda_params_max = 2;

enum class Function : std::uint8_t {
  Len,
  TypeOf,
  String,
  Int,
  Float,
  Bool,
  Date,
  Datetime,
  Duration,
  Json,
  ParseJson,
  Min,
  Max,
  Coalesce,
  Range,
  UrlEncode,
  UrlDecode,
  Base64Encode,
  Base64Decode,
  Sha256,
};

struct FunctionSpec {
  std::string_view name;
  Function id;
  std::uint8_t arguments_min;
  std::uint8_t arguments_max;
};

/// nullptr when there is no such function.
const FunctionSpec* find_function(std::string_view name);
const FunctionSpec& spec_of(Function function);
/// `now`, `random`, `uuid`: F306.
bool is_non_deterministic(std::string_view name);

enum class Method : std::uint8_t {
  Abs,
  Add,
  All,
  Any,
  Append,
  Avg,
  Capitalize,
  Ceil,
  Clamp,
  Concat,
  Contains,
  Count,
  EndsWith,
  Entries,
  Filter,
  Find,
  First,
  FlatMap,
  Flatten,
  Floor,
  Format,
  Get,
  GroupBy,
  Has,
  IndexBy,
  IndexOf,
  IsEmpty,
  Join,
  Keys,
  Last,
  Length,
  Lines,
  Lower,
  Map,
  MapValues,
  Matches,
  Max,
  Merge,
  Min,
  Omit,
  PadEnd,
  PadStart,
  Pick,
  Reduce,
  Remove,
  Repeat,
  Replace,
  ReplaceFirst,
  Reverse,
  Round,
  Set,
  Slice,
  Sort,
  Split,
  StartOf,
  StartsWith,
  Sum,
  ToJson,
  ToString,
  Trim,
  TrimEnd,
  TrimStart,
  Truncate,
  Unique,
  Upper,
  Values,
};

enum class LambdaUse : std::uint8_t { None, Optional, Required };

/// What is known of a result without evaluating, for static checks.
enum class ResultType : std::uint8_t { Open, Same, Item, ArrayOfOpen, Bool, Int, Number, String, Strings };

struct MethodSpec {
  std::string_view name;
  Method id;
  std::uint16_t receivers;  ///< bits of ValueKind
  /// Arguments besides the lambda, which always comes first.
  std::uint8_t arguments_min;
  std::uint8_t arguments_max;
  LambdaUse lambda;
  std::uint8_t params_min;
  std::uint8_t params_max;
  ResultType result;

  constexpr bool takes(ValueKind kind) const { return (receivers >> static_cast<unsigned>(kind) & 1u) != 0; }
  /// Of all arguments, the lambda included.
  constexpr int total_min() const { return arguments_min + (lambda == LambdaUse::Required ? 1 : 0); }
  constexpr int total_max() const { return arguments_max + (lambda == LambdaUse::None ? 0 : 1); }
};

const MethodSpec* find_method(std::string_view name);
const MethodSpec& spec_of(Method method);

/// `2`, `1 to 2`: the `<n>` of F303.
std::string count_text(int min, int max);

}  // namespace scaiflow::expr
