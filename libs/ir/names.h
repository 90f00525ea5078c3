#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "libs/expr/expr.h"
#include "libs/ir/ir.h"

namespace scaiflow::ir {

/// What the module declares (03 §7 rows 4 to 7), for E412 and E409. Keeps pointers into the module.
class ModuleNames {
 public:
  explicit ModuleNames(const Module& module);

  struct Known {
    /// Of what is declared; absent: open, or the result of `block`.
    std::optional<expr::Type> type;
    /// Set for results of blocks.
    const Block* block = nullptr;
  };

  /// A variable, memory field, binding, trigger, or `node_<binding>`; null when there is none.
  const Known* find(std::string_view name) const;
  /// The type of what was found; null where it is open.
  const expr::Type* type_of(const Known& known) const;
  bool is_variable(std::string_view name) const { return variables_.contains(name); }
  bool is_declared_type(std::string_view name) const { return types_.find(name) != types_.end(); }
  const expr::Type* named_type(std::string_view name) const;

 private:
  void declare(std::string_view name, Known known);
  void declare_statements(const Block& block);

  std::unordered_map<std::string_view, Known> names_;
  std::unordered_set<std::string_view> variables_;
  expr::NamedTypes types_;
  mutable std::unordered_map<const Block*, std::optional<expr::Type>> result_types_;  ///< of those asked for
};

/// The names that statements of a block set.
std::vector<std::string_view> declared_names(const Block& block);
/// The type that a block surely yields; absent when that is not known.
std::optional<expr::Type> result_type(const Block& block);
/// The trigger input of a flow with params; absent for open input.
std::optional<expr::Type> input_type(const Flow& flow);

/// Names where one expression stands (03 §7).
class PlaceScope : public expr::StaticScope {
 public:
  /// `params` is the flow's `input_type`.
  PlaceScope(const ModuleNames& names, const std::optional<expr::Type>& params)
      : names_(names), params_(params) {}

  /// Rows 2 and 8 at this place. `input` absent: not known.
  std::vector<std::string> locals;
  std::optional<expr::Type> input;
  /// `validate` alone knows `result` and `output`; their type, when known, is this.
  bool in_validate = false;
  std::optional<expr::Type> answer;

  expr::StaticName find(std::string_view name) const override;
  bool input_is_open() const override;
  std::vector<std::string> candidates() const override { return {}; }
  const expr::Type* named_type(std::string_view name) const override { return names_.named_type(name); }

 private:
  const expr::Type* resolved_input() const;
  const ModuleNames& names_;
  const std::optional<expr::Type>& params_;
};

}  // namespace scaiflow::ir
