#pragma once

#include <cstdint>

namespace scaiflow::diag {

enum class Severity : std::uint8_t { Error, Warning };

}  // namespace scaiflow::diag
