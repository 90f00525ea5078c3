#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <variant>
#include <vector>

#include "libs/base/json.h"
#include "libs/base/result.h"
#include "libs/expr/expr.h"
#include "libs/expr/type.h"
#include "libs/ir/ir.h"

namespace scaiflow::machine {

using BlockId = int;  ///< index into Program::blocks
using BodyId = int;   ///< index into Program::bodies; -1 = none

/// A place that `assign` writes: a variable or binding and a path into it.
struct AssignTarget {
  std::string name;
  std::vector<std::variant<std::string, std::int64_t>> path;
};

/// One instruction of a rigid block: its statements flattened, with `if` turned into jumps.
struct Instruction {
  enum class Kind : std::uint8_t {
    Assign,
    Expression,
    PluginCall,
    MemoryWrite,
    Emit,
    Return,
    Break,
    Continue,
    JumpUnless,
    Jump,
  };
  Kind kind = Kind::Expression;
  expr::Expression expression;          ///< value, condition, memory value
  std::optional<expr::Expression> key;  ///< of a memory statement
  AssignTarget target;
  std::vector<std::pair<std::string, expr::TemplateValue>> args;
  expr::TemplateValue payload;  ///< of emit and return
  std::string name;             ///< event, memory field, memory operation's field
  std::string op;               ///< `set`, `update`, `delete`
  const ir::PluginCallStatement* plugin = nullptr;
  int jump = 0;
  int effect_index = 0;  ///< which statement with an effect this is, from 0
};

struct NamedExpression {
  std::string name;
  expr::Expression expression;
};

struct RigidCode {
  std::vector<Instruction> instructions;
  int effects = 0;
};

/// flexible and guarded
struct ModelCode {
  expr::TemplateValue goal, guidance;
  std::optional<expr::Expression> guard, validate;
  std::vector<NamedExpression> input, context;
  std::optional<expr::Type> output_type;  ///< none or `string`: plain text
  bool plain_text = true;
  bool wrapped = false;  ///< the schema's root is no object: `{"value": ...}`
  bool strict = false;
  Json schema;
  std::string schema_name;
  const ir::Model* model = nullptr;
  bool identity_ref = false;
  const ir::Constraints* constraints = nullptr;
  const std::vector<ir::Example>* examples = nullptr;
  const ir::OnFailure* on_failure = nullptr;
  const ir::Budget* budget = nullptr;
  bool is_guarded = false;
  BodyId on_violation = -1;
};

struct ModalityCode {
  const ir::ModelCallBlock* block = nullptr;
  const ir::Model* model = nullptr;
  std::vector<NamedExpression> input;
  std::optional<expr::Type> output_type;
  std::vector<std::pair<std::string, expr::TemplateValue>> params;
};

struct ParallelCode {
  const ir::ParallelBlock* block = nullptr;
  std::vector<BodyId> branches;
};

struct ForeachCode {
  const ir::ForeachBlock* block = nullptr;
  expr::Expression iterable;
  BodyId body = -1;
};

struct WhileCode {
  expr::Expression condition;
  std::int64_t iterations_max = 0;
  BodyId body = -1;
};

struct MatchArm {
  expr::Expression condition;
  expr::Pattern pattern;
  BodyId body = -1;
};

struct MatchCode {
  std::optional<expr::Expression> subject;
  std::vector<MatchArm> arms;
  BodyId else_body = -1;
};

struct TryCode {
  const ir::TryBlock* block = nullptr;
  BodyId body = -1;
  std::vector<BodyId> catches;
  BodyId finally_body = -1;
};

struct BudgetCode {
  const ir::Budget* limits = nullptr;
  BodyId body = -1;
};

struct CheckpointCode {
  const ir::CheckpointBlock* block = nullptr;
  expr::TemplateValue prompt, payload, assignee;
  expr::TemplateValue scope, queue, spec;
  std::vector<BodyId> on_response;
};

struct CoreCallCode {
  const ir::CoreCallBlock* block = nullptr;
  std::vector<NamedExpression> input;
  std::optional<expr::Expression> instance_key;
};

struct AwaitCode {
  const ir::AwaitResponsesBlock* block = nullptr;
  expr::Expression calls;
};

using BlockCode = std::variant<RigidCode, ModelCode, ModalityCode, ParallelCode, ForeachCode, WhileCode,
                               MatchCode, TryCode, BudgetCode, CheckpointCode, CoreCallCode, AwaitCode>;

struct BlockEntry {
  const ir::Block* source = nullptr;
  ir::BlockKind kind = ir::BlockKind::Rigid;
  int top_index = 0;  ///< of the enclosing top-level block in its flow's body
  BlockCode code;

  const std::string& id() const { return source->id; }
  const std::optional<std::string>& node_id() const { return source->source_location.node_id; }
};

struct FlowEntry {
  const ir::Flow* source = nullptr;
  BodyId body = -1;
  std::vector<expr::Type> param_types;
};

/// A module made ready to run once and shared by all its executions: expressions parsed, ids turned into
/// indices. Immutable; safe to use from several threads.
class Program {
 public:
  /// Error `MODULE` names the first part that cannot be run. The module must have passed the verifier.
  static Result<std::shared_ptr<const Program>> compile(ir::Module module, std::string ir_hash);

  const ir::Module& module() const { return module_; }
  const std::string& ir_hash() const { return ir_hash_; }
  const BlockEntry& block(BlockId id) const { return blocks_[static_cast<std::size_t>(id)]; }
  const std::vector<BlockId>& body(BodyId id) const { return bodies_[static_cast<std::size_t>(id)]; }
  int block_count() const { return static_cast<int>(blocks_.size()); }
  const FlowEntry* flow(std::string_view name) const;
  /// -1 when there is no such block.
  BlockId block_named(std::string_view id) const;

  /// Types declared by the module.
  const expr::NamedTypes& types() const { return types_; }
  /// The declared type of a variable, or null.
  const expr::Type* variable_type(std::string_view name) const;
  bool is_variable(std::string_view name) const { return variables_.contains(std::string(name)); }
  const expr::Type* memory_type(std::string_view name) const;
  /// Names that some block or assignment of the module binds (03 §7 row 7).
  bool declares_binding(std::string_view name) const { return bindings_.contains(std::string(name)); }
  const Json& reference() const { return reference_; }
  /// Constraints of `metadata.constraints`, or null (07 §9.2).
  const std::optional<ir::Constraints>& inherited_constraints() const { return inherited_; }
  /// Memory fields that the module's text mentions (07 §12).
  const std::vector<std::string>& memory_fields_used() const { return memory_used_; }

 private:
  friend class Compiler;
  Program() = default;

  ir::Module module_;
  std::string ir_hash_;
  std::vector<BlockEntry> blocks_;
  std::vector<std::vector<BlockId>> bodies_;
  std::map<std::string, FlowEntry, std::less<>> flows_;
  std::unordered_map<std::string, BlockId> block_ids_;
  expr::NamedTypes types_;
  std::unordered_map<std::string, std::optional<expr::Type>> variables_;
  std::unordered_map<std::string, expr::Type> memory_;
  std::unordered_set<std::string> bindings_;
  Json reference_ = Json::object();
  std::optional<ir::Constraints> inherited_;
  std::vector<std::string> memory_used_;
};

using ProgramPtr = std::shared_ptr<const Program>;

}  // namespace scaiflow::machine
