#include "apps/core/host/host.h"

#include <algorithm>

#include "apps/core/host/plugins/builtin.h"
#include "apps/core/host/reminders.h"
#include "apps/core/host/retention.h"
#include "apps/core/host/runner.h"
#include "libs/base/json_text.h"
#include "libs/base/text.h"
#include "libs/net/clock.h"

namespace scaiflow::core {

namespace {

constexpr std::size_t pool_threads = 4;
constexpr std::size_t pool_queue = 1u << 20;
constexpr std::int64_t sweep_every_ms = 5'000;
constexpr std::int64_t sweep_rows = 500;
constexpr std::int64_t purge_every_ms = 10'000;
constexpr std::int64_t otlp_grace_ms = 2'000;
const net::Log silent_log(net::LogLevel::Error, net::LogForm::Json, -1);

}  // namespace

Host::Host(EnginePorts given_ports, EngineSettings given_settings)
    : ports(std::move(given_ports)),
      settings(std::move(given_settings)),
      spare_metrics(ports.metrics ? nullptr : std::make_unique<net::Metrics>()),
      metrics(ports.metrics ? *ports.metrics : *spare_metrics),
      log(ports.log ? *ports.log : silent_log),
      database(*ports.database),
      event_ids(settings.node_number),
      hub(database),
      programs(database),
      admission(settings.running_max, settings.queued_max),
      pool(pool_threads, pool_queue),
      timings(database, timers, pool),
      providers(*ports.http, settings.providers),
      models(database, providers, ports.models, pool, timers, gate, ports.accounting),
      lanes(static_cast<std::size_t>(std::max(settings.lanes, 1))) {
  if (!settings.otlp_endpoint.empty()) {
    otlp = std::make_shared<OtlpExport>(
        OtlpExport::Options{settings.otlp_endpoint, settings.version, settings.node_id}, *ports.http, timers,
        pool, metrics, log);
  }
  metrics.gauge(net::Metric::ExecutionsRunning, [this] { return static_cast<double>(admission.running()); });
  metrics.gauge(net::Metric::ExecutionsQueued, [this] { return static_cast<double>(admission.queued()); });
  add_builtin_plugins(plugins, *this);
  for (auto& [name, plugin] : ports.plugins) plugins.add(name, plugin);
  for (std::size_t i = 0; i < lanes.size(); ++i)
    runners.push_back(std::make_unique<Runner>(*this, lanes.at(i)));
}

Host::~Host() {
  stopping = true;
  for (const net::Metric gauge : {net::Metric::ExecutionsRunning, net::Metric::ExecutionsQueued})
    metrics.gauge(gauge, nullptr);
  gate->shut();
  if (otlp) otlp->stop(otlp_grace_ms);
  timers.stop();
  providers.stop();
  pool.stop();
  lanes.stop();
  timings.flush();
  // Turns on their way to the disk still speak of this host: after an empty unit none is left.
  (void)database.write_sync(store::Database::Unit([](store::Connection&) -> Result<void> { return {}; }));
  hub.stop();
}

std::int64_t Host::wall_ms() const { return ports.wall_ms ? ports.wall_ms() : net::wall_ms(); }

Runner& Host::runner_of(const std::string& execution_id) {
  return *runners[std::hash<std::string>()(execution_id) % runners.size()];
}

Result<CorePtr> Host::core(const std::string& core_id) {
  if (CorePtr known = cores.find(core_id)) return known;
  Result<CoreSpec> spec = ports.cores->by_id(core_id);
  if (!spec) return tl::unexpected(spec.error());
  return start_core(*spec);
}

Result<CorePtr> Host::core_of(const NewExecution& row, const machine::ProgramPtr& program) {
  if (CorePtr known = cores.find(row.core_id)) return known;
  Result<CoreSpec> spec = ports.cores->by_id(row.core_id);
  if (spec && (spec->status == "stopped" || spec->status == "stopping")) {
    return fail("CORE_STOPPED", "the Core is stopped");
  }
  if (spec) return start_core(*spec);
  if (spec.error().code != "CORE_NOT_FOUND") return tl::unexpected(spec.error());
  CoreSpec gone;
  gone.id = row.core_id;
  gone.tenant_id = row.tenant_id;
  gone.status = "deleted";
  return CorePtr(std::make_shared<const CoreRuntime>(CoreRuntime{std::move(gone), program}));
}

Result<CorePtr> Host::start_core(const CoreSpec& spec) {
  Result<machine::ProgramPtr> program = programs.load(spec.ir_hash);
  if (!program) {
    const bool invalid = program.error().code == "IrUnavailableError";
    return invalid ? fail("INVALID_SOURCE_IR", program.error().message)
                   : Result<CorePtr>(tl::unexpected(program.error()));
  }
  if (Result<void> served = check_served(**program, plugins, ports.models, providers, spec); !served) {
    return tl::unexpected(served.error());
  }
  auto core = std::make_shared<const CoreRuntime>(CoreRuntime{spec, *program});
  cores.put(core);
  return CorePtr(core);
}

namespace {

machine::ErrorValue unplanned(const Error& error) {
  return machine::make_error("InternalError", error.code, error.message);
}

/// The row of an execution that waits for admission.
Result<void> insert_queued(Host& host, const NewExecution& row, const Beside& beside, store::Connection& db) {
  TurnWrite write;
  write.execution_id = row.id;
  write.create = row;
  write.conditional = beside;
  return write.apply(db, host.event_ids);
}

/// A plan that waits: it starts when its row is stored and a slot is free, whichever comes last.
struct QueuedPlan {
  std::mutex mutex;
  StartPlan plan;
  bool stored = false, admitted = false;

