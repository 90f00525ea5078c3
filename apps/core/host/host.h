#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "apps/core/host/admission.h"
#include "apps/core/host/core_table.h"
#include "apps/core/host/engine.h"
#include "apps/core/host/event_hub.h"
#include "apps/core/host/gate.h"
#include "apps/core/host/memory_store.h"
#include "apps/core/host/models/model_caller.h"
#include "apps/core/host/otlp_export.h"
#include "apps/core/host/plugins/registry.h"
#include "apps/core/host/programs.h"
#include "apps/core/host/schedules/schedules.h"
#include "apps/core/host/timing_log.h"
#include "apps/core/host/turn_write.h"
#include "libs/net/executor.h"

namespace scaiflow::core {

class Runner;

/// Answers one caller once, when its execution has ended or is suspended, or its time is over. Lives on one
/// lane.
struct Reply {
  std::function<void(Result<StartOutcome>)> done;
  std::int64_t wait_ms = 0;
  net::Timers::Id timer = 0;
  bool replayed = false;
  bool answered = false;

  void answer(Result<StartOutcome> outcome) {
    if (std::exchange(answered, true)) return;
    done(std::move(outcome));
  }
};
using ReplyPtr = std::shared_ptr<Reply>;

/// What all lanes of the runtime share. Everything in it is thread safe.
struct Host {
  Host(EnginePorts given_ports, EngineSettings given_settings);
  ~Host();

  EnginePorts ports;
  EngineSettings settings;
  /// The ports' own, or ones that nobody reads.
  const std::unique_ptr<net::Metrics> spare_metrics;
  net::Metrics& metrics;
  const net::Log& log;
  const GatePtr gate = std::make_shared<Gate>();
  store::Database& database;
  EventIds event_ids;
  EventHub hub;
  Programs programs;
  CoreTable cores;
  Admission admission;
  MemoryTurns memory_turns;
  PluginRegistry plugins;
  net::Timers timers;
  net::Pool pool;
  TimingLog timings;
  std::shared_ptr<OtlpExport> otlp;  ///< null without SCAIFLOW_OTLP_ENDPOINT
  Providers providers;
  ModelCaller models;
  net::Lanes lanes;
  std::vector<std::unique_ptr<Runner>> runners;
  Schedules schedules{*this};
  std::atomic<bool> stopping = false;

  std::int64_t wall_ms() const;
  Runner& runner_of(const std::string& execution_id);
  /// Finds a started Core, or starts one that its directory says is running. Blocks when it must.
  Result<CorePtr> core(const std::string& core_id);
  /// The Core of an execution that exists: one that is gone still lets its executions end. Error
  /// `CORE_STOPPED`.
  Result<CorePtr> core_of(const NewExecution& row, const machine::ProgramPtr& program);
  Result<CorePtr> start_core(const CoreSpec& spec);
  /// Plans, admits and starts. Blocks: run it on the pool. `reply` is answered in any case.
  void start(StartRequest request, std::optional<CallerRef> caller, std::shared_ptr<Reply> reply);
  /// Error `BUDGET_EXCEEDED`: nothing that costs may start (08 §8.16).
  Result<void> within_budget(const std::string& tenant_id);
  /// Starts what is admitted, with the memory as it is now (07 §12). Blocks: run it on the pool.
  void begin(StartPlan plan, std::shared_ptr<Reply> reply);
  /// A queued row from before this process: planned anew under its old id.
  void start_again(const std::string& execution_id, StartRequest request, std::shared_ptr<Reply> reply);
  /// Puts a message for an execution in the given unit's wake and tells its runner after the commit.
  void send(MailRow mail);
  /// A timer row of a suspended execution was written.
  void note_due(std::int64_t due_ms);
  void sweep();
  /// Wakes executions whose mail is from before `until_ms`.
  void claim_left_mail(std::int64_t until_ms);
  void arm_sweep(std::int64_t at_ms);

 private:
  Result<StartPlan> plan(const StartRequest& request, const std::optional<CallerRef>& caller);
  void fire_due();
  void remind();
  void purge();

  std::int64_t next_purge_ms_ = 0;
  std::mutex sweep_mutex_;
  std::int64_t next_sweep_ms_ = 0;
  net::Timers::Id sweep_timer_ = 0;
};

/// Columns of an execution and their wire form (08 §8.10). `Result` alone, or the whole record.
extern const char* const execution_columns;
Json result_record(const store::Row& row, const std::vector<std::string>& checkpoint_ids);
Json execution_record(const store::Row& row, const std::vector<std::string>& checkpoint_ids);
Result<std::vector<std::string>> pending_checkpoints(store::Connection& db, const std::string& execution_id);
/// What an execution waits for, as the wire shows what `machine::waiting_on` lists.
Json wire_waiting(const Json& stored);
/// `{status, waiting_on}`: the `status` entry of the feed (07 §20.2). Error `EXECUTION_NOT_FOUND`.
Result<Json> stored_status(store::Connection& db, const std::string& execution_id);
/// The Result of an execution by its row. Error `EXECUTION_NOT_FOUND`.
Result<Json> stored_result(store::Connection& db, const std::string& tenant_id,
                           const std::string& execution_id);

}  // namespace scaiflow::core
