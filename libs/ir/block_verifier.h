#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "libs/expr/expr.h"
#include "libs/ir/field_walker.h"
#include "libs/ir/findings.h"
#include "libs/ir/ir.h"
#include "libs/ir/names.h"

namespace scaiflow::ir {

/// Walks all blocks of a module and reports what 04 §9 says about them.
class BlockVerifier : private FieldSink {
 public:
  BlockVerifier(const Module& module, const ModuleNames& names, Findings& findings);
  void run();
  /// Only the blocks of these ids; what they have in common with others is not compared.
  void run(const std::vector<std::string>& ids);

 private:
  /// What a block inherits from the bodies around it.
  struct Context {
    std::size_t depth = 5;  ///< of the block's own map in the encoding: module, flows, flow, body, block
    bool in_loop = false;
    bool is_concurrent = false;
    bool may_return = true;
    std::vector<std::string> locals;
  };

  void body(const Body& body, const std::string& pointer, const Context& context,
            std::optional<expr::Type> input);
  void block(const Block& block, const std::string& pointer, const Context& context,
             const std::optional<expr::Type>& input);
  void children(const Block& block, const std::string& pointer, const Context& context,
                const std::optional<expr::Type>& input);
  Context inside(const Block& block, const ChildBody& child, const Context& outside) const;

  bool is_skipped(const Block& block) const { return only_ && !only_->contains(block.id); }
  void ids(const Block& block);
  void binding(const Block& block, const std::string& name);
  void detail(const Block& block);

  void check(const RigidBlock& rigid);
  void check(const DebugBlock& debug);
  void check(const FlexibleBlock& flexible);
  void check(const GuardedBlock& guarded);
  void check(const ModelCallBlock& call);
  void check(const ParallelBlock& parallel);
  void check(const ForeachBlock& foreach);
  void check(const WhileBlock&) {}
  void check(const MatchBlock& match);
  void check(const TryBlock& attempt);
  void check(const BudgetBlock&) {}
  void check(const CheckpointBlock& checkpoint);
  void check(const CoreCallBlock& call);
  void check(const AwaitResponsesBlock& await);

  void statements(const Statements& list);
  void assign(const AssignStatement& statement);
  void role(const std::string& role, std::string_view modality);
  void pattern(const std::string& when, const std::string& label);
  void cases(const MatchBlock& match);
  void name(const std::string& name);

  /// A diagnostic about the current block; its id is the first argument.
  void report(diag::Code code, std::initializer_list<std::string_view> args = {});
  void problem(const expr::Problem& found, const std::string& label);
  void names_in(const expr::Expression& expression);

  void expression(const std::string& text, const std::string& label) override;
  void template_value(const Json& value, const std::string& label) override;
  void type(const Json& tree, const std::string& pointer) override;
  void number(double value, const std::string& shown, std::string_view field,
              const std::string& pointer) override;

  const Module& module_;
  const ModuleNames& names_;
  Findings& findings_;

  std::optional<std::unordered_set<std::string_view>> only_;
  std::unordered_set<std::string> ids_;
  std::unordered_map<std::string, std::string> bindings_;  ///< name to id of its first block
  std::optional<expr::Type> params_;
  int flow_ = -1;
  int order_ = -1;

  // The block being checked.
  const Block* block_ = nullptr;
  std::string pointer_;
  const Context* context_ = nullptr;
  PlaceScope scope_;
};

}  // namespace scaiflow::ir
