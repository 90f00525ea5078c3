#pragma once

#include "libs/base/json.h"
#include "libs/base/result.h"
#include "libs/identity/principal.h"

namespace scaiflow::grid {

/// Who may resolve (08 §8.9): `user:<email-or-id>`, `group:<id>`, `role:<name>`; anything else, and none, is
/// for everybody who may resolve.
bool is_assignee(const identity::Principal& principal, const Json& checkpoint);
/// The resolution in `body` as it may be stored: text becomes its `decision`, a review form is checked
/// (08 §8.13).
Result<Json> checked_resolution(const Json& body, const Json& checkpoint);
/// Why a checkpoint cannot be resolved any more.
Error already_closed(const Json& checkpoint);

}  // namespace scaiflow::grid
