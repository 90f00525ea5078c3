#pragma once

#include "apps/compiler/analysis.h"
#include "apps/compiler/uses.h"

namespace scaiflow::compiler {

/// The names in all expressions against what is known where they stand: F304, F305, F307, F308 (03 §7, §8).
/// Needs the order of the blocks.
void check_names(const Analysis& analysis, const Uses& uses, diag::Diagnostics& found,
                 const Cancelled& cancelled);

}  // namespace scaiflow::compiler
