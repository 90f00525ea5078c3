#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "apps/cli/commands/commands.h"
#include "apps/cli/commands/options.h"
#include "apps/cli/deploy.h"
#include "apps/cli/serve.h"
#include "apps/cli/settings.h"
#include "apps/grid/scaibunker/bridge.h"

namespace scaiflow::cli {
namespace {

int serve(const Args& args, std::istream&, std::ostream& out, std::ostream& err) {
  return run_serve(args, out, err);
}

/// Every setting, its value and where it comes from (09 §11).
int config(const Args& args, std::istream&, std::ostream& out, std::ostream& err) {
  const auto options = read_options(args, "config", err);
  if (!options) return exit_usage;
  const Settings settings = Settings::load(process_environment(), {}, options->value("--config"));
  for (const std::string& problem : settings.problems()) err << "scaiflow: " << problem << '\n';
  out << settings.report();
  return settings.problems().empty() ? exit_ok : exit_problems;
}

/// `scaiflow help`, and what is printed when nothing fits.
void print_usage(std::ostream& out) {
  out << "usage: scaiflow --version\n";
  for (const CommandSpec& command : command_specs()) {
    out << "       scaiflow " << usage_line(command) << "\n             " << command.help << '\n';
  }
}

int help(const Args&, std::istream&, std::ostream& out, std::ostream&) {
  print_usage(out);
  return exit_ok;
}

struct Command {
  std::string_view name;  ///< of specs.h
  int (*run)(const Args&, std::istream&, std::ostream&, std::ostream&);
};

constexpr Command commands[] = {
    {"serve", serve},       {"validate", run_validate},     {"compile", run_compile},
    {"import", run_import}, {"inspect", run_inspect},       {"run-tests", run_run_tests},
    {"diff", run_diff},     {"merge", run_merge},           {"fmt", run_fmt},
    {"deploy", run_deploy}, {"publish", run_publish},       {"schema", run_schema},
    {"config", config},     {"completion", run_completion}, {"help", help},
};

/// Colour where the words are read by a person: on a terminal, unless NO_COLOR is set; CLICOLOR_FORCE asks
/// for it everywhere (bixense.com/clicolors).
bool wants_color() {
  bool is_refused = false, is_forced = false;
  for (const auto& [name, value] : process_environment()) {
    is_refused = is_refused || (name == "NO_COLOR" && !value.empty()) || (name == "TERM" && value == "dumb");
    is_forced = is_forced || (name == "CLICOLOR_FORCE" && !value.empty() && value != "0");
  }
  return is_forced || (!is_refused && ::isatty(STDERR_FILENO) != 0 && ::isatty(STDOUT_FILENO) != 0);
}

/// The words for a command, with its colour settled.
Args with_color(Args args, const CommandSpec& command) {
  std::string reason;
  const auto options = parse_options(args, command, reason);
  const bool is_open =
      options && command.option("--color") != nullptr && options->value("--color").value_or("auto") == "auto";
  if (is_open && wants_color()) args.push_back("--color=always");
  return args;
}

int run(const Args& args, std::istream& in, std::ostream& out, std::ostream& err) {
  const CommandSpec* spec = args.empty() ? nullptr : find_command(args[0] == "--help" ? "help" : args[0]);
  if (!args.empty() && args[0] == "--version") {
    out << "scaiflow " << SCAIFLOW_VERSION << '\n';
    return exit_ok;
  }
  if (spec == nullptr) {
    print_usage(err);
    return exit_usage;
  }
  if (args.size() == 2 && args[1] == "--help") {
    out << "usage: scaiflow " << usage_line(*spec) << '\n' << spec->help << '\n';
    for (const OptionSpec& option : spec->options) out << "  " << option.name << "  " << option.help << '\n';
    return exit_ok;
  }
  const auto is_wanted = [&](const Command& command) { return command.name == spec->name; };
  const auto* command = std::find_if(std::begin(commands), std::end(commands), is_wanted);
  assert(command != std::end(commands));
  return command->run(with_color({args.begin() + 1, args.end()}, *spec), in, out, err);
}

}  // namespace
}  // namespace scaiflow::cli

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  const std::vector<std::string> args(argv + 1, argv + argc);
  // For ourselves alone: inside a sandbox this program joins a port with the proxy outside.
  if (args.size() > 2 && args[0] == "sandbox-bridge")
    return scaiflow::grid::run_bridge({args.begin() + 2, args.end()});
  return scaiflow::cli::run(args, std::cin, std::cout, std::cerr);
}
