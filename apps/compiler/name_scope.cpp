#include "apps/compiler/name_scope.h"

#include <algorithm>
#include <array>
#include <bit>
#include <unordered_set>

namespace scaiflow::compiler {
namespace {

using expr::StaticName;
using expr::Type;

constexpr std::array<std::string_view, 7> fixed_names = {"input",  "trigger",   "entry_name", "execution",
                                                         "memory", "reference", "config"};

/// A value of such a type has no members but those it names.
bool is_closed(const Type& type) {
  switch (type.kind()) {
    case Type::Kind::Primitive: return !type.is(expr::Primitive::Object) && !type.is(expr::Primitive::Json);
    case Type::Kind::Optional: return is_closed(type.item());
    case Type::Kind::Array:
    case Type::Kind::Object:
    case Type::Kind::Enum:
    case Type::Kind::Literal: return true;
    case Type::Kind::Map:
    case Type::Kind::Named:
    case Type::Kind::Union: return false;
  }
  return false;
}

const Type& without_optional(const Type& type) {
  return type.is_optional() ? without_optional(type.item()) : type;
}

StaticName known(const Type* type = nullptr) { return {StaticName::State::Known, type, {}}; }

/// A while tests its condition between its rounds, where all of its body may have run.
Point in_body(const Analysis& analysis, NodeIndex loop) {
  const SplitId split = analysis.placement.main_splits[loop];
  const PlaceId body = analysis.placement.splits[split].arm_places[0];
  return body == no_index ? analysis.order.points[loop] : Point{body, {}};
}

Point point_of(const Analysis& analysis, const UseSpot& spot) {
  switch (spot.at) {
    case UseAt::FlowEnd: return flow_end;
    case UseAt::WhileCondition: return in_body(analysis, spot.node);
    case UseAt::Node: return analysis.order.points[spot.node];
    case UseAt::Decide: {
      Point point = analysis.order.points[spot.node];
      point.step.part = Part::Decide;
      return point;
    }
  }
  return {};
}

}  // namespace

NearNames::NearNames(const Names& names) {
  for (const std::string& binding : names.bindings) {
    if (names.by_binding.contains(binding)) add(binding);
  }
  for (const VariableInfo& variable : names.variables) add(variable.name);
  for (const ParamInfo& param : names.params) add(param.name);
}

std::vector<std::string> NearNames::near(std::string_view name) const {
  std::vector<std::string> out;
  if (work_ >= work_max) return out;
  const std::uint64_t letters = letters_of(name);
  for (const Entry& entry : entries_) {
    const std::size_t longer = std::max(entry.name.size(), name.size());
    const std::size_t shorter = std::min(entry.name.size(), name.size());
    if (longer - shorter <= 2 && std::popcount(letters ^ entry.letters) <= 4) out.emplace_back(entry.name);
  }
  work_ += out.size() + entries_.size() / 64;
  return out;
}

std::uint64_t NearNames::letters_of(std::string_view name) {
  std::uint64_t letters = 0;
  for (const char c : name) letters |= std::uint64_t{1} << (static_cast<unsigned char>(c) & 63);
  return letters;
}

FlowTypes::FlowTypes(const Analysis& analysis)
    : analysis_(analysis), graph_(*analysis.graph), inputs_(analysis.placement.places.size()) {
  std::vector<Type::Field> fields;
  for (const ParamInfo& param : analysis.names.params)
    fields.push_back({param.name, param.type, std::nullopt});
  params_ = Type::object(std::move(fields));
}

InputState FlowTypes::input_at(const Point& point) {
  const std::vector<InputState>& states = states_of(point.place);
  const std::size_t at = 2 * std::min<std::size_t>(point.step.position, (states.size() - 1) / 2);
  return point.step.part == Part::Block ? states[at] : states[at + 1];
}

/// Two states per item, before it and behind its block, and one at the end. A body's first state is that of
/// the body around it, at most 64 deep.
const std::vector<InputState>& FlowTypes::states_of(PlaceId place) {
  std::vector<InputState>& states = inputs_[place];
  if (!states.empty()) return states;
  const std::vector<Item>& body = analysis_.order.bodies[place];
  InputState state = first_state(place);
  states.reserve(2 * body.size() + 1);
  for (const Item& item : body) {
    states.push_back(state);
    state = behind_block(item, state);
    states.push_back(state);
    if (item.kind == ItemKind::Node && analysis_.placement.decide_splits[item.node] != no_index) state = {};
  }
  states.push_back(state);
  return states;
}

InputState FlowTypes::first_state(PlaceId place) {
  if (place == flow_body) return {params(), params() != nullptr};
  const Split& split = analysis_.placement.split_at(place);
  if (split.kind == SplitKind::Loop) {
    const Node& loop = graph_.nodes[split.node];
    if (is_while(loop)) return {};
    const Type* item = item_of(split.node);
    return {item, item != nullptr};
  }
  return input_at({analysis_.placement.places[place].parent, analysis_.order.steps[place]});
}

InputState FlowTypes::behind_block(const Item& item, const InputState& before) const {
  if (item.kind != ItemKind::Node) return {};
  const Node& node = graph_.nodes[item.node];
  if (node.spec().is_entry || !has_result(node.kind)) return before;
  const ResultType& result = analysis_.results[item.node];
  return {result.type ? &*result.type : nullptr, result.is_certain};
}

const Type* FlowTypes::item_of(NodeIndex loop) {
  const auto [known_item, is_new] = items_.emplace(loop, nullptr);
  if (!is_new) return known_item->second;
  const Json* collection = field_value(graph_.nodes[loop], "collection");
  if (!collection || !collection->is_string()) return nullptr;
  const expr::Expression expression = expr::parse_e(collection->as_string()).expression;
  if (!expression.is_valid()) return nullptr;
  const NearNames nobody{Names{}};
  const UseSpot spot{{}, {}, UseAt::Node, loop, Locals::None};
  const auto type = expr::type_of(expression, PointScope(analysis_, *this, nobody, spot));
  if (!type || type->kind() != Type::Kind::Array) return nullptr;
  item_types_.push_back(type->item());
  return items_[loop] = &item_types_.back();
}

PointScope::PointScope(const Analysis& analysis, FlowTypes& types, const NearNames& near, const UseSpot& spot)
    : analysis_(analysis), types_(types), near_(near), spot_(spot), point_(point_of(analysis, spot)) {
  if (spot.at != UseAt::WhileCondition) input_ = types.input_at(point_);
}

StaticName PointScope::find(std::string_view name) const {
  StaticName found = find_local(name);
  if (found.state == StaticName::State::Unknown) found = find_global(name);
  if (found.state == StaticName::State::Unknown) found = find_in_input(name);
  if (found.state == StaticName::State::Unknown) unknown_ = name;
  return found;
}

bool PointScope::input_is_open() const {
  return analysis_.names.params.empty() || !input_.is_certain || !input_.type || !is_closed(*input_.type);
}

const Type* PointScope::named_type(std::string_view name) const {
  const auto type = analysis_.names.types.find(name);
  return type == analysis_.names.types.end() ? nullptr : &type->second;
}

std::vector<ScopeName> own_names(const Analysis& analysis, const UseSpot& spot) {
  if (spot.locals == Locals::GuardFailure) return {{"error", NameOrigin::Local, nullptr, spot.node}};
  if (spot.locals == Locals::None) return {};
  const Type* type = nullptr;
  if (!analysis.results.empty() && analysis.results[spot.node].type)
    type = &*analysis.results[spot.node].type;
  return {{"result", NameOrigin::Local, type, spot.node}, {"output", NameOrigin::Local, type, spot.node}};
}

template <class Visit>
void PointScope::each_local(const Visit& visit) const {
  for (const ScopeName& own : own_names(analysis_, spot_)) {
    if (visit(own.name, own.type, own.node)) return;
  }
  for (PlaceId at = point_.place; at != flow_body; at = analysis_.placement.places[at].parent) {
    const Split& split = analysis_.placement.split_at(at);
    if (split.kind != SplitKind::Loop) continue;
    const Node& loop = analysis_.graph->nodes[split.node];
    if (is_while(loop)) continue;
    const std::string item = text_field(loop, "item_name");
    const std::string index = text_field(loop, "index_name");
    if (visit(item, types_.item_of(split.node), split.node) || visit(index, nullptr, split.node)) return;
  }
}

StaticName PointScope::find_local(std::string_view name) const {
  StaticName found;
  each_local([&](std::string_view local, const Type* type, NodeIndex) {
    if (local != name) return false;
    found = known(type);
    return true;
  });
  return found;
}

StaticName PointScope::find_global(std::string_view name) const {
  for (const std::string_view fixed : fixed_names) {
    if (name == fixed) return known();
  }
  if (const VariableInfo* variable = analysis_.names.variable(name)) {
    return known(variable->type ? &*variable->type : nullptr);
  }
  StaticName found = find_binding(name);
  constexpr std::string_view prefix = "node_";
  if (found.state != StaticName::State::Unknown || !name.starts_with(prefix)) return found;
  const std::string_view rest = name.substr(prefix.size());
  return find_binding(expr::is_reserved(rest) ? std::string(rest) + '_' : std::string(rest));
}

StaticName PointScope::find_binding(std::string_view name) const {
  const Names& names = analysis_.names;
  const ParamInfo* param = names.param(name);
  const auto binding = names.by_binding.find(std::string(name));
  if (binding == names.by_binding.end()) return param ? known(&param->type) : StaticName{};
  const NodeIndex node = binding->second;
  if (analysis_.graph->nodes[node].spec().is_entry) return known(param ? &param->type : types_.params());
  if (!can_run_before(*analysis_.graph, analysis_.placement, analysis_.order, node, point_)) {
    if (param) return known(&param->type);
    return {StaticName::State::NotBefore, nullptr, analysis_.graph->nodes[node].id};
  }
  const ResultType& result = types_.result(node);
  return known(!param && result.type ? &*result.type : nullptr);
}

const std::vector<Type::Field>& PointScope::input_fields() const {
  static const std::vector<Type::Field> none;
  if (!input_.type) return none;
  const Type& type = without_optional(*input_.type);
  return type.kind() == Type::Kind::Object ? type.fields() : none;
}

StaticName PointScope::find_in_input(std::string_view name) const {
  for (const Type::Field& field : input_fields()) {
    if (field.name == name) return known(&field.type);
  }
  return {};
}

std::vector<ScopeName> PointScope::all() const {
  std::vector<ScopeName> out;
  std::unordered_set<std::string> seen;
  const auto add = [&](ScopeName name) {
    if (!name.name.empty() && seen.insert(name.name).second) out.push_back(std::move(name));
  };
  const Names& names = analysis_.names;
  each_local([&](std::string_view name, const Type* type, NodeIndex node) {
    add({std::string(name), NameOrigin::Local, type, node});
    return false;
  });
  const std::vector<ScopeName> everywhere = names_everywhere(analysis_);
  const auto params = std::find_if(everywhere.begin(), everywhere.end(),
                                   [](const ScopeName& name) { return name.origin == NameOrigin::Trigger; });
  std::for_each(everywhere.begin(), params, add);
  for (NodeIndex n = 0; n < names.bindings.size(); ++n) {
    const auto owner = names.by_binding.find(names.bindings[n]);
    if (owner == names.by_binding.end() || owner->second != n) continue;
    if (analysis_.graph->nodes[n].spec().is_entry) continue;
    const StaticName found = find_binding(names.bindings[n]);
    if (found.state == StaticName::State::Known) add({names.bindings[n], NameOrigin::Binding, found.type, n});
  }
  std::for_each(params, everywhere.end(), add);
  for (const Type::Field& field : input_fields()) add({field.name, NameOrigin::Input, &field.type, no_index});
  return out;
}

std::vector<ScopeName> names_everywhere(const Analysis& analysis) {
  const Names& names = analysis.names;
  std::vector<ScopeName> out;
  for (const std::string_view name : fixed_names) out.push_back({std::string(name), NameOrigin::Fixed});
  for (const VariableInfo& variable : names.variables) {
    out.push_back({variable.name, NameOrigin::Variable, variable.type ? &*variable.type : nullptr});
  }
  for (const ParamInfo& param : names.params) out.push_back({param.name, NameOrigin::Trigger, &param.type});
  return out;
}

}  // namespace scaiflow::compiler
