#include "libs/ir/names.h"

#include <algorithm>
#include <array>
#include <utility>

namespace scaiflow::ir {
namespace {

using expr::StaticName;
using expr::Type;

constexpr std::array<std::string_view, 7> fixed_names = {"input",  "trigger",   "entry_name", "execution",
                                                         "memory", "reference", "config"};
constexpr std::string_view node_prefix = "node_";

std::optional<Type> read_type(const Json& tree) {
  if (tree.is_null()) return std::nullopt;
  const auto type = Type::from_json(tree);
  return type ? std::optional<Type>(*type) : std::nullopt;
}

/// `a` of `a.b[0]`.
std::string_view root_of(std::string_view target) { return target.substr(0, target.find_first_of(".[")); }

StaticName known(const Type* type) { return {StaticName::State::Known, type, {}}; }

const Type* pointer_to(const std::optional<Type>& type) { return type ? &*type : nullptr; }

}  // namespace

ModuleNames::ModuleNames(const Module& module) {
  for (const TypeDef& def : module.types) {
    if (auto type = read_type(def.type)) types_.emplace(def.name, std::move(*type));
  }
  for (const Variable& variable : module.variables) {
    variables_.insert(variable.name);
    declare(variable.name, {read_type(variable.type), nullptr});
  }
  for (const MemoryField& field : module.memory) declare(field.name, {read_type(field.type), nullptr});
  for_each_block(module, [this](const Block& block) {
    if (block.result_binding) declare(*block.result_binding, {std::nullopt, &block});
    declare_statements(block);
  });
  for (const Trigger& trigger : module.triggers) declare(trigger.name, {});
}

void ModuleNames::declare(std::string_view name, Known known) { names_.try_emplace(name, std::move(known)); }

void ModuleNames::declare_statements(const Block& block) {
  for (const std::string_view name : declared_names(block)) declare(name, {});
}

const ModuleNames::Known* ModuleNames::find(std::string_view name) const {
  auto it = names_.find(name);
  if (it == names_.end() && name.starts_with(node_prefix)) {
    const std::string binding(name.substr(node_prefix.size()));
    it = names_.find(binding);
    if (it == names_.end() && expr::is_reserved(binding)) it = names_.find(binding + "_");
  }
  return it == names_.end() ? nullptr : &it->second;
}

const Type* ModuleNames::type_of(const Known& known) const {
  if (!known.block) return pointer_to(known.type);
  const auto [type, is_new] = result_types_.try_emplace(known.block);
  if (is_new) type->second = result_type(*known.block);
  return pointer_to(type->second);
}

const Type* ModuleNames::named_type(std::string_view name) const {
  const auto it = types_.find(name);
  return it == types_.end() ? nullptr : &it->second;
}

std::vector<std::string_view> declared_names(const Block& block) {
  std::vector<std::string_view> names;
  const Statements* statements = statements_of(block);
  if (!statements) return names;
  for_each_statement(*statements, [&](const Statement& statement) {
    if (const auto* assign = statement.as<AssignStatement>()) names.push_back(root_of(assign->target));
    const auto* call = statement.as<PluginCallStatement>();
    if (call && call->result_binding) names.push_back(*call->result_binding);
  });
  return names;
}

std::optional<Type> result_type(const Block& block) {
  const auto* flexible = block.as<FlexibleBlock>();
  const auto* guarded = block.as<GuardedBlock>();
  if (!flexible && (!guarded || guarded->on_validation_failure)) return std::nullopt;
  const Json& tree = flexible ? flexible->output_type : guarded->output_type;
  return tree.is_null() ? std::nullopt : read_type(tree);
}

std::optional<Type> input_type(const Flow& flow) {
  if (flow.params.empty()) return std::nullopt;
  std::vector<Type::Field> fields;
  for (const Param& param : flow.params) {
    fields.push_back({param.name, read_type(param.type).value_or(Type()), std::nullopt});
  }
  return Type::object(std::move(fields));
}

/// The input's type with names looked up; null when it is open.
const Type* PlaceScope::resolved_input() const {
  const Type* type = pointer_to(input);
  for (int hops = 0; type && hops < expr::type_depth_max; ++hops) {
    if (type->kind() == Type::Kind::Optional)
      type = &type->item();
    else if (type->kind() == Type::Kind::Named)
      type = names_.named_type(type->name());
    else
      break;
  }
  if (!type || type->is(expr::Primitive::Json) || type->is(expr::Primitive::Object)) return nullptr;
  switch (type->kind()) {
    case Type::Kind::Map:
    case Type::Kind::Union:
    case Type::Kind::Named:
    case Type::Kind::Optional: return nullptr;
    case Type::Kind::Primitive:
    case Type::Kind::Array:
    case Type::Kind::Object:
    case Type::Kind::Enum:
    case Type::Kind::Literal: return type;
  }
  return nullptr;
}

bool PlaceScope::input_is_open() const { return !params_ || !resolved_input(); }

StaticName PlaceScope::find(std::string_view name) const {
  if (std::find(locals.begin(), locals.end(), name) != locals.end()) return known(nullptr);
  if (in_validate && (name == "result" || name == "output")) return known(pointer_to(answer));
  if (name == "input") return known(pointer_to(input));
  if (std::find(fixed_names.begin(), fixed_names.end(), name) != fixed_names.end()) return known(nullptr);
  if (const ModuleNames::Known* declared = names_.find(name)) return known(names_.type_of(*declared));
  for (const Type* type : {pointer_to(params_), resolved_input()}) {
    const Type::Field* field = type && type->kind() == Type::Kind::Object ? type->field(name) : nullptr;
    if (field) return known(&field->type);
  }
  return {};
}

}  // namespace scaiflow::ir
