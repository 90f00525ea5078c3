#include <algorithm>
#include <cassert>

#include "apps/core/host/runner.h"
#include "apps/core/machine/ids.h"
#include "libs/net/clock.h"

namespace scaiflow::core {

namespace {

constexpr std::int64_t snapshot_records = 200, snapshot_bytes = 256 << 10, suspended_records = 20;
constexpr std::int64_t day_ms = 86'400'000;
constexpr std::size_t ahead_max = 16;  ///< turns that wait for one commit

}  // namespace

Runner::Driver* Runner::find(const std::string& id, std::int64_t generation) {
  const auto at = drivers_.find(id);
  return at == drivers_.end() || at->second->generation != generation ? nullptr : at->second.get();
}

void Runner::with(const std::string& id, std::int64_t generation, std::function<void(Driver&)> task) {
  lane_.post([this, id, generation, task = std::move(task)] {
    if (Driver* driver = find(id, generation)) task(*driver);
  });
}

void Runner::start(StartPlan plan, ReplyPtr reply) {
  const std::int64_t arrived_us = net::steady_us();
  lane_.post([this, plan = std::make_shared<StartPlan>(std::move(plan)), reply, arrived_us] {
    auto driver = std::make_unique<Driver>();
    driver->id = plan->row.id;
    driver->generation = next_generation_++;
    driver->core = plan->core;
    driver->program = plan->program;
    driver->slot = plan->slot;
    driver->created = plan->row.status == "queued";
    driver->row = std::move(plan->row);
    if (const auto early = waiting_.find(driver->id); early != waiting_.end()) {
      driver->replies = std::move(early->second);  // it was queued, and this reply waits among them
      waiting_.erase(early);
    } else {
      driver->replies.push_back(reply);
    }
    if (plan->started.telemetry == "full") driver->timing.emplace(driver->state, arrived_us);
    Driver& placed = *(drivers_[driver->id] = std::move(driver));
    Incoming first{std::move(plan->started), {}, {}, {}, {}, arrived_us};
    if (!placed.created) first.write = std::move(plan->beside);
    placed.inbox.push_back(std::move(first));
    pump(placed);
  });
}

void Runner::take(const std::string& id, std::int64_t generation, Incoming incoming) {
  lane_.post([this, id, generation, incoming = std::make_shared<Incoming>(std::move(incoming))] {
    Driver* driver = find(id, generation);
    if (!driver) {
      if (incoming->settled) incoming->settled();
      return;
    }
    driver->inbox.push_back(std::move(*incoming));
    pump(*driver);
  });
}

void Runner::pump(Driver& driver) {
  if (std::exchange(driver.pumping, true)) return;
  while (!driver.open && !driver.inbox.empty() && step_one(driver)) continue;
  driver.pumping = false;
  hand_over(driver);
}

/// Steps the first event of the inbox. False when the turn is not closed yet or the driver is gone.
bool Runner::step_one(Driver& driver) {
  Incoming incoming = std::move(driver.inbox.front());
  driver.inbox.pop_front();
  if (!machine::accepts(driver.state, incoming.body)) {
    host_.metrics.add(net::Metric::EventsDropped);
    if (!incoming.mail_key.empty()) driver.unwanted.push_back(incoming.mail_key);
    if (incoming.settled) incoming.settled();
    clear_unwanted(driver);
    return true;
  }
  auto turn = std::make_shared<Turn>();
  date(driver, turn->event);
  const bool too_long = driver.state.seq >= host_.settings.journal_records_max ||
                        driver.journal_bytes >= host_.settings.journal_bytes_max;
  if (too_long && !std::holds_alternative<machine::HostFault>(incoming.body)) {
    incoming.body = machine::HostFault{
        machine::make_error("LimitExceededError", "journal", "the journal of the execution is full")};
  }
  turn->event.body = std::move(incoming.body);
  turn->incoming = std::move(incoming);
  driver.open = turn;
  measure_event(driver, *turn);
  const machine::Progress progress =
      machine::step(*driver.program, driver.state, turn->event, turn->commands);
  if (progress == machine::Progress::Done) return close_turn(driver), true;
  lane_.post([this, id = driver.id, generation = driver.generation] { go_on(id, generation); });
  return false;
}

/// The next position, and the time by the wall clock, which never goes back for an execution.
void Runner::date(Driver& driver, machine::Event& event) const {
  const machine::State& state = driver.state;
  event.seq = state.seq + 1;
  event.at_ms = std::max(state.now_ms, host_.wall_ms());
  const std::int64_t skew_ms = driver.lived.skew(event.at_ms - state.now_ms, net::steady_ms());
  if (state.seq > 0 && state.status == machine::Status::Running) event.skew_ms = skew_ms;
}

/// Mail that was not accepted goes, but only by a state that has committed: the turn that made an answer
/// unwelcome may still be refused, and then the answer counts.
void Runner::clear_unwanted(Driver& driver) {
  if (driver.unwanted.empty() || driver.uncommitted > 0 || driver.open) return;
  host_.database.write(
      [id = driver.id, keys = std::exchange(driver.unwanted, {})](store::Connection& db) -> Result<void> {
        for (const std::string& key : keys) {
          auto gone = db.execute("DELETE FROM mod_scaicore_mailbox WHERE execution_id = ? AND dedupe_key = ?",
                                 {id, key});
          if (!gone) return tl::unexpected(gone.error());
        }
        return {};
      },
      [](const Result<void>&) {});
}

/// The next slice of a long turn; others had the lane in between.
void Runner::go_on(const std::string& id, std::int64_t generation) {
  Driver* driver = find(id, generation);
  if (!driver || !driver->open) return;
  if (machine::resume(*driver->program, driver->state, driver->open->commands) ==
      machine::Progress::Yielded) {
    lane_.post([this, id, generation] { go_on(id, generation); });
    return;
  }
  close_turn(*driver);
  pump(*driver);
}

/// The turn is stepped: its records and T commands go to the committer; X commands follow after the commit.
void Runner::close_turn(Driver& driver) {
  TurnPtr turn = std::exchange(driver.open, nullptr);
  turn->write = write_of(driver, *turn);
  turn->status = turn->write->status;
  turn->is_seen = turn->write->is_seen_by_effects();
  measure_step(driver, *turn);
  ++driver.uncommitted;
  if (turn->is_seen) ++driver.uncommitted_seen;
  const bool joins = !driver.stepped.empty() && driver.stepped.front()->write->absorb(*turn->write);
  if (!joins) hand_over(driver);
  driver.stepped.push_back(turn);
  for (auto event = turn->recorded.rbegin(); event != turn->recorded.rend(); ++event)
    driver.inbox.push_front({std::move(*event), {}, {}, {}, {}});
  for (const auto& [checkpoint, reason] : turn->refused) {
    driver.inbox.push_front({machine::CheckpointCancelled{checkpoint, reason}, {}, {}, {}, {}});
  }
  answer_ahead(driver, *turn);
}

/// What was stepped without a commit in between is one unit of work: it is written whole or not at all.
void Runner::hand_over(Driver& driver) {
  if (driver.stepped.empty()) return;
  std::vector<TurnPtr> turns = std::exchange(driver.stepped, {});
  const std::shared_ptr<TurnWrite> write = turns.front()->write;
  host_.database.write(
      [this, write](store::Connection& db) { return write->apply(db, host_.event_ids); },
      [this, write, turns = std::move(turns), id = driver.id,
       generation = driver.generation](const Result<void>& result) {
        if (result && !write->events.events.empty()) host_.hub.committed();
        lane_.post([this, turns, id, generation, result] { all_committed(id, generation, turns, result); });
      });
}

/// What is answered from our own database needs no commit of the turn that asks: it leaves nothing outside,
/// and its answer is written with that turn. Only what the execution itself wrote must be readable first.
void Runner::answer_ahead(Driver& driver, const Turn& turn) {
  if (driver.book || driver.uncommitted_seen > 0 || driver.stepped.size() >= ahead_max) return;
  for (const machine::Command& command : turn.commands) {
    const auto* call = std::get_if<machine::CallPlugin>(&command);
    if (!call || call->at_most_once) continue;
    const Plugin* plugin = host_.plugins.of_alias(*driver.program, driver.core->spec.plugins, call->alias);
    if (plugin && plugin->answers_at_once(call->method)) call_plugin(driver, *call);
  }
}

std::shared_ptr<TurnWrite> Runner::write_of(Driver& driver, Turn& turn) {
  auto write = std::make_shared<TurnWrite>();
  write->execution_id = driver.id;
  write->tenant_id = driver.row.tenant_id;
  write->core_id = driver.row.core_id;
  write->now_ms = turn.event.at_ms;
  if (!driver.written) driver.written = std::make_shared<std::int64_t>(turn.event.seq - 1);
  write->written = driver.written;
  write->bridge = host_.ports.bridge;
  write->accounting = host_.ports.accounting;
  write->usage = std::move(turn.incoming.usage);
  write->conditional = std::move(turn.incoming.write);
  write->instance_key = driver.slot.instance_key;
  write->is_fault = std::holds_alternative<machine::HostFault>(turn.event.body);
  if (!turn.incoming.mail_key.empty()) write->mail_taken.push_back(turn.incoming.mail_key);
  if (!driver.created) {
    driver.created = turn.creates = true;
    driver.row.owner_node = host_.settings.node_id;
    driver.row.started_at_ms = turn.event.at_ms;
    write->create = driver.row;
  } else if (driver.claim_from) {
    write->claim_epoch = std::exchange(driver.claim_from, std::nullopt);
    write->claim_node = host_.settings.node_id;
  }
  const std::uint32_t hash = machine::hash_of(turn.commands);
  write->records.push_back(encode_record(turn.event, hash, driver.epoch, write->payloads));
  driver.bytes_since_snapshot += static_cast<std::int64_t>(write->records.back().body.size());
  driver.journal_bytes += static_cast<std::int64_t>(write->records.back().body.size());
  write->events.tenant_id = write->module_events.tenant_id = driver.row.tenant_id;
  write->events.core_id = write->module_events.core_id = driver.row.core_id;
  write->events.execution_id = write->module_events.execution_id = driver.id;
  for (machine::Command& command : turn.commands) add_command(driver, turn, *write, command);
  const bool was_queued = std::holds_alternative<machine::Started>(turn.event.body) && !turn.creates;
  if (was_queued && !write->status) add_status(driver, *write, {"running"});
  const bool stays_suspended = driver.state.status == machine::Status::Suspended && !write->status;
  if (stays_suspended && !std::holds_alternative<machine::Adopted>(turn.event.body))
    write->status = suspended_row(*driver.program, driver.state, host_.wall_ms(), *write);
  const bool counts = driver.state.status == machine::Status::Running && driver.slot.instance_max > 0 &&
                      !driver.slot.exempt_instance;
  if (counts != driver.counted) {
    write->instance_delta = counts ? 1 : -1;
    driver.counted = counts;
  }
  add_snapshot(driver, *write, turn.suspends);
  return write;
}

void Runner::add_command(Driver& driver, Turn& turn, TurnWrite& write, machine::Command& command) {
  if (const auto* emit = std::get_if<machine::Emit>(&command)) {
    add_events(driver, write, *emit);
  } else if (const auto* opened = std::get_if<machine::OpenCheckpoint>(&command)) {
    add_checkpoint(driver, turn, write, *opened);
  } else if (const auto* update = std::get_if<machine::UpdateCheckpoint>(&command)) {
    write.updated.push_back(*update);
    add_checkpoint_closed(driver, write, *update);
  } else if (const auto* status = std::get_if<machine::SetStatus>(&command)) {
    turn.suspends = status->status == "suspended";
    add_status(driver, write, *status);
  } else if (auto* finish = std::get_if<machine::Finish>(&command)) {
    turn.ends = true;
    add_finish(driver, write, *finish);
  }
}

void Runner::add_events(const Driver& driver, TurnWrite& write, const machine::Emit& emit) {
  for (const machine::RuntimeEvent& event : emit.events) {
    write.events.events.push_back(machine::compact_event(*driver.program, driver.state, event));
  }
}

/// The raw text `delegated_user` is the human of the delegation.
std::string assignee_type_of(const std::string& assignee) {
  if (assignee == "delegated_user") return assignee;
  for (const char* type : {"user", "group", "role"}) {
    if (assignee.rfind(std::string(type) + ":", 0) == 0) return type;
  }
  return "unrouted";
}

Json resolved_assignee(const std::string& assignee) {
  const std::string type = assignee_type_of(assignee);
  if (type == "unrouted") return {};
  const std::string value = assignee.substr(assignee.find(':') + 1);
  return Json::object({{"type", type}, {"value", value}, {"display", value}});
}

namespace {

std::string assignee_type(const std::optional<std::string>& assignee) {
  return assignee ? assignee_type_of(*assignee) : "unrouted";
}

bool listed(const Json& list, const std::string& value) {
  if (!list.is_array()) return true;
  return std::any_of(list.as_array().begin(), list.as_array().end(),
                     [&](const Json& item) { return item == Json(value); });
}

}  // namespace

/// Why this Core does not store the checkpoint (08 §8.9 `checkpoint_mode`); nothing when it does.
std::optional<std::string> Runner::refusal(const Driver& driver,
                                           const machine::OpenCheckpoint& opened) const {
  const CoreSpec& core = driver.core->spec;
  if (opened.checkpoint_type == "debug_breakpoint" || core.checkpoint_mode == "auto") return std::nullopt;
  const std::string type = assignee_type(opened.assignee);
  if (core.checkpoint_mode == "routed")
    return type == "unrouted" ? std::optional<std::string>("unrouted") : std::nullopt;
  const Json& filter = core.metadata["checkpoint_filter"];
  const bool passes = listed(filter["types"], opened.checkpoint_type) &&
                      listed(filter["priorities"], opened.priority) && listed(filter["assignee_types"], type);
  return passes ? std::nullopt : std::optional<std::string>("filtered");
}

void Runner::add_checkpoint(Driver& driver, Turn& turn, TurnWrite& write,
                            const machine::OpenCheckpoint& opened) {
  if (const auto reason = refusal(driver, opened)) {
    turn.refused.emplace_back(opened.checkpoint_id, *reason);
    return;
  }
  if (driver.book) {
    machine::AnswerBook::Answer known = driver.book->answer(opened, write.now_ms);
    if (!known.events.empty()) {
      turn.recorded.insert(turn.recorded.end(), known.events.begin(), known.events.end());
      return;
    }
  }
  add_open(write, driver.row, driver.state, opened);
}

void add_open(TurnWrite& write, const NewExecution& row, const machine::State& state,
              const machine::OpenCheckpoint& opened) {
  CheckpointInsert insert;
  insert.opened = opened;
  insert.flow_name = row.flow_name;
  insert.instance_key = row.instance_key;
  insert.assignee_type = assignee_type(opened.assignee);
  insert.escalation_target = state.start.checkpoint_assignee;
  if (opened.assignee) insert.assignee_resolved = resolved_assignee(*opened.assignee);
  Json options = Json::array();
  for (const std::string& option : opened.options) options.push_back(option);
  write.module_events.events.push_back(Json::array(
      {"scaicore.checkpoint_pending", write.now_ms,
       Json::object(
           {{"checkpoint_id", opened.checkpoint_id},
            {"execution_id", row.id},
            {"node_id", opened.node_id ? Json(*opened.node_id) : Json()},
            {"checkpoint_type", opened.checkpoint_type},
            {"prompt", opened.prompt ? Json(*opened.prompt) : Json()},
            {"options", options},
            {"assignee_raw", opened.assignee ? Json(*opened.assignee) : Json()},
            {"priority", opened.priority},
            {"expires_at", opened.expires_at_ms ? Json(net::wire_time(*opened.expires_at_ms)) : Json()}})}));
  write.opened.push_back(std::move(insert));
}

void Runner::add_checkpoint_closed(const Driver& driver, TurnWrite& write,
                                   const machine::UpdateCheckpoint& update) {
  const bool closed = !update.status.empty();
  JsonObject payload{{"checkpoint_id", update.checkpoint_id}, {"execution_id", driver.id}};
  if (closed) {
    payload.append("status", update.status);
    payload.append("resolved_by", update.decision ? Json("timeout") : Json());
  } else {
    payload.append("priority", update.priority);
    payload.append("expires_at", update.expires_at_ms ? Json(net::wire_time(*update.expires_at_ms)) : Json());
  }
  const char* type = closed ? "scaicore.checkpoint_resolved" : "scaicore.checkpoint_pending";
  write.module_events.events.push_back(Json::array({type, write.now_ms, Json(std::move(payload))}));
}

StatusChange suspended_row(const machine::Program& program, const machine::State& state, std::int64_t wall_ms,
                           TurnWrite& write) {
  StatusChange change;
  change.status = "suspended";
  change.usage = state.usage;
  change.suspended_at_ms = state.suspended_since_ms;
  change.waiting_on = machine::waiting_on(program, state);
  std::vector<TimerRow> rows;
  const std::int64_t ahead_ms = std::max<std::int64_t>(state.now_ms - wall_ms, 0);
  for (const auto& [id, timer] : state.timers) {
    if (timer.armed) rows.push_back({id, timer.due_ms - ahead_ms, static_cast<int>(timer.purpose)});
  }
  write.timers = std::move(rows);
  return change;
}

void Runner::add_status(Driver& driver, TurnWrite& write, const machine::SetStatus& command) {
  const bool suspended = command.status == "suspended";
  if (suspended) {
    write.status = suspended_row(*driver.program, driver.state, host_.wall_ms(), write);
  } else {
    StatusChange change;
    change.status = command.status;
    change.owner_node = host_.settings.node_id;
    change.usage = driver.state.usage;
    change.started_at_ms = driver.state.started_at_ms;
    write.status = std::move(change);
    write.timers = std::vector<TimerRow>();
  }
  if (driver.state.start.parent && (suspended || driver.committed == machine::Status::Suspended)) {
    machine::CallSuspended event;
    event.call_id = machine::call_id_of(driver.state.start.parent->effect_id);
    event.suspended = suspended;
    tell_parent(driver, write, std::move(event), "s" + std::to_string(driver.state.seq));
  }
}

StatusChange ended_row(const machine::State& state, std::int64_t now_ms, std::int64_t retention_days) {
  StatusChange change;
  change.status = std::string(name_of(state.status));
  change.output = state.output;
  change.error = state.error;
  change.usage = state.usage;
  change.started_at_ms = state.started_at_ms;
  change.finished_at_ms = now_ms;
  change.purge_at_ms = now_ms + retention_days * day_ms;
  return change;
}

void Runner::add_finish(Driver& driver, TurnWrite& write, machine::Finish& command) {
  const std::int64_t days =
      driver.core->spec.resource_limits.int_or("retention_days", host_.settings.retention_days);
  write.status = ended_row(driver.state, write.now_ms, days);
  if (!write.create) write.timers = std::vector<TimerRow>();
  if (!driver.state.start.parent) return;
  machine::CallAnswered event;
  event.call_id = machine::call_id_of(driver.state.start.parent->effect_id);
  event.status = command.status;
  event.output = command.output;
  event.error = command.error;
  event.usage = command.usage;
  tell_parent(driver, write, std::move(event), "end");
}

void Runner::tell_parent(const Driver& driver, TurnWrite& write, machine::EventBody body,
                         const std::string& dedupe) {
  MailRow mail;
  mail.execution_id = driver.state.start.parent->execution_id;
  mail.dedupe_key = "call:" + driver.id + ":" + dedupe;
  mail.type = machine::type_of(body);
  mail.body = encode_body(body);
  write.mail_sent.push_back(std::move(mail));
}

void Runner::add_snapshot(Driver& driver, TurnWrite& write, bool suspends) {
  const std::int64_t since = driver.state.seq - driver.snapshot_seq;
  const bool due = since > snapshot_records || driver.bytes_since_snapshot > snapshot_bytes;
  if (machine::has_ended(driver.state.status) || !(due || (suspends && since > suspended_records))) return;
  write.snapshot = encode_state(driver.state);
  write.snapshot_seq = driver.snapshot_seq = driver.state.seq;
  driver.bytes_since_snapshot = 0;
}

}  // namespace scaiflow::core
