#pragma once

#include <functional>
#include <memory>
#include <string>

#include "apps/core/host/engine.h"
#include "apps/core/host/host.h"
#include "apps/core/host/runner.h"

namespace scaiflow::core {

/// Engine over one Host. Its functions are grouped by file: engine (life, Cores, starts), engine_executions
/// (reading), engine_fork, engine_checkpoints, engine_events.
class EngineImpl final : public Engine {
 public:
  EngineImpl(EnginePorts ports, EngineSettings settings)
      : host_(std::make_unique<Host>(std::move(ports), std::move(settings))) {}
  ~EngineImpl() override;

  Result<void> start() override;
  Result<void> start_core(const CoreSpec& core) override;
  void update_core(const CoreSpec& core) override;
  void stop_core(const std::string& core_id, Parking when, std::function<void()> done) override;
  void drop_core(const std::string& core_id) override;
  Result<Json> core_runtime(const std::string& tenant_id, const std::string& core_id) override;
  Result<void> check_bundle(std::string_view bundle) override;
  void look_at_schedules() override;
  void describe_plugin(const std::string& endpoint,
                       std::function<void(Result<std::vector<std::string>>)> done) override;

  void start(StartRequest request, std::function<void(Result<StartOutcome>)> done) override;
  void wait(const std::string& tenant_id, const std::string& execution_id, std::int64_t wait_ms,
            std::function<void(Result<Json>)> done) override;
  Result<Json> get_execution(const std::string& tenant_id, const std::string& execution_id) override;
  Result<Page> list_executions(const ExecutionFilter& filter) override;
  void cancel(const std::string& tenant_id, const std::string& execution_id, const std::string& reason,
              const std::string& by, Cascade cascade, std::function<void(Result<void>)> done) override;
  Result<Page> read_journal(const std::string& tenant_id, const std::string& execution_id, std::int64_t after,
                            std::int64_t limit, BodySize size) override;
  Result<Json> read_state(const std::string& tenant_id, const std::string& execution_id,
                          std::int64_t seq) override;
  Result<StoredPayload> read_payload(const std::string& tenant_id, const std::string& execution_id,
                                     const std::string& sha256) override;
  void fork(ForkRequest request, std::function<void(Result<Json>)> done) override;
  Result<Json> preview_fork(const ForkRequest& request) override;
  void debug(const std::string& tenant_id, const std::string& execution_id, Json command,
             std::function<void(Result<Json>)> done) override;

  Result<Json> get_checkpoint(const std::string& tenant_id, const std::string& id) override;
  Result<Page> list_checkpoints(const CheckpointFilter& filter) override;
  void resolve_checkpoint(const std::string& tenant_id, const std::string& id, Json resolution,
                          const std::string& by, std::optional<std::string> comment,
                          std::function<void(Result<Json>)> done) override;
  void cancel_checkpoint(const std::string& tenant_id, const std::string& id, const std::string& reason,
                         const std::string& by, std::function<void(Result<Json>)> done) override;
  void reassign_checkpoint(const std::string& tenant_id, const std::string& id, const std::string& assignee,
                           std::function<void(Result<Json>)> done) override;

  Result<Json> close_checkpoint(store::Connection& db, const CheckpointClosing& closing) override;
  Result<void> append_event(store::Connection& db, const std::string& tenant_id, const std::string& core_id,
                            const std::string& type, Json payload) override;
  void unit_committed(const std::string& execution_id) override;

  Result<Page> list_events(const EventFilter& filter) override;
  std::unique_ptr<Subscription> subscribe(const EventFilter& filter,
                                          std::function<void(StreamEntry)> deliver) override;
  Result<std::unique_ptr<Subscription>> watch(const std::string& tenant_id, const std::string& execution_id,
                                              std::function<void(StreamEntry)> deliver) override;
  void append_event(const std::string& tenant_id, const std::string& core_id, const std::string& type,
                    Json payload) override;

  Result<Page> list_memory(const MemoryFilter& filter) override;
  void write_memory(const MemoryEdit& edit, std::function<void(Result<void>)> done) override;

  Providers& providers() override { return host_->providers; }

 private:
  Result<void> adopt_running();
  struct Adoption;
  void adopt(std::vector<std::string> ids, std::function<void()> done);
  void adopt_next(const std::shared_ptr<Adoption>& all);
  /// Where a reading of the queue goes on.
  struct QueuePlace {
    std::int64_t created_at_ms = 0;
    std::string id;
  };
  void requeue(const QueuePlace& after);
  void cancel_queued(const std::string& execution_id, std::function<void(Result<void>)> done);
  /// Mail for an execution of the tenant that has not ended; errors `EXECUTION_NOT_FOUND`,
  /// `CORE_STATE_CONFLICT`.
  void mail_live(const std::string& tenant_id, MailRow mail, std::function<void(Result<void>)> done);

  std::unique_ptr<Host> host_;
};

}  // namespace scaiflow::core
