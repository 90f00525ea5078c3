#include "apps/cli/commands/flows.h"

#include "apps/cli/commands/commands.h"
#include "apps/cli/commands/files.h"
#include "apps/cli/commands/report.h"
#include "libs/flow/document.h"

namespace scaiflow::cli {

FlowRead read_flow(const std::string& path, const Options& options, std::istream& in, std::ostream& err) {
  auto bytes = read_input(path, in, err);
  if (!bytes) return {std::nullopt, exit_usage};
  flow::ReadResult read = flow::read_document(*bytes);
  if (read.document && !diag::has_errors(read.diagnostics)) {
    return {FlowFile{std::move(*bytes), std::move(*read.document)}, exit_ok};
  }
  Options of_this = options;
  of_this.operands = {path};
  Reporter(of_this, *bytes).print(read.diagnostics, err);
  return {std::nullopt, exit_problems};
}

}  // namespace scaiflow::cli
