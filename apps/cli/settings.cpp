#include "apps/cli/settings.h"

#include <arpa/inet.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "apps/cli/toml_settings.h"
#include "generated/cpp/settings.h"
#include "libs/base/json_text.h"
#include "libs/base/text.h"

extern char** environ;

namespace scaiflow::cli {

namespace {

constexpr std::size_t settings_file_bytes_max = 64 * 1024;
constexpr std::string_view own_prefix = "SCAIFLOW_";

bool is_true(std::string_view text) { return text == "true" || text == "1" || text == "yes" || text == "on"; }
bool is_false(std::string_view text) {
  return text == "false" || text == "0" || text == "no" || text == "off";
}

/// Kubernetes puts SCAIFLOW_SERVICE_HOST and the like into every pod beside a service of our name.
bool is_service_link(std::string_view name) {
  return name.ends_with("_SERVICE_HOST") || name.find("_SERVICE_PORT") != std::string_view::npos ||
         name == "SCAIFLOW_PORT" || name.find("_PORT_") != std::string_view::npos;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substituted});
    }
  }
  return row[b.size()];
}

/// Why a value does not fit its setting; empty when it does.
std::string misfit(const contracts::SettingInfo& info, const std::string& text) {
  switch (info.type) {
    case contracts::SettingType::Bool:
      return is_true(to_lower(text)) || is_false(to_lower(text)) ? "" : "must be true or false";
    case contracts::SettingType::Int:
    case contracts::SettingType::Float: {
      char* end = nullptr;
      const double value = std::strtod(text.c_str(), &end);
      if (end == text.c_str() || *end != '\0') return "must be a number";
      if (info.type == contracts::SettingType::Int && text.find_first_of(".eE") != std::string::npos) {
        return "must be a whole number";
      }
      if (info.min < info.max && (value < info.min || value > info.max)) {
        return "must be from " + number_text(info.min) + " to " + number_text(info.max);
      }
      return "";
    }
    case contracts::SettingType::Enum: {
      std::string names;
      for (const std::string_view value : info.values) {
        if (value == text) return "";
        names.append(names.empty() ? "" : ", ").append(value);
      }
      return "must be one of " + names;
    }
    case contracts::SettingType::Json: return try_parse_json(text) ? "" : "must be JSON";
    case contracts::SettingType::Url:
      return text.starts_with("http://") || text.starts_with("https://")
                 ? ""
                 : "must begin with http:// or https://";
    case contracts::SettingType::String:
    case contracts::SettingType::List:
    case contracts::SettingType::Path: return "";
  }
  return "";
}

/// An address that only this host reaches, as written in a setting.
bool is_loopback(const std::string& host) {
  in_addr v4{};
  if (inet_pton(AF_INET, host.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24) == 127;
  in6_addr v6{};
  if (inet_pton(AF_INET6, host.c_str(), &v6) == 1) return IN6_IS_ADDR_LOOPBACK(&v6);
  return host == "localhost";
}

std::string unquoted(std::string_view text) {
  const bool quoted =
      text.size() >= 2 && (text.front() == '"' || text.front() == '\'') && text.back() == text.front();
  return std::string(quoted ? text.substr(1, text.size() - 2) : text);
}

bool has_value(const Settings::Pairs& pairs, std::string_view name) {
  return std::any_of(pairs.begin(), pairs.end(),
                     [&](const auto& pair) { return pair.first == name && !pair.second.empty(); });
}

}  // namespace

Settings::Pairs parse_env_file(std::string_view text, std::vector<std::string>& problems) {
  Settings::Pairs pairs;
  std::size_t number = 0;
  for (std::string_view line : split(text, '\n')) {
    ++number;
    line = trim(line);
    if (line.empty() || line.front() == '#') continue;
    if (line.starts_with("export ")) line = trim(line.substr(7));
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos || equals == 0) {
      problems.push_back("line " + std::to_string(number) + ": expected NAME=value");
      continue;
    }
    pairs.emplace_back(std::string(trim(line.substr(0, equals))), unquoted(trim(line.substr(equals + 1))));
  }
  return pairs;
}

