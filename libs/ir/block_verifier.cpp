#include "libs/ir/block_verifier.h"

#include <algorithm>
#include <utility>

#include "libs/base/text.h"
#include "libs/ir/checks.h"
#include "libs/ir/codec.h"
#include "libs/ir/depth.h"

namespace scaiflow::ir {
namespace {

using diag::Code;
using expr::Type;

/// True for blocks that never change the running value.
bool has_no_value(const Block& block) {
  if (block.as<DebugBlock>()) return true;
  if (const auto* checkpoint = block.as<CheckpointBlock>())
    return checkpoint->checkpoint_type == "debug_breakpoint";
  const auto* rigid = block.as<RigidBlock>();
  return rigid &&
         std::all_of(rigid->statements.begin(), rigid->statements.end(), [](const Statement& statement) {
           switch (statement.kind()) {
             case StatementKind::Assign:
             case StatementKind::MemorySet:
             case StatementKind::MemoryUpdate:
             case StatementKind::Emit: return true;
             case StatementKind::Expression:
             case StatementKind::PluginCall:
             case StatementKind::MemoryDelete:
             case StatementKind::If:
             case StatementKind::Return:
             case StatementKind::Break:
             case StatementKind::Continue: return false;
           }
           return false;
         });
}

/// A list inside a list of records is four containers further in, a body field two (04 §9, E419).
std::size_t levels(BodySlot slot) {
  switch (slot) {
    case BodySlot::Branch:
    case BodySlot::Arm:
    case BodySlot::Catch:
    case BodySlot::OnResponse: return 4;
    case BodySlot::Main:
    case BodySlot::Else:
    case BodySlot::Finally:
    case BodySlot::OnValidationFailure: return 2;
  }
  return 2;
}

}  // namespace

BlockVerifier::BlockVerifier(const Module& module, const ModuleNames& names, Findings& findings)
    : module_(module), names_(names), findings_(findings), scope_(names, params_) {}

void BlockVerifier::run() {
  for (const Flow& flow : module_.flows) {
    ++flow_;
    order_ = -1;
    params_ = input_type(flow);
    body(flow.body, "/flows/" + std::to_string(flow_) + "/body", Context{}, params_);
  }
  findings_.move_to({});
  findings_.set_node({});
}

void BlockVerifier::run(const std::vector<std::string>& ids) {
  only_.emplace(ids.begin(), ids.end());
  run();
}

/// `input` is what is known of the running value's type (04 §6.1).
void BlockVerifier::body(const Body& body, const std::string& pointer, const Context& context,
                         std::optional<Type> input) {
  const Block* before = nullptr;  // the last one with a value
  for (std::size_t i = 0; i < body.size(); ++i) {
    if (is_skipped(body[i]) && child_bodies(body[i]).empty()) {
      ++order_;
    } else {
      if (before) input = result_type(*before);
      block(body[i], pointer + "/" + std::to_string(i), context, input);
    }
    if (!has_no_value(body[i])) before = &body[i];
  }
}

void BlockVerifier::block(const Block& block, const std::string& pointer, const Context& context,
                          const std::optional<Type>& input) {
  findings_.move_to({flow_, ++order_});
  if (is_skipped(block)) return children(block, pointer, context, input);
  findings_.set_node(block.source_location.node_id);
  block_ = &block;
  pointer_ = pointer;
  context_ = &context;
  scope_.locals = context.locals;
  scope_.input = input;
  scope_.in_validate = false;
  ids(block);
  detail(block);
  if (context.depth - 1 + encoded_depth(block) > depth_max) return report(Code::E419);
  children(block, pointer, context, input);
}

void BlockVerifier::children(const Block& block, const std::string& pointer, const Context& context,
                             const std::optional<Type>& input) {
  for (const ChildBody& child : child_bodies(block)) {
    // Later rounds of a while, items and resolutions have a type that is not tracked.
    const bool keeps_input =
        !block.as<ForeachBlock>() && !block.as<WhileBlock>() && !block.as<CheckpointBlock>();
    body(*child.body, pointer + pointer_of(child), inside(block, child, context),
         keeps_input ? input : std::nullopt);
  }
}

BlockVerifier::Context BlockVerifier::inside(const Block& block, const ChildBody& child,
                                             const Context& outside) const {
  Context context = outside;
  context.depth += levels(child.slot);
  if (const auto* foreach = block.as<ForeachBlock>()) {
    context.in_loop = true;
    context.is_concurrent |= foreach->max_concurrent > 1;
    context.may_return &= foreach->max_concurrent <= 1;
    context.locals.push_back(foreach->item);
    if (foreach->index) context.locals.push_back(*foreach->index);
  }
  if (block.as<WhileBlock>()) context.in_loop = true;
  if (child.slot == BodySlot::Branch) {
    context.is_concurrent = true;
    context.may_return = false;
    // A branch cannot leave a loop that runs around all branches.
    context.in_loop = false;
  }
  if (child.slot == BodySlot::Catch)
    context.locals.push_back(block.as<TryBlock>()->catches[child.index].binding);
  if (child.slot == BodySlot::Finally) context.may_return = false;
  if (child.slot == BodySlot::OnValidationFailure) context.locals.push_back("error");
  return context;
}

void BlockVerifier::report(Code code, std::initializer_list<std::string_view> args) {
  // Every such message begins with the block's id; at most two arguments follow.
  const std::string_view* more = args.begin();
  if (args.size() == 0)
    findings_.add(code, {block_->id}, pointer_);
  else if (args.size() == 1)
    findings_.add(code, {block_->id, more[0]}, pointer_);
  else
    findings_.add(code, {block_->id, more[0], more[1]}, pointer_);
}

void BlockVerifier::ids(const Block& block) {
  if (!ids_.insert(block.id).second) findings_.add(Code::E417, {block.id}, pointer_);
  if (block.result_binding) binding(block, *block.result_binding);
}

void BlockVerifier::binding(const Block& block, const std::string& binding_name) {
  name(binding_name);
  const auto [first, is_new] = bindings_.emplace(binding_name, block.id);
  if (!is_new && first->second != block.id) {
    findings_.add(Code::E435, {binding_name, first->second, block.id}, pointer_);
  }
}

void BlockVerifier::name(const std::string& text) {
  if (!is_identifier(text) || expr::is_reserved(text)) report(Code::E432, {text});
}

void BlockVerifier::detail(const Block& block) {
  std::visit(
      [this](const auto& record) {
        FieldWalker(*this).record(record);
        check(record);
      },
      block.detail);
}

void BlockVerifier::problem(const expr::Problem& found, const std::string& label) {
  if (found.code == Code::F306 && !found.args.empty()) return report(Code::E400, {found.args.front()});
  report(Code::E416, {label, expr::message_of(found)});
}

void BlockVerifier::names_in(const expr::Expression& expression) {
  std::vector<expr::Problem> problems;
  expr::check_names(expression, scope_, problems);
  for (const expr::Problem& found : problems) {
    if (found.code == Code::F307 && !found.args.empty()) report(Code::E412, {found.args.front()});
  }
}

void BlockVerifier::expression(const std::string& text, const std::string& label) {
  const expr::Parsed parsed = expr::parse_e(text);
  for (const expr::Problem& found : parsed.problems) problem(found, label);
  if (!parsed.expression.is_valid()) return;
  const auto* guarded = block_->as<GuardedBlock>();
  scope_.in_validate = guarded && label == "validate";
  if (scope_.in_validate && !guarded->output_type.is_null()) {
    if (auto answer = Type::from_json(guarded->output_type)) scope_.answer = std::move(*answer);
  }
  names_in(parsed.expression);
  scope_.in_validate = false;
  scope_.answer.reset();
}

void BlockVerifier::template_value(const Json& value, const std::string& label) {
  const auto parsed = expr::TemplateValue::parse(value);
  for (const expr::TemplateProblem& found : parsed.problems) problem(found.problem, label + found.path);
  for (const expr::TemplateValue::Item& item : parsed.value.items()) {
    if (item.expression.is_valid()) names_in(item.expression);
  }
}

void BlockVerifier::type(const Json& tree, const std::string& pointer) {
  check_type(tree, pointer_ + pointer, names_, findings_);
}

void BlockVerifier::number(double value, const std::string& shown, std::string_view field,
                           const std::string& pointer) {
  // A while loop without bound has a message of its own.
  if (field == "max_iterations" && value < 1) return report(Code::E406);
  check_range(value, shown, field, pointer_ + pointer, findings_);
}

bool are_alike(const Block& a, const Block& b) {
  return a.id == b.id && a.kind() == b.kind() && a.result_binding == b.result_binding &&
         child_bodies(a).empty() && child_bodies(b).empty() && has_no_value(a) == has_no_value(b) &&
         result_type(a) == result_type(b) && declared_names(a) == declared_names(b);
}

}  // namespace scaiflow::ir
