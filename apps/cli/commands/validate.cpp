#include <istream>
#include <ostream>

#include "apps/cli/commands/commands.h"
#include "apps/cli/commands/files.h"
#include "apps/cli/commands/options.h"
#include "apps/cli/commands/report.h"
#include "apps/compiler/compile.h"
#include "libs/base/json_text.h"
#include "libs/flow/document.h"

namespace scaiflow::cli {
namespace {

/// `ok: <name> <version>, <n> nodes, <m> edges`.
std::string summary(const std::string& bytes) {
  const Json document = flow::read_document(bytes).document.value_or(Json());
  return "ok: " + document.string_or("name", "") + ' ' + document.string_or("version", "") + ", " +
         std::to_string(document["nodes"].size()) + " nodes, " + std::to_string(document["edges"].size()) +
         " edges";
}

}  // namespace

int run_validate(const Args& args, std::istream& in, std::ostream& out, std::ostream& err) {
  const auto options = read_options(args, "validate", err);
  if (!options) return exit_usage;
  const auto bytes = read_input(options->file(), in, err);
  if (!bytes) return exit_usage;
  const Reporter reporter(*options, *bytes);
  const diag::Diagnostics diagnostics = compiler::validate(*bytes);
  const bool failed = reporter.is_failure(diagnostics);
  if (options->has("--json")) {
    out << to_text(reporter.json(diagnostics)) << '\n';
  } else {
    reporter.print(diagnostics, err);
    if (!failed) out << summary(*bytes) << '\n';
  }
  return failed ? exit_problems : exit_ok;
}

}  // namespace scaiflow::cli
