#include "apps/cli/commands/options.h"

#include <algorithm>

namespace scaiflow::cli {

namespace {
bool contains(const std::vector<std::string>& list, const std::string& name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}
}  // namespace

std::optional<std::string> Options::value(const std::string& name) const {
  const auto found = values.find(name);
  return found == values.end() ? std::nullopt : std::optional(found->second);
}

std::optional<Options> read_options(const std::vector<std::string>& args, const OptionNames& names,
                                    std::string& reason) {
  Options options;
  const auto refuse = [&](std::string why) {
    reason = std::move(why);
    return std::nullopt;
  };
  for (std::size_t i = 0; i < args.size(); ++i) {
    const std::string& word = args[i];
    if (!word.starts_with("--")) {
      if (!options.file.empty()) return refuse("unexpected argument '" + word + "'");
      options.file = word;
      continue;
    }
    const std::size_t equals = word.find('=');
    const std::string name = word.substr(0, equals);
    if (contains(names.flags, name) && equals == std::string::npos) {
      options.values[name] = "";
    } else if (!contains(names.with_value, name)) {
      return refuse("unknown option '" + word + "'");
    } else if (equals != std::string::npos) {
      options.values[name] = word.substr(equals + 1);
    } else if (i + 1 == args.size()) {
      return refuse("option '" + word + "' needs a value");
    } else {
      options.values[name] = args[++i];
    }
  }
  if (options.file.empty()) return refuse("a file is needed");
  return options;
}

}  // namespace scaiflow::cli
