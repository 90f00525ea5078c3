#include "libs/expr/functions.h"

#include <algorithm>
#include <iterator>

namespace scaiflow::expr {

namespace {

constexpr FunctionSpec functions[] = {
    {"len", Function::Len, 1, 1},
    {"type_of", Function::TypeOf, 1, 1},
    {"string", Function::String, 1, 1},
    {"int", Function::Int, 1, 2},
    {"float", Function::Float, 1, 2},
    {"bool", Function::Bool, 1, 2},
    {"date", Function::Date, 1, 2},
    {"datetime", Function::Datetime, 1, 2},
    {"duration", Function::Duration, 1, 2},
    {"json", Function::Json, 1, 1},
    {"parse_json", Function::ParseJson, 1, 2},
    {"min", Function::Min, 2, arguments_max},
    {"max", Function::Max, 2, arguments_max},
    {"coalesce", Function::Coalesce, 2, arguments_max},
    {"range", Function::Range, 1, 3},
    {"url_encode", Function::UrlEncode, 1, 1},
    {"url_decode", Function::UrlDecode, 1, 1},
    {"base64_encode", Function::Base64Encode, 1, 1},
    {"base64_decode", Function::Base64Decode, 1, 1},
    {"sha256", Function::Sha256, 1, 1},
};

constexpr std::uint16_t bit(ValueKind kind) {
  return static_cast<std::uint16_t>(1u << static_cast<unsigned>(kind));
}
constexpr std::uint16_t string = bit(ValueKind::String);
constexpr std::uint16_t array = bit(ValueKind::Array);
constexpr std::uint16_t map = bit(ValueKind::Map);
constexpr std::uint16_t number = bit(ValueKind::Int) | bit(ValueKind::Float);
constexpr std::uint16_t calendar = bit(ValueKind::Date) | bit(ValueKind::Datetime);
constexpr std::uint16_t any =
    string | array | map | number | calendar | bit(ValueKind::Bool) | bit(ValueKind::Duration);
constexpr LambdaUse none = LambdaUse::None;
constexpr LambdaUse optional = LambdaUse::Optional;
constexpr LambdaUse required = LambdaUse::Required;
using R = ResultType;

// Sorted by name; in the order of the enumerators.
constexpr MethodSpec methods[] = {
    {"abs", Method::Abs, number, 0, 0, none, 0, 0, R::Number},
    {"add", Method::Add, calendar, 2, 2, none, 0, 0, R::Open},
    {"all", Method::All, array, 0, 0, optional, 1, 1, R::Bool},
    {"any", Method::Any, array, 0, 0, optional, 1, 1, R::Bool},
    {"append", Method::Append, array, 1, 1, none, 0, 0, R::ArrayOfOpen},
    {"avg", Method::Avg, array, 0, 0, optional, 1, 1, R::Number},
    {"capitalize", Method::Capitalize, string, 0, 0, none, 0, 0, R::String},
    {"ceil", Method::Ceil, number, 0, 0, none, 0, 0, R::Int},
    {"clamp", Method::Clamp, number, 2, 2, none, 0, 0, R::Number},
    {"concat", Method::Concat, array, 1, 1, none, 0, 0, R::ArrayOfOpen},
    {"contains", Method::Contains, string | array, 1, 1, none, 0, 0, R::Bool},
    {"count", Method::Count, array, 0, 0, optional, 1, 1, R::Int},
    {"ends_with", Method::EndsWith, string, 1, 1, none, 0, 0, R::Bool},
    {"entries", Method::Entries, map, 0, 0, none, 0, 0, R::ArrayOfOpen},
    {"filter", Method::Filter, array | map, 0, 0, required, 1, 2, R::Same},
    {"find", Method::Find, array, 0, 0, required, 1, 1, R::Item},
    {"first", Method::First, array, 0, 0, none, 0, 0, R::Item},
    {"flat_map", Method::FlatMap, array, 0, 0, required, 1, 2, R::ArrayOfOpen},
    {"flatten", Method::Flatten, array, 0, 0, none, 0, 0, R::ArrayOfOpen},
    {"floor", Method::Floor, number, 0, 0, none, 0, 0, R::Int},
    {"format", Method::Format, calendar, 1, 1, none, 0, 0, R::String},
    {"get", Method::Get, map, 1, 2, none, 0, 0, R::Open},
    {"group_by", Method::GroupBy, array, 0, 0, required, 1, 1, R::Open},
    {"has", Method::Has, map, 1, 1, none, 0, 0, R::Bool},
    {"index_by", Method::IndexBy, array, 0, 0, required, 1, 1, R::Open},
    {"index_of", Method::IndexOf, string | array, 1, 1, none, 0, 0, R::Int},
    {"is_empty", Method::IsEmpty, string | array | map | bit(ValueKind::Null), 0, 0, none, 0, 0, R::Bool},
    {"join", Method::Join, array, 0, 1, none, 0, 0, R::String},
    {"keys", Method::Keys, map, 0, 0, none, 0, 0, R::Strings},
    {"last", Method::Last, array, 0, 0, none, 0, 0, R::Item},
    {"length", Method::Length, string | array | map, 0, 0, none, 0, 0, R::Int},
    {"lines", Method::Lines, string, 0, 0, none, 0, 0, R::Strings},
    {"lower", Method::Lower, string, 0, 0, none, 0, 0, R::String},
    {"map", Method::Map, array, 0, 0, required, 1, 2, R::ArrayOfOpen},
    {"map_values", Method::MapValues, map, 0, 0, required, 1, 2, R::Open},
    {"matches", Method::Matches, string, 1, 1, none, 0, 0, R::Bool},
    {"max", Method::Max, array, 0, 0, optional, 1, 1, R::Item},
    {"merge", Method::Merge, map, 1, 1, none, 0, 0, R::Open},
    {"min", Method::Min, array, 0, 0, optional, 1, 1, R::Item},
    {"omit", Method::Omit, map, 1, 1, none, 0, 0, R::Open},
    {"pad_end", Method::PadEnd, string, 1, 2, none, 0, 0, R::String},
    {"pad_start", Method::PadStart, string, 1, 2, none, 0, 0, R::String},
    {"pick", Method::Pick, map, 1, 1, none, 0, 0, R::Open},
    {"reduce", Method::Reduce, array, 1, 1, required, 2, 2, R::Open},
    {"remove", Method::Remove, map, 1, 1, none, 0, 0, R::Open},
    {"repeat", Method::Repeat, string, 1, 1, none, 0, 0, R::String},
    {"replace", Method::Replace, string, 2, 2, none, 0, 0, R::String},
    {"replace_first", Method::ReplaceFirst, string, 2, 2, none, 0, 0, R::String},
    {"reverse", Method::Reverse, array, 0, 0, none, 0, 0, R::Same},
    {"round", Method::Round, number, 0, 1, none, 0, 0, R::Number},
    {"set", Method::Set, map, 2, 2, none, 0, 0, R::Open},
    {"slice", Method::Slice, string | array, 1, 2, none, 0, 0, R::Same},
    {"sort", Method::Sort, array, 0, 1, optional, 1, 1, R::Same},
    {"split", Method::Split, string, 1, 1, none, 0, 0, R::Strings},
    {"start_of", Method::StartOf, calendar, 1, 1, none, 0, 0, R::Open},
    {"starts_with", Method::StartsWith, string, 1, 1, none, 0, 0, R::Bool},
    {"sum", Method::Sum, array, 0, 0, optional, 1, 1, R::Number},
    {"to_json", Method::ToJson, any, 0, 0, none, 0, 0, R::String},
    {"to_string", Method::ToString, any, 0, 1, none, 0, 0, R::String},
    {"trim", Method::Trim, string, 0, 0, none, 0, 0, R::String},
    {"trim_end", Method::TrimEnd, string, 0, 0, none, 0, 0, R::String},
    {"trim_start", Method::TrimStart, string, 0, 0, none, 0, 0, R::String},
    {"truncate", Method::Truncate, string, 1, 2, none, 0, 0, R::String},
    {"unique", Method::Unique, array, 0, 0, optional, 1, 1, R::Same},
    {"upper", Method::Upper, string, 0, 0, none, 0, 0, R::String},
    {"values", Method::Values, map, 0, 0, none, 0, 0, R::ArrayOfOpen},
};

constexpr bool is_in_order() {
  for (std::size_t i = 0; i < std::size(methods); ++i) {
    if (static_cast<std::size_t>(methods[i].id) != i) return false;
    if (i > 0 && !(methods[i - 1].name < methods[i].name)) return false;
  }
  for (std::size_t i = 0; i < std::size(functions); ++i) {
    if (static_cast<std::size_t>(functions[i].id) != i) return false;
  }
  return true;
}
static_assert(is_in_order());

}  // namespace

const FunctionSpec* find_function(std::string_view name) {
  const auto* it = std::find_if(std::begin(functions), std::end(functions),
                                [name](const FunctionSpec& spec) { return spec.name == name; });
  return it == std::end(functions) ? nullptr : it;
}

const FunctionSpec& spec_of(Function function) { return functions[static_cast<std::size_t>(function)]; }

bool is_non_deterministic(std::string_view name) {
  return name == "now" || name == "random" || name == "uuid";
}

const MethodSpec* find_method(std::string_view name) {
  const auto* it =
      std::lower_bound(std::begin(methods), std::end(methods), name,
                       [](const MethodSpec& spec, std::string_view key) { return spec.name < key; });
  return it == std::end(methods) || it->name != name ? nullptr : it;
}

const MethodSpec& spec_of(Method method) { return methods[static_cast<std::size_t>(method)]; }

std::string count_text(int min, int max) {
  if (min == max) return std::to_string(min);
  return std::to_string(min) + " to " + std::to_string(max);
}

}  // namespace scaiflow::expr
