#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "generated/cpp/limits.h"

namespace scaiflow::compiler {

/// Causes in the order in which they are written, and the actions they may lead to (04 §3.2.1).
inline constexpr std::array<std::string_view, 5> failure_causes = {
    "low_confidence", "constraint_violation", "parse_error", "refusal", "hallucination"};

inline constexpr std::int64_t retries_max = limits::max_retries_max;

inline bool is_failure_action(std::string_view action) {
  return action == "retry" || action == "escalate" || action == "flag_and_checkpoint";
}

}  // namespace scaiflow::compiler
