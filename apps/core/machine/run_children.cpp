#include <algorithm>
#include <cassert>

#include "apps/core/machine/run.h"

namespace scaiflow::machine {

void Run::begin_parallel(Fiber& fiber) {
  const auto branches = static_cast<std::int64_t>(code_of<ParallelCode>(fiber).branches.size());
  ChildrenRun run;
  run.size = run.end = branches;
  run.values.resize(static_cast<std::size_t>(branches));
  run.made.resize(static_cast<std::size_t>(branches), Json::object());
  fiber.frames.back().detail = std::move(run);
}

namespace {

/// The items of an iterable (04 §3.6), or nothing when it is none.
std::optional<Json> items_of(const Json& iterable) {
  if (iterable.is_null()) return Json::array();
  if (iterable.is_array()) return iterable;
  if (!iterable.is_object()) return std::nullopt;
  JsonArray items;
  for (const auto& [key, value] : iterable.as_object()) {
    items.push_back(Json::object({{"key", key}, {"value", value}}));
  }
  return Json(std::move(items));
}

}  // namespace

void Run::begin_foreach(Fiber& fiber) {
  const std::optional<Json> iterable = eval(fiber, code_of<ForeachCode>(fiber).iterable);
  if (!iterable) return;
  std::optional<Json> items = items_of(*iterable);
  if (!items) return raise(fiber, "TypeMismatchError", "type", "foreach needs an array or a map");
  if (static_cast<std::int64_t>(items->size()) > limits::foreach_items_max) {
    return raise(fiber, "LimitExceededError", "foreach_items",
                 "foreach over more than " + std::to_string(limits::foreach_items_max) + " items");
  }
  ChildrenRun run;
  run.size = run.end = static_cast<std::int64_t>(items->size());
  run.values.resize(items->size());
  run.items = std::move(*items);
  fiber.frames.back().detail = std::move(run);
}

/// How many children may live at once.
std::int64_t Run::window(const Fiber& fiber) const {
  const BlockCode& code = entry_of(fiber.frames.back()).code;
  if (const auto* parallel = std::get_if<ParallelCode>(&code))
    return parallel->block->max_concurrent.value_or(limits::fibers_max);
  return std::get<ForeachCode>(code).block->max_concurrent;
}

/// Starts what the window allows; leaves when the last child has ended.
void Run::resume_children(Fiber& fiber) {
  ChildrenRun& run = detail_of<ChildrenRun>(fiber);
  if (run.pending.kind == Unwind::Kind::None) {
    const std::int64_t limit = window(fiber);
    while (run.next < run.end && static_cast<std::int64_t>(run.live.size()) < limit) {
      if (static_cast<std::int64_t>(state_.fibers.size()) >= limits::fibers_max) {
        return raise(fiber, "LimitExceededError", "fibers",
                     "more than " + std::to_string(limits::fibers_max) + " fibers alive");
      }
      start_child(fiber, run.next++);
    }
  }
  if (!run.live.empty()) return wait_for(fiber, Wait::Kind::Children);
  if (run.pending.kind == Unwind::Kind::None) return leave_children(fiber);
  fiber.unwind = std::exchange(run.pending, {});
  run.next = run.end;
}

void Run::start_child(Fiber& fiber, std::int64_t slot) {
  const BlockCode& code = entry_of(fiber.frames.back()).code;
  const auto at = static_cast<std::size_t>(slot);
  if (const auto* parallel = std::get_if<ParallelCode>(&code)) {
    Fiber& child =
        spawn(fiber, slot, parallel->block->branches[at].name, parallel->branches[at], input_of(fiber));
    detail_of<ChildrenRun>(fiber).live[slot] = child.id;
    return;
  }
  const auto& loop = std::get<ForeachCode>(code);
  const Json& item = detail_of<ChildrenRun>(fiber).items.at(at);
  Fiber& child = spawn(fiber, slot, std::to_string(slot), loop.body, item);
  child.locals.set(loop.block->item, item);
  if (loop.block->index) child.locals.set(*loop.block->index, slot);
  detail_of<ChildrenRun>(fiber).live[slot] = child.id;
}

void Run::child_ended(Fiber& parent, Fiber& child, std::optional<Json> value, Unwind outcome) {
  ChildrenRun& run = detail_of<ChildrenRun>(parent);
  run.live.erase(child.slot);
  if (std::holds_alternative<ParallelCode>(entry_of(parent.frames.back()).code)) {
    parallel_child_ended(parent, child, std::move(value), std::move(outcome));
  } else {
    foreach_child_ended(parent, child, std::move(value), std::move(outcome));
  }
  wake(parent);
}

void Run::parallel_child_ended(Fiber& parent, Fiber& child, std::optional<Json> value, Unwind outcome) {
  ChildrenRun& run = detail_of<ChildrenRun>(parent);
  const auto slot = static_cast<std::size_t>(child.slot);
  switch (outcome.kind) {
    case Unwind::Kind::None:
      run.values[slot] = value.value_or(Json());
      run.made[slot] = child.bindings;
      return;
    case Unwind::Kind::Cancel: return;
    case Unwind::Kind::Error:
      if (!code_of<ParallelCode>(parent).block->fail_fast) {
        const Json error = Json::object({{"type", outcome.error.type}, {"message", outcome.error.message}});
        run.values[slot] = Json::object({{"error", error}});
        return;
      }
      outcome.error.data.set("branch", child.name);
      break;
    case Unwind::Kind::Return:
    case Unwind::Kind::Break:
    case Unwind::Kind::Continue: break;
  }
  if (run.pending.kind != Unwind::Kind::None) return;
  run.pending = std::move(outcome);
  run.end = run.next;
  cancel_children(parent, 0);
}

void Run::foreach_child_ended(Fiber& parent, Fiber& child, std::optional<Json> value, Unwind outcome) {
  ChildrenRun& run = detail_of<ChildrenRun>(parent);
  const std::int64_t slot = child.slot;
  switch (outcome.kind) {
    case Unwind::Kind::None:
    case Unwind::Kind::Continue:
      if (slot < run.end) run.values[static_cast<std::size_t>(slot)] = value.value_or(Json());
      return;
    case Unwind::Kind::Cancel: return;
    case Unwind::Kind::Break:
      if (slot >= run.end) return;
      run.values[static_cast<std::size_t>(slot)] = value.value_or(Json());
      run.end = slot + 1;
      run.next = std::max(run.next, run.end);
      return cancel_children(parent, run.end);
    case Unwind::Kind::Error: outcome.error.data.set("index", slot); break;
    case Unwind::Kind::Return: break;
  }
  if (run.pending.kind != Unwind::Kind::None) return;
  run.pending = std::move(outcome);
  run.end = std::min(run.end, run.next);
  cancel_children(parent, 0);
}

void Run::cancel_children(Fiber& fiber, std::int64_t from_slot) {
  const ChildrenRun& run = detail_of<ChildrenRun>(fiber);
  std::vector<std::int64_t> ids;
  for (auto at = run.live.lower_bound(from_slot); at != run.live.end(); ++at) ids.push_back(at->second);
  for (const std::int64_t id : ids) {
    if (Fiber* child = fiber_of(id)) cancel_fiber(*child, -1);
  }
}

/// All children have ended well: bindings of branches are merged in branch order, values become the block's
/// value.
void Run::leave_children(Fiber& fiber) {
  ChildrenRun run = std::move(detail_of<ChildrenRun>(fiber));
  const BlockCode& code = entry_of(fiber.frames.back()).code;
  Json value;
  if (const auto* parallel = std::get_if<ParallelCode>(&code)) {
    JsonObject all;
    for (std::size_t i = 0; i < run.values.size(); ++i) {
      for (const auto& [name, made] : run.made[i].as_object()) bind(fiber, name, made);
      all.append(parallel->block->branches[i].name, run.values[i].value_or(Json()));
    }
    value = std::move(all);
  } else {
    JsonArray all;
    all.reserve(static_cast<std::size_t>(run.end));
    for (std::int64_t i = 0; i < run.end; ++i)
      all.push_back(run.values[static_cast<std::size_t>(i)].value_or(Json()));
    value = std::move(all);
  }
  fiber.frames.back().detail = ChildrenRun();
  if (too_large(fiber, value)) return;
  leave(fiber, std::move(value));
}

}  // namespace scaiflow::machine
