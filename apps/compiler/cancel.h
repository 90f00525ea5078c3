#pragma once

#include <cstddef>
#include <functional>

namespace scaiflow::compiler {

/// Asked now and then; true ends the work early, and its result is of no use (06 §2). May be empty.
using Cancelled = std::function<bool()>;

/// It is asked at least once per so many nodes.
inline constexpr std::size_t cancel_interval = 1'000;

}  // namespace scaiflow::compiler
