#pragma once

#include "libs/base/result.h"

namespace scaiflow::grid {

/// Checks a resolution against the options and the review form of its checkpoint (08 §8.9, §8.13): the
/// decision is an option, required fields are there, kinds fit. A decision section under another field name
/// is stored under both. Error `CHECKPOINT_OPTION_INVALID` with one detail for each field.
Result<Json> check_review(const Json& checkpoint, Json resolution);

}  // namespace scaiflow::grid
