#pragma once

#include "apps/compiler/name_scope.h"

namespace scaiflow::compiler {

/// The names in expressions against what is known where they stand: F304, F305, F307, F308 (03 §7, §8). Needs
/// the order of the blocks.
class NameChecker {
 public:
  NameChecker(const Analysis& analysis, const Cancelled& cancelled)
      : analysis_(analysis), cancelled_(cancelled), types_(analysis), near_(analysis.names) {}

  void check(const std::vector<ExpressionUse>& uses, diag::Diagnostics& found);
  bool is_cancelled() const { return is_cancelled_; }
  /// What suggestions have cost so far (`NearNames`).
  std::size_t work() const { return near_.work(); }

 private:
  const Analysis& analysis_;
  const Cancelled& cancelled_;
  FlowTypes types_;
  NearNames near_;
  std::size_t seen_ = 0;
  bool is_cancelled_ = false;
};

}  // namespace scaiflow::compiler
