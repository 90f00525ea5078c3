#pragma once

#include <mutex>
#include <string>
#include <utility>

#include "apps/core/host/engine.h"
#include "apps/grid/scaicore/core_store.h"
#include "libs/identity/principal.h"
#include "libs/ir/ir.h"

namespace scaiflow::grid {

/// A Core and whether it was made now (201) or brought up to date (200).
struct CreatedCore {
  CoreRow row;
  enum class How : std::uint8_t { Created, Updated } how = How::Created;
};

/// Verified IR on its way into a Core.
struct Source {
  ir::Module module;
  std::string bundle;   ///< canonical SCIR
  std::string ir_hash;  ///< its SHA-256
};

/// Reading sources. The error is `INVALID_SOURCE_IR` with one detail for each problem (08 §8.3).
Result<Source> source_from_manifest(std::string_view yaml);
Result<Source> source_from_bundle(std::string_view bytes);
Result<Source> source_from_json(const Json& ir);

/// What may happen to Cores (08 §8.4, §8.5): creation in three forms, change, lifecycle, publication. Changes
/// of one process are serialised, so that two lifecycle calls cannot cross. Blocks.
class CoreService {
 public:
  CoreService(CoreStore& cores, core::Engine& engine) : cores_(cores), engine_(engine) {}

  /// Native JSON body; never an upsert, never started.
  Result<CreatedCore> create(const identity::Principal& principal, const Json& body);
  /// A manifest or bundle: found again by `scaiflow_meta.source_id`, and started at once.
  Result<CreatedCore> deploy(const identity::Principal& principal, Source source);
  /// `PUT` with JSON members or with a new source.
  Result<CoreRow> change(const identity::Principal& principal, const std::string& id, const Json& body);
  Result<CoreRow> replace_source(const identity::Principal& principal, const std::string& id, Source source);
  Result<void> remove(const identity::Principal& principal, const std::string& id, const std::string& force);

  /// `start`, `stop`, `pause`, `resume`, `restart`. Error `CORE_STATE_CONFLICT` with `from` and `to`.
  Result<CoreRow> move(const identity::Principal& principal, const std::string& id,
                       const std::string& action);
  /// A Core that accepts invocations: started first when it was only created. Error `CORE_NOT_RUNNING`.
  Result<CoreRow> running(const std::string& tenant_id, const std::string& id);

  /// Adds or replaces the entry of its alias; one without `endpoint` is taken away.
  Result<CoreRow> set_plugin(const std::string& tenant_id, const std::string& id, const Json& plugin);

  enum class Publish : std::uint8_t { First, Sync };
  /// `targets`: an array of `model` and `mcp`.
  Result<CoreRow> publish(const identity::Principal& principal, const std::string& id, Publish how,
                          const Json& targets);
  Result<CoreRow> unpublish(const identity::Principal& principal, const std::string& id);

  /// The `running` Cores of the last run are registered again at their first use; `starting` ones are not
  /// running.
  CoreStore& store() { return cores_; }

 private:
  Result<CoreRow> start(CoreRow row);
  Result<CoreRow> save(CoreRow row, const std::string& bundle = {});
  void tell(const CoreRow& row, const std::string& type, const identity::Principal& principal);

  CoreStore& cores_;
  core::Engine& engine_;
  std::mutex mutex_;
};

}  // namespace scaiflow::grid
