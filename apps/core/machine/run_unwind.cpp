#include <algorithm>

#include "apps/core/machine/run.h"

namespace scaiflow::machine {

void Run::raise(Fiber& fiber, ErrorValue error) {
  if (!error.location) {
    Location at;
    at.flow = state_.start.flow;
    if (const Frame& top = fiber.frames.back(); top.block >= 0) {
      at.block_id = entry_of(top).id();
      at.node_id = entry_of(top).node_id();
      at.occurrence = top.occurrence;
    }
    error.location = std::move(at);
  }
  fiber.unwind = {};
  fiber.unwind.kind = Unwind::Kind::Error;
  fiber.unwind.error = std::move(error);
}

void Run::raise(Fiber& fiber, std::string type, std::string code, std::string message) {
  raise(fiber, make_error(std::move(type), std::move(code), std::move(message)));
}

void Run::unwind(Fiber& fiber, Unwind::Kind kind, Json value) {
  fiber.unwind = {};
  fiber.unwind.kind = kind;
  fiber.unwind.value = std::move(value);
}

/// One frame further down: children first, then whoever takes it over, else the frame goes.
void Run::unwind_top(Fiber& fiber) {
  Frame& top = fiber.frames.back();
  if (auto* children = std::get_if<ChildrenRun>(&top.detail); children && !children->live.empty()) {
    children->pending = std::exchange(fiber.unwind, {});
    children->end = std::min(children->end, children->next);
    cancel_children(fiber, 0);
    return wait_for(fiber, Wait::Kind::Children);
  }
  if (fiber.unwind.kind == Unwind::Kind::Cancel &&
      fiber.unwind.until == static_cast<int>(fiber.frames.size()) - 1) {
    raise(fiber, ErrorValue(std::move(fiber.unwind.error)));
  }
  if (top.block < 0) {
    Unwind outcome = std::exchange(fiber.unwind, {});
    std::optional<Json> value = std::move(top.value);
    if (outcome.kind == Unwind::Kind::Break) value = top.input;
    return end_fiber(fiber, std::move(value), std::move(outcome));
  }
  if (!absorb(fiber)) pop_unwinding(fiber);
}

/// True when the block on top goes on instead of being left.
bool Run::absorb(Fiber& fiber) {
  Frame& top = fiber.frames.back();
  switch (entry_of(top).kind) {
    case ir::BlockKind::Try: return absorb_try(fiber);
    case ir::BlockKind::Budget: return absorb_budget(fiber);
    case ir::BlockKind::While: {
      const Unwind::Kind kind = fiber.unwind.kind;
      if (kind != Unwind::Kind::Break && kind != Unwind::Kind::Continue) return false;
      fiber.unwind = {};
      top.body = -1;
      std::optional<Json> value = std::exchange(top.value, std::nullopt);
      if (kind == Unwind::Kind::Break) {
        leave(fiber, top.input);
      } else {
        round_ended(fiber, std::move(value));
      }
      return true;
    }
    case ir::BlockKind::Rigid:
    case ir::BlockKind::Flexible:
    case ir::BlockKind::Guarded:
    case ir::BlockKind::ModelCall:
    case ir::BlockKind::Parallel:
    case ir::BlockKind::Foreach:
    case ir::BlockKind::Match:
    case ir::BlockKind::Checkpoint:
    case ir::BlockKind::CoreCall:
    case ir::BlockKind::AwaitResponses:
    case ir::BlockKind::Debug: return false;
  }
  return false;
}

/// The block on top is left without a value: failed, cancelled, or passed by return, break or continue.
void Run::pop_unwinding(Fiber& fiber) {
  const Frame frame = std::move(fiber.frames.back());
  fiber.frames.pop_back();
  if (frame.budget && frame.budget->timer_id) stop_timer(frame.budget->timer_id);
  switch (fiber.unwind.kind) {
    case Unwind::Kind::Error: return block_failed(fiber, frame, fiber.unwind.error);
    case Unwind::Kind::Cancel:
      return block_failed(fiber, frame, make_error("Cancelled", "cancelled", "cancelled"));
    case Unwind::Kind::None:
    case Unwind::Kind::Return:
    case Unwind::Kind::Break:
    case Unwind::Kind::Continue: return block_exited(fiber, frame, Json());
  }
}

namespace {

/// Of two cancellations the one that reaches further down counts.
void merge_cancel(Unwind& into, int until, ErrorValue error) {
  if (into.kind == Unwind::Kind::Cancel && into.until <= until) return;
  into = {};
  into.kind = Unwind::Kind::Cancel;
  into.until = until;
  into.error = std::move(error);
}

}  // namespace

void Run::cancel_fiber(Fiber& fiber, int until, ErrorValue error) {
  for (int i = static_cast<int>(fiber.frames.size()) - 1; i > until; --i) {
    auto* run = std::get_if<TryRun>(&fiber.frames[static_cast<std::size_t>(i)].detail);
    if (!run || run->phase != TryRun::Phase::Finally) continue;
    merge_cancel(run->pending, until, std::move(error));
    return fail_checkpoints(fiber);  // a finally body in progress goes on to its end
  }
  Frame& top = fiber.frames.back();
  if (auto* children = std::get_if<ChildrenRun>(&top.detail); children && !children->live.empty()) {
    merge_cancel(children->pending, until, std::move(error));
    children->end = std::min(children->end, children->next);
    return cancel_children(fiber, 0);
  }
  release_wait(fiber, "cancelled");
  fiber.delivery = {};
  merge_cancel(fiber.unwind, until, std::move(error));
  wake(fiber);
}

/// Inside a `finally` that runs because of cancellation no checkpoint may wait (07 §8.3).
void Run::fail_checkpoints(Fiber& fiber) {
  fiber.in_cancelled_finally = true;
  if (fiber.wait.kind == Wait::Kind::Checkpoint) {
    release_wait(fiber, "cancelled");
    Delivery failed;
    failed.kind = Delivery::Kind::Error;
    failed.error = make_error("CheckpointCancelledError", "cancelled", "the checkpoint was cancelled");
    fiber.delivery = std::move(failed);
    wake(fiber);
  }
  const auto* children = std::get_if<ChildrenRun>(&fiber.frames.back().detail);
  if (!children) return;
  for (const auto& [slot, id] : children->live) {
    if (Fiber* child = fiber_of(id)) fail_checkpoints(*child);
  }
}

void Run::release_wait(Fiber& fiber, std::string_view reason) {
  const Wait wait = std::exchange(fiber.wait, {});
  if (wait.timer_id) stop_timer(wait.timer_id);
  switch (wait.kind) {
    case Wait::Kind::Effect: {
      const auto effect = state_.effects.find(wait.id);
      const bool is_call = std::holds_alternative<StartCall>(effect->second.request);
      if (is_call) {
        const std::string call_id = std::get<StartCall>(effect->second.request).call_id;
        out_.push_back(CancelCall{call_id, wait.id, std::string(reason)});
        state_.calls.erase(call_id);
      } else {
        out_.push_back(CancelEffect{wait.id});
      }
      state_.effects.erase(effect);
      return;
    }
    case Wait::Kind::Checkpoint: {
      UpdateCheckpoint update;
      update.checkpoint_id = wait.id;
      update.status = "cancelled";
      update.reason = reason;
      out_.push_back(std::move(update));
      state_.checkpoints.erase(wait.id);
      return;
    }
    case Wait::Kind::Call: {
      const std::string effect_id = state_.calls[wait.id].effect_id;
      out_.push_back(CancelCall{wait.id, effect_id, std::string(reason)});
      state_.effects.erase(effect_id);
      state_.calls.erase(wait.id);
      return;
    }
    case Wait::Kind::None:
    case Wait::Kind::Children:
    case Wait::Kind::Timer:
    case Wait::Kind::Calls:
    case Wait::Kind::Debug: return;
  }
}

bool Run::is_cancelling(const Fiber& fiber) const {
  if (fiber.in_cancelled_finally) return true;
  return std::any_of(fiber.frames.begin(), fiber.frames.end(), [](const Frame& frame) {
    const auto* run = std::get_if<TryRun>(&frame.detail);
    return run && run->phase == TryRun::Phase::Finally && run->pending.kind == Unwind::Kind::Cancel;
  });
}

/// Ends everything at once, `finally` bodies included: the grace is over, or the host gave up.
void Run::end_all(const ErrorValue& error, Status status) {
  for (auto at = state_.fibers.rbegin(); at != state_.fibers.rend(); ++at) {
    Fiber& fiber = at->second;
    release_wait(fiber, "cancelled");
    while (!fiber.frames.empty()) {
      const Frame frame = std::move(fiber.frames.back());
      fiber.frames.pop_back();
      if (frame.budget && frame.budget->timer_id) stop_timer(frame.budget->timer_id);
      if (frame.block >= 0) block_failed(fiber, frame, error);
    }
  }
  state_.fibers.clear();
  runnable_.clear();
  finish(status);
}

}  // namespace scaiflow::machine
