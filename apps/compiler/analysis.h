#pragma once

#include <span>
#include <string>
#include <vector>

#include "apps/compiler/cancel.h"
#include "apps/compiler/order.h"
#include "apps/compiler/resolve.h"
#include "apps/compiler/result_types.h"
#include "apps/compiler/uses.h"

namespace scaiflow::compiler {

/// A member that data edges add to `input_bindings` (06 §5.8).
struct DataInput {
  std::string name;
  std::string value;
  friend bool operator==(const DataInput&, const DataInput&) = default;
};

/// The checks of a node's config, which the node, the head of the flow and its names decide; or those of
/// everything beside configs.
struct Checks {
  diag::Diagnostics form;           ///< what is wrong with it
  std::vector<ExpressionUse> uses;  ///< the expressions in it
  diag::Diagnostics names;          ///< what is wrong with the names in those
  std::size_t names_work = 0;       ///< what the suggestions in `names` cost (`NearNames::work`)
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
  std::vector<ResultType> results;  ///< per node
  std::vector<Checks> checks;       ///< per node; empty for parked ones
  Checks structure;                 ///< of the rest of the flow
  bool has_names = false;           ///< the names were checked, and each expression by itself
  bool keeps_structure = false;     ///< against the former analysis, by `have_same_structure`
  bool is_cancelled = false;        ///< then the rest means nothing
};

/// What differs in the configs of nodes.
enum class Difference : std::uint8_t {
  Texts,  ///< templates alone (02 §1, class T), which decide nothing beyond their own node
  Any,
};

/// The flow that an analysis was made from, where the configs of some nodes have been replaced since.
struct Former {
  Analysis& analysis;  ///< what still holds is taken out of it
  std::span<const NodeIndex> changed;
  Difference difference = Difference::Any;
};

/// Stages 3 and 4 of 06 §1: everything that is wrong or doubtful goes to `found`. `graph` must outlive the
/// result. `cancelled` may be empty. With `former` the same is found with less work.
Analysis analyse(const FlowGraph& graph, diag::Diagnostics& found, const Cancelled& cancelled,
                 const Former* former = nullptr);

/// True when the structure that both found is the same: names, places, order and results, so that expressions
/// which did not change see the same.
bool have_same_structure(const Analysis& a, const Analysis& b);

}  // namespace scaiflow::compiler
