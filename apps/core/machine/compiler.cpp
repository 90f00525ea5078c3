#include "apps/core/machine/compiler.h"

#include <algorithm>

#include "libs/base/text.h"
#include "libs/ir/codec.h"

namespace scaiflow::machine {

void Compiler::run() {
  declare();
  declare_flows();
  for (auto& [name, flow] : program_.flows_) flow.body = body(flow.source->body);
}

void Compiler::declare() {
  const ir::Module& module = program_.module_;
  for (const ir::TypeDef& def : module.types) {
    if (auto declared = type(def.type)) program_.types_.emplace(def.name, *declared);
  }
  for (const ir::Variable& variable : module.variables) {
    program_.variables_.emplace(variable.name, type(variable.type));
  }
  for (const ir::MemoryField& field : module.memory) {
    program_.memory_.emplace(field.name, type(field.type).value_or(expr::Type()));
  }
  for (const ir::ReferenceField& field : module.reference) program_.reference_.set(field.name, field.value);
  if (const Json* shared = module.metadata.find("constraints"); shared && shared->is_object()) {
    ir::Constraints all;
    if (shared->contains("text")) all.text = shared->string_or("text", "");
    const auto list = [&](std::string_view key, std::vector<std::string>& out) {
      if (!(*shared)[key].is_array()) return;
      for (const Json& item : (*shared)[key].as_array()) {
        if (item.is_string()) out.push_back(item.as_string());
      }
    };
    list("never", all.never);
    list("always", all.always);
    list("prefer", all.prefer);
    program_.inherited_ = std::move(all);
  }
}

void Compiler::declare_flows() {
  for (const ir::Flow& source : program_.module_.flows) {
    FlowEntry entry;
    entry.source = &source;
    for (const ir::Param& param : source.params) {
      entry.param_types.push_back(type(param.type).value_or(expr::Type()));
    }
    program_.flows_.emplace(source.name, std::move(entry));
  }
}

BodyId Compiler::body(const ir::Body& blocks) {
  const BodyId id = static_cast<BodyId>(program_.bodies_.size());
  program_.bodies_.emplace_back();
  const bool is_flow = top_ < 0;
  int index = 0;
  for (const ir::Block& source : blocks) {
    if (is_flow) top_ = index++;
    const BlockId made = block(source);
    program_.bodies_[static_cast<std::size_t>(id)].push_back(made);
  }
  if (is_flow) top_ = -1;
  return id;
}

BodyId Compiler::body(const std::optional<ir::Body>& blocks) { return blocks ? body(*blocks) : -1; }

BlockId Compiler::block(const ir::Block& source) {
  const BlockId id = static_cast<BlockId>(program_.blocks_.size());
  program_.blocks_.emplace_back();
  program_.block_ids_.emplace(source.id, id);
  if (source.result_binding) program_.bindings_.insert(*source.result_binding);
  const std::string outer = std::exchange(place_, source.id);
  BlockCode made = std::visit([this](const auto& detail) { return code(detail); }, source.detail);
  place_ = outer;
  BlockEntry& entry = program_.blocks_[static_cast<std::size_t>(id)];
  entry.source = &source;
  entry.kind = source.kind();
  entry.top_index = top_;
  entry.code = std::move(made);
  return id;
}

BlockCode Compiler::code(const ir::RigidBlock& block) {
  RigidCode out;
  statements(block.statements, out);
  return out;
}

BlockCode Compiler::code(const ir::DebugBlock& block) {
  RigidCode out;
  statements(block.statements, out);
  return out;
}

template <class Block>
ModelCode Compiler::model_code(const Block& block) {
  ModelCode out;
  out.goal = templated(block.goal);
  out.guidance = templated(block.guidance);
  out.input = expressions(block.input_bindings);
  out.context = expressions(block.context_bindings);
  out.model = model(block.llm_role);
  out.constraints = block.constraints ? &*block.constraints : nullptr;
  out.examples = &block.examples;
  out.on_failure = block.on_failure ? &*block.on_failure : nullptr;
  out.budget = block.budget ? &*block.budget : nullptr;
  out.schema_name = place_;
  std::erase_if(out.schema_name,
                [](char c) { return !(isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-'); });
  out.schema_name.resize(std::min<std::size_t>(out.schema_name.size(), 64));
  if (!block.output_type.is_null()) structured_output(out, block.output_type);
  return out;
}

void Compiler::structured_output(ModelCode& code, const Json& tree) {
  code.output_type = type(tree);
  if (!code.output_type) return;
  code.plain_text = code.output_type->is(expr::Primitive::String);
  if (code.plain_text) return;
  code.strict = is_strict(*code.output_type, program_.types_);
  Json schema = expr::json_schema(*code.output_type, program_.types_);
  code.wrapped = schema["type"] != Json("object");
  if (code.wrapped) {
    schema = Json::object({{"type", "object"},
                           {"properties", Json::object({{"value", schema}})},
                           {"required", Json::array({"value"})},
                           {"additionalProperties", false}});
  }
  code.schema = code.strict ? strict_schema(schema) : schema;
}

BlockCode Compiler::code(const ir::FlexibleBlock& block) {
  ModelCode out = model_code(block);
  out.identity_ref = block.identity_ref;
  return out;
}

BlockCode Compiler::code(const ir::GuardedBlock& block) {
  ModelCode out = model_code(block);
  out.is_guarded = true;
  out.guard = expression(block.guard);
  out.validate = expression(block.validate);
  out.on_violation = body(block.on_validation_failure);
  return out;
}

BlockCode Compiler::code(const ir::ModelCallBlock& block) {
  ModalityCode out;
  out.block = &block;
  out.model = model(block.llm_role);
  out.input = expressions(block.input_bindings);
  out.output_type = type(block.output_type);
  out.params = templates(block.params);
  return out;
}

BlockCode Compiler::code(const ir::ParallelBlock& block) {
  ParallelCode out;
  out.block = &block;
  for (const ir::Branch& branch : block.branches) out.branches.push_back(body(branch.body));
  return out;
}

BlockCode Compiler::code(const ir::ForeachBlock& block) {
  ForeachCode out;
  out.block = &block;
  out.iterable = expression(block.iterable);
  out.body = body(block.body);
  return out;
}

BlockCode Compiler::code(const ir::WhileBlock& block) {
  WhileCode out;
  out.condition = expression(block.condition);
  out.iterations_max = block.max_iterations;
  out.body = body(block.body);
  return out;
}

BlockCode Compiler::code(const ir::MatchBlock& block) {
  MatchCode out;
  out.subject = expression(block.subject);
  for (const ir::Arm& arm : block.arms) {
    MatchArm made;
    if (out.subject) {
      auto parsed = expr::parse_pattern(arm.when);
      if (!parsed.problems.empty()) refuse("when: " + expr::message_of(parsed.problems.front()));
      made.pattern = std::move(parsed.pattern);
    } else {
      made.condition = expression(arm.when);
    }
    made.body = body(arm.body);
    out.arms.push_back(std::move(made));
  }
  out.else_body = body(block.else_body);
  return out;
}

BlockCode Compiler::code(const ir::TryBlock& block) {
  TryCode out;
  out.block = &block;
  out.body = body(block.body);
  for (const ir::Catch& caught : block.catches) out.catches.push_back(body(caught.body));
  out.finally_body = body(block.finally_);
  return out;
}

BlockCode Compiler::code(const ir::BudgetBlock& block) {
  BudgetCode out;
  out.limits = &block.limits;
  out.body = body(block.body);
  return out;
}

BlockCode Compiler::code(const ir::CheckpointBlock& block) {
  CheckpointCode out;
  out.block = &block;
  out.prompt = templated(block.prompt);
  out.payload = templated(block.payload);
  out.assignee = templated(block.assignee);
  if (block.hitl_target) {
    out.scope = templated(block.hitl_target->scope);
    out.queue = templated(block.hitl_target->queue);
    out.spec = templated(block.hitl_target->hitl_spec);
  }
  for (const ir::OnResponse& response : block.on_response) out.on_response.push_back(body(response.body));
  return out;
}

BlockCode Compiler::code(const ir::CoreCallBlock& block) {
  CoreCallCode out;
  out.block = &block;
  out.input = expressions(block.input_bindings);
  out.instance_key = expression(block.instance_key);
  return out;
}

BlockCode Compiler::code(const ir::AwaitResponsesBlock& block) {
  AwaitCode out;
  out.block = &block;
  out.calls = expression(block.calls);
  return out;
}

expr::Expression Compiler::expression(const std::string& text) {
  auto parsed = expr::parse_e(text);
  if (!parsed.problems.empty()) refuse(expr::message_of(parsed.problems.front()));
  note_names(parsed.expression);
  return std::move(parsed.expression);
}

std::optional<expr::Expression> Compiler::expression(const std::optional<std::string>& text) {
  return text ? std::optional(expression(*text)) : std::nullopt;
}

std::vector<NamedExpression> Compiler::expressions(const ir::TextMap& map) {
  std::vector<NamedExpression> out;
  for (const auto& [name, text] : map) out.push_back({name, expression(text)});
  return out;
}

expr::TemplateValue Compiler::templated(const Json& value) {
  auto parsed = expr::TemplateValue::parse(value);
  if (!parsed.problems.empty()) refuse(expr::message_of(parsed.problems.front().problem));
  for (const auto& item : parsed.value.items()) note_names(item.expression);
  return std::move(parsed.value);
}

std::vector<std::pair<std::string, expr::TemplateValue>> Compiler::templates(const ir::JsonMap& map) {
  std::vector<std::pair<std::string, expr::TemplateValue>> out;
  for (const auto& [name, value] : map) out.emplace_back(name, templated(value));
  return out;
}

std::optional<expr::Type> Compiler::type(const Json& tree) {
  if (tree.is_null()) return std::nullopt;
  auto read = expr::Type::from_json(tree);
  if (!read) return refuse(read.error().message), std::nullopt;
  return *read;
}

const ir::Model* Compiler::model(const std::string& role) {
  const ir::Model* found = ir::find_model(program_.module_, role);
  if (!found) refuse("model role '" + role + "' is not declared");
  return found;
}

/// Every memory field that the text can read is loaded at the start; `memory` alone may read them all.
void Compiler::note_names(const expr::Expression& expression) {
  if (program_.memory_.empty()) return;
  auto& used = program_.memory_used_;
  const auto add = [&](const std::string& field) {
    if (program_.memory_.contains(field) && std::find(used.begin(), used.end(), field) == used.end())
      used.push_back(field);
  };
  for (const expr::FreeName& free : expression.free_names()) {
    if (free.name != "memory") {
      add(free.name);
    } else if (!free.members.empty()) {
      add(free.members.front());
    } else {
      for (const auto& [field, declared] : program_.memory_) add(field);
    }
  }
}

void Compiler::refuse(std::string what) {
  if (problem_.empty()) problem_ = place_.empty() ? std::move(what) : "block '" + place_ + "': " + what;
}

}  // namespace scaiflow::machine
