#pragma once

#include <cstdlib>

/// Ends the process, which libFuzzer and the replay both take for a finding.
inline void require(bool holds) {
  if (!holds) std::abort();
}
