#include "apps/core/machine/scope.h"

#include <string>
#include <vector>

namespace scaiflow::machine {

namespace {

bool take(const Json& object, std::string_view name, Json& out) {
  const Json* found = object.find(name);
  if (found) out = *found;
  return found != nullptr;
}

/// The binding that `node_x` stands for, or nothing (03 §7 row 6).
std::string_view without_node_prefix(std::string_view name) {
  constexpr std::string_view prefix = "node_";
  return name.substr(0, prefix.size()) == prefix ? name.substr(prefix.size()) : std::string_view();
}

}  // namespace

bool FiberScope::find(std::string_view name, Json& out) const {
  return find_local(name, out) || find_fixed(name, out) || take(state_.variables, name, out) ||
         take(state_.memory, name, out) || find_binding(name, out) || take(input_, name, out);
}

bool FiberScope::find_local(std::string_view name, Json& out) const {
  if (result_ && (name == "result" || name == "output")) return out = *result_, true;
  for (auto frame = fiber_.frames.rbegin(); frame != fiber_.frames.rend(); ++frame) {
    if (!frame->locals.is_null() && take(frame->locals, name, out)) return true;
  }
  return take(fiber_.locals, name, out);
}

bool FiberScope::find_fixed(std::string_view name, Json& out) const {
  switch (name.empty() ? '\0' : name.front()) {
    case 'i': return name == "input" ? (out = input_, true) : false;
    case 't': return name == "trigger" ? (out = state_.start.input, true) : false;
    case 'e':
      if (name == "entry_name") return out = state_.start.entry_name, true;
      return name == "execution" ? (out = state_.execution, true) : false;
    case 'm': return name == "memory" ? (out = state_.memory, true) : false;
    case 'r': return name == "reference" ? (out = program_.reference(), true) : false;
    case 'c': return name == "config" ? (out = config(), true) : false;
    default: return false;
  }
}

Json FiberScope::config() const {
  Json all = state_.start.config;
  for (const auto& [name, reference] : state_.start.secrets.as_object()) {
    all.set(name, secrets_ == Secrets::References ? reference : Json("***"));
  }
  return all;
}

const Json* binding_of(const State& state, const Fiber& fiber, std::string_view name) {
  for (const Fiber* each = &fiber; each != nullptr;) {
    if (const Json* found = each->bindings.find(name)) return found;
    const auto parent = state.fibers.find(each->parent);
    each = parent == state.fibers.end() ? nullptr : &parent->second;
  }
  return nullptr;
}

bool FiberScope::find_binding(std::string_view name, Json& out) const {
  if (const Json* own = binding_of(state_, fiber_, name)) return out = *own, true;
  const std::string_view bare = without_node_prefix(name);
  std::string target(bare);
  if (expr::is_reserved(bare)) target += '_';
  if (const Json* own = bare.empty() ? nullptr : binding_of(state_, fiber_, target)) return out = *own, true;
  if (program_.declares_binding(name) || (!bare.empty() && program_.declares_binding(target)))
    return out = Json(), true;
  return false;
}

Json scope_of(const State& state, const Fiber& fiber) {
  Json all = Json::object();
  const auto add = [&](const Json& names) {
    if (!names.is_object()) return;
    for (const auto& [name, value] : names.as_object()) all.set(name, value);
  };
  std::vector<const Json*> tables{&fiber.bindings};
  for (auto at = state.fibers.find(fiber.parent); at != state.fibers.end();
       at = state.fibers.find(at->second.parent)) {
    tables.push_back(&at->second.bindings);
  }
  for (auto table = tables.rbegin(); table != tables.rend(); ++table) add(**table);
  add(state.memory);
  add(state.variables);
  add(fiber.locals);
  for (const Frame& frame : fiber.frames) add(frame.locals);
  return all;
}

}  // namespace scaiflow::machine