std::string nearest_setting(std::string_view name) {
  std::string best;
  std::size_t best_distance = 4;
  for (const contracts::SettingInfo& info : contracts::settings) {
    const std::size_t distance = edit_distance(name, info.name);
    if (distance >= best_distance) continue;
    best_distance = distance;
    best = std::string(info.name);
  }
  return best;
}

Settings::Pairs process_environment() {
  Settings::Pairs pairs;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::size_t equals = text.find('=');
    if (equals != std::string_view::npos) pairs.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  return pairs;
}

Settings Settings::load(const Pairs& environment, const Pairs& flags,
                        const std::optional<std::string>& config_file) {
  Settings settings;
  settings.add_file("/etc/scaiflow/api.env");
  settings.add_file(".env");
  for (const auto& [name, value] : environment) {
    if (name == "SCAIFLOW_ENV_FILE" && !value.empty()) {
      if (access(value.c_str(), R_OK) != 0) {
        settings.problem("SCAIFLOW_ENV_FILE: cannot read " + value);
      } else {
        settings.add_file(value);
      }
    }
  }
  if (config_file) settings.add_toml(*config_file);
  settings.add_pairs(environment, "environment");
  settings.add_pairs(flags, "flag");
  settings.check();
  return settings;
}

/// The text of a file that nobody else may have written. None, with a problem, when that is not so.
std::optional<std::string> Settings::read_trusted(const std::string& path) {
  struct stat status{};
  if (stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) {
    problem(path + ": cannot be read");
  } else if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    problem(path + ": may be written by others; run chmod go-w " + path);
  } else if (status.st_uid != 0 && status.st_uid != getuid()) {
    problem(path + ": belongs neither to root nor to you; change its owner");
  } else if (static_cast<std::size_t>(status.st_size) > settings_file_bytes_max) {
    problem(path + ": larger than 64 KiB");
  } else {
    std::ifstream file(path);
    if (file) return std::string((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    problem(path + ": cannot be read");
  }
  return std::nullopt;
}

void Settings::add_file(const std::string& path) {
  if (access(path.c_str(), F_OK) != 0) return;
  const std::optional<std::string> text = read_trusted(path);
  if (!text) return;
  std::vector<std::string> found;
  const Pairs pairs = parse_env_file(*text, found);
  for (const std::string& line : found) problem(path + ": " + line);
  check_secrecy(pairs, path);
  add_pairs(pairs, path);
}

void Settings::add_toml(const std::string& path) {
  const std::optional<std::string> text = read_trusted(path);
  if (!text) return;
  std::vector<std::string> found;
  const Pairs pairs = parse_toml_settings(*text, found);
  for (const std::string& line : found) problem(path + ": " + line);
  check_secrecy(pairs, path);
  add_pairs(pairs, path);
}

/// A file with a secret is for its owner and, where the owner says so, its group (09 §11).
void Settings::check_secrecy(const Pairs& pairs, const std::string& path) {
  const bool has_secret = std::any_of(pairs.begin(), pairs.end(), [](const auto& pair) {
    const contracts::SettingInfo* info = contracts::find_setting(pair.first);
    return info != nullptr && info->secret;
  });
  if (has_secret) check_secrecy(path);
}

void Settings::check_secrecy(const std::string& path) {
  struct stat status{};
  if (stat(path.c_str(), &status) == 0 && (status.st_mode & S_IROTH) != 0)
    problem(path + ": holds a secret and may be read by others; run chmod o-r " + path);
}

void Settings::check_unknown(const std::string& name, const std::string& source) {
  if (!std::string_view(name).starts_with(own_prefix) || is_service_link(name)) return;
  if (name == "SCAIFLOW_ENV_FILE") return;
  const std::string near = nearest_setting(name);
  problem(name + " (" + source + "): no such setting" + (near.empty() ? "" : "; did you mean " + near + "?"));
}

void Settings::add_pairs(const Pairs& pairs, const std::string& source) {
  for (const auto& [name, value] : pairs) {
    const bool from_file = name.size() > 5 && name.ends_with("_FILE");
    const contracts::SettingInfo* info = contracts::find_setting(name);
    if (info == nullptr && from_file) {
      const std::string base = name.substr(0, name.size() - 5);
      info = contracts::find_setting(base);
      if (info != nullptr && info->secret) {
        std::ifstream file(value);
        std::string secret((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
        if (!file) problem(name + ": cannot read " + value);
        if (has_value(pairs, base)) problem(name + ": " + base + " is set too; keep one of them");
        check_secrecy(value);
        if (secret.ends_with('\n')) secret.pop_back();
        values_[base] = Value{secret, source + ", " + name};
        continue;
      }
      info = nullptr;
    }
    if (info == nullptr) {
      check_unknown(name, source);
    } else if (!value.empty()) {
      values_[name] = Value{value, source};
    }
  }
}

void Settings::check() {
  for (const auto& [name, value] : values_) {
    const contracts::SettingInfo* info = contracts::find_setting(name);
    if (const std::string why = misfit(*info, value.text); !why.empty()) {
      problem(name + " (" + value.source + "): " + why +
              (info->secret ? "" : ", not '" + cut(value.text, 40) + "'"));
    }
  }
  for (const std::string& origin : list("SCAIFLOW_CORS_ORIGINS")) {
    if (origin == "*") problem("SCAIFLOW_CORS_ORIGINS: name each origin; * is not allowed");
  }
  check_sign_in();
}

/// Mode `local` is the one that this release has: whoever wants another is told, not let in as somebody else.
void Settings::check_sign_in() {
  const std::string mode = text("SCAIFLOW_AUTH_MODE");
  if (mode != "auto" && mode != "local")
    problem("SCAIFLOW_AUTH_MODE=" + mode + ": this release signs in by its local token alone; use local");
  for (const char* name : {"SCAIKEY_BASE_URL", "SCAIFLOW_OIDC_ISSUER"}) {
    if (mode == "auto" && !text(name).empty())
      problem(std::string(name) + ": this release signs in by its local token alone; unset it, or set " +
              "SCAIFLOW_AUTH_MODE=local");
  }
  if (const std::string host = text("SCAIFLOW_API_HOST"); !is_loopback(host))
    problem("SCAIFLOW_API_HOST=" + cut(host, 40) + ": with the local token the server listens on loopback " +
            "alone; use 127.0.0.1, and ssh -L or a proxy that signs people in to reach it from elsewhere");
}

std::string Settings::text(std::string_view name) const {
  const auto found = values_.find(name);
  if (found != values_.end()) return found->second.text;
  const contracts::SettingInfo* info = contracts::find_setting(name);
  return info != nullptr ? std::string(info->default_text) : std::string();
}

bool Settings::is_given(std::string_view name) const { return values_.contains(name); }

std::int64_t Settings::number(std::string_view name) const {
  return std::strtoll(text(name).c_str(), nullptr, 10);
}
double Settings::real(std::string_view name) const { return std::strtod(text(name).c_str(), nullptr); }
bool Settings::flag(std::string_view name) const { return is_true(to_lower(text(name))); }
Json Settings::json(std::string_view name) const { return try_parse_json(text(name)).value_or(Json()); }

std::vector<std::string> Settings::list(std::string_view name) const {
  std::vector<std::string> out;
  const std::string value = text(name);
  for (const std::string_view part : split(value, ',')) {
    if (!trim(part).empty()) out.emplace_back(trim(part));
  }
  return out;
}

std::string Settings::report() const {
  std::string out;
  for (const contracts::SettingInfo& info : contracts::settings) {
    const auto found = values_.find(info.name);
    const bool given = found != values_.end();
    std::string value = given ? found->second.text : std::string(info.default_text);
    if (!given && !info.has_default) value = "(" + std::string(info.default_note) + ")";
    if (info.secret) value = given ? "set" : "unset";
    out.append(info.name).append("=").append(value).append("  # ").append(given ? found->second.source
                                                                                : "default");
    out.push_back('\n');
  }
  return out;
}

}  // namespace scaiflow::cli
