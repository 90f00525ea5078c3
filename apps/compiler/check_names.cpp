#include "apps/compiler/check_names.h"

namespace scaiflow::compiler {

void NameChecker::check(const std::vector<ExpressionUse>& uses, diag::Diagnostics& found) {
  for (const ExpressionUse& use : uses) {
    if (++seen_ % cancel_interval == 0 && cancelled_ && cancelled_()) is_cancelled_ = true;
    if (is_cancelled_) return;
    const PointScope scope(analysis_, types_, near_, use.spot);
    std::vector<expr::Problem> problems;
    expr::check_names(use.expression, scope, problems);
    for (const expr::Problem& problem : problems) {
      found.push_back(expr::to_diagnostic(problem, use.spot.where, use.spot.place));
    }
  }
}

}  // namespace scaiflow::compiler
