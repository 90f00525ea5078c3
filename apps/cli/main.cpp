#include <algorithm>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "apps/cli/commands/commands.h"
#include "apps/cli/serve.h"
#include "apps/cli/settings.h"

namespace scaiflow::cli {
namespace {

int serve(const Args& args, std::istream&, std::ostream& out, std::ostream& err) {
  return run_serve(args, out, err);
}

/// Every setting, its value and where it comes from (09 §11).
int config(const Args&, std::istream&, std::ostream& out, std::ostream& err) {
  const Settings settings = Settings::load(process_environment(), {});
  for (const std::string& problem : settings.problems()) err << "scaiflow: " << problem << '\n';
  out << settings.report();
  return settings.problems().empty() ? exit_ok : exit_problems;
}

struct Command {
  std::string_view name;
  std::string_view usage;
  int (*run)(const Args&, std::istream&, std::ostream&, std::ostream&);
};

constexpr Command commands[] = {
    {"serve", "serve [--port N] [--host A] [--data-dir D]", serve},
    {"validate", "validate FLOW [--json] [--strict]", run_validate},
    {"compile", "compile FLOW [--format yaml|ir|scai] [--out PATH] [--no-verify] [--strict]", run_compile},
    {"import", "import YAML [--out PATH] [--strict]", run_import},
    {"inspect", "inspect FILE [--json]", run_inspect},
    {"run-tests", "run-tests FLOW [--name NAME] [--json]", run_run_tests},
    {"config", "config", config},
};

int usage(std::ostream& err) {
  err << "usage: scaiflow --version\n";
  for (const Command& command : commands) err << "       scaiflow " << command.usage << '\n';
  return exit_usage;
}

int run(const Args& args, std::istream& in, std::ostream& out, std::ostream& err) {
  if (args.empty()) return usage(err);
  if (args[0] == "--version") {
    out << "scaiflow " << SCAIFLOW_VERSION << '\n';
    return exit_ok;
  }
  const auto is_wanted = [&](const Command& command) { return command.name == args[0]; };
  const auto* command = std::find_if(std::begin(commands), std::end(commands), is_wanted);
  if (command == std::end(commands)) return usage(err);
  return command->run({args.begin() + 1, args.end()}, in, out, err);
}

}  // namespace
}  // namespace scaiflow::cli

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  return scaiflow::cli::run({argv + 1, argv + argc}, std::cin, std::cout, std::cerr);
}
