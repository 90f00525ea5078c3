#include <algorithm>

#include "apps/core/machine/ids.h"
#include "apps/core/machine/run.h"

namespace scaiflow::machine {

namespace {

/// Rendered text, or nothing for null.
std::optional<std::string> text_or_none(const Json& value) {
  return value.is_null() ? std::nullopt : std::optional(expr::text_form(value));
}

constexpr std::string_view debug_breakpoint = "debug_breakpoint";

}  // namespace

void Run::begin_checkpoint(Fiber& fiber) {
  fiber.frames.back().detail = AskRun();
  const CheckpointCode& code = code_of<CheckpointCode>(fiber);
  const ir::CheckpointBlock& block = *code.block;
  OpenCheckpoint request;
  request.effect_id = effect_base(fiber);
  request.checkpoint_type = block.checkpoint_type;
  request.options = block.options;
  request.priority = std::string(name_of(block.priority));
  request.on_timeout = block.on_timeout;
  const std::optional<Json> prompt = eval(fiber, code.prompt);
  if (!prompt) return;
  std::optional<Json> payload = eval(fiber, code.payload);
  if (!payload) return;
  const std::optional<Json> assignee = eval(fiber, code.assignee);
  if (!assignee) return;
  request.prompt = text_or_none(*prompt);
  request.payload = std::move(*payload);
  request.assignee = text_or_none(*assignee);
  if (block.hitl_target && !render_hitl(fiber, request)) return;
  open_checkpoint(fiber, std::move(request), block.timeout_ms.value_or(0));
}

bool Run::render_hitl(Fiber& fiber, OpenCheckpoint& request) {
  const CheckpointCode& code = code_of<CheckpointCode>(fiber);
  HitlRequest hitl;
  const std::optional<Json> scope = eval(fiber, code.scope);
  if (!scope) return false;
  const std::optional<Json> queue = eval(fiber, code.queue);
  if (!queue) return false;
  std::optional<Json> spec = eval(fiber, code.spec);
  if (!spec) return false;
  hitl.scope = expr::text_form(*scope);
  hitl.queue = expr::text_form(*queue);
  hitl.spec = std::move(*spec);
  if (hitl.scope.empty() || hitl.queue.empty()) {
    raise(fiber, "PluginError", "rejected",
          std::string("hitl_target has no ") + (hitl.scope.empty() ? "scope" : "queue"));
    return false;
  }
  request.hitl = std::move(hitl);
  return true;
}

/// Opens it and waits. `request.effect_id` is set; ids, expiry and place are filled in here.
void Run::open_checkpoint(Fiber& fiber, OpenCheckpoint request, std::int64_t timeout_ms) {
  if (is_cancelling(fiber)) {
    return raise(fiber, "CheckpointCancelledError", "cancelled",
                 "no checkpoint can wait while the run is cancelled");
  }
  if (static_cast<std::int64_t>(state_.checkpoints.size()) >= limits::pending_checkpoints_max) {
    return raise(fiber, "LimitExceededError", "checkpoints",
                 "more than " + std::to_string(limits::pending_checkpoints_max) + " pending checkpoints");
  }
  const BlockEntry& entry = entry_of(fiber.frames.back());
  request.checkpoint_id = checkpoint_id_of(request.effect_id);
  request.fiber = fiber.id;
  request.block_id = entry.id();
  request.node_id = entry.node_id();
  request.block_index = entry.top_index;
  OpenedCheckpoint opened;
  opened.fiber = fiber.id;
  opened.priority = request.priority;
  opened.timeout_ms = timeout_ms;
  opened.on_timeout = request.on_timeout;
  std::int64_t timer_id = 0;
  if (timeout_ms > 0) request.expires_at_ms = state_.now_ms + timeout_ms;
  const std::string id = request.checkpoint_id;
  out_.push_back(std::move(request));
  if (timeout_ms > 0) timer_id = start_expiry(fiber, timeout_ms);
  state_.checkpoints[id] = std::move(opened);
  wait_for(fiber, Wait::Kind::Checkpoint, id, timer_id);
}

std::int64_t Run::start_expiry(const Fiber& fiber, std::int64_t timeout_ms) {
  Timer timer;
  timer.purpose = Timer::Purpose::Checkpoint;
  timer.fiber = fiber.id;
  timer.due_ms = state_.now_ms + timeout_ms;
  return start_timer(timer);
}

namespace {

std::string raised(const std::string& priority) {
  if (priority == "low") return "normal";
  return priority == "normal" ? "high" : "critical";
}

}  // namespace

/// 07 §13.3
void Run::checkpoint_expired(Fiber& fiber) {
  const std::string id = fiber.wait.id;
  fiber.wait.timer_id = 0;
  OpenedCheckpoint& opened = state_.checkpoints.at(id);
  UpdateCheckpoint update;
  update.checkpoint_id = id;
  if (opened.on_timeout == "escalate") {
    if (opened.escalated) return;
    opened.escalated = true;
    opened.priority = raised(opened.priority);
    update.priority = opened.priority;
    update.expires_at_ms = state_.now_ms + opened.timeout_ms;
    out_.push_back(std::move(update));
    fiber.wait.timer_id = start_expiry(fiber, opened.timeout_ms);
    return;
  }
  Delivery delivery;
  if (opened.on_timeout == "fail") {
    update.status = "expired";
    delivery.kind = Delivery::Kind::Error;
    delivery.error = make_error("CheckpointTimeoutError", "timeout", "nobody answered in time");
  } else {
    update.status = "resolved";
    update.decision = opened.on_timeout;
    delivery.kind = Delivery::Kind::Value;
    delivery.value = Json::object({{"decision", opened.on_timeout}});
    delivery.meta = Json::object(
        {{"comment", nullptr}, {"resolved_by", "timeout"}, {"resolved_at", iso_time(state_.now_ms)}});
  }
  out_.push_back(std::move(update));
  state_.checkpoints.erase(id);
  deliver(fiber.id, std::move(delivery));
}

/// The resolution object of 04 §3.11. `meta` has comment, resolved_by, resolved_at.
Json resolution_value(const Json& resolution, const Json& meta, const Json& spec) {
  const Json& chosen = resolution.is_object() ? resolution["decision"] : resolution;
  JsonObject out;
  out.append("decision", chosen.is_null() ? Json() : Json(expr::text_form(chosen)));
  if (resolution.is_object()) {
    for (const auto& [name, value] : resolution.as_object()) {
      if (name != "decision") out.set(name, value);
    }
  }
  if (spec["sections"].is_array()) {
    for (const Json& section : spec["sections"].as_array()) {
      const std::string field = section.string_or("field", "decision");
      if (section.string_or("type", "") == "decision" && field != "decision")
        out.set(field, *out.find("decision"));
    }
  }
  for (const auto& [name, value] : meta.as_object()) out.set(name, value);
  return out;
}

void Run::resume_checkpoint(Fiber& fiber) {
  const Delivery delivery = std::exchange(fiber.delivery, {});
  if (delivery.kind == Delivery::Kind::Error) return raise(fiber, delivery.error);
  const CheckpointCode& code = code_of<CheckpointCode>(fiber);
  if (code.block->checkpoint_type == debug_breakpoint) return leave(fiber, std::nullopt);
  Json value = resolution_value(delivery.value, delivery.meta, code.spec.source());
  if (too_large(fiber, value)) return;
  const auto& responses = code.block->on_response;
  BodyId chosen = -1;
  for (std::size_t i = 0; i < responses.size() && chosen < 0; ++i) {
    const bool fits = value["decision"] == Json(responses[i].option);
    const bool last_else = i + 1 == responses.size() && responses[i].option == "else";
    if (fits || last_else) chosen = code.on_response[i];
  }
  if (chosen < 0) return leave(fiber, std::move(value));
  detail_of<AskRun>(fiber).value = value;
  start_body(fiber, chosen, std::move(value));
}

void Run::begin_call(Fiber& fiber) {
  fiber.frames.back().detail = AskRun();
  const CoreCallCode& code = code_of<CoreCallCode>(fiber);
  if (!may_spend(fiber)) return;
  std::optional<Json> input = eval_map(fiber, code.input);
  if (!input) return;
  StartCall call;
  if (code.instance_key) {
    const std::optional<Json> key = eval(fiber, *code.instance_key);
    if (!key) return;
    call.instance_key = text_or_none(*key);
  }
  call.effect_id = effect_base(fiber);
  call.key = call.effect_id;
  call.call_id = call_id_of(call.effect_id);
  call.target = code.block->target;
  call.flow = code.block->flow_name;
  call.input = std::move(*input);
  call.version = code.block->version;
  call.is_async = code.block->is_async;
  call.at_most_once = code.block->idempotency == ir::Idempotency::AtMostOnce;
  call.depth = state_.start.depth + 1;
  if (call.depth > limits::call_depth_max) {
    return raise(fiber, "CoreCallError", "depth",
                 "calls are nested deeper than " + std::to_string(limits::call_depth_max));
  }
  if (call.is_async) {
    const auto open = std::count_if(state_.calls.begin(), state_.calls.end(), [](const auto& each) {
      return each.second.is_async && !each.second.answer;
    });
    if (open >= limits::async_calls_max) {
      return raise(fiber, "LimitExceededError", "async_calls",
                   "more than " + std::to_string(limits::async_calls_max) + " open calls");
    }
  }
  detail_of<AskRun>(fiber).id = call.call_id;
  issue_call(fiber, std::move(call));
}

void Run::issue_call(Fiber& fiber, StartCall call) {
  const std::string id = call.effect_id;
  const std::string call_id = call.call_id;
  const bool is_async = call.is_async;
  const bool once = call.at_most_once;
  start_effect(fiber, id, once, std::move(call));
  if (is_async) return;
  Call& opened = state_.calls[call_id];
  opened.effect_id = id;
  opened.fiber = fiber.id;
  std::int64_t timer_id = 0;
  if (const auto timeout_ms = code_of<CoreCallCode>(fiber).block->timeout_ms) {
    Timer timer;
    timer.purpose = Timer::Purpose::Call;
    timer.fiber = fiber.id;
    timer.due_ms = state_.now_ms + *timeout_ms;
    timer_id = start_timer(timer);
  }
  wait_for(fiber, Wait::Kind::Call, call_id, timer_id);
}

ErrorValue Run::call_error(const CallAnswered& answer) const {
  if (answer.status == "cancelled")
    return make_error("CoreCallError", "cancelled", "the called execution was cancelled");
  ErrorValue error = make_error("CoreCallError", "failed", "the called execution failed");
  if (answer.error) {
    error.message += ": " + answer.error->type;
    error.data = Json::object({{"error", wire_of(*answer.error)}});
  }
  return error;
}

void Run::resume_call(Fiber& fiber) {
  const Delivery delivery = std::exchange(fiber.delivery, {});
  switch (delivery.kind) {
    case Delivery::Kind::Error: return raise(fiber, delivery.error);
    case Delivery::Kind::Timeout: {
      ErrorValue error = make_error("CoreCallError", "timeout", "the called execution did not end in time");
      error.retryable = true;
      return raise(fiber, std::move(error));
    }
    case Delivery::Kind::Value: return leave(fiber, delivery.value);
    case Delivery::Kind::None:
    case Delivery::Kind::Wake: break;
  }
  const std::string id = detail_of<AskRun>(fiber).id;
  const CallAnswered answer = *state_.calls.at(id).answer;
  state_.calls.erase(id);
  if (answer.status != "completed") return raise(fiber, call_error(answer));
  if (over_budget(fiber) || too_large(fiber, answer.output)) return;
  leave(fiber, answer.output);
}

namespace {

/// Ids of the handles: text, `{call_id}`, or an array of them. Nothing when it is something else.
std::optional<std::vector<std::string>> call_ids(const Json& calls) {
  const auto id_of = [](const Json& handle) -> std::string {
    return handle.is_string() ? handle.as_string() : handle.string_or("call_id", "");
  };
  std::vector<std::string> ids;
  if (calls.is_array()) {
    for (const Json& each : calls.as_array()) ids.push_back(id_of(each));
  } else {
    ids.push_back(id_of(calls));
  }
  return ids;
}

}  // namespace

void Run::begin_await(Fiber& fiber) {
  fiber.frames.back().detail = AskRun();
  const AwaitCode& code = code_of<AwaitCode>(fiber);
  const std::optional<Json> calls = eval(fiber, code.calls);
  if (!calls) return;
  std::vector<std::string> ids = *call_ids(*calls);
  for (const std::string& id : ids) {
    const auto call = state_.calls.find(id);
    if (call != state_.calls.end() && call->second.is_async) continue;
    return raise(fiber, "CoreCallError", "not_found", "there is no call '" + id + "'");
  }
  detail_of<AskRun>(fiber).calls = std::move(ids);
  if (await_is_over(fiber)) return;
  std::int64_t timer_id = 0;
  if (code.block->timeout_ms) {
    Timer timer;
    timer.purpose = Timer::Purpose::Await;
    timer.fiber = fiber.id;
    timer.due_ms = state_.now_ms + *code.block->timeout_ms;
    timer_id = start_timer(timer);
  }
  wait_for(fiber, Wait::Kind::Calls, {}, timer_id);
}

bool Run::awaits(const Fiber& fiber, const std::string& call_id) const {
  const auto& calls = std::get<AskRun>(fiber.frames.back().detail).calls;
  return std::find(calls.begin(), calls.end(), call_id) != calls.end();
}

/// `all`: everything answered, or one failed. `any`: one succeeded, or all failed.
bool Run::await_is_over(const Fiber& fiber) const {
  const auto& calls = std::get<AskRun>(fiber.frames.back().detail).calls;
  const bool all = code_of<AwaitCode>(fiber).block->mode == ir::AwaitMode::All;
  std::size_t answered = 0;
  for (const std::string& id : calls) {
    const auto call = state_.calls.find(id);
    if (call == state_.calls.end() || !call->second.answer) continue;
    ++answered;
    const bool ok = call->second.answer->status == "completed";
    if (all ? !ok : ok) return true;
  }
  return answered == calls.size();
}

void Run::resume_await(Fiber& fiber) {
  const Delivery delivery = std::exchange(fiber.delivery, {});
  const AwaitCode& code = code_of<AwaitCode>(fiber);
  const std::vector<std::string> calls = detail_of<AskRun>(fiber).calls;
  const bool late = delivery.kind == Delivery::Kind::Timeout;
  if (late && code.block->on_timeout == ir::AwaitTimeout::Fail) {
    ErrorValue error = make_error("AwaitTimeoutError", "timeout", "not all calls were answered in time");
    error.retryable = true;
    return raise(fiber, std::move(error));
  }
  const bool all = code.block->mode == ir::AwaitMode::All;
  JsonArray values;
  std::optional<CallAnswered> failed;
  for (const std::string& id : calls) {
    const auto& answer = state_.calls.at(id).answer;
    if (answer && answer->status == "completed") {
      if (!all) {
        Json output = answer->output;
        state_.calls.erase(id);
        return leave(fiber, std::move(output));
      }
      values.push_back(answer->output);
    } else {
      if (answer && (!failed || !all)) failed = *answer;
      values.push_back(nullptr);
    }
  }
  if (failed) return raise(fiber, call_error(*failed));
  for (const std::string& id : calls) {
    const auto call = state_.calls.find(id);
    if (call != state_.calls.end() && call->second.answer) state_.calls.erase(call);
  }
  Json value(std::move(values));
  if (over_budget(fiber) || too_large(fiber, value)) return;
  leave(fiber, all ? std::move(value) : Json());
}

}  // namespace scaiflow::machine
