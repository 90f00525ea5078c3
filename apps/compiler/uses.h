#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "apps/compiler/config_view.h"
#include "libs/diag/diag.h"
#include "libs/expr/expr.h"

namespace scaiflow::compiler {

/// Where in the flow an expression is evaluated.
enum class UseAt : std::uint8_t {
  Node,            ///< when the node runs
  Decide,          ///< behind the node: conditions of `<node>#decide`
  WhileCondition,  ///< between the rounds of the loop
  FlowEnd,         ///< behind everything: `config.output`
};

/// Names an expression sees beside those of the flow (03 §7, row 2).
enum class Locals : std::uint8_t {
  None,
  Answer,        ///< `result`, `output`: validate
  GuardFailure,  ///< `error`: on_validation_failure
};

/// What is said about an expression or template, and where.
struct UseSpot {
  std::string where;  ///< `node 'n': goal`, `edge 'e': condition`, `config.output`
  diag::Place place;
  UseAt at = UseAt::Node;
  NodeIndex node = no_index;
  Locals locals = Locals::None;

  /// A part of it: `.items[0]`.
  UseSpot below(std::string_view path) const;
};

/// The spot of a config field, and of the condition of a conditional edge that leaves a decision (`Node`) or
/// another node (`Decide`).
UseSpot field_spot(const FlowGraph& graph, NodeIndex node, std::string_view field);
UseSpot condition_spot(const FlowGraph& graph, EdgeIndex edge, UseAt at);

/// A parsed expression that is worth a look at its names.
struct ExpressionUse {
  expr::Expression expression;
  UseSpot spot;
};

/// Parses what stage 4 meets, once, and keeps it for the check of names (06 §11).
class Uses {
 public:
  explicit Uses(diag::Diagnostics& found) : found_(found) {}

  /// Class E: a text is an expression or template, all else a literal.
  void add_expression(const Json& value, const UseSpot& spot);
  /// Class E, tested for truth (F311).
  void add_condition(const Json& value, const UseSpot& spot);
  /// Class T.
  void add_template(const Json& value, const UseSpot& spot);

  const std::vector<ExpressionUse>& all() const { return uses_; }
  std::vector<ExpressionUse> take() { return std::move(uses_); }

 private:
  void add(const expr::Parsed& parsed, const UseSpot& spot);
  diag::Diagnostics& found_;
  std::vector<ExpressionUse> uses_;
};

}  // namespace scaiflow::compiler