  /// Notes one of the two; true when both are there.
  bool note(bool QueuedPlan::* what) {
    const std::lock_guard lock(mutex);
    this->*what = true;
    return stored && admitted;
  }
};

/// Its turn comes on the thread that freed the slot, which must not wait for the database.
void begin_later(Host& host, const std::shared_ptr<QueuedPlan>& queued, const ReplyPtr& reply) {
  host.pool.post([&host, queued, reply] { host.begin(std::move(queued->plan), reply); });
}

void store_queued(Host& host, const std::shared_ptr<QueuedPlan>& queued, const ReplyPtr& reply) {
  const NewExecution row = queued->plan.row;
  const Slot slot = queued->plan.slot;
  const Beside beside = queued->plan.beside;
  host.database.write(
      [&host, row, beside](store::Connection& db) { return insert_queued(host, row, beside, db); },
      [&host, queued, reply, row, slot](const Result<void>& stored) {
        if (stored) {
          host.runner_of(row.id).wait_queued(row.id, reply);
          if (queued->note(&QueuedPlan::stored)) begin_later(host, queued, reply);
          return;
        }
        if (!host.admission.withdraw(row.id)) host.admission.release(slot);
        host.runner_of(row.id).refuse(row, stored.error(), reply);
      });
}

}  // namespace

Result<StartPlan> Host::plan(const StartRequest& request, const std::optional<CallerRef>& caller) {
  Result<CorePtr> found = core(request.core_id);
  if (!found) return tl::unexpected(found.error());
  if ((*found)->spec.tenant_id != request.tenant_id) return fail("CORE_NOT_FOUND", "no such Core");
  machine::ProgramPtr program = (*found)->program;
  if (!request.ir_hash.empty() && request.ir_hash != program->ir_hash()) {
    Result<machine::ProgramPtr> pinned = programs.load(request.ir_hash);
    if (!pinned) return tl::unexpected(pinned.error());
    program = *pinned;
  }
  return plan_start(*found, program, request, caller, settings);
}

void Host::begin(StartPlan plan, std::shared_ptr<Reply> reply) {
  Runner& runner = runner_of(plan.row.id);
  if (plan.program->module().memory.empty()) return runner.start(std::move(plan), std::move(reply));
  auto rows = database.read([&](store::Connection& db) {
    return load_memory(db, {plan.row.core_id, plan.started.partition_key},
                       plan.program->memory_fields_used());
  });
  if (rows) {
    plan.started.memory = std::move(*rows);
    return runner.start(std::move(plan), std::move(reply));
  }
  admission.release(plan.slot);
  if (plan.row.status == "queued") runner.fail_queued(plan.row.id, unplanned(rows.error()));
  runner.refuse(plan.row, rows.error(), reply);
}

Result<void> Host::within_budget(const std::string& tenant_id) {
  if (!ports.accounting || ports.accounting->may_spend(tenant_id)) return {};
  return fail("BUDGET_EXCEEDED", "the budget of the tenant is used up");
}

void Host::start_again(const std::string& execution_id, StartRequest request, std::shared_ptr<Reply> reply) {
  Result<StartPlan> made = plan(request, std::nullopt);
  if (!made) return runner_of(execution_id).fail_queued(execution_id, unplanned(made.error()));
  made->row.id = made->started.execution_id = execution_id;
  made->row.root_id = made->started.root_execution_id = execution_id;
  made->row.status = "queued";
  const Slot slot = made->slot;
  const auto queued = std::make_shared<QueuedPlan>();
  queued->plan = std::move(*made);
  const auto go = [this, queued, reply] { begin_later(*this, queued, reply); };
  if (admission.admit(slot, Admission::Turn::Again, execution_id, go) == Admission::Answer::Admitted) go();
}

void Host::start(StartRequest request, std::optional<CallerRef> caller, std::shared_ptr<Reply> reply) {
  if (Result<void> within = within_budget(request.tenant_id); !within)
    return reply->answer(tl::unexpected(within.error()));
  Result<StartPlan> made = plan(request, caller);
  if (!made) return reply->answer(tl::unexpected(made.error()));
  auto queued = std::make_shared<QueuedPlan>();
  const std::string id = made->row.id;
  const auto go = [this, queued, reply] {
    if (queued->note(&QueuedPlan::admitted)) begin_later(*this, queued, reply);
  };
  queued->plan = std::move(*made);
  switch (admission.admit(queued->plan.slot, Admission::Turn::New, id, go)) {
    case Admission::Answer::Admitted: return begin(std::move(queued->plan), reply);
    case Admission::Answer::Queued:
      queued->plan.row.status = "queued";
      return store_queued(*this, queued, reply);
    case Admission::Answer::InstanceLimit:
      return reply->answer(
          tl::unexpected(Error{"INSTANCE_LIMIT_REACHED", "the Core has as many instances as it may",
                               Retry::Later, Json::object({{"retry_after", 1}})}));
    case Admission::Answer::Full:
      return reply->answer(tl::unexpected(Error{"SERVICE_UNAVAILABLE", "too many executions are queued",
                                                Retry::Later, Json::object({{"retry_after", 1}})}));
  }
}

void Host::send(MailRow mail) {
  database.write([this, mail](store::Connection& db) { return insert_mail(db, mail, wall_ms()); },
                 [this, id = mail.execution_id](const Result<void>& done) {
                   if (done) runner_of(id).mail(id);
                 });
}

void Host::note_due(std::int64_t due_ms) {
  bool sooner = false;
  {
    const std::lock_guard lock(sweep_mutex_);
    sooner = due_ms < next_sweep_ms_;
  }
  if (sooner) arm_sweep(due_ms);
}

void Host::arm_sweep(std::int64_t at_ms) {
  const std::lock_guard lock(sweep_mutex_);
  if (stopping) return;
  timers.cancel(sweep_timer_);
  next_sweep_ms_ = at_ms;
  sweep_timer_ = timers.after(std::max<std::int64_t>(at_ms - wall_ms(), 0), pool, [this] { sweep(); });
}

/// Due timers of suspended executions, mail that nobody took, and the time of the next look.
void Host::sweep() {
  if (stopping) return;
  fire_due();
  admission.look_again();
  claim_left_mail(wall_ms() - sweep_every_ms);
  remind();
  purge();
  const std::int64_t latest = wall_ms() + sweep_every_ms;
  auto first = database.read([](store::Connection& db) {
    return db.query_one("SELECT MIN(due_at) FROM mod_scaicore_timers WHERE shard = 0", {},
                        [](const store::Row& row) { return row.is_null(0) ? INT64_MAX : row.integer(0); });
  });
  const std::int64_t due = first && *first ? **first : INT64_MAX;
  arm_sweep(std::min(latest, due));
}

void Host::fire_due() {
  struct Due {
    std::string execution_id;
    std::int64_t timer_id = 0;
  };
  std::vector<Due> due;
  auto read = database.read([&](store::Connection& db) {
    return db.query(
        "SELECT execution_id, timer_id FROM mod_scaicore_timers WHERE shard = 0 AND due_at <= ? ORDER BY "
        "due_at LIMIT ?",
        {wall_ms(), sweep_rows},
        [&](const store::Row& row) { due.push_back({row.string(0), row.integer(1)}); });
  });
  if (!read) return;
  for (const Due& each : due) {
    // The row that is deleted decides who fires it (07 §19).
    database.write(
        [this, each](store::Connection& db) -> Result<void> {
          auto claimed = db.execute("DELETE FROM mod_scaicore_timers WHERE execution_id = ? AND timer_id = ?",
                                    {each.execution_id, each.timer_id});
          if (!claimed) return tl::unexpected(claimed.error());
          if (*claimed == 0) return {};
          const machine::EventBody body = machine::TimerFired{each.timer_id};
          return insert_mail(db,
                             {each.execution_id, "timer:" + std::to_string(each.timer_id),
                              machine::type_of(body), encode_body(body)},
                             wall_ms());
        },
        [this, each](const Result<void>& done) {
          if (done) runner_of(each.execution_id).mail(each.execution_id);
        });
  }
}

void Host::claim_left_mail(std::int64_t until_ms) {
  std::vector<std::string> ids;
  auto read = database.read([&](store::Connection& db) {
    return db.query(
        "SELECT execution_id FROM mod_scaicore_mailbox WHERE created_at <= ? ORDER BY created_at LIMIT ?",
        {until_ms, sweep_rows}, [&](const store::Row& row) { ids.push_back(row.string(0)); });
  });
  if (!read) return;
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  for (const std::string& id : ids) runner_of(id).mail(id);
}

/// Reading first: mostly nobody is to be reminded, and then nothing is written.
void Host::remind() {
  const std::int64_t now_ms = wall_ms();
  auto due = database.read([&](store::Connection& db) {
    return db.query_one(
        "SELECT 1 FROM mod_scaicore_checkpoints WHERE status = 'pending' AND reminder_interval_m > 0 AND "
        "created_at + (reminder_count + 1) * reminder_interval_m * 60000 <= ? LIMIT 1",
        {now_ms}, [](const store::Row& row) { return row.integer(0); });
  });
  if (!due || !*due) return;
  database.write(
      [this, now_ms](store::Connection& db) -> Result<void> {
        Result<int> told = remind_batch(db, event_ids, now_ms);
        return told ? Result<void>() : tl::unexpected(told.error());
      },
      [this](const Result<void>& written) {
        if (written) hub.committed();
      });
}

/// Old executions and events go in batches, one batch at a time, so that nobody waits for them.
void Host::purge() {
  const std::int64_t now_ms = wall_ms();
  if (now_ms < next_purge_ms_) return;
  next_purge_ms_ = now_ms + purge_every_ms;
  database.write(
      [this, now_ms](store::Connection& db) {
        return purge_batch(db, now_ms, settings.events_retention_days);
      },
      [](const Result<void>&) {});
}

}  // namespace scaiflow::core
