#include <algorithm>
#include "apps/core/machine/compiler.h"
#include "libs/base/json_text.h"

namespace scaiflow::machine {

void Compiler::statements(const ir::Statements& list, RigidCode& out) {
  for (const ir::Statement& each : list) statement(each, out);
}

void Compiler::statement(const ir::Statement& source, RigidCode& out) {
  if (const auto* choice = source.as<ir::IfStatement>()) {
    const std::size_t test = out.instructions.size();
    Instruction unless;
    unless.kind = Instruction::Kind::JumpUnless;
    unless.expression = expression(choice->condition);
    out.instructions.push_back(std::move(unless));
    statements(choice->then, out);
    const std::size_t skip = out.instructions.size();
    out.instructions.emplace_back().kind = Instruction::Kind::Jump;
    out.instructions[test].jump = static_cast<int>(out.instructions.size());
    statements(choice->else_, out);
    out.instructions[skip].jump = static_cast<int>(out.instructions.size());
    return;
  }
  if (const auto* set = source.as<ir::MemorySetStatement>()) {
    return memory_statement("set", set->field, set->key, &set->value, out);
  }
  if (const auto* update = source.as<ir::MemoryUpdateStatement>()) {
    return memory_statement("update", update->field, update->key, &update->value, out);
  }
  if (const auto* erase = source.as<ir::MemoryDeleteStatement>()) {
    return memory_statement("delete", erase->field, erase->key, nullptr, out);
  }
  Instruction made;
  if (const auto* assign = source.as<ir::AssignStatement>()) {
    made.kind = Instruction::Kind::Assign;
    made.target = target(assign->target);
    made.expression = expression(assign->value);
    if (!program_.is_variable(made.target.name)) program_.bindings_.insert(made.target.name);
  } else if (const auto* value = source.as<ir::ExpressionStatement>()) {
    made.kind = Instruction::Kind::Expression;
    made.expression = expression(value->expression);
  } else if (const auto* call = source.as<ir::PluginCallStatement>()) {
    made.kind = Instruction::Kind::PluginCall;
    made.plugin = call;
    made.args = templates(call->args);
    made.effect_index = out.effects++;
    if (call->result_binding) program_.bindings_.insert(*call->result_binding);
  } else if (const auto* emit = source.as<ir::EmitStatement>()) {
    made.kind = Instruction::Kind::Emit;
    made.name = emit->event;
    made.payload = templated(emit->payload);
  } else if (const auto* leave = source.as<ir::ReturnStatement>()) {
    made.kind = Instruction::Kind::Return;
    made.payload = templated(leave->value);
  } else {
    made.kind = source.as<ir::BreakStatement>() ? Instruction::Kind::Break : Instruction::Kind::Continue;
  }
  out.instructions.push_back(std::move(made));
}

void Compiler::memory_statement(std::string_view op, const std::string& field,
                                const std::optional<std::string>& key, const std::string* value,
                                RigidCode& out) {
  if (!program_.memory_type(field)) refuse("unknown memory field '" + field + "'");
  Instruction made;
  made.kind = Instruction::Kind::MemoryWrite;
  made.op = op;
  made.name = field;
  made.key = expression(key);
  if (value) made.expression = expression(*value);
  made.effect_index = out.effects++;
  auto& used = program_.memory_used_;
  if (std::find(used.begin(), used.end(), field) == used.end()) used.push_back(field);
  out.instructions.push_back(std::move(made));
}

namespace {

/// One `.name` or `[index]` at `at`, which is moved past it.
bool target_step(const std::string& text, std::size_t& at, AssignTarget& out) {
  if (text[at] == '.') {
    std::size_t end = ++at;
    while (end < text.size() && (isalnum(static_cast<unsigned char>(text[end])) || text[end] == '_')) ++end;
    if (end == at) return false;
    out.path.emplace_back(text.substr(at, end - at));
    at = end;
    return true;
  }
  const std::size_t close = text.find(']', at);
  if (text[at] != '[' || close == std::string::npos) return false;
  const auto index = try_parse_json(text.substr(at + 1, close - at - 1));
  if (!index) return false;
  if (index->is_int()) {
    out.path.emplace_back(index->as_int());
  } else if (index->is_string()) {
    out.path.emplace_back(index->as_string());
  } else {
    return false;
  }
  at = close + 1;
  return true;
}

}  // namespace

AssignTarget Compiler::target(const std::string& text) {
  AssignTarget out;
  std::size_t at = text.find_first_of(".[");
  out.name = text.substr(0, at);
  while (at < text.size()) {
    if (out.path.size() == 64 || !target_step(text, at, out)) {
      refuse("invalid target '" + text + "'");
      break;
    }
  }
  return out;
}

}  // namespace scaiflow::machine
