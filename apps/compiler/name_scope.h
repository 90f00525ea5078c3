#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "apps/compiler/analysis.h"

/// What an expression can name at its place in the flow (03 §7, §8). Needs the order of the blocks.
namespace scaiflow::compiler {

/// The names an unknown one may be a slip of. Two edits change at most four bits of a name's letters, so most
/// names are ruled out without a closer look.
class NearNames {
 public:
  explicit NearNames(const Names& names);
  std::vector<std::string> near(std::string_view name) const;
  /// What was spent on suggestions. Below `work_max` nothing that is suggested depends on what was asked
  /// before.
  std::size_t work() const { return work_; }
  /// Thousands of unknown names, each like thousands of known ones, get no suggestions in the end: what is
  /// suggested is help, and may not cost quadratic time.
  static constexpr std::size_t work_max = 200'000;

 private:
  struct Entry {
    std::string_view name;
    std::uint64_t letters;
  };

  static std::uint64_t letters_of(std::string_view name);
  void add(std::string_view name) { entries_.push_back({name, letters_of(name)}); }

  mutable std::size_t work_ = 0;
  std::vector<Entry> entries_;
};

/// What is known of `input` at some point. `type` is null where it is open.
struct InputState {
  const expr::Type* type = nullptr;
  bool is_certain = false;
};

/// Types along the flow, worked out where they are asked for. The analysis must outlive it.
class FlowTypes {
 public:
  explicit FlowTypes(const Analysis& analysis);

  const ResultType& result(NodeIndex node) const { return analysis_.results[node]; }
  const expr::Type* params() const { return analysis_.names.params.empty() ? nullptr : &params_; }
  InputState input_at(const Point& point);
  /// The type of the elements a foreach goes through; null where it is open.
  const expr::Type* item_of(NodeIndex loop);

 private:
  const std::vector<InputState>& states_of(PlaceId place);
  InputState first_state(PlaceId place);
  InputState behind_block(const Item& item, const InputState& before) const;

  const Analysis& analysis_;
  const FlowGraph& graph_;
  std::vector<std::vector<InputState>> inputs_;
  expr::Type params_;
  std::unordered_map<NodeIndex, const expr::Type*> items_;
  std::deque<expr::Type> item_types_;
};

/// Where a name comes from: the rows of 03 §7.
enum class NameOrigin : std::uint8_t { Local, Fixed, Variable, Binding, Trigger, Input };

struct ScopeName {
  std::string name;
  NameOrigin origin = NameOrigin::Fixed;
  const expr::Type* type = nullptr;  ///< null: open
  NodeIndex node = no_index;         ///< the node that gives it
};

/// What can be named in a field alone (03 §7, row 2), also where the flow does not get to.
std::vector<ScopeName> own_names(const Analysis& analysis, const UseSpot& spot);

/// What can be named wherever an expression stands: fixed names, variables, parameters of the trigger.
std::vector<ScopeName> names_everywhere(const Analysis& analysis);

/// Rows 2 to 8 of 03 §7 at one point.
class PointScope : public expr::StaticScope {
 public:
  PointScope(const Analysis& analysis, FlowTypes& types, const NearNames& near, const UseSpot& spot);

  expr::StaticName find(std::string_view name) const override;
  bool input_is_open() const override;
  /// Those near the name that was not found last: it is the one they are wanted for.
  std::vector<std::string> candidates() const override { return near_.near(unknown_); }
  const expr::Type* named_type(std::string_view name) const override;

  /// All of them, in the order of 03 §7; of those with one name the first, as `find` takes it.
  std::vector<ScopeName> all() const;

 private:
  expr::StaticName find_local(std::string_view name) const;
  expr::StaticName find_global(std::string_view name) const;
  expr::StaticName find_binding(std::string_view name) const;
  expr::StaticName find_in_input(std::string_view name) const;
  /// Calls `visit(name, type, node)` for each local name, the nearest first, until it says true.
  template <class Visit>
  void each_local(const Visit& visit) const;
  const std::vector<expr::Type::Field>& input_fields() const;

  const Analysis& analysis_;
  FlowTypes& types_;
  const NearNames& near_;
  const UseSpot& spot_;
  const Point point_;
  InputState input_;
  mutable std::string unknown_;
};

}  // namespace scaiflow::compiler
