#pragma once

#include <optional>
#include <string_view>

#include "libs/base/json.h"

namespace scaiflow::manifest {

/// The value of a plain scalar in the YAML 1.2 core schema; nullopt for infinities and NaN, which JSON lacks.
std::optional<Json> resolve_plain(std::string_view text);

}  // namespace scaiflow::manifest
