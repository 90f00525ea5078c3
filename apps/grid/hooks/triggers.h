#pragma once

#include <string>
#include <vector>

#include "apps/grid/hooks/trigger_store.h"
#include "apps/grid/scaicore/core_store.h"

namespace scaiflow::grid {

/// Items of `GET /cores/{id}/triggers` (08 §8.11). `base_url`: origin without a slash at its end.
Result<Json> triggers_json(TriggerStore& triggers, const CoreRow& core, const ir::Module& module,
                           const std::string& base_url);
/// `schedules` of `GET /cores/{id}/runtime` (08 §8.4).
Result<Json> schedules_json(TriggerStore& triggers, const std::string& core_id);
/// The IR that a Core runs now; nothing when it has none.
Result<std::optional<ir::Module>> module_of(CoreStore& cores, const CoreRow& core);

}  // namespace scaiflow::grid
