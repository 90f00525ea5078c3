#include "apps/compiler/uses.h"

namespace scaiflow::compiler {

UseSpot UseSpot::below(std::string_view path) const {
  UseSpot spot = *this;
  spot.where += path;
  if (spot.place.path) *spot.place.path += path;
  return spot;
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
