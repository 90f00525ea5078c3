#include "apps/compiler/wasm/expressions.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>

#include "apps/compiler/name_scope.h"
#include "apps/compiler/rename.h"
#include "libs/expr/expr.h"

namespace scaiflow::compiler {
namespace {

using expr::NamedTypes;
using expr::Type;

/// UTF-16 units before a byte of UTF-8: one for each code point, two for those of four bytes.
std::size_t units_before(std::string_view text, std::size_t offset) {
  std::size_t units = 0;
  for (const char c : text.substr(0, offset)) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xc0) != 0x80) units += byte >= 0xf0 ? 2 : 1;
  }
  return units;
}

expr::Parsed parse(const Json& args) {
  const std::string text = args.string_or("text", "");
  return args.string_or("mode", "") == "template" ? expr::parse_template(text) : expr::parse_expression(text);
}

Json problems_json(const expr::Parsed& parsed) {
  Json out = Json::array();
  for (const expr::Problem& problem : parsed.problems) {
    const std::string code = expr::to_diagnostic(problem, "").code;
    out.push_back(Json::object({{"code", code},
                                {"message", expr::message_of(problem)},
                                {"offset", units_before(parsed.expression.text(), problem.offset)}}));
  }
  return out;
}

class ValueScope : public expr::Scope {
 public:
  explicit ValueScope(const Json& values) : values_(values) {}
  bool find(std::string_view name, Json& out) const override {
    const Json* value = values_.find(name);
    if (value) out = *value;
    return value != nullptr;
  }

 private:
  const Json& values_;
};

/// Elements of `after` that differ from `before`; renaming neither adds nor removes.
Json changed(const Json& before, const Json& after) {
  Json out = Json::array();
  for (std::size_t i = 0; i < after.size(); ++i) {
    if (!(after.at(i) == before.at(i))) out.push_back(after.at(i));
  }
  return out;
}

constexpr std::array origin_names = {"local", "fixed", "variable", "binding", "trigger", "input"};

/// Where the expression stands that is asked about; nullopt when that is not there.
std::optional<UseSpot> spot_of(const Analysis& analysis, const Json& args) {
  const FlowGraph& graph = *analysis.graph;
  const std::string node_id = args.string_or("node", ""), edge_id = args.string_or("edge", "");
  for (NodeIndex n = 0; n < graph.nodes.size(); ++n) {
    if (graph.nodes[n].id == node_id) return field_spot(graph, n, args.string_or("field", ""));
  }
  for (EdgeIndex e = 0; e < graph.edges.size(); ++e) {
    if (graph.edges[e].id != edge_id || !graph.edges[e].is_connected()) continue;
    const bool is_decision = analysis.has_order && analysis.control.roles[e] == EdgeRole::Decision;
    return condition_spot(graph, e, is_decision ? UseAt::Node : UseAt::Decide);
  }
  return std::nullopt;
}

/// True when the flow gets there.
bool is_placed(const Analysis& analysis, const UseSpot& spot) {
  return analysis.has_order && analysis.placement.node_places[spot.node] != no_index;
}

bool has_place(const Json& args) { return args["node"].is_string() || args["edge"].is_string(); }

/// The tree of a type (04 §4.1), null where it is open. A declared name gives what it stands for, but not
/// within: types may be recursive.
Json tree_of(const Type* type, const NamedTypes& named) {
  if (!type) return {};
  if (type->kind() != Type::Kind::Named) return type->to_json();
  const auto declared = named.find(type->name());
  return declared == named.end() ? Json() : declared->second.to_json();
}

/// The names in it as the flow has them there. Gives its type.
Json check_at(const Analysis& analysis, const UseSpot& spot, expr::Parsed& parsed) {
  FlowTypes types(analysis);
  const NearNames near(analysis.names);
  const PointScope scope(analysis, types, near, spot);
  expr::check_names(parsed.expression, scope, parsed.problems);
  const auto type = expr::type_of(parsed.expression, scope);
  return tree_of(type ? &*type : nullptr, analysis.names.types);
}

std::vector<ScopeName> names_at(const Analysis& analysis, const UseSpot& spot, FlowTypes& types) {
  const NearNames near(analysis.names);
  return PointScope(analysis, types, near, spot).all();
}

/// What can be named where the flow does not get to.
std::vector<ScopeName> names_outside(const Analysis& analysis, const std::optional<UseSpot>& spot) {
  std::vector<ScopeName> out = spot ? own_names(analysis, *spot) : std::vector<ScopeName>();
  std::ranges::move(names_everywhere(analysis), std::back_inserter(out));
  return out;
}

}  // namespace

Json scope_in(const Checked& checked, const Json& args) {
  const Analysis& analysis = checked.analysis;
  const auto spot = spot_of(analysis, args);
  std::optional<FlowTypes> types;
  if (spot && is_placed(analysis, *spot)) types.emplace(analysis);
  Json list = Json::array();
  for (const ScopeName& name : types ? names_at(analysis, *spot, *types) : names_outside(analysis, spot)) {
    list.push_back(
        Json::object({{"name", name.name},
                      {"origin", origin_names[static_cast<std::size_t>(name.origin)]},
                      {"type", tree_of(name.type, analysis.names.types)},
                      {"node", name.node == no_index ? Json() : Json(checked.graph->nodes[name.node].id)}}));
  }
  return Json::object({{"names", list}});
}

Json check_expression(Session& session, const Json& args) {
  expr::Parsed parsed = parse(args);
  Json type;
  if (parsed.problems.empty() && parsed.expression.is_valid() && has_place(args)) {
    const Analysis& analysis = session.checked({}).analysis;
    const auto spot = spot_of(analysis, args);
    if (spot && is_placed(analysis, *spot)) type = check_at(analysis, *spot, parsed);
  }
  return Json::object({{"problems", problems_json(parsed)}, {"type", std::move(type)}});
}

Json evaluate_expression(const Json& args) {
  const expr::Parsed parsed = parse(args);
  if (!parsed.problems.empty()) return Json::object({{"problems", problems_json(parsed)}});
  expr::Fuel fuel;
  const auto value = expr::evaluate(parsed.expression, ValueScope(args["values"]), fuel);
  if (value) return Json::object({{"value", *value}});
  const std::size_t offset = units_before(value.error().expression, value.error().offset);
  return Json::object({{"failure", Json::object({{"code", value.error().code},
                                                 {"message", value.error().message},
                                                 {"offset", offset}})}});
}

Json rename_in(const Json& document, const Json& args) {
  expr::Renames names;
  if (args["names"].is_object()) {
    for (const JsonMember& member : args["names"].as_object()) {
      if (member.second.is_string()) names.emplace(member.first, member.second.as_string());
    }
  }
  const Json renamed = rename_uses(document, names);
  Json out = Json::object({{"nodes", changed(document["nodes"], renamed["nodes"])},
                           {"edges", changed(document["edges"], renamed["edges"])}});
  for (const char* key : {"config", "tests"}) {
    if (!(renamed[key] == document[key])) out.set(key, renamed[key]);
  }
  return out;
}

}  // namespace scaiflow::compiler
