#pragma once

#include <string>

#include "libs/base/json.h"
#include "libs/base/result.h"

namespace scaiflow::grid {

/// The entry of an alias in a Core's plugins; null when it has none.
const Json* find_plugin(const Json& plugins, const std::string& alias);

/// An entry {`alias`, `endpoint`, `config`} as an operator asks for it, over what there was before (null:
/// none). It is marked `custom` and so stays over deployments. Error: `VALIDATION_ERROR`.
Result<Json> plugin_entry(const Json& body, const std::string& alias, const Json& before);

/// All entries of a Core after an operator sent `list`: those that say what there is already stay the
/// module's, and what the list leaves out stays only when it is the module's. Error: `VALIDATION_ERROR`.
Result<Json> plugin_entries(const Json& list, const Json& present);

/// An entry as callers see it.
Json shown_plugin(const Json& entry);
Json shown_plugins(const Json& plugins);

}  // namespace scaiflow::grid
