#pragma once

#include <memory>

#include "apps/compiler/analysis.h"
#include "apps/compiler/compile.h"
#include "libs/flow/document.h"

namespace scaiflow::compiler {

/// A flow behind stages 1 to 4: formats and questions about it share one analysis.
struct Checked {
  std::unique_ptr<const FlowGraph> graph;  ///< null: the envelope has an error
  Analysis analysis;                       ///< refers to `graph`
  diag::Diagnostics found;                 ///< as they came, not arranged
  bool is_cancelled = false;               ///< then the rest is of no use
};

Checked check(flow::ParseResult parsed, const Cancelled& cancelled);

/// What the author is told: sorted and limited.
diag::Diagnostics diagnostics_of(const Checked& checked);

/// Stages 5 to 7.
CompileResult compile_checked(const Checked& checked, Format format, const CompileOptions& options);

}  // namespace scaiflow::compiler
