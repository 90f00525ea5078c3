// Commands of class X and W: they start after the commit of their turn and come back as events.
#include <algorithm>

#include "apps/core/host/runner.h"
#include "apps/core/host/secrets.h"
#include "apps/core/machine/ids.h"
#include "libs/net/clock.h"

namespace scaiflow::core {

/// A fork is answered from what its origin recorded; with nothing to say it may be told to stop (07 §18).
bool Runner::recall(Driver& driver, const machine::Command& command) {
  const std::string* id = driver.book ? machine::effect_of(command) : nullptr;
  const auto effect = id ? driver.state.effects.find(*id) : driver.state.effects.end();
  if (effect == driver.state.effects.end() || driver.effects.contains(*id)) return false;
  machine::AnswerBook::Answer known = driver.book->answer(command, host_.wall_ms());
  if (known.events.empty()) {
    const bool stops = driver.state.fork && driver.state.fork->on_mismatch == "stop";
    if (!stops || effect->second.held || effect->second.released) return false;
    machine::DebugCommand hold;
    hold.action = "hold";
    hold.effect_id = *id;
    driver.inbox.push_back({std::move(hold), {}, {}, {}, {}});
  } else {
    const CallContext place = context_of(driver, *id);
    const bool edited = known.found == machine::AnswerBook::Found::Edited;
    host_.hub.feed(driver.id, "effect.ended",
                   Json::object({{"effect_id", *id},
                                 {"node_id", place.node_id ? Json(*place.node_id) : Json()},
                                 {"attempt", 1},
                                 {"status", "ok"},
                                 {"reused_from", edited ? Json() : Json(driver.state.fork->origin)}}));
    for (machine::EventBody& event : known.events) driver.inbox.push_back({std::move(event), {}, {}, {}, {}});
  }
  pump(driver);
  return true;
}

void Runner::run(Driver& driver, const machine::Command& command) {
  if (recall(driver, command)) return;
  if (const auto* each = std::get_if<machine::CallModel>(&command)) return call_model(driver, *each);
  if (const auto* each = std::get_if<machine::CallPlugin>(&command)) return call_plugin(driver, *each);
  if (const auto* each = std::get_if<machine::WriteMemory>(&command)) return write_memory(driver, *each);
  if (const auto* each = std::get_if<machine::StartCall>(&command)) return start_call(driver, *each);
  if (const auto* each = std::get_if<machine::CancelCall>(&command)) return cancel_call(driver, *each);
  if (const auto* each = std::get_if<machine::StartTimer>(&command)) return start_timer(driver, *each);
  if (const auto* each = std::get_if<machine::StopTimer>(&command)) {
    const auto timer = driver.timers.find(each->timer_id);
    if (timer == driver.timers.end()) return;
    host_.timers.cancel(timer->second);
    driver.timers.erase(timer);
  } else if (const auto* cancelled = std::get_if<machine::CancelEffect>(&command)) {
    const auto effect = driver.effects.find(cancelled->effect_id);
    if (effect == driver.effects.end()) return;
    const Cancel cancel = std::move(effect->second);
    driver.effects.erase(effect);
    if (cancel) cancel();
  } else if (const auto* entry = std::get_if<machine::Feed>(&command)) {
    host_.hub.feed(driver.id, entry->entry, entry->data);
  }
}

/// False when the effect is no longer wanted, or its `EffectBegun` must commit first (07 §17.5).
bool Runner::begin_once(Driver& driver, const std::string& effect_id, bool at_most_once) {
  const auto effect = driver.state.effects.find(effect_id);
  if (effect == driver.state.effects.end() || driver.effects.contains(effect_id)) return false;
  if (!at_most_once || effect->second.begun) return true;
  Incoming begun;
  begun.body = machine::EffectBegun{effect_id};
  const std::int64_t generation = driver.generation;
  begun.settled = [this, id = driver.id, generation, request = effect->second.request] {
    with(id, generation, [this, request](Driver& each) {
      std::visit([&](const auto& command) { run(each, machine::Command(command)); }, request);
    });
  };
  driver.inbox.push_back(std::move(begun));
  pump(driver);
  return false;
}

void Runner::fail_effect(Driver& driver, const std::string& effect_id, machine::ErrorValue error) {
  machine::EffectFailed failed;
  failed.effect_id = effect_id;
  failed.error = std::move(error);
  driver.effects.erase(effect_id);
  driver.inbox.push_back({std::move(failed), {}, {}, {}, {}});
  pump(driver);
}

CallContext Runner::context_of(const Driver& driver, const std::string& effect_id) const {
  CallContext context;
  context.tenant_id = driver.row.tenant_id;
  context.core_id = driver.row.core_id;
  context.execution_id = driver.id;
  const auto effect = driver.state.effects.find(effect_id);
  if (effect != driver.state.effects.end()) {
    const machine::BlockEntry& block = driver.program->block(effect->second.block);
    context.block_id = block.id();
    context.node_id = block.node_id();
  }
  context.instance_key = driver.row.instance_key;
  context.principal = driver.row.invoked_by;
  context.privilege_level = driver.core->spec.privilege_level;
  context.identity = driver.row.identity;
  context.capabilities = Json::object();
  for (const Json& capability : driver.program->module().capabilities) {
    if (!capability.is_object()) continue;
    for (const auto& [name, value] : capability.as_object()) context.capabilities.set(name, value);
  }
  return context;
}

void Runner::call_model(Driver& driver, const machine::CallModel& command) {
  if (!begin_once(driver, command.effect_id, false)) return;
  const CallContext place = context_of(driver, command.effect_id);
  ModelContext context{place.tenant_id, place.core_id,   place.execution_id,
                       place.block_id,  place.principal, false};
  context.stream = host_.hub.is_watched(driver.id);
  const Json node = place.node_id ? Json(*place.node_id) : Json();
  if (context.stream) {
    Json shown =
        Json::object({{"effect_id", command.effect_id}, {"node_id", node}, {"messages", command.messages}});
    shown.set("candidates", machine::to_json(command.candidates));
    host_.hub.feed(driver.id, "model.request", std::move(shown));
  }
  const auto on_delta = [this, id = driver.id, effect = command.effect_id, node,
                         block = place.block_id](const std::string& text) {
    host_.hub.feed(
        id, "model.delta",
        Json::object({{"effect_id", effect}, {"node_id", node}, {"block_id", block}, {"text", text}}));
  };
  driver.effects[command.effect_id] = nullptr;
  Cancel cancel = host_.models.call(
      command, context, on_delta,
      [this, id = driver.id, generation = driver.generation,
       effect = command.effect_id](ModelOutcome outcome) {
        with(id, generation, [this, effect, outcome = std::move(outcome)](Driver& each) mutable {
          each.effects.erase(effect);
          Incoming incoming;
          incoming.body = std::move(outcome.event);
          incoming.usage = std::move(outcome.usage);
          each.inbox.push_back(std::move(incoming));
          pump(each);
        });
      });
  const auto effect = driver.effects.find(command.effect_id);
  if (effect != driver.effects.end()) effect->second = std::move(cancel);
}

namespace {

machine::ErrorValue plugin_error(PluginFailure failure) {
  machine::ErrorValue error =
      machine::make_error("PluginError", std::move(failure.code), std::move(failure.message));
  error.retryable = failure.retryable;
  error.data = std::move(failure.data);
  return error;
}

/// `timeout_ms`, else the method's own (`timeout_s`, `wait_ms`) and 10 s, else the default; bounded by
/// budgets (07 §10).
std::int64_t plugin_deadline(const machine::CallPlugin& command, std::int64_t default_ms) {
  std::int64_t out = default_ms;
  if (command.timeout_ms) {
    out = *command.timeout_ms;
  } else if (command.args["timeout_s"].is_int()) {
    out = command.args["timeout_s"].as_int() * 1'000 + 10'000;
  } else if (command.args["wait_ms"].is_int()) {
    out = command.args["wait_ms"].as_int() + 10'000;
  }
  if (command.deadline_ms) out = std::min(out, *command.deadline_ms);
  return std::max<std::int64_t>(out, 1);
}

machine::EventBody plugin_event(const std::string& effect_id, PluginResult result, const Secrets& secrets) {
  if (result) {
    Json value = secrets.redacted(*result);
    if (machine::json_bytes(value, machine::value_bytes_max) <= machine::value_bytes_max) {
      machine::EffectSucceeded done;
      done.effect_id = effect_id;
      done.result = std::move(value);
      return done;
    }
    result = tl::unexpected(
        PluginFailure{"result_too_large", "the result is larger than 4194304 bytes", false, {}});
  }
  machine::EffectFailed failed;
  failed.effect_id = effect_id;
  failed.error = plugin_error(std::move(result.error()));
  failed.error.message = secrets.redacted(failed.error.message);
  failed.error.data = secrets.redacted(failed.error.data);
  return failed;
}

}  // namespace

void Runner::call_plugin(Driver& driver, const machine::CallPlugin& command) {
  if (!begin_once(driver, command.effect_id, command.at_most_once)) return;
  PluginCall call;
  Plugin* plugin =
      host_.plugins.of_alias(*driver.program, driver.core->spec.plugins, command.alias, &call.config);
  if (!plugin) {
    return fail_effect(
        driver, command.effect_id,
        plugin_error({"unreachable", "plugin '" + command.alias + "' is not served here", true, {}}));
  }
  const std::vector<std::string> methods = plugin->methods();
  if (!methods.empty() && std::find(methods.begin(), methods.end(), command.method) == methods.end()) {
    return fail_effect(
        driver, command.effect_id,
        plugin_error(
            {"unknown_method", command.alias + " has no method '" + command.method + "'", false, {}}));
  }
  call.alias = command.alias;
  call.method = command.method;
  call.args = command.args;
  call.context = context_of(driver, command.effect_id);
  call.key = machine::key_of(command.key);
  call.deadline_ms = plugin_deadline(command, host_.settings.plugin_call_ms);
  driver.effects[command.effect_id] = nullptr;
  driver.effects_began_us[command.effect_id] = net::steady_us();
  host_.hub.feed(driver.id, "effect.started",
                 Json::object({{"effect_id", command.effect_id},
                               {"node_id", call.context.node_id ? Json(*call.context.node_id) : Json()},
                               {"kind", "plugin"}}));
  prepare_plugin(driver, command, *plugin, std::move(call));
}

/// A transactional method answers by reading now; its write commits with the record of the result.
void Runner::prepare_plugin(Driver& driver, const machine::CallPlugin& command, Plugin& plugin,
                            PluginCall call) {
  if (!driver.effects.contains(command.effect_id)) return;
  const Secrets secrets(driver.state.start.secrets, driver.core->spec.environment);
  call.args = secrets.resolved(call.args);
  if (plugin.answers_at_once(call.method)) {
    auto prepared = plugin.prepare(call);
    return take_prepared(driver, command, plugin, std::move(call), secrets, std::move(prepared));
  }
  host_.pool.post([this, id = driver.id, generation = driver.generation, command, &plugin, call, secrets] {
    auto prepared = plugin.prepare(call);
    with(id, generation,
         [this, command, &plugin, call, secrets, prepared = std::move(prepared)](Driver& each) mutable {
           take_prepared(each, command, plugin, std::move(call), secrets, std::move(prepared));
         });
  });
}

void Runner::take_prepared(Driver& driver, const machine::CallPlugin& command, Plugin& plugin,
                           PluginCall call, const Secrets& secrets,
                           std::optional<tl::expected<PreparedWrite, PluginFailure>> prepared) {
  if (!prepared) return dispatch_plugin(driver, command, plugin, std::move(call));
  if (*prepared && (*prepared)->again_ms)
    return prepare_later(driver, command, plugin, std::move(call), *(*prepared)->again_ms);
  driver.effects.erase(command.effect_id);
  Incoming incoming;
  if (*prepared) {
    incoming.write = std::move((*prepared)->write);
    incoming.settled = std::move((*prepared)->committed);
    incoming.body = plugin_event(command.effect_id, std::move((*prepared)->answer), secrets);
  } else {
    incoming.body = plugin_event(command.effect_id, tl::unexpected(std::move(prepared->error())), secrets);
  }
  driver.inbox.push_back(std::move(incoming));
  pump(driver);
}

/// Asks again after a while, unless the effect is cancelled meanwhile.
void Runner::prepare_later(Driver& driver, const machine::CallPlugin& command, Plugin& plugin,
                           PluginCall call, std::int64_t delay_ms) {
  call.waited_ms += delay_ms;
  const auto again = [this, id = driver.id, generation = driver.generation, command, &plugin, call] {
    with(id, generation,
         [this, command, &plugin, call](Driver& each) { prepare_plugin(each, command, plugin, call); });
  };
  const net::Timers::Id timer = host_.timers.after(delay_ms, lane_, again);
  driver.effects[command.effect_id] = [this, timer] { host_.timers.cancel(timer); };
}

void Runner::dispatch_plugin(Driver& driver, const machine::CallPlugin& command, Plugin& plugin,
                             PluginCall call) {
  if (!driver.effects.contains(command.effect_id)) return;
  const Secrets secrets(driver.state.start.secrets, driver.core->spec.environment);
  const std::int64_t deadline_ms = call.deadline_ms;
  const std::string id = driver.id;
  const std::int64_t generation = driver.generation;
  const std::string effect_id = command.effect_id;
  const auto finish = [this, gate = host_.gate, id, generation, effect_id, secrets](PluginResult result) {
    const auto take_result = [this, effect_id, secrets, result = std::move(result)](Driver& each) mutable {
      if (each.effects.erase(effect_id) == 0) return;  // cancelled, or timed out before
      each.inbox.push_back({plugin_event(effect_id, std::move(result), secrets), {}, {}, {}, {}});
      pump(each);
    };
    gate->pass([&] { with(id, generation, take_result); });
  };
  const Cancel cancel = plugin.call(std::move(call), finish);
  const net::Timers::Id timer = host_.timers.after(deadline_ms, lane_, [finish, cancel] {
    if (cancel) cancel();
    finish(tl::unexpected(PluginFailure{"timeout", "the call did not end in time", true, {}}));
  });
  driver.effects[effect_id] = [this, timer, cancel] {
    host_.timers.cancel(timer);
    if (cancel) cancel();
  };
}

void Runner::write_memory(Driver& driver, const machine::WriteMemory& command) {
  if (!begin_once(driver, command.effect_id, false)) return;
  driver.effects[command.effect_id] = nullptr;
  const Partition partition{driver.row.core_id, driver.state.start.partition_key};
  Json default_value;
  for (const ir::MemoryField& field : driver.program->module().memory) {
    if (field.name == command.field) default_value = field.default_;
  }
  // After a conflict the turn is still held, so that the second try cannot lose to the same others again.
  if (driver.writes_memory)
    return prepare_write(driver.id, driver.generation, command, partition, default_value);
  host_.memory_turns.enter(
      partition, [this, id = driver.id, generation = driver.generation, command, partition, default_value] {
        lane_.post([this, id, generation, command, partition, default_value] {
          Driver* each = find(id, generation);
          if (!each || !each->effects.contains(command.effect_id)) return host_.memory_turns.leave(partition);
          each->writes_memory = true;
          prepare_write(id, generation, command, partition, default_value);
        });
      });
}

void Runner::prepare_write(const std::string& id, std::int64_t generation,
                           const machine::WriteMemory& command, const Partition& partition,
                           const Json& default_value) {
  host_.pool.post([this, id, generation, command, partition, default_value] {
    auto prepared = host_.database.read(
        [&](store::Connection& db) { return prepare_memory(db, partition, command, default_value); });
    with(id, generation, [this, command, prepared = std::move(prepared)](Driver& each) mutable {
      each.effects.erase(command.effect_id);
      Incoming incoming;
      if (prepared) {
        incoming.body = std::move(prepared->event);
        incoming.write = std::move(prepared->write);
      } else {
        machine::EffectFailed failed;
        failed.effect_id = command.effect_id;
        failed.error = machine::make_error("MemoryError", "backend", "memory cannot be read");
        failed.error.retryable = true;
        incoming.body = std::move(failed);
      }
      each.inbox.push_back(std::move(incoming));
      pump(each);
    });
  });
}

/// The write has committed, or is given up: the next writer of the partition may go.
void Runner::leave_memory(Driver& driver) {
  if (!std::exchange(driver.writes_memory, false)) return;
  host_.memory_turns.leave({driver.row.core_id, driver.state.start.partition_key});
}

void Runner::start_timer(Driver& driver, const machine::StartTimer& command) {
  const auto timer = driver.state.timers.find(command.timer_id);
  if (timer == driver.state.timers.end() || !timer->second.armed) return;
  // From the execution's own time on: a clock that is set meanwhile makes the wait neither shorter nor
  // longer.
  const std::int64_t delay_ms = std::max<std::int64_t>(machine::left_ms(driver.state, timer->second), 0);
  const auto known = driver.timers.find(command.timer_id);
  if (known != driver.timers.end()) host_.timers.cancel(known->second);
  driver.timers[command.timer_id] = host_.timers.after(
      delay_ms, lane_, [this, id = driver.id, generation = driver.generation, timer_id = command.timer_id] {
        Driver* each = find(id, generation);
        if (!each) return;
        each->timers.erase(timer_id);
        each->inbox.push_back({machine::TimerFired{timer_id}, {}, {}, {}, {}});
        pump(*each);
      });
}

}  // namespace scaiflow::core
