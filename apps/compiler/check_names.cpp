#include "apps/compiler/check_names.h"

#include <array>
#include <bit>
#include <deque>
#include <unordered_map>

#include "apps/compiler/result_types.h"

namespace scaiflow::compiler {
namespace {

using expr::StaticName;
using expr::Type;

constexpr std::array<std::string_view, 7> fixed_names = {"input",  "trigger",   "entry_name", "execution",
                                                         "memory", "reference", "config"};

/// What is known of `input` at some point. `type` is null where it is open.
struct InputState {
  const Type* type = nullptr;
  bool is_certain = false;
};

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

/// The names an unknown one may be a slip of. Two edits change at most four bits of a name's letters, so most
/// names are ruled out without a closer look.
class NearNames {
 public:
  explicit NearNames(const Names& names) {
    for (const std::string& binding : names.bindings) {
      if (names.by_binding.contains(binding)) add(binding);
    }
    for (const VariableInfo& variable : names.variables) add(variable.name);
    for (const ParamInfo& param : names.params) add(param.name);
  }

  std::vector<std::string> near(std::string_view name) const {
    std::vector<std::string> out;
    if (work_left_ <= 0) return out;
    const std::uint64_t letters = letters_of(name);
    for (const Entry& entry : entries_) {
      const std::size_t longer = std::max(entry.name.size(), name.size());
      const std::size_t shorter = std::min(entry.name.size(), name.size());
      if (longer - shorter <= 2 && std::popcount(letters ^ entry.letters) <= 4) out.emplace_back(entry.name);
    }
    work_left_ -= static_cast<std::int64_t>(out.size() + entries_.size() / 64);
    return out;
  }

 private:
  struct Entry {
    std::string_view name;
    std::uint64_t letters;
  };

  static std::uint64_t letters_of(std::string_view name) {
    std::uint64_t letters = 0;
    for (const char c : name) letters |= std::uint64_t{1} << (static_cast<unsigned char>(c) & 63);
    return letters;
  }

  void add(std::string_view name) { entries_.push_back({name, letters_of(name)}); }

  /// Thousands of unknown names, each like thousands of known ones, get no suggestions in the end: what is
  /// suggested is help, and may not cost quadratic time.
  mutable std::int64_t work_left_ = 200'000;
  std::vector<Entry> entries_;
};

/// Types along the flow, worked out where they are asked for.
class FlowTypes {
 public:
  explicit FlowTypes(const Analysis& analysis)
      : analysis_(analysis), graph_(*analysis.graph), results_(find_result_types(graph_, analysis.control)),
        inputs_(analysis.placement.places.size()) {
    std::vector<Type::Field> fields;
    for (const ParamInfo& param : analysis.names.params)
      fields.push_back({param.name, param.type, std::nullopt});
    params_ = Type::object(std::move(fields));
  }

  const ResultType& result(NodeIndex node) const { return results_[node]; }
  const Type* params() const { return analysis_.names.params.empty() ? nullptr : &params_; }

  InputState input_at(const Point& point) {
    const std::vector<InputState>& states = states_of(point.place);
    const std::size_t at = 2 * std::min<std::size_t>(point.step.position, (states.size() - 1) / 2);
    return point.step.part == Part::Block ? states[at] : states[at + 1];
  }

  /// The type of the elements a foreach goes through.
  const Type* item_of(NodeIndex loop);

