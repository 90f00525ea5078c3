#pragma once

#include <cstddef>
#include <string_view>
#include <tl/expected.hpp>

#include "generated/cpp/limits.h"
#include "libs/base/json.h"
#include "libs/diag/diag.h"

namespace scaiflow::manifest {

inline constexpr std::size_t manifest_bytes_max = limits::manifest_bytes_max;
inline constexpr std::size_t manifest_depth_max = limits::manifest_depth_max;

/// One YAML 1.2 document of the core schema, without anchors, tags and duplicate keys (05 §5.1). Anything
/// else, more than 10 MiB or deeper than 160 is F601. Keys are text; key order is kept.
tl::expected<Json, diag::Diagnostics> read_yaml(std::string_view text);

}  // namespace scaiflow::manifest
