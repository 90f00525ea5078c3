#include <istream>
#include <ostream>

#include "apps/cli/commands/commands.h"
#include "apps/cli/commands/options.h"

/// Completion scripts, written from the table of commands.
namespace scaiflow::cli {
namespace {

std::string words(std::span<const std::string_view> list) {
  std::string out;
  for (const std::string_view word : list) out.append(out.empty() ? "" : " ").append(word);
  return out;
}

std::string option_words(const CommandSpec& command) {
  std::vector<std::string_view> names;
  for (const OptionSpec& option : command.options) names.push_back(option.name);
  return words(names);
}

std::string command_words() {
  std::vector<std::string_view> names;
  for (const CommandSpec& command : command_specs()) names.push_back(command.name);
  return words(names);
}

/// A text in single quotes; none of ours has one inside.
std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

void print_bash(std::ostream& out) {
  out << "_scaiflow() {\n"
         "  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command=${COMP_WORDS[1]} "
         "list=\n"
         "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
         "    mapfile -t COMPREPLY < <(compgen -W \""
      << command_words() << " --version\" -- \"$word\")\n    return\n  fi\n  case \"$command $before\" in\n";
  for (const CommandSpec& command : command_specs()) {
    for (const OptionSpec& option : command.options) {
      if (option.choices.empty()) continue;
      out << "    '" << command.name << ' ' << option.name << "') list=" << quoted(words(option.choices))
          << " ;;\n";
    }
    if (!command.choices.empty()) {
      out << "    '" << command.name << ' ' << command.name << "') list=" << quoted(words(command.choices))
          << " ;;\n";
    }
  }
  out << "  esac\n  if [ -z \"$list\" ] && [[ $word == -* ]]; then\n    case \"$command\" in\n";
  for (const CommandSpec& command : command_specs()) {
    if (command.options.empty()) continue;
    out << "      " << command.name << ") list=" << quoted(option_words(command)) << " ;;\n";
  }
  out << "    esac\n  fi\n"
         "  if [ -n \"$list\" ]; then mapfile -t COMPREPLY < <(compgen -W \"$list\" -- \"$word\")\n"
         "  else mapfile -t COMPREPLY < <(compgen -f -- \"$word\"); fi\n"
         "}\ncomplete -o filenames -F _scaiflow scaiflow\n";
}

void print_zsh(std::ostream& out) {
  out << "#compdef scaiflow\n_scaiflow() {\n  if (( CURRENT == 2 )); then\n    local -a commands=(\n";
  for (const CommandSpec& command : command_specs()) {
    out << "      " << quoted(std::string(command.name) + ":" + std::string(command.help)) << '\n';
  }
  out << "    )\n    _describe command commands\n    return\n  fi\n"
         "  local command=${words[2]}\n  shift words\n  (( CURRENT-- ))\n  case $command in\n";
  for (const CommandSpec& command : command_specs()) {
    out << "    " << command.name << ") _arguments";
    for (const OptionSpec& option : command.options) {
      std::string text = "*" + std::string(option.name) + "[" + std::string(option.help) + "]";
      if (!option.choices.empty()) {
        text += ":" + std::string(option.value) + ":(" + words(option.choices) + ")";
      } else if (!option.value.empty()) {
        text += ":" + std::string(option.value) + ":_files";
      }
      out << " \\\n        " << quoted(text);
    }
    if (command.operands == Operands::Choices) {
      out << " \\\n        "
          << quoted("1:" + words(command.operand_names) + ":(" + words(command.choices) + ")");
    } else if (command.operands == Operands::Files) {
      out << " \\\n        '*:file:_files'";
    }
    out << " ;;\n";
  }
  out << "  esac\n}\n_scaiflow \"$@\"\n";
}

void print_fish(std::ostream& out) {
  for (const CommandSpec& command : command_specs()) {
    out << "complete -c scaiflow -n __fish_use_subcommand -f -a " << command.name << " -d "
        << quoted(command.help) << '\n';
    const std::string here =
        "complete -c scaiflow -n '__fish_seen_subcommand_from " + std::string(command.name) + "'";
    for (const OptionSpec& option : command.options) {
      out << here << " -l " << option.name.substr(2);
      if (!option.choices.empty()) {
        out << " -x -a " << quoted(words(option.choices));
      } else if (!option.value.empty()) {
        out << " -r";
      }
      out << " -d " << quoted(option.help) << '\n';
    }
    if (command.operands == Operands::Choices)
      out << here << " -f -a " << quoted(words(command.choices)) << '\n';
    if (command.operands == Operands::None) out << here << " -f\n";
  }
}

}  // namespace

int run_completion(const Args& args, std::istream&, std::ostream& out, std::ostream& err) {
  const auto options = read_options(args, "completion", err);
  if (!options) return exit_usage;
  const std::string& shell = options->file();
  if (shell == "bash") print_bash(out);
  if (shell == "zsh") print_zsh(out);
  if (shell == "fish") print_fish(out);
  return exit_ok;
}

}  // namespace scaiflow::cli
