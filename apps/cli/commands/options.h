#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace scaiflow::cli {

/// The words of a command line, told apart: one file, flags, and options with a value.
struct Options {
  std::string file;
  std::map<std::string, std::string> values;  ///< flags have an empty value

  bool has(const std::string& name) const { return values.contains(name); }
  std::optional<std::string> value(const std::string& name) const;
};

/// What a command accepts.
struct OptionNames {
  std::vector<std::string> flags;
  std::vector<std::string> with_value;
};

/// `--name value` or `--name=value`, in any order beside one file (`-` for standard input). nullopt, with a
/// reason, for anything else.
std::optional<Options> read_options(const std::vector<std::string>& args, const OptionNames& names,
                                    std::string& reason);

}  // namespace scaiflow::cli
