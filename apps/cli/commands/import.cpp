#include <istream>
#include <ostream>
#include <random>

#include "apps/cli/commands/commands.h"
#include "apps/cli/commands/files.h"
#include "apps/cli/commands/options.h"
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
  std::string reason;
  const auto options = read_options(args, {{"--strict"}, {"--out"}}, reason);
  if (!options) {
    err << "scaiflow import: " << reason << '\n';
    return exit_usage;
  }
  const auto bytes = read_input(options->file, in, err);
  if (!bytes) return exit_usage;
  const compiler::ImportResult result = compiler::import_manifest(*bytes, fresh_flow_id());
  const Strict strict = options->has("--strict") ? Strict::Yes : Strict::No;
  print_diagnostics(result.diagnostics, strict, err);
  if (!result.flow || is_failure(result.diagnostics, strict)) return exit_problems;
  const std::string path = options->value("--out").value_or("-");
  if (path == "-") {
    out << *result.flow << std::flush;
    return out ? exit_ok : exit_usage;
  }
  if (!write_file(path, *result.flow, err)) return exit_usage;
  out << "wrote " << path << " (" << result.flow->size() << " bytes)\n";
  return exit_ok;
}

}  // namespace scaiflow::cli
