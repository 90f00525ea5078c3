#include <algorithm>
#include <atomic>

#include "apps/core/host/engine_impl.h"
#include "libs/base/json_text.h"
#include "libs/ir/msgpack.h"
#include "libs/net/clock.h"
#include "libs/net/ids.h"

namespace scaiflow::core {

namespace {

using store::Connection;
/// Executions whose journals are read and folded at one time (07 §17.5).
constexpr std::size_t folds_at_once = 64;
constexpr std::int64_t requeue_batch = 500;
/// What the index over live executions asks for: without it SQLite reads the whole table.
constexpr char is_live[] = "status IN ('queued', 'running', 'suspended')";

Result<void> done_or_error(const Result<std::int64_t>& changed) {
  if (!changed) return tl::unexpected(changed.error());
  return {};
}

}  // namespace

std::unique_ptr<Engine> Engine::create(EnginePorts ports, EngineSettings settings) {
  return std::make_unique<EngineImpl>(std::move(ports), std::move(settings));
}

EngineImpl::~EngineImpl() {
  host_->stopping = true;
  host_->admission.close();
  for (const auto& runner : host_->runners) runner->park("", [] {});
}

Result<void> EngineImpl::start() {
  const std::int64_t now_ms = host_->wall_ms();
  const EngineSettings& settings = host_->settings;
  Result<void> registered = host_->database.write_sync([&](Connection& db) -> Result<void> {
    auto known = db.execute(
        "UPDATE nodes SET epoch = epoch + 1, heartbeat_at = ?, events_until = ?, started_at = ? WHERE id = ?",
        {now_ms, now_ms, now_ms, settings.node_id});
    if (known && *known == 0) {
      known = db.execute(
          "INSERT INTO nodes (id, number, epoch, heartbeat_at, events_until, address, version, started_at) "
          "VALUES (?,?,1,?,?,'','',?)",
          {settings.node_id, settings.node_number, now_ms, now_ms, now_ms});
    }
    return done_or_error(known);
  });
  if (!registered) return registered;
  host_->providers.start_discovery();
  host_->arm_sweep(now_ms);
  look_at_schedules();
  return adopt_running();
}

/// Running rows are of this node or of nobody: they continue, newest first (07 §17.5). Suspended ones are not
/// read.
Result<void> EngineImpl::adopt_running() {
  std::vector<std::string> ids;
  Result<void> read = host_->database.read([&](Connection& db) {
    return db.query(std::string("SELECT id FROM mod_scaicore_executions WHERE status = 'running' AND ") +
                        is_live + " ORDER BY created_at DESC",
                    {}, [&](const store::Row& row) { ids.push_back(row.string(0)); });
  });
  if (!read) return read;
  // Those that were running have their slots before those that waited get any.
  adopt(std::move(ids), [this] { host_->pool.post([this] { requeue({}); }); });
  return {};
}

struct EngineImpl::Adoption {
  std::vector<std::string> ids;
  std::function<void()> done;
  std::atomic<std::size_t> next = 0, left = 0;
};

/// In the order given; `done` when each has its slot or cannot be had.
void EngineImpl::adopt(std::vector<std::string> ids, std::function<void()> done) {
  if (ids.empty()) return done();
  auto all = std::make_shared<Adoption>();
  all->left = ids.size();
  all->ids = std::move(ids);
  all->done = std::move(done);
  for (std::size_t n = 0; n < folds_at_once; ++n) adopt_next(all);
}

void EngineImpl::adopt_next(const std::shared_ptr<Adoption>& all) {
  const std::size_t index = all->next++;
  if (index >= all->ids.size()) return;
  const std::string& id = all->ids[index];
  host_->runner_of(id).adopt(id, [this, all] {
    if (--all->left == 0) return all->done();
    adopt_next(all);
  });
}

namespace {

struct QueuedRow {
  std::string id;
  std::int64_t created_at_ms = 0;
  StartRequest request;
};

QueuedRow queued_row(const store::Row& row) {
  QueuedRow out{row.string(0), row.integer(1), {}};
  StartRequest& request = out.request;
  request.tenant_id = row.string(2);
  request.core_id = row.string(3);
  request.ir_hash = row.string(4);
  request.flow = row.string(5);
  request.invoked_by = row.string(6);
  request.trigger = row.maybe_string(7);
  request.instance_key = row.maybe_string(8);
  request.identity = try_parse_json(row.text(9)).value_or(Json());
  if (ir::unpack(row.text(10), 0, 96, request.input)) request.input = Json();
  return out;
}

}  // namespace

/// Queued rows enter admission again, in order of creation: those behind `after`, one batch upon the other.
void EngineImpl::requeue(const QueuePlace& after) {
  std::vector<QueuedRow> rows;
  const Result<void> read = host_->database.read([&](Connection& db) {
    return db.query(
        std::string("SELECT id, created_at, tenant_id, core_id, ir_hash, flow_name, invoked_by, "
                    "trigger_name, instance_key, identity, input FROM mod_scaicore_executions WHERE "
                    "status = 'queued' AND ") +
            is_live + " AND (created_at > ? OR (created_at = ? AND id > ?)) ORDER BY created_at, id LIMIT ?",
        {after.created_at_ms, after.created_at_ms, after.id, requeue_batch},
        [&](const store::Row& row) { rows.push_back(queued_row(row)); });
  });
  if (!read) {
    host_->log.error("queued executions wait for the next start",
                     Json::object({{"message", read.error().message}}));
    return;
  }
  for (QueuedRow& row : rows) {
    if (!row.request.input.is_object()) {
      host_->runner_of(row.id).fail_queued(
          row.id, machine::make_error("JournalCorruptError", "input", "the stored input cannot be read"));
      continue;
    }
    host_->pool.post([this, id = row.id, request = std::move(row.request)]() mutable {
      auto reply = std::make_shared<Reply>();
      reply->done = [](const Result<StartOutcome>&) {};
      host_->start_again(id, std::move(request), reply);
    });
  }
  if (std::ssize(rows) < requeue_batch) return;
  host_->pool.post([this, last = QueuePlace{rows.back().created_at_ms, rows.back().id}] { requeue(last); });
}

Result<void> EngineImpl::start_core(const CoreSpec& core) {
  Result<CorePtr> started = host_->start_core(core);
  if (!started) return tl::unexpected(started.error());
  look_at_schedules();
  // What was parked when the Core was stopped goes on.
  host_->pool.post([this, id = core.id] {
    std::vector<std::string> parked;
    (void)host_->database.read([&](Connection& db) {
      return db.query("SELECT id FROM mod_scaicore_executions WHERE core_id = ? AND status = 'running'", {id},
                      [&](const store::Row& row) { parked.push_back(row.string(0)); });
    });
    adopt(std::move(parked), [] {});
    host_->claim_left_mail(host_->wall_ms());
  });
  return {};
}

void EngineImpl::describe_plugin(const std::string& endpoint,
                                 std::function<void(Result<std::vector<std::string>>)> done) {
  Plugin* plugin = host_->plugins.of_endpoint(endpoint);
  if (!plugin) return done(fail("PLUGIN_UNAVAILABLE", "'" + endpoint + "' is not served here"));
  plugin->describe([done = std::move(done)](DescribeResult result) {
    done(result ? Result<std::vector<std::string>>(std::move(*result))
                : fail("PLUGIN_UNAVAILABLE", result.error().message));
  });
}

void EngineImpl::look_at_schedules() {
  host_->pool.post([this] { host_->schedules.look(); });
}

void EngineImpl::update_core(const CoreSpec& core) {
  look_at_schedules();
  if (core.ir_hash.empty() || !host_->cores.find(core.id)) return;
  Result<machine::ProgramPtr> program = host_->programs.load(core.ir_hash);
  if (!program) return host_->cores.remove(core.id);  // its next use says why
  host_->cores.put(std::make_shared<const CoreRuntime>(CoreRuntime{core, *program}));
}

void EngineImpl::stop_core(const std::string& core_id, Parking when, std::function<void()> done) {
  host_->cores.remove(core_id);
  const auto park = [this, core_id, done = std::move(done)] {
    if (host_->cores.find(core_id)) return done();  // it was started again
    auto left = std::make_shared<std::atomic<std::size_t>>(host_->runners.size());
    for (const auto& runner : host_->runners) {
      runner->park(core_id, [left, done] {
        if (--*left == 0) done();
      });
    }
  };
  if (when == Parking::AtOnce) return park();
  host_->timers.after(host_->settings.stop_grace_ms, host_->pool, park);
}

void EngineImpl::drop_core(const std::string& core_id) {
  host_->cores.remove(core_id);
  host_->pool.post([this, core_id] {
    std::vector<std::string> live, queued;
    (void)host_->database.read([&](Connection& db) {
      return db.query(
          "SELECT id, status FROM mod_scaicore_executions WHERE core_id = ? AND status IN ('running', "
          "'suspended', 'queued')",
          {core_id},
          [&](const store::Row& row) { (row.text(1) == "queued" ? queued : live).push_back(row.string(0)); });
    });
    for (const std::string& id : queued) cancel_queued(id, [](const Result<void>&) {});
    for (const std::string& id : live) {
      machine::EventBody body = machine::CancelRequested{"core_deleted", "system", true};
      host_->send({id, "cancel", machine::type_of(body), encode_body(body)});
    }
  });
}

Result<Json> EngineImpl::core_runtime(const std::string& tenant_id, const std::string& core_id) {
  std::int64_t running = 0, queued = 0, suspended = 0, checkpoints = 0;
  const Result<CoreSpec> core = host_->ports.cores->by_id(core_id);
  if (core && core->tenant_id != tenant_id) return fail("CORE_NOT_FOUND", "no such Core");
  Result<void> read = host_->database.read([&](Connection& db) -> Result<void> {
    Result<void> counted =
        db.query(std::string("SELECT status, COUNT(*) FROM mod_scaicore_executions WHERE core_id = ? AND ") +
                     is_live + " GROUP BY status",
                 {core_id}, [&](const store::Row& row) {
                   (row.text(0) == "running"  ? running
                    : row.text(0) == "queued" ? queued
                                              : suspended) = row.integer(1);
                 });
    if (!counted) return counted;
    return db.query("SELECT COUNT(*) FROM mod_scaicore_checkpoints WHERE core_id = ? AND status = 'pending'",
                    {core_id}, [&](const store::Row& row) { checkpoints = row.integer(0); });
  });
  if (!read) return tl::unexpected(read.error());
  return Json::object({{"running", running},
                       {"queued", queued},
                       {"suspended", suspended},
                       {"pending_checkpoints", checkpoints},
                       {"active_instances", host_->admission.counts(core_id).instances}});
}

Result<void> EngineImpl::check_bundle(std::string_view bundle) {
  Result<machine::ProgramPtr> program = compile_bundle(bundle);
  if (!program) return tl::unexpected(program.error());
  return {};
}

void EngineImpl::start(StartRequest request, std::function<void(Result<StartOutcome>)> done) {
  auto reply = std::make_shared<Reply>();
  reply->done = std::move(done);
  reply->wait_ms = request.wait_ms;
  // What is at hand needs no other thread; a Core that must be read first goes to the pool.
  const CorePtr core = host_->cores.find(request.core_id);
  const bool ready = core && core->program->module().memory.empty() &&
                     (request.ir_hash.empty() || request.ir_hash == core->program->ir_hash());
  if (ready) return host_->start(std::move(request), std::nullopt, reply);
  const bool taken = host_->pool.try_post([this, reply, request = std::move(request)]() mutable {
    host_->start(std::move(request), std::nullopt, reply);
  });
  if (!taken) reply->answer(fail("SERVICE_UNAVAILABLE", "the runtime is overloaded", Retry::Later));
}

void EngineImpl::wait(const std::string& tenant_id, const std::string& execution_id, std::int64_t wait_ms,
                      std::function<void(Result<Json>)> done) {
  auto reply = std::make_shared<Reply>();
  reply->wait_ms = wait_ms;
  reply->done = [done = std::move(done)](Result<StartOutcome> outcome) {
    if (outcome) {
      done(std::move(outcome->result));
    } else {
      done(tl::unexpected(outcome.error()));
    }
  };
  host_->runner_of(execution_id).wait(tenant_id, execution_id, reply);
}

void EngineImpl::cancel_queued(const std::string& execution_id, std::function<void(Result<void>)> done) {
  host_->admission.withdraw(execution_id);
  host_->database.write(
      [this, execution_id](Connection& db) -> Result<void> {
        const std::int64_t now_ms = host_->wall_ms();
        const std::string error = to_text(
            machine::to_json(machine::make_error("Cancelled", "cancelled", "the execution was cancelled")));
        return done_or_error(
            db.execute("UPDATE mod_scaicore_executions SET status = 'cancelled', error = ?, finished_at = ? "
                       "WHERE id = ? AND status = 'queued'",
                       {error, now_ms, execution_id}));
      },
      [this, execution_id, done = std::move(done)](const Result<void>& result) {
        host_->runner_of(execution_id).withdrawn(execution_id);
        done(result);
      });
}

void EngineImpl::mail_live(const std::string& tenant_id, MailRow mail,
                           std::function<void(Result<void>)> done) {
  auto status = std::make_shared<std::string>();
  host_->database.write(
      [this, tenant_id, mail, status](Connection& db) -> Result<void> {
        status->clear();
        Result<void> read =
            db.query("SELECT status FROM mod_scaicore_executions WHERE id = ? AND tenant_id = ?",
                     {mail.execution_id, tenant_id}, [&](const store::Row& row) { *status = row.string(0); });
        if (!read) return read;
        if (status->empty()) return fail("EXECUTION_NOT_FOUND", "no such execution");
        if (*status == "queued") return {};
        if (*status != "running" && *status != "suspended") {
          return tl::unexpected(Error{"CORE_STATE_CONFLICT", "the execution has ended", Retry::Never,
                                      Json::object({{"from", *status}, {"to", "cancelled"}})});
        }
        return insert_mail(db, mail, host_->wall_ms());
      },
      [this, mail, status, done = std::move(done)](const Result<void>& result) {
        if (result && *status == "queued") return cancel_queued(mail.execution_id, done);
        if (result) host_->runner_of(mail.execution_id).mail(mail.execution_id);
        done(result);
      });
}

void EngineImpl::cancel(const std::string& tenant_id, const std::string& execution_id,
                        const std::string& reason, const std::string& by, Cascade cascade,
                        std::function<void(Result<void>)> done) {
  machine::EventBody body = machine::CancelRequested{reason, by, cascade == Cascade::Yes};
  mail_live(tenant_id, {execution_id, "cancel", machine::type_of(body), encode_body(body)}, std::move(done));
}

void EngineImpl::debug(const std::string& tenant_id, const std::string& execution_id, Json command,
                       std::function<void(Result<Json>)> done) {
  machine::DebugCommand event;
  if (!machine::from_json(command, event))
    return done(fail("VALIDATION_ERROR", "expected {breakpoints, action, fiber}"));
  constexpr std::string_view actions[] = {"set", "pause", "continue", "step_over", "step_into", "step_out"};
  if (std::find(std::begin(actions), std::end(actions), event.action) == std::end(actions))
    return done(fail("VALIDATION_ERROR", "there is no action '" + event.action + "'"));
  event.effect_id.reset();
  machine::EventBody body = std::move(event);
  const std::string key = net::new_id("debug:");
  mail_live(tenant_id, {execution_id, key, machine::type_of(body), encode_body(body)},
            [this, tenant_id, execution_id, done = std::move(done)](const Result<void>& sent) {
              if (!sent) return done(tl::unexpected(sent.error()));
              host_->pool.post(
                  [this, tenant_id, execution_id, done] { done(read_state(tenant_id, execution_id, 0)); });
            });
}

}  // namespace scaiflow::core
