#pragma once

#include <cstddef>

#include "libs/ir/ir.h"

namespace scaiflow::ir {

/// Nested arrays and maps in the encoding of a block, its own map counted, child bodies left out (E419).
std::size_t encoded_depth(const Block& block);
/// The same for a module without the bodies of its flows.
std::size_t encoded_depth(const Module& module);

}  // namespace scaiflow::ir
