#pragma once

#include <string>

#include "apps/compiler/analysis.h"
#include "libs/ir/ir.h"

namespace scaiflow::compiler {

/// The module of a flow without errors (06 §5.11; 04 §2). `source_id` goes into the metadata.
ir::Module lower_flow(const Analysis& analysis, const std::string& source_id);

}  // namespace scaiflow::compiler
