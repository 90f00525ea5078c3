#pragma once

#include <memory>
#include <span>

#include "apps/compiler/analysis.h"
#include "apps/compiler/compile.h"
#include "libs/flow/document.h"

namespace scaiflow::compiler {

/// A flow behind stages 1 to 4: formats and questions about it share one analysis.
struct Checked {
  std::unique_ptr<FlowGraph> graph;  ///< null: the envelope has an error
  Analysis analysis;                 ///< refers to `graph`
  diag::Diagnostics parsed;          ///< what stages 1 and 2 found
  diag::Diagnostics found;           ///< by all stages; as they came, not arranged
  bool is_cancelled = false;         ///< then the rest is of no use
};

Checked check(flow::ParseResult parsed, const Cancelled& cancelled);

/// Checks again after the nodes at `changed` were replaced in `document`, all else being as it was: what
/// still holds is kept, and the result is the same as that of `check`. False when more than the content of
/// these nodes differs; then nothing has changed and all is to be checked.
bool check_again(Checked& checked, const Json& document, std::span<const NodeIndex> changed);

/// What the author is told: sorted and limited.
diag::Diagnostics diagnostics_of(const Checked& checked);

/// Stages 5 to 7.
CompileResult compile_checked(const Checked& checked, Format format, const CompileOptions& options);

}  // namespace scaiflow::compiler
