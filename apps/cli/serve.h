#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace scaiflow::cli {

/// `scaiflow serve [--port N] [--host A] [--data-dir D]`: builds the parts, wires them and serves until
/// SIGTERM or SIGINT. Exit codes: 0 stopped in order, 2 usage, 78 settings or data that must be mended first.
int run_serve(const std::vector<std::string>& args, std::ostream& out, std::ostream& err);

}  // namespace scaiflow::cli
