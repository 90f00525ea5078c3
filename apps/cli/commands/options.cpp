#include "apps/cli/commands/options.h"

#include <algorithm>
#include <cassert>
#include <ostream>

namespace scaiflow::cli {

namespace {

class Reader {
 public:
  Reader(const std::vector<std::string>& args, const CommandSpec& command) : args_(args), command_(command) {}

  std::optional<Options> run(std::string& reason) {
    while (at_ < args_.size() && reason_.empty()) read_word(args_[at_++]);
    if (reason_.empty()) check_operands();
    reason = reason_;
    if (!reason_.empty()) return std::nullopt;
    return std::move(options_);
  }

 private:
  void read_word(const std::string& word) {
    if (!word.starts_with("--")) {
      options_.operands.push_back(word);
      return;
    }
    const std::size_t equals = word.find('=');
    const std::string name = word.substr(0, equals);
    const OptionSpec* option = command_.option(name);
    const bool is_flag = option != nullptr && option->value.empty();
    if (option == nullptr || (is_flag && equals != std::string::npos)) {
      reason_ = "unknown option '" + word + "'";
    } else if (is_flag) {
      options_.values.emplace(name, "");
    } else if (equals == std::string::npos && at_ == args_.size()) {
      reason_ = "option '" + word + "' needs a value";
    } else {
      add_value(*option, equals != std::string::npos ? word.substr(equals + 1) : args_[at_++]);
    }
  }

  void add_value(const OptionSpec& option, std::string value) {
    const bool fits = option.choices.empty() ||
                      std::find(option.choices.begin(), option.choices.end(), value) != option.choices.end();
    if (!fits) reason_ = "option '" + std::string(option.name) + "' is " + any_of(option.choices);
    options_.values.emplace(option.name, std::move(value));
  }

  static std::string any_of(std::span<const std::string_view> choices) {
    std::string out;
    for (std::size_t i = 0; i < choices.size(); ++i) {
      out.append(i == 0 ? "" : i + 1 == choices.size() ? " or " : ", ").append(choices[i]);
    }
    return out;
  }

  void check_operands() {
    const auto names = command_.operand_names;
    const std::size_t given = options_.operands.size();
    const bool is_open = !names.empty() && names.back().ends_with("...");
    if (given < names.size()) reason_ = std::string(names[given]) + " is missing";
    if (given > names.size() && !is_open)
      reason_ = "unexpected argument '" + options_.operands[names.size()] + "'";
    const auto& choices = command_.choices;
    const bool is_wrong = reason_.empty() && !choices.empty() &&
                          std::find(choices.begin(), choices.end(), options_.operands[0]) == choices.end();
    if (is_wrong) reason_ = std::string(names[0]) + " is " + any_of(choices);
  }

  const std::vector<std::string>& args_;
  const CommandSpec& command_;
  std::size_t at_ = 0;
  Options options_;
  std::string reason_;
};

}  // namespace

std::optional<std::string> Options::value(const std::string& name) const {
  const auto behind = values.upper_bound(name);
  if (behind == values.begin() || std::prev(behind)->first != name) return std::nullopt;
  return std::prev(behind)->second;
}

std::vector<std::string> Options::all(const std::string& name) const {
  std::vector<std::string> out;
  const auto [from, to] = values.equal_range(name);
  for (auto at = from; at != to; ++at) out.push_back(at->second);
  return out;
}

std::optional<Options> parse_options(const std::vector<std::string>& args, const CommandSpec& command,
                                     std::string& reason) {
  return Reader(args, command).run(reason);
}

std::optional<Options> read_options(const std::vector<std::string>& args, std::string_view command,
                                    std::ostream& err) {
  const CommandSpec* spec = find_command(command);
  assert(spec != nullptr);
  std::string reason;
  auto options = parse_options(args, *spec, reason);
  if (!options)
    err << "scaiflow " << command << ": " << reason << "\nusage: scaiflow " << usage_line(*spec) << '\n';
  return options;
}

}  // namespace scaiflow::cli
