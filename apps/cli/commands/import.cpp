#include <istream>
#include <ostream>
#include <random>

#include "apps/cli/commands/commands.h"
#include "apps/cli/commands/files.h"
#include "apps/cli/commands/options.h"
#include "apps/cli/commands/report.h"
#include "apps/compiler/compile.h"

namespace scaiflow::cli {
namespace {

/// `flow_` and twelve base-36 characters (01 §2).
std::string fresh_flow_id() {
  static constexpr std::string_view digits = "0123456789abcdefghijklmnopqrstuvwxyz";
  std::random_device source;
  std::uniform_int_distribution<std::size_t> digit(0, digits.size() - 1);
  std::string id = "flow_";
  for (int i = 0; i < 12; ++i) id.push_back(digits[digit(source)]);
  return id;
}

}  // namespace

int run_import(const Args& args, std::istream& in, std::ostream& out, std::ostream& err) {
  const auto options = read_options(args, "import", err);
  if (!options) return exit_usage;
  const auto bytes = read_input(options->file(), in, err);
  if (!bytes) return exit_usage;
  const compiler::ImportResult result = compiler::import_manifest(*bytes, fresh_flow_id());
  const Reporter reporter(*options);
  reporter.print(result.diagnostics, err);
  if (!result.flow || reporter.is_failure(result.diagnostics)) return exit_problems;
  const std::string path = options->value("--out").value_or("-");
  const int exit_code = deliver(path, *result.flow, out, err);
  if (exit_code == exit_ok && path != "-") {
    out << "wrote " << path << " (" << result.flow->size() << " bytes)\n";
  }
  return exit_code;
}

}  // namespace scaiflow::cli
