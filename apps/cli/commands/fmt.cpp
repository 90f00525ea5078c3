#include <istream>
#include <ostream>

#include "apps/cli/commands/commands.h"
#include "apps/cli/commands/files.h"
#include "apps/cli/commands/flows.h"
#include "libs/flow/canonical.h"

namespace scaiflow::cli {
namespace {

/// One file, rewritten when it is not canonical; standard input goes to standard output.
int format_one(const std::string& path, const Options& options, std::istream& in, std::ostream& out,
               std::ostream& err) {
  const FlowRead read = read_flow(path, options, in, err);
  if (!read.flow) return read.exit_code;
  const std::string canonical = flow::canonical(read.flow->document);
  const bool is_check = options.has("--check");
  if (path == "-" && !is_check) return deliver("-", canonical, out, err);
  if (canonical == read.flow->bytes) return exit_ok;
  if (!is_check && !write_file(path, canonical, err)) return exit_usage;
  out << (is_check ? "not formatted " : "formatted ") << path << '\n';
  return is_check ? exit_problems : exit_ok;
}

}  // namespace

int run_fmt(const Args& args, std::istream& in, std::ostream& out, std::ostream& err) {
  const auto options = read_options(args, "fmt", err);
  if (!options) return exit_usage;
  int worst = exit_ok;
  for (const std::string& path : options->operands) {
    worst = std::max(worst, format_one(path, *options, in, out, err));
  }
  return worst;
}

}  // namespace scaiflow::cli
