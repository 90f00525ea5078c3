#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

/// What can be typed behind `scaiflow`: one table, from which usage, help, completion and parsing come.
namespace scaiflow::cli {

struct OptionSpec {
  std::string_view name;                        ///< with its dashes
  std::string_view value{};                     ///< what stands behind it, as `PATH`; empty for a flag
  std::span<const std::string_view> choices{};  ///< the only values, if there are any
  std::string_view help{};
};

/// What the words that are no options stand for.
enum class Operands : std::uint8_t { None, Files, Choices };

struct CommandSpec {
  std::string_view name;
  Operands operands = Operands::None;
  std::span<const std::string_view> operand_names{};  ///< `FLOW`; the last may end in `...`
  std::span<const std::string_view> choices{};        ///< of the only operand
  std::span<const OptionSpec> options{};
  std::string_view help{};

  const OptionSpec* option(std::string_view wanted) const;
};

std::span<const CommandSpec> command_specs();
/// nullptr when there is no such command.
const CommandSpec* find_command(std::string_view name);

/// `validate FLOW [--json] [--strict]`.
std::string usage_line(const CommandSpec& command);

}  // namespace scaiflow::cli