 private:
  /// Two states per item, before it and behind its block, and one at the end. A body's first state is that of
  /// the body around it, at most 64 deep.
  const std::vector<InputState>& states_of(PlaceId place) {
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

  InputState first_state(PlaceId place) {
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

  InputState behind_block(const Item& item, const InputState& before) const {
    if (item.kind != ItemKind::Node) return {};
    const Node& node = graph_.nodes[item.node];
    if (node.spec().is_entry || !has_result(node.kind)) return before;
    const ResultType& result = results_[item.node];
    return {result.type ? &*result.type : nullptr, result.is_certain};
  }

  const Analysis& analysis_;
  const FlowGraph& graph_;
  std::vector<ResultType> results_;
  std::vector<std::vector<InputState>> inputs_;
  Type params_;
  std::unordered_map<NodeIndex, const Type*> items_;
  std::deque<Type> item_types_;
};

/// Rows 2 to 8 of 03 §7 at one point.
class PointScope : public expr::StaticScope {
 public:
  PointScope(const Analysis& analysis, FlowTypes& types, const NearNames& near, const UseSpot& spot)
      : analysis_(analysis), types_(types), near_(near), spot_(spot), point_(point_of(analysis, spot)) {
    if (spot.at != UseAt::WhileCondition) input_ = types.input_at(point_);
  }

  StaticName find(std::string_view name) const override {
    StaticName found = find_local(name);
    if (found.state == StaticName::State::Unknown) found = find_global(name);
    if (found.state == StaticName::State::Unknown) found = find_in_input(name);
    if (found.state == StaticName::State::Unknown) unknown_ = name;
    return found;
  }

  bool input_is_open() const override {
    return analysis_.names.params.empty() || !input_.is_certain || !input_.type || !is_closed(*input_.type);
  }

  /// Those near the name that was not found last: it is the one they are wanted for.
  std::vector<std::string> candidates() const override { return near_.near(unknown_); }

  const Type* named_type(std::string_view name) const override {
    const auto type = analysis_.names.types.find(name);
    return type == analysis_.names.types.end() ? nullptr : &type->second;
  }

 private:
  static Point point_of(const Analysis& analysis, const UseSpot& spot) {
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

  /// A while tests its condition between its rounds, where all of its body may have run.
  static Point in_body(const Analysis& analysis, NodeIndex loop) {
    const SplitId split = analysis.placement.main_splits[loop];
    const PlaceId body = analysis.placement.splits[split].arm_places[0];
    return body == no_index ? analysis.order.points[loop] : Point{body, {}};
  }

  static StaticName known(const Type* type = nullptr) { return {StaticName::State::Known, type, {}}; }

  StaticName find_local(std::string_view name) const {
    if (spot_.locals == Locals::Answer && (name == "result" || name == "output")) {
      const ResultType& result = types_.result(spot_.node);
      return known(result.type ? &*result.type : nullptr);
    }
    if (spot_.locals == Locals::GuardFailure && name == "error") return known();
    for (PlaceId at = point_.place; at != flow_body; at = analysis_.placement.places[at].parent) {
      const Split& split = analysis_.placement.split_at(at);
      if (split.kind != SplitKind::Loop) continue;
      const Node& loop = analysis_.graph->nodes[split.node];
      if (is_while(loop)) continue;
      if (name == text_field(loop, "item_name")) return known(types_.item_of(split.node));
      if (name == text_field(loop, "index_name")) return known();
    }
    return {};
  }

  StaticName find_global(std::string_view name) const {
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

  StaticName find_binding(std::string_view name) const {
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

  StaticName find_in_input(std::string_view name) const {
    if (!input_.type) return {};
    const Type& type = without_optional(*input_.type);
    if (type.kind() != Type::Kind::Object) return {};
    const Type::Field* field = type.field(name);
    return field ? known(&field->type) : StaticName{};
  }

  const Analysis& analysis_;
  FlowTypes& types_;
  const NearNames& near_;
  const UseSpot& spot_;
  const Point point_;
  InputState input_;
  mutable std::string unknown_;
};

const Type* FlowTypes::item_of(NodeIndex loop) {
  const auto [known, is_new] = items_.emplace(loop, nullptr);
  if (!is_new) return known->second;
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

}  // namespace

void check_names(const Analysis& analysis, const Uses& uses, diag::Diagnostics& found,
                 const Cancelled& cancelled) {
  FlowTypes types(analysis);
  const NearNames near(analysis.names);
  std::size_t seen = 0;
  for (const ExpressionUse& use : uses.all()) {
    if (++seen % cancel_interval == 0 && cancelled && cancelled()) return;
    const PointScope scope(analysis, types, near, use.spot);
    std::vector<expr::Problem> problems;
    expr::check_names(use.expression, scope, problems);
    for (const expr::Problem& problem : problems) {
      found.push_back(expr::to_diagnostic(problem, use.spot.where, use.spot.place));
    }
  }
}

}  // namespace scaiflow::compiler
