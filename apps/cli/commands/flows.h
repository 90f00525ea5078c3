#pragma once

#include <iosfwd>
#include <optional>
#include <string>

#include "apps/cli/commands/options.h"
#include "libs/base/json.h"

namespace scaiflow::cli {

/// A flow that a command was given: its bytes and the document in them.
struct FlowFile {
  std::string bytes;
  Json document;
};

/// What became of reading one.
struct FlowRead {
  std::optional<FlowFile> flow;
  int exit_code = 0;  ///< why there is none: unreadable (2), or no JSON object within the limits (1)
};

/// Reads a flow; problems go to `err`. The document need not compile.
FlowRead read_flow(const std::string& path, const Options& options, std::istream& in, std::ostream& err);

}  // namespace scaiflow::cli
