#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "apps/core/host/admission.h"
#include "apps/core/host/engine.h"
#include "apps/core/host/plugins/registry.h"
#include "apps/core/host/programs.h"
#include "apps/core/host/turn_write.h"
#include "apps/core/machine/event.h"

namespace scaiflow::core {

/// A started Core: what its executions need. Replaced as a whole when the Core changes.
struct CoreRuntime {
  CoreSpec spec;
  machine::ProgramPtr program;  ///< of the current IR
};
using CorePtr = std::shared_ptr<const CoreRuntime>;

/// Cores that accept invocations, by id. Thread safe.
class CoreTable {
 public:
  CorePtr find(const std::string& core_id) const;
  void put(CorePtr core);
  void remove(const std::string& core_id);

 private:
  mutable std::mutex mutex_;
  std::map<std::string, CorePtr> cores_;
};

/// The load check of 07 §19. The error's code is a `status_reason.code` of 08 §8.5.
Result<void> check_served(const machine::Program& program, const PluginRegistry& plugins,
                          ModelCatalogue* catalogue, const Providers& providers, const CoreSpec& core);

/// What a run of the Core occupies (07 §11, §12).
Slot slot_of(const CoreSpec& core, const ir::Instance& instance, const std::optional<std::string>& key);

/// Who called, when an execution calls another Core (07 §15).
struct CallerRef {
  std::string execution_id, effect_id, root_id, core_id;
  std::optional<std::string> instance_key;
  std::int64_t depth = 0;
  bool shares_slot = false;  ///< the callee is of the same Core and instance as one of its ancestors
};

/// What is written in the transaction that stores an execution; false: the execution is not stored.
using Beside = std::function<Result<bool>(store::Connection&)>;

/// A run that was found right: everything to start it with.
struct StartPlan {
  CorePtr core;
  machine::ProgramPtr program;
  machine::Started started;
  NewExecution row;
  Slot slot;
  Beside beside;
};

/// Error `PAYLOAD_TOO_LARGE` for an input above the limit of 07 §21.
Result<void> check_input_size(const Json& input);

/// Flow, trigger, input and instance key of a request (08 §8.6). Errors: `FLOW_NOT_FOUND`,
/// `TRIGGER_NOT_FOUND`, `VALIDATION_ERROR`, `PAYLOAD_TOO_LARGE`, `CORE_NOT_RUNNING`.
Result<StartPlan> plan_start(const CorePtr& core, const machine::ProgramPtr& program,
                             const StartRequest& request, const std::optional<CallerRef>& caller,
                             const EngineSettings& settings);

}  // namespace scaiflow::core
