#pragma once

#include "libs/base/json.h"
#include "libs/expr/expr.h"

namespace scaiflow::compiler {

/// The document with all uses of some names rewritten, wherever an expression or template may stand: configs
/// of nodes, conditions of edges, the output of the flow, assertions of fixtures (03 §1, §2). What has no
/// such use keeps its memory. Fields that declare names (`result_binding`) are not changed: they are no uses.
Json rename_uses(const Json& document, const expr::Renames& names);

}  // namespace scaiflow::compiler
