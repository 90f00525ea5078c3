#pragma once

#include <optional>

#include "apps/compiler/analysis.h"
#include "libs/ir/ir.h"

namespace scaiflow::compiler {

/// The body of the flow from its places, items and partial joins (06 §5.3 to §5.7). Built from the innermost
/// places outwards, without recursion. Needs an analysis without errors.
ir::Body assemble(const Analysis& analysis);

/// The block that `assemble` makes of a node without bodies of its own; nullopt for other nodes and entries.
std::optional<ir::Block> block_alone(const Analysis& analysis, NodeIndex node);

}  // namespace scaiflow::compiler
