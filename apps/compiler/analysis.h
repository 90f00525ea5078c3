#pragma once

#include <string>
#include <vector>

#include "apps/compiler/cancel.h"
#include "apps/compiler/order.h"
#include "apps/compiler/resolve.h"

namespace scaiflow::compiler {

/// A member that data edges add to `input_bindings` (06 §5.8).
struct DataInput {
  std::string name;
  std::string value;
};

/// All that stages 3 and 4 find out about a flow; lowering starts from it. Refers to the graph it was made
/// from.
struct Analysis {
  const FlowGraph* graph = nullptr;
  ControlGraph control;
  Names names;
  Placement placement;
  Order order;
  bool has_order = false;  ///< false: the structure is broken, places and order are empty
  std::vector<std::vector<DataInput>> data_inputs;  ///< per node
  std::vector<std::string> sandboxes;               ///< per compute node: the binding its `bunker` comes from
  std::vector<std::string> fixes;
};

/// Stages 3 and 4 of 06 §1: everything that is wrong or doubtful goes to `found`. `graph` must outlive the
/// result. `cancelled` may be empty; when it says true the analysis stops and is of no use.
Analysis analyse(const FlowGraph& graph, diag::Diagnostics& found, const Cancelled& cancelled);

}  // namespace scaiflow::compiler
