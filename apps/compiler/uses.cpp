#include "apps/compiler/uses.h"

namespace scaiflow::compiler {

UseSpot UseSpot::below(std::string_view path) const {
  UseSpot spot = *this;
  spot.where += path;
  if (spot.place.path) *spot.place.path += path;
  return spot;
}

UseSpot field_spot(const FlowGraph& graph, NodeIndex index, std::string_view field) {
  const Node& node = graph.nodes[index];
  UseSpot spot{"node '" + node.id + "': ", place_of(graph, index, field), UseAt::Node, index, Locals::None};
  spot.where += field;
  if (field == "validate") spot.locals = Locals::Answer;
  if (field == "on_validation_failure") spot.locals = Locals::GuardFailure;
  if (field == "condition" && node.kind == KindId::LogicLoop) spot.at = UseAt::WhileCondition;
  return spot;
}

UseSpot condition_spot(const FlowGraph& graph, EdgeIndex index, UseAt at) {
  const flow::Edge& edge = graph.edges[index];
  return {"edge '" + edge.id + "': condition", place_of_edge(graph, index, "condition"), at, edge.source.node,
          Locals::None};
}

void Uses::add(const expr::Parsed& parsed, const UseSpot& spot) {
  for (const expr::Problem& problem : parsed.problems) {
    found_.push_back(expr::to_diagnostic(problem, spot.where, spot.place));
  }
  if (parsed.expression.is_valid()) uses_.push_back({parsed.expression, spot});
}

void Uses::add_expression(const Json& value, const UseSpot& spot) {
  if (value.is_string()) add(expr::parse_e(value.as_string()), spot);
}

void Uses::add_condition(const Json& value, const UseSpot& spot) {
  if (!value.is_string()) return;
  expr::Parsed parsed = expr::parse_e(value.as_string());
  if (parsed.problems.empty()) parsed.problems = expr::check_condition(parsed.expression);
  add(parsed, spot);
}

void Uses::add_template(const Json& value, const UseSpot& spot) {
  const expr::TemplateValue::Parsed parsed = expr::TemplateValue::parse(value);
  for (const expr::TemplateProblem& problem : parsed.problems) {
    const UseSpot here = spot.below(problem.path);
    found_.push_back(expr::to_diagnostic(problem.problem, here.where, here.place));
  }
  for (const expr::TemplateValue::Item& item : parsed.value.items()) {
    if (item.expression.is_valid() && item.expression.has_placeholder()) {
      uses_.push_back({item.expression, spot.below(item.path)});
    }
  }
}

}  // namespace scaiflow::compiler
