#pragma once

#include <cstddef>
#include <string_view>
#include <tl/expected.hpp>

#include "libs/base/json.h"
#include "libs/diag/diag.h"

namespace scaiflow::manifest {

inline constexpr std::size_t manifest_bytes_max = 10485760;
inline constexpr std::size_t manifest_depth_max = 64;

/// One YAML 1.2 document of the core schema, without anchors, tags and duplicate keys (05 §5.1). Anything
/// else, more than 10 MiB or deeper than 64 is F601. Keys are text; key order is kept.
tl::expected<Json, diag::Diagnostics> read_yaml(std::string_view text);

}  // namespace scaiflow::manifest
