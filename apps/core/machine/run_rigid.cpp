#include <algorithm>

#include "apps/core/machine/run.h"
#include "libs/base/text.h"

namespace scaiflow::machine {

void Run::run_rigid(Fiber& fiber) {
  if (fiber.delivery.kind != Delivery::Kind::None && !take_statement_result(fiber)) return;
  const RigidCode& code = code_of<RigidCode>(fiber);
  for (;;) {
    RigidRun& run = detail_of<RigidRun>(fiber);
    if (static_cast<std::size_t>(run.pc) == code.instructions.size())
      return leave(fiber, std::move(run.value));
    if (slice_fuel_ > limits::step_fuel) return;
    if (!run_instruction(fiber, code.instructions[static_cast<std::size_t>(run.pc)])) return;
  }
}

/// Statements of a debug block: an error is logged and ignored, the block has no value.
void Run::run_debug(Fiber& fiber) {
  const RigidCode& code = code_of<RigidCode>(fiber);
  for (const Instruction& instruction : code.instructions) {
    const FiberScope scope(program_, state_, fiber, input_of(fiber));
    expr::Fuel fuel;
    const bool emits = instruction.kind == Instruction::Kind::Emit;
    const auto value = emits ? instruction.payload.evaluate(scope, fuel)
                             : expr::evaluate(instruction.expression, scope, fuel);
    use_fuel(5 + fuel.used);
    if (!value) {
      feed("log", Json::object({{"level", "warning"}, {"message", value.error().message}}));
    } else if (emits) {
      emit_author(fiber, instruction.name, *value);
    }
  }
  leave(fiber, std::nullopt);
}

bool Run::run_instruction(Fiber& fiber, const Instruction& instruction) {
  use_fuel(5);
  if (out_of_fuel(fiber)) return false;
  switch (instruction.kind) {
    case Instruction::Kind::Jump: detail_of<RigidRun>(fiber).pc = instruction.jump; return true;
    case Instruction::Kind::PluginCall: return call_plugin(fiber, instruction);
    case Instruction::Kind::MemoryWrite: return write_memory(fiber, instruction);
    case Instruction::Kind::Break: return unwind(fiber, Unwind::Kind::Break), false;
    case Instruction::Kind::Continue: return unwind(fiber, Unwind::Kind::Continue), false;
    case Instruction::Kind::Emit:
    case Instruction::Kind::Return: {
      std::optional<Json> value = eval(fiber, instruction.payload);
      if (!value) return false;
      if (instruction.kind == Instruction::Kind::Return) {
        return unwind(fiber, Unwind::Kind::Return, std::move(*value)), false;
      }
      emit_author(fiber, instruction.name, std::move(*value));
      break;
    }
    case Instruction::Kind::Assign:
    case Instruction::Kind::Expression:
    case Instruction::Kind::JumpUnless: {
      std::optional<Json> value = eval(fiber, instruction.expression);
      if (!value) return false;
      RigidRun& run = detail_of<RigidRun>(fiber);
      if (instruction.kind == Instruction::Kind::JumpUnless && !expr::is_truthy(*value)) {
        run.pc = instruction.jump;
        return true;
      }
      if (instruction.kind == Instruction::Kind::Assign &&
          !assign(fiber, instruction.target, std::move(*value)))
        return false;
      if (instruction.kind == Instruction::Kind::Expression) run.value = std::move(value);
      break;
    }
  }
  ++detail_of<RigidRun>(fiber).pc;
  return true;
}

namespace {

using Path = std::vector<std::variant<std::string, std::int64_t>>;

/// `base` with the member at `path[depth..]` replaced; nothing when a step does not lead through a map or
/// array.
std::optional<Json> replaced(const Json& base, const Path& path, std::size_t depth, const Json& value) {
  if (depth == path.size()) return value;
  Json copy = base;
  if (const auto* name = std::get_if<std::string>(&path[depth])) {
    if (!base.is_object()) return std::nullopt;
    const Json* inner = base.find(*name);
    std::optional<Json> made = replaced(inner ? *inner : Json(), path, depth + 1, value);
    if (!made) return std::nullopt;
    copy.set(*name, std::move(*made));
    return copy;
  }
  if (!base.is_array()) return std::nullopt;
  const auto size = static_cast<std::int64_t>(base.size());
  std::int64_t index = std::get<std::int64_t>(path[depth]);
  if (index < 0) index += size;
  if (index < 0 || index >= size) return std::nullopt;
  std::optional<Json> made = replaced(base.at(static_cast<std::size_t>(index)), path, depth + 1, value);
  if (!made) return std::nullopt;
  JsonArray items = base.as_array();
  items[static_cast<std::size_t>(index)] = std::move(*made);
  return Json(std::move(items));
}

}  // namespace

bool Run::assign(Fiber& fiber, const AssignTarget& target, Json value) {
  const bool is_variable = program_.is_variable(target.name);
  if (!target.path.empty()) {
    const Json* bound =
        is_variable ? state_.variables.find(target.name) : binding_of(state_, fiber, target.name);
    std::optional<Json> made = replaced(bound ? *bound : Json(), target.path, 0, value);
    if (!made) {
      raise(fiber, "TypeMismatchError", "type",
            "cannot assign into '" + target.name + "': it has no such place");
      return false;
    }
    value = std::move(*made);
  }
  if (const expr::Type* type = program_.variable_type(target.name)) {
    auto checked = expr::check(value, *type, expr::Strictness::Exact, program_.types());
    if (!checked) {
      raise(fiber, "TypeMismatchError", "type", "variable '" + target.name + "': " + checked.error().front());
      return false;
    }
    value = std::move(*checked);
  }
  if (too_large(fiber, value)) return false;
  if (is_variable) {
    state_.variables.set(target.name, std::move(value));
  } else {
    bind(fiber, target.name, std::move(value));
  }
  return true;
}

std::string Run::statement_effect_id(const Fiber& fiber, const Instruction& instruction, int attempt) const {
  std::string id = effect_base(fiber);
  if (code_of<RigidCode>(fiber).effects > 1) id += ":" + std::to_string(instruction.effect_index);
  if (attempt > 1) id += "/" + std::to_string(attempt);
  return id;
}

bool Run::call_plugin(Fiber& fiber, const Instruction& instruction) {
  if (!may_spend(fiber)) return false;
  JsonObject args;
  for (const auto& [name, value] : instruction.args) {
    std::optional<Json> made = eval(fiber, value, Secrets::References);
    if (!made) return false;
    args.append(name, std::move(*made));
  }
  CallPlugin call;
  call.effect_id = statement_effect_id(fiber, instruction, 1);
  call.key = call.effect_id;
  call.alias = instruction.plugin->plugin;
  call.method = instruction.plugin->method;
  call.args = std::move(args);
  call.at_most_once = instruction.plugin->idempotency == ir::Idempotency::AtMostOnce;
  call.timeout_ms = instruction.plugin->timeout_ms;
  call.deadline_ms = duration_left(fiber);
  const std::string id = call.effect_id;
  const bool once = call.at_most_once;
  ++state_.usage.plugin_calls;
  start_effect(fiber, id, once, std::move(call));
  return false;
}

bool Run::write_memory(Fiber& fiber, const Instruction& instruction) {
  if (!may_spend(fiber)) return false;
  WriteMemory write;
  write.op = instruction.op;
  write.field = instruction.name;
  write.picture_version = state_.memory_rows.version;
  if (instruction.key) {
    std::optional<Json> key = eval(fiber, *instruction.key);
    if (!key) return false;
    write.mkey = expr::text_form(*key);
    if (write.mkey->empty() || code_points(*write.mkey) > limits::memory_key_chars_max) {
      raise(fiber, "MemoryError", "too_large",
            "key of memory field '" + write.field + "' must have 1 to " +
                std::to_string(limits::memory_key_chars_max) + " characters");
      return false;
    }
  }
  const Json& rows = state_.memory_rows.fields_[write.field];
  if (write.op != "delete") {
    std::optional<Json> value = eval(fiber, instruction.expression);
    if (!value || !checked_memory(fiber, write.field, write.mkey, *value)) return false;
    write.value = std::move(*value);
  }
  if (write.op == "update" && !expect_version(fiber, write, rows)) return false;
  const int attempt = 1 + detail_of<RigidRun>(fiber).conflicts;
  write.effect_id = statement_effect_id(fiber, instruction, attempt);
  const std::string id = write.effect_id;
  start_effect(fiber, id, false, std::move(write));
  return false;
}

/// The value against the field's type; a keyed one against the type of the map's values.
bool Run::checked_memory(Fiber& fiber, const std::string& field, const std::optional<std::string>& key,
                         Json& value) {
  const expr::Type* type = program_.memory_type(field);
  const bool is_map = type->kind() == expr::Type::Kind::Map;
  auto checked = key && is_map ? expr::check(value, type->item(), expr::Strictness::Exact, program_.types())
                 : key         ? decltype(expr::check(value, *type))(value)
                               : expr::check(value, *type, expr::Strictness::Exact, program_.types());
  if (!checked) {
    raise(fiber, "TypeMismatchError", "type", "memory field '" + field + "': " + checked.error().front());
    return false;
  }
  constexpr auto bytes_max = static_cast<std::size_t>(limits::memory_value_bytes_max);
  if (json_bytes(*checked, bytes_max) > bytes_max) {
    raise(fiber, "MemoryError", "too_large",
          "value of memory field '" + field + "' is larger than " + std::to_string(bytes_max) + " bytes");
    return false;
  }
  value = std::move(*checked);
  return true;
}

/// What `update` requires: the key exists and has the version of the picture (07 §12).
bool Run::expect_version(Fiber& fiber, WriteMemory& write, const Json& rows) {
  std::int64_t version = 0;
  if (write.mkey) {
    const Json& row = rows[*write.mkey];
    if (!row.contains("d")) {
      raise(fiber, "MemoryError", "missing_key",
            "memory field '" + write.field + "' has no key '" + *write.mkey + "'");
      return false;
    }
    version = row.int_or("v", 0);
  } else {
    if (rows.size() == 0 || state_.memory[write.field] == Json()) {
      raise(fiber, "MemoryError", "missing_key", "memory field '" + write.field + "' was never set");
      return false;
    }
    for (const auto& [key, row] : rows.as_object()) version = std::max(version, row.int_or("v", 0));
  }
  write.expect_version = version;
  return true;
}

/// The result of the statement at `pc`; false when it failed or is tried again.
bool Run::take_statement_result(Fiber& fiber) {
  const Delivery delivery = std::exchange(fiber.delivery, {});
  RigidRun& run = detail_of<RigidRun>(fiber);
  const Instruction& instruction = code_of<RigidCode>(fiber).instructions[static_cast<std::size_t>(run.pc)];
  if (delivery.kind == Delivery::Kind::Error) {
    const bool conflict =
        instruction.kind == Instruction::Kind::MemoryWrite && delivery.error.code == "conflict";
    if (conflict && run.conflicts < conflicts_max) {
      ++run.conflicts;
      return true;  // the picture is fresh now: the statement is evaluated again
    }
    raise(fiber, delivery.error);
    return false;
  }
  if (over_budget(fiber) || too_large(fiber, delivery.value)) return false;
  run.conflicts = 0;
  ++run.pc;
  if (instruction.kind == Instruction::Kind::PluginCall) {
    run.value = delivery.value;
    if (instruction.plugin->result_binding) bind(fiber, *instruction.plugin->result_binding, delivery.value);
  } else if (instruction.op == "delete") {
    run.value = delivery.value;
  }
  return true;
}

void Run::emit_author(Fiber& fiber, const std::string& name, Json data) {
  if (state_.author_events >= limits::author_events_max) {
    ++state_.events_suppressed;
    return;
  }
  ++state_.author_events;
  RuntimeEvent event;
  event.type = RuntimeEvent::Type::Author;
  event.block = fiber.frames.back().block;
  event.occurrence = fiber.frames.back().occurrence;
  event.fiber = fiber.id;
  event.seq = state_.seq;
  event.at_ms = state_.now_ms;
  event.name = name;
  event.value = std::move(data);
  events_.push_back(std::move(event));
}

}  // namespace scaiflow::machine
