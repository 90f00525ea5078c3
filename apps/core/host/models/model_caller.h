#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "apps/core/host/gate.h"
#include "apps/core/host/models/providers.h"
#include "apps/core/machine/command.h"
#include "apps/core/machine/event.h"
#include "libs/store/database.h"

namespace scaiflow::core {

/// How a model call of an execution ended: its event, and a usage row per attempt that cost something.
struct ModelOutcome {
  machine::EventBody event;
  std::vector<UsageRecord> usage;
};

/// For whom a model is called.
struct ModelContext {
  std::string tenant_id, core_id, execution_id, block_id, principal_id;
  bool stream = false;  ///< somebody reads the deltas
};

/// Runs `CallModel` against the candidates in order, with the attempts and fallbacks of 07 §9.1.
class ModelCaller {
 public:
  using OnDelta = std::function<void(const std::string& text)>;
  using Done = std::function<void(ModelOutcome)>;

  ModelCaller(store::Database& database, Providers& providers, ModelCatalogue* catalogue,
              net::Executor& executor, net::Timers& timers, GatePtr gate, Accounting* accounting = nullptr)
      : database_(database),
        providers_(providers),
        catalogue_(catalogue),
        executor_(executor),
        timers_(timers),
        gate_(std::move(gate)),
        accounting_(accounting) {}

  /// `done` comes once, on any thread, unless cancelled first.
  Cancel call(const machine::CallModel& request, const ModelContext& context, OnDelta on_delta, Done done);

 private:
  class Attempts;
  store::Database& database_;  ///< keeps the files that calls send and get
  Providers& providers_;
  ModelCatalogue* catalogue_;
  net::Executor& executor_;
  net::Timers& timers_;
  GatePtr gate_;
  Accounting* accounting_;
};

}  // namespace scaiflow::core
