#pragma once

#include "libs/base/json.h"
#include "libs/diag/diag.h"

namespace scaiflow::flow {

/// Compares a migrated document with the tables of chapter 01: F004 to F010 and F210, every one of them, in
/// document order. The messages name the place as in `nodes[2].config.goal` (01 §8).
diag::Diagnostics check_shape(const Json& document);

}  // namespace scaiflow::flow
