#pragma once

#include <vector>

#include "libs/base/json.h"
#include "libs/diag/diag.h"

namespace scaiflow::compiler {

/// The model registry of a manifest (05 §5.3): `scaiflow_meta.models`, else `core.model` as the one role
/// `primary` (F605 when it names no provider).
Json import_models(const Json& core, diag::Diagnostics& found);

/// One entry node per trigger of a flow, without position (05 §6.2).
std::vector<Json> import_entries(const Json& flow);

/// Fills `config`, `variables` and `metadata` from a manifest without `graph` (05 §6.4).
void import_core(const Json& core, Json& document, diag::Diagnostics& found);

}  // namespace scaiflow::compiler
