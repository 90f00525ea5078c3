#include <algorithm>
#include <utility>

#include "generated/cpp/limits.h"
#include "libs/base/text.h"
#include "libs/ir/block_verifier.h"
#include "libs/ir/checks.h"
#include "libs/ir/verify.h"

/// What each block kind must keep beyond its fields (04 §9).
namespace scaiflow::ir {
namespace {

using diag::Code;
using expr::Type;

std::string_view root_of(std::string_view target) { return target.substr(0, target.find_first_of(".[")); }

bool contains(const std::vector<std::string>& list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

bool is_blank(const Json& value) {
  return value.is_null() || (value.is_string() && trim(value.as_string()).empty());
}

/// The enum behind optional and named types, or null.
const Type* as_enum(const Type& start, const ModuleNames& names) {
  const Type* type = &start;
  for (int hops = 0; type && hops < expr::type_depth_max; ++hops) {
    if (type->kind() == Type::Kind::Enum) return type;
    if (type->is_optional())
      type = &type->item();
    else if (type->kind() == Type::Kind::Named)
      type = names.named_type(type->name());
    else
      return nullptr;
  }
  return nullptr;
}

/// True for blocks whose value can never be the handle of an asynchronous call.
bool is_no_call_handle(const Block& block) {
  switch (block.kind()) {
    case BlockKind::CoreCall: return !block.as<CoreCallBlock>()->is_async;
    case BlockKind::Flexible:
    case BlockKind::Guarded:
    case BlockKind::ModelCall:
    case BlockKind::Checkpoint:
    case BlockKind::AwaitResponses:
    case BlockKind::Debug: return true;
    case BlockKind::Rigid:
    case BlockKind::Parallel:
    case BlockKind::Foreach:
    case BlockKind::While:
    case BlockKind::Match:
    case BlockKind::Try:
    case BlockKind::Budget: return false;
  }
  return false;
}

}  // namespace

void BlockVerifier::check(const RigidBlock& rigid) { statements(rigid.statements); }
void BlockVerifier::check(const DebugBlock& debug) { statements(debug.statements); }
void BlockVerifier::check(const FlexibleBlock& flexible) { role(flexible.llm_role, "text"); }
void BlockVerifier::check(const GuardedBlock& guarded) { role(guarded.llm_role, "text"); }
void BlockVerifier::check(const ModelCallBlock& call) { role(call.llm_role, call.modality); }

void BlockVerifier::role(const std::string& role, std::string_view modality) {
  const auto model = std::find_if(module_.models.begin(), module_.models.end(),
                                  [&](const Model& candidate) { return candidate.role == role; });
  if (model == module_.models.end()) return report(Code::E403, {role});
  if (!contains(model->modalities, modality)) report(Code::E429, {role, modality});
}

void BlockVerifier::check(const ParallelBlock& parallel) {
  if (parallel.branches.empty()) report(Code::E425);
  std::vector<std::string> seen;
  for (const Branch& branch : parallel.branches) {
    if (contains(seen, branch.name)) findings_.add(Code::E410, {"branch", branch.name}, pointer_);
    seen.push_back(branch.name);
  }
}

void BlockVerifier::check(const ForeachBlock& foreach) {
  name(foreach.item);
  if (foreach.index) name(*foreach.index);
}

void BlockVerifier::check(const MatchBlock& match) {
  for (std::size_t i = 0; i < match.arms.size(); ++i) {
    const std::string label = "arms[" + std::to_string(i) + "].when";
    if (match.subject)
      pattern(match.arms[i].when, label);
    else
      expression(match.arms[i].when, label);
  }
  if (match.subject && !match.else_body) cases(match);
}

void BlockVerifier::pattern(const std::string& when, const std::string& label) {
  for (const expr::Problem& found : expr::parse_pattern(when).problems) problem(found, label);
}

void BlockVerifier::cases(const MatchBlock& match) {
  const expr::Expression subject = expr::parse_e(*match.subject).expression;
  if (!subject.is_valid() || !subject.is_path()) return;
  const auto type = expr::type_of(subject, scope_);
  const Type* choices = type ? as_enum(*type, names_) : nullptr;
  if (!choices) return;
  for (const std::string& value : choices->values()) {
    const bool has_arm = std::any_of(match.arms.begin(), match.arms.end(), [&](const Arm& arm) {
      const expr::Pattern pattern = expr::parse_pattern(arm.when).pattern;
      return pattern.is_catch_all() || pattern.matches(Json(value));
    });
    if (!has_arm) report(Code::E409, {value});
  }
}

void BlockVerifier::check(const TryBlock& attempt) {
  if (attempt.catches.empty() && !attempt.finally_) report(Code::E424);
  for (const Catch& handler : attempt.catches) name(handler.binding);
}

void BlockVerifier::check(const CheckpointBlock& checkpoint) {
  const bool needs_options =
      checkpoint.checkpoint_type == "approval" || checkpoint.checkpoint_type == "choice";
  if (needs_options && checkpoint.options.empty()) report(Code::E418);
  check_count(checkpoint.options.size(), limits::checkpoint_options_max, pointer_ + "/options", findings_);
  if (checkpoint.hitl_target) {
    if (is_blank(checkpoint.hitl_target->scope)) report(Code::E427_Scope);
    if (is_blank(checkpoint.hitl_target->queue)) report(Code::E427_Queue);
  }
  for (std::size_t i = 0; i < checkpoint.on_response.size(); ++i) {
    const std::string& option = checkpoint.on_response[i].option;
    const bool is_else = option == "else" && i + 1 == checkpoint.on_response.size();
    if (is_else || checkpoint.options.empty() || contains(checkpoint.options, option)) continue;
    report(Code::E430, {option});
  }
  const std::string& on_timeout = checkpoint.on_timeout;
  if (on_timeout != "fail" && on_timeout != "escalate" && !contains(checkpoint.options, on_timeout)) {
    report(Code::E431, {on_timeout});
  }
}

void BlockVerifier::check(const CoreCallBlock& call) {
  if (!is_core_uri(call.target)) report(Code::E426, {call.target});
}

void BlockVerifier::check(const AwaitResponsesBlock& await) {
  const expr::Expression calls = expr::parse_e(await.calls).expression;
  if (!calls.is_valid()) return;
  for (const expr::FreeName& use : calls.free_names()) {
    const bool is_local = contains(context_->locals, use.name);
    const ModuleNames::Known* known = is_local ? nullptr : names_.find(use.name);
    if (known && known->block && is_no_call_handle(*known->block)) report(Code::E433, {use.name});
  }
}

void BlockVerifier::statements(const Statements& list) {
  std::size_t count = 0;
  for_each_statement(list, [&](const Statement& statement) {
    ++count;
    if (const auto* target = statement.as<AssignStatement>()) assign(*target);
    if (const auto* call = statement.as<PluginCallStatement>()) {
      const auto is_called = [&](const Plugin& plugin) { return plugin.alias == call->plugin; };
      if (std::none_of(module_.plugins.begin(), module_.plugins.end(), is_called))
        report(Code::E404, {call->plugin});
      if (call->result_binding) binding(*block_, *call->result_binding);
    }
    if (statement.as<ReturnStatement>() && !context_->may_return) report(Code::E434);
    const bool leaves_loop = statement.as<BreakStatement>() || statement.as<ContinueStatement>();
    if (leaves_loop && !context_->in_loop) report(Code::E415, {name_of(statement.kind())});
  });
  check_count(count, limits::statements_per_rigid_max, pointer_ + "/statements", findings_);
}

void BlockVerifier::assign(const AssignStatement& statement) {
  const std::string root(root_of(statement.target));
  if (is_read_only(root)) return report(Code::E407, {statement.target});
  if (!is_identifier(root) || expr::is_reserved(root)) return report(Code::E432, {root});
  for (const expr::Problem& found : expr::parse_expression(statement.target).problems)
    problem(found, "target");
  if (context_->is_concurrent && names_.is_variable(root)) report(Code::E414, {root});
}

}  // namespace scaiflow::ir
