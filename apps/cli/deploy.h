#pragma once

#include <iosfwd>

#include "apps/cli/commands/commands.h"

namespace scaiflow::cli {

/// `scaiflow deploy`: straight to ScaiGrid, without a ScaiFlow server (06 §10, 09 §6).
int run_deploy(const Args& args, std::istream& in, std::ostream& out, std::ostream& err);

}  // namespace scaiflow::cli
