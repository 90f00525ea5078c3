#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "apps/cli/commands/specs.h"

namespace scaiflow::cli {

/// The words of a command line, told apart.
struct Options {
  std::vector<std::string> operands;
  std::multimap<std::string, std::string> values;  ///< flags have an empty value

  const std::string& file() const { return operands.front(); }
  bool has(const std::string& name) const { return values.contains(name); }
  /// The last value given.
  std::optional<std::string> value(const std::string& name) const;
  std::vector<std::string> all(const std::string& name) const;
};

/// `--name value` or `--name=value`, in any order beside the operands (`-` for standard input). nullopt, with
/// a reason, for what the command does not take.
std::optional<Options> parse_options(const std::vector<std::string>& args, const CommandSpec& command,
                                     std::string& reason);

/// The same for the command of that name; what is wrong goes to `err` with its usage.
std::optional<Options> read_options(const std::vector<std::string>& args, std::string_view command,
                                    std::ostream& err);

}  // namespace scaiflow::cli
