#pragma once

#include <string_view>

namespace scaiflow::compiler {

/// Which compiler this is: a hash of the sources of the pure half. Written at build time by
/// tools/embed/compiler_identity.py; the server and the WebAssembly module agree when they are built alike.
std::string_view identity();

}  // namespace scaiflow::compiler
