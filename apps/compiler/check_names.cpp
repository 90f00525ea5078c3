#include "apps/compiler/check_names.h"

#include "apps/compiler/name_scope.h"

namespace scaiflow::compiler {

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
