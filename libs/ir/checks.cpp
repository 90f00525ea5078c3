#include "libs/ir/checks.h"

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <unordered_set>
#include <utility>

namespace scaiflow::ir {
namespace {

using expr::Type;

struct Range {
  std::string_view field;
  double lowest;
  double highest;
  std::string_view shown;
};

constexpr double no_limit = std::numeric_limits<double>::max();

/// Limits of 04 §2 and §10; `ms` stands for every field of that class.
constexpr std::array<Range, 9> ranges = {{
    {"ms", 0, 31'536'000'000.0, "0|31536000000"},
    {"max_concurrent", 1, 256, "1|256"},
    {"max_active_instances", 1, no_limit, "1|9223372036854775807"},
    {"max_iterations", 1, 1'000'000, "1|1000000"},
    {"max_retries", 0, 20, "0|20"},
    {"max", 0, 20, "0|20"},
    {"max_tokens", 0, no_limit, "0|9223372036854775807"},
    {"max_cost", 0, no_limit, "0|1.7976931348623157e+308"},
    {"temperature", 0, 2, "0|2"},
}};

constexpr std::array<std::string_view, 7> read_only = {"memory",  "reference",  "config",   "input",
                                                       "trigger", "entry_name", "execution"};

/// Whether types behind an optional, an array or a map count: a value may stop there.
enum class Walk : std::uint8_t { All, Required };

/// Calls `visit(name)` for every named type inside `type`. Types are at most `type_depth_max` deep.
template <class Visit>
void named_types(const Type& type, Walk walk, const Visit& visit) {
  switch (type.kind()) {
    case Type::Kind::Primitive:
    case Type::Kind::Enum:
    case Type::Kind::Literal: return;
    case Type::Kind::Named: return visit(type.name());
    case Type::Kind::Array:
    case Type::Kind::Map:
    case Type::Kind::Optional:
      if (walk == Walk::All) named_types(type.item(), walk, visit);
      return;
    case Type::Kind::Object:
      for (const Type::Field& field : type.fields()) named_types(field.type, walk, visit);
      return;
    case Type::Kind::Union:
      for (const Type& member : type.members()) named_types(member, walk, visit);
      return;
  }
}

/// The declared types that are not yet known to have a finite value; what is not declared counts as finite.
using Open = std::map<std::string, Type, std::less<>>;

bool is_finite(const Type& type, const Open& open) {
  const auto finite = [&](const Type& inner) { return is_finite(inner, open); };
  switch (type.kind()) {
    case Type::Kind::Primitive:
    case Type::Kind::Enum:
    case Type::Kind::Literal:
    case Type::Kind::Array:
    case Type::Kind::Map:
    case Type::Kind::Optional: return true;
    case Type::Kind::Named: return !open.contains(type.name());
    case Type::Kind::Object:
      return std::all_of(type.fields().begin(), type.fields().end(),
                         [&](const Type::Field& field) { return finite(field.type); });
    case Type::Kind::Union: return std::any_of(type.members().begin(), type.members().end(), finite);
  }
  return true;
}

/// Takes types out of `open` until only endless ones are left.
void close_finite(Open& open) {
  for (bool changed = true; changed;) {
    changed = std::erase_if(open, [&](const auto& entry) { return is_finite(entry.second, open); }) > 0;
  }
}

bool contains_itself(const std::string& name, const Open& endless) {
  std::vector<std::string> todo{name};
  std::unordered_set<std::string> seen;
  while (!todo.empty()) {
    const Type type = endless.find(todo.back())->second;
    todo.pop_back();
    named_types(type, Walk::Required, [&](const std::string& inner) {
      if (endless.contains(inner) && seen.insert(inner).second) todo.push_back(inner);
    });
  }
  return seen.contains(name);
}

}  // namespace

void check_range(double value, const std::string& shown, std::string_view field, const std::string& pointer,
                 Findings& findings) {
  const auto range =
      std::find_if(ranges.begin(), ranges.end(), [&](const Range& r) { return r.field == field; });
  if (range == ranges.end() || (value >= range->lowest && value <= range->highest)) return;
  const std::size_t bar = range->shown.find('|');
  findings.add(diag::Code::E421, {pointer, shown, range->shown.substr(0, bar), range->shown.substr(bar + 1)},
               pointer);
}

void check_count(std::size_t count, std::size_t limit, const std::string& pointer, Findings& findings) {
  if (count <= limit) return;
  findings.add(diag::Code::E421, {pointer, std::to_string(count), "0", std::to_string(limit)}, pointer);
}

void check_type(const Json& tree, const std::string& pointer, const ModuleNames& names, Findings& findings) {
  const auto type = Type::from_json(tree);
  if (!type) return;
  named_types(*type, Walk::All, [&](const std::string& name) {
    if (!names.is_declared_type(name)) findings.add(diag::Code::E422_Unknown, {name}, pointer);
  });
}

void check_endless_types(const Module& module, Findings& findings) {
  Open open;
  for (const TypeDef& def : module.types) {
    if (auto type = Type::from_json(def.type)) open.emplace(def.name, std::move(*type));
  }
  close_finite(open);
  for (std::size_t i = 0; i < module.types.size(); ++i) {
    const std::string& name = module.types[i].name;
    if (!open.contains(name) || !contains_itself(name, open)) continue;
    findings.add(diag::Code::E422_Recursive, {name}, "/types/" + std::to_string(i) + "/type");
  }
}

bool is_read_only(std::string_view root) {
  return std::find(read_only.begin(), read_only.end(), root) != read_only.end();
}

}  // namespace scaiflow::ir
