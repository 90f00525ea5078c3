#pragma once

#include <string>
#include <string_view>

#include "apps/core/machine/program.h"

namespace scaiflow::machine {

/// Fills a Program from its module. Keeps the first problem only: the verifier has reported everything to the
/// author.
class Compiler {
 public:
  explicit Compiler(Program& program) : program_(program) {}

  void run();
  const std::string& problem() const { return problem_; }

 private:
  void declare();
  void declare_flows();
  BodyId body(const ir::Body& blocks);
  BodyId body(const std::optional<ir::Body>& blocks);
  BlockId block(const ir::Block& source);

  BlockCode code(const ir::RigidBlock& block);
  BlockCode code(const ir::FlexibleBlock& block);
  BlockCode code(const ir::GuardedBlock& block);
  BlockCode code(const ir::ModelCallBlock& block);
  BlockCode code(const ir::ParallelBlock& block);
  BlockCode code(const ir::ForeachBlock& block);
  BlockCode code(const ir::WhileBlock& block);
  BlockCode code(const ir::MatchBlock& block);
  BlockCode code(const ir::TryBlock& block);
  BlockCode code(const ir::BudgetBlock& block);
  BlockCode code(const ir::CheckpointBlock& block);
  BlockCode code(const ir::CoreCallBlock& block);
  BlockCode code(const ir::AwaitResponsesBlock& block);
  BlockCode code(const ir::DebugBlock& block);

  template <class Block>
  ModelCode model_code(const Block& block);
  void structured_output(ModelCode& code, const Json& type);

  void statements(const ir::Statements& list, RigidCode& out);
  void statement(const ir::Statement& statement, RigidCode& out);
  void memory_statement(std::string_view op, const std::string& field, const std::optional<std::string>& key,
                        const std::string* value, RigidCode& out);
  AssignTarget target(const std::string& text);

  expr::Expression expression(const std::string& text);
  std::optional<expr::Expression> expression(const std::optional<std::string>& text);
  std::vector<NamedExpression> expressions(const ir::TextMap& map);
  expr::TemplateValue templated(const Json& value);
  std::vector<std::pair<std::string, expr::TemplateValue>> templates(const ir::JsonMap& map);
  std::optional<expr::Type> type(const Json& tree);
  const ir::Model* model(const std::string& role);
  void note_names(const expr::Expression& expression);
  void refuse(std::string what);

  Program& program_;
  std::string problem_;
  int top_ = -1;       ///< index of the top-level block at work, -1 outside
  std::string place_;  ///< id of the block at work, for problems
};

/// True when the type can be a strict schema (07 §9.3): no map, `json`, `object` or `array` inside.
bool is_strict(const expr::Type& type, const expr::NamedTypes& named);
/// The schema with every property required, an optional one nullable.
Json strict_schema(const Json& schema);
/// `value` without the null members of optional fields.
Json without_optional_nulls(const Json& value, const expr::Type& type, const expr::NamedTypes& named);

}  // namespace scaiflow::machine
