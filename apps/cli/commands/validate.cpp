#include <istream>
#include <ostream>

#include "apps/cli/commands/commands.h"
#include "apps/cli/commands/files.h"
#include "apps/cli/commands/options.h"
#include "apps/compiler/compile.h"
#include "libs/base/json_text.h"
#include "libs/flow/document.h"

namespace scaiflow::cli {
namespace {

Json report(const diag::Diagnostics& diagnostics, Strict strict) {
  JsonArray errors;
  for (const diag::Diagnostic& diagnostic : diagnostics) {
    if (strict == Strict::Yes || diagnostic.severity == diag::Severity::Error)
      errors.push_back(diagnostic.message);
  }
  return Json::object({{"ok", !is_failure(diagnostics, strict)},
                       {"errors", std::move(errors)},
                       {"diagnostics", diag::to_json(diagnostics)}});
}

/// `ok: <name> <version>, <n> nodes, <m> edges`.
std::string summary(const std::string& bytes) {
  const Json document = flow::read_document(bytes).document.value_or(Json());
  return "ok: " + document.string_or("name", "") + ' ' + document.string_or("version", "") + ", " +
         std::to_string(document["nodes"].size()) + " nodes, " + std::to_string(document["edges"].size()) +
         " edges";
}

}  // namespace

int run_validate(const Args& args, std::istream& in, std::ostream& out, std::ostream& err) {
  std::string reason;
  const auto options = read_options(args, {{"--json", "--strict"}, {}}, reason);
  if (!options) {
    err << "scaiflow validate: " << reason << '\n';
    return exit_usage;
  }
  const auto bytes = read_input(options->file, in, err);
  if (!bytes) return exit_usage;
  const Strict strict = options->has("--strict") ? Strict::Yes : Strict::No;
  const diag::Diagnostics diagnostics = compiler::validate(*bytes);
  const bool failed = is_failure(diagnostics, strict);
  if (options->has("--json")) {
    out << to_text(report(diagnostics, strict)) << '\n';
  } else {
    print_diagnostics(diagnostics, strict, err);
    if (!failed) out << summary(*bytes) << '\n';
  }
  return failed ? exit_problems : exit_ok;
}

}  // namespace scaiflow::cli
