// What follows the commit of a turn: commands start, callers are answered, ended and suspended executions
// leave memory.
#include <algorithm>

#include "apps/core/host/runner.h"
#include "libs/base/json_text.h"
#include "libs/net/clock.h"

namespace scaiflow::core {

namespace {

/// True while a memory statement of the execution is under way.
bool still_writes(const machine::State& state) {
  return std::any_of(state.effects.begin(), state.effects.end(), [](const auto& effect) {
    return std::holds_alternative<machine::WriteMemory>(effect.second.request);
  });
}

}  // namespace

void Runner::all_committed(const std::string& id, std::int64_t generation, const std::vector<TurnPtr>& turns,
                           const Result<void>& result) {
  bool tells = false;
  for (const TurnPtr& turn : turns) {
    turn->clock.committed_us = turn == turns.back() ? net::steady_us() : turn->clock.stepped_us;
    tells = tells || turn->creates || turn->suspends;
    committed(id, generation, turn, result);
  }
  if (Driver* driver = find(id, generation); driver && tells) answer(*driver);
  leave_if_idle(id, generation);
}

void Runner::committed(const std::string& id, std::int64_t generation, const TurnPtr& turn,
                       const Result<void>& result) {
  if (turn->incoming.settled) turn->incoming.settled();
  for (const MailRow& mail : turn->write->mail_sent) {
    if (result) host_.runner_of(mail.execution_id).mail(mail.execution_id);
  }
  Driver* driver = find(id, generation);
  if (!driver) return;
  --driver->uncommitted;
  if (turn->is_seen) --driver->uncommitted_seen;
  if (!result) return lost(*driver, turn, result.error());
  measure_commit(*driver, *turn);
  clear_unwanted(*driver);
  if (turn->write->timers) {
    for (const TimerRow& timer : *turn->write->timers) host_.note_due(timer.due_at_ms);
  }
  if (turn->ends) {
    for (const ir::Plugin& each : driver->program->module().plugins) {
      Plugin* plugin = host_.plugins.of_alias(*driver->program, driver->core->spec.plugins, each.alias);
      if (plugin) plugin->ended(id);
    }
    driver->committed = driver->state.status;
  } else if (turn->status) {
    const bool suspended = turn->status->status == "suspended";
    driver->committed = suspended ? machine::Status::Suspended : machine::Status::Running;
    host_.hub.status(id, Json::object({{"status", turn->status->status},
                                       {"waiting_on", wire_waiting(turn->status->waiting_on)}}));
  }
  if (driver->writes_memory && !still_writes(driver->state)) leave_memory(*driver);
  for (const machine::Command& command : turn->commands) run(*driver, command);
  if (turn->ends) retire(*driver);
}

/// A suspended execution that nothing moves owns no memory.
void Runner::leave_if_idle(const std::string& id, std::int64_t generation) {
  Driver* driver = find(id, generation);
  if (!driver || is_moving(*driver) || driver->state.status != machine::Status::Suspended) return;
  answer(*driver);
  leave_times(*driver);
  drop(*driver);
}

/// Something is on its way into the execution or into the journal.
bool Runner::is_moving(const Driver& driver) {
  const bool has_mail = driver.mail_reads > 0 || !driver.mail_known.empty();
  return driver.uncommitted > 0 || !driver.inbox.empty() || driver.open || has_mail;
}

/// Whoever waited long enough, or for this status, gets the Result.
void Runner::answer(Driver& driver) {
  const bool settled = driver.committed != machine::Status::Running;
  std::vector<ReplyPtr> later;
  for (const ReplyPtr& reply : driver.replies) {
    if (settled || reply->wait_ms <= 0) {
      if (reply->timer) host_.timers.cancel(reply->timer);
      reply->answer(StartOutcome{result_of(driver), reply->replayed});
    } else if (!reply->answered) {
      arm(driver.id, reply);
      later.push_back(reply);
    }
  }
  driver.replies = std::move(later);
}

void Runner::arm(const std::string& id, const ReplyPtr& reply) {
  if (reply->timer) return;
  reply->timer = host_.timers.after(reply->wait_ms, lane_, [this, id, reply] { answer_late(id, reply); });
}

/// A caller waits for a resident execution. One that is waking is running, whatever its row still says.
void Runner::attach(Driver& driver, const ReplyPtr& reply) {
  driver.replies.push_back(reply);
  const bool waking = driver.committed == machine::Status::Suspended && is_moving(driver);
  if (waking && reply->wait_ms > 0) return arm(driver.id, reply);
  answer(driver);
}

/// The caller's time is over: it gets what there is.
void Runner::answer_late(const std::string& id, const ReplyPtr& reply) {
  if (const auto waiting = waiting_.find(id); waiting != waiting_.end()) {
    std::erase(waiting->second, reply);
    if (waiting->second.empty()) waiting_.erase(waiting);
  }
  if (reply->answered) return;
  const auto at = drivers_.find(id);
  if (at != drivers_.end() && at->second->created) {
    return reply->answer(StartOutcome{result_of(*at->second), reply->replayed});
  }
  host_.pool.post([this, id, reply] {
    auto result = host_.database.read([&](store::Connection& db) { return stored_result(db, "", id); });
    lane_.post([reply, result] {
      if (result) {
        reply->answer(StartOutcome{*result, reply->replayed});
      } else {
        reply->answer(tl::unexpected(result.error()));
      }
    });
  });
}

void Runner::retire(Driver& driver) {
  answer(driver);
  if (host_.hub.is_watched(driver.id)) host_.hub.ended(driver.id, result_of(driver));
  const std::string partition = driver.state.start.partition_key;
  if (partition.rfind("exec:", 0) == 0 || partition.rfind("fork:", 0) == 0) {
    host_.database.write([core = driver.row.core_id,
                          partition](store::Connection& db) { return drop_partition(db, {core, partition}); },
                         [](const Result<void>&) {});
  }
  drop(driver);
}

/// Leaves memory: what runs for it is stopped, its slot is free.
void Runner::drop(Driver& driver) {
  for (const auto& [timer_id, timer] : driver.timers) host_.timers.cancel(timer);
  for (const auto& [effect_id, cancel] : driver.effects) {
    if (cancel) cancel();
  }
  for (const Incoming& incoming : driver.inbox) {
    if (incoming.settled) incoming.settled();
  }
  if (!driver.replies.empty()) {
    auto& kept = waiting_[driver.id];
    kept.insert(kept.end(), driver.replies.begin(), driver.replies.end());
  }
  leave_memory(driver);
  const Slot slot = driver.slot;
  const std::string id = driver.id;
  drivers_.erase(id);
  host_.admission.release(slot);
}

/// The turn was not written: the execution is dropped and read again from what is (07 §17.2).
void Runner::lost(Driver& driver, const TurnPtr& turn, const Error& error) {
  const std::string id = driver.id;
  host_.metrics.add(net::Metric::ExecutionsLost);
  host_.log.warn("a turn was not written", Json::object({{"execution_id", id}, {"code", error.code}}));
  if (turn->creates) {
    const NewExecution row = driver.row;
    std::vector<ReplyPtr> replies = std::move(driver.replies);
    driver.replies.clear();
    drop(driver);
    for (const ReplyPtr& reply : replies) refuse(row, error, reply);
    return;
  }
  fenced_[id] = driver.epoch - (turn->write->claim_epoch ? 1 : 0);
  drop(driver);
  const bool raced = error.code == condition_failed || error.code == store::db_error::UniqueViolation;
  if (raced) return load(id, Cause::Crash);
  host_.timers.after(1'000, lane_, [this, id] { load(id, Cause::Crash); });
}

void Runner::withdrawn(const std::string& execution_id) {
  lane_.post([this, id = execution_id] {
    const auto replies = waiting_.find(id);
    if (replies == waiting_.end()) return;
    const std::vector<ReplyPtr> all = std::move(replies->second);
    waiting_.erase(replies);
    for (const ReplyPtr& reply : all) answer_late(id, reply);
  });
}

void Runner::fail_queued(const std::string& execution_id, const machine::ErrorValue& error) {
  const std::string value = to_text(machine::to_json(error));
  host_.database.write(
      [this, id = execution_id, value](store::Connection& db) -> Result<void> {
        auto changed = db.execute(
            "UPDATE mod_scaicore_executions SET status = 'failed', error = ?, finished_at = ? WHERE id = ? "
            "AND status = 'queued'",
            {value, host_.wall_ms(), id});
        return changed ? Result<void>() : Result<void>(tl::unexpected(changed.error()));
      },
      [](const Result<void>&) {});
}

/// The start was not stored: another one has its key, or the store is away.
void Runner::refuse(const NewExecution& row, const Error& error, const ReplyPtr& reply) {
  if (error.code == store::db_error::UniqueViolation) {
    host_.pool.post([this, row, reply] { answer_existing(row, reply); });
    return;
  }
  const bool full = error.code == store::db_error::InsufficientStorage;
  reply->answer(
      fail(full ? "STORAGE_FULL" : "SERVICE_UNAVAILABLE", "the execution could not be stored", Retry::Later));
}

/// The execution waits for admission: its caller gets the Result when it has run, or what there is when its
/// time is over.
void Runner::wait_queued(const std::string& execution_id, ReplyPtr reply) {
  lane_.post([this, id = execution_id, reply] {
    if (reply->wait_ms <= 0) return answer_late(id, reply);
    arm(id, reply);
    waiting_[id].push_back(reply);
  });
}

/// An execution with this idempotency key, or of this caller's effect, is there already (08 §8.6).
void Runner::answer_existing(const NewExecution& row, const ReplyPtr& reply) {
  struct Found {
    std::string id, hash;
  };
  auto found = host_.database.read([&](store::Connection& db) {
    const bool by_key = row.idem_key.has_value();
    const std::string sql = std::string("SELECT id, idem_hash FROM mod_scaicore_executions WHERE ") +
                            (by_key ? "idem_key = ?" : "parent_id = ? AND parent_effect = ?");
    const store::Params params =
        by_key ? store::Params{*row.idem_key} : store::Params{row.parent_id, row.parent_effect};
    return db.query_one(sql, params,
                        [](const store::Row& each) { return Found{each.string(0), each.string(1)}; });
  });
  if (!found || !*found)
    return reply->answer(fail("SERVICE_UNAVAILABLE", "the execution could not be stored", Retry::Later));
  if (row.idem_key && (*found)->hash != row.idem_hash.value_or("")) {
    return reply->answer(fail("IDEMPOTENCY_CONFLICT", "the idempotency key was used with another body"));
  }
  reply->replayed = true;
  host_.runner_of((*found)->id).wait(row.tenant_id, (*found)->id, reply);
}

void Runner::wait(const std::string& tenant_id, const std::string& execution_id, ReplyPtr reply) {
  lane_.post([this, tenant_id, id = execution_id, reply] { look_up(tenant_id, id, reply, Look::First); });
}

/// Finds the execution in memory or in its row. What the row says may be old when it has been read: an
/// execution that was on its way then is looked up once more.
void Runner::look_up(const std::string& tenant_id, const std::string& id, const ReplyPtr& reply, Look look) {
  const auto at = drivers_.find(id);
  if (at != drivers_.end() && (tenant_id.empty() || at->second->row.tenant_id == tenant_id)) {
    return attach(*at->second, reply);
  }
  const bool coming = loading_.contains(id);
  host_.pool.post([this, tenant_id, id, reply, look, coming] {
    auto result =
        host_.database.read([&](store::Connection& db) { return stored_result(db, tenant_id, id); });
    lane_.post([this, tenant_id, id, reply, look, coming, result] {
      if (!result) return reply->answer(tl::unexpected(result.error()));
      const std::string status = result->string_or("status", "");
      const bool alive = status == "running" || status == "queued" || (status == "suspended" && coming);
      if (!alive || reply->wait_ms <= 0) return reply->answer(StartOutcome{*result, reply->replayed});
      const bool here = drivers_.contains(id);
      if (here || (look == Look::First && !loading_.contains(id))) {
        return look_up(tenant_id, id, reply, here ? look : Look::Again);
      }
      waiting_[id].push_back(reply);
      arm(id, reply);
    });
  });
}

namespace {

Json money(std::int64_t micros) { return static_cast<double>(micros) / 1e6; }

}  // namespace

Json Runner::result_of(const Driver& driver) const {
  const machine::State& state = driver.state;
  const bool ended = machine::has_ended(driver.committed);
  JsonArray checkpoints;
  for (const auto& [id, opened] : state.checkpoints) checkpoints.push_back(id);
  Json first = checkpoints.empty() ? Json() : checkpoints.front();
  JsonObject out;
  out.append("execution_id", driver.id);
  out.append("status", name_of(driver.committed));
  out.append("output", ended ? state.output : Json());
  out.append("error", ended && state.error ? machine::wire_of(*state.error) : Json());
  out.append("checkpoint_id", std::move(first));
  out.append("checkpoint_ids", std::move(checkpoints));
  out.append("instance_key", driver.row.instance_key ? Json(*driver.row.instance_key) : Json());
  out.append("duration_ms", state.now_ms - state.started_at_ms);
  out.append("usage", Json::object({{"input_tokens", state.usage.input_tokens},
                                    {"output_tokens", state.usage.output_tokens},
                                    {"cost", money(state.usage.cost_micros)}}));
  return out;
}

void Runner::park(const std::string& core_id, std::function<void()> done) {
  lane_.post([this, core_id, done = std::move(done)] {
    std::vector<std::string> ids;
    for (const auto& [id, driver] : drivers_) {
      if (core_id.empty() || driver->row.core_id == core_id) ids.push_back(id);
    }
    for (const std::string& id : ids) {
      Driver& driver = *drivers_.at(id);
      for (const ReplyPtr& reply : driver.replies) {
        if (driver.created) reply->answer(StartOutcome{result_of(driver), reply->replayed});
      }
      driver.replies.clear();
      drop(driver);
    }
    done();
  });
}

}  // namespace scaiflow::core
