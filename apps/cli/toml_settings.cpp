#include "apps/cli/toml_settings.h"

#include <algorithm>
#include <sstream>

#include "generated/cpp/settings.h"
#include "libs/base/json_text.h"

#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
#include <toml++/toml.h>

namespace scaiflow::cli {
namespace {

/// The setting of a path such as `SCAIKEY_CLIENT_ID`; nullptr when there is none. Secrets may be named as
/// files.
const contracts::SettingInfo* find_named(const std::string& path, std::string& name) {
  for (const std::string& candidate : {"SCAIFLOW_" + path, path}) {
    name = candidate;
    if (const auto* info = contracts::find_setting(candidate)) return info;
    if (!candidate.ends_with("_FILE")) continue;
    const auto* info = contracts::find_setting(candidate.substr(0, candidate.size() - 5));
    if (info != nullptr && info->secret) return info;
  }
  return nullptr;
}

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c == '-' ? '_' : c;
  return out;
}

/// A scalar as the text that a setting has; empty for anything else.
std::string scalar_text(const toml::node& node) {
  if (const auto text = node.value_exact<std::string>()) return *text;
  if (const auto whole = node.value_exact<std::int64_t>()) return std::to_string(*whole);
  if (const auto real = node.value_exact<double>()) return number_text(*real);
  if (const auto flag = node.value_exact<bool>()) return *flag ? "true" : "false";
  return {};
}

std::string json_text(const toml::node& node) {
  std::ostringstream out;
  node.visit([&](const auto& value) { out << toml::json_formatter(value); });
  return out.str();
}

class Reader {
 public:
  explicit Reader(std::vector<std::string>& problems) : problems_(problems) {}

  Settings::Pairs run(const toml::table& root) {
    std::vector<std::pair<std::string, const toml::table*>> open{{"", &root}};
    while (!open.empty()) {
      const auto [path, table] = open.back();
      open.pop_back();
      for (const auto& [key, node] : *table) {
        const std::string below = (path.empty() ? "" : path + "_") + upper(key.str());
        std::string name;
        const contracts::SettingInfo* info = find_named(below, name);
        if (info != nullptr) {
          add(*info, name, node);
        } else if (const toml::table* inner = node.as_table()) {
          open.emplace_back(below, inner);
        } else {
          report_unknown(below, node);
        }
      }
    }
    return std::move(pairs_);
  }

 private:
  void add(const contracts::SettingInfo& info, const std::string& name, const toml::node& node) {
    const bool is_json = info.type == contracts::SettingType::Json && (node.is_table() || node.is_array());
    if (is_json) {
      pairs_.emplace_back(name, json_text(node));
    } else if (const toml::array* list = node.as_array(); list != nullptr) {
      std::string text;
      for (const toml::node& item : *list) text.append(text.empty() ? "" : ",").append(scalar_text(item));
      pairs_.emplace_back(name, std::move(text));
    } else if (node.is_table() || node.is_date() || node.is_time() || node.is_date_time()) {
      problems_.push_back(line_of(node) + name + ": must be a text, a number or true or false");
    } else {
      pairs_.emplace_back(name, scalar_text(node));
    }
  }

  void report_unknown(const std::string& path, const toml::node& node) {
    const std::string near = nearest_setting("SCAIFLOW_" + path);
    problems_.push_back(line_of(node) + "no setting SCAIFLOW_" + path +
                        (near.empty() ? "" : "; did you mean " + near + "?"));
  }

  static std::string line_of(const toml::node& node) {
    return "line " + std::to_string(node.source().begin.line) + ": ";
  }

  std::vector<std::string>& problems_;
  Settings::Pairs pairs_;
};

}  // namespace

Settings::Pairs parse_toml_settings(std::string_view text, std::vector<std::string>& problems) {
  const toml::parse_result parsed = toml::parse(text);
  if (parsed) return Reader(problems).run(parsed.table());
  problems.push_back("line " + std::to_string(parsed.error().source().begin.line) + ": " +
                     std::string(parsed.error().description()));
  return {};
}

}  // namespace scaiflow::cli
