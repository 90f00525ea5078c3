#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "libs/base/json.h"

namespace scaiflow::cli {

/// The settings of the server (09 §11), checked against contracts/settings.yaml. Sources, weakest first:
/// defaults,
/// `/etc/scaiflow/api.env`, `./.env`, the file named by SCAIFLOW_ENV_FILE, the TOML file of `--config`, the
/// environment, command-line flags.
class Settings {
 public:
  using Pairs = std::vector<std::pair<std::string, std::string>>;

  /// Reads all sources. Every problem is reported, each in one line that names the remedy.
  /// `config_file` is the TOML file of `--config`, if one was given.
  static Settings load(const Pairs& environment, const Pairs& flags,
                       const std::optional<std::string>& config_file = std::nullopt);

  const std::vector<std::string>& problems() const { return problems_; }
  /// Value of a setting, or its default; empty when it has none.
  std::string text(std::string_view name) const;
  /// Whether any source but the default names it.
  bool is_given(std::string_view name) const;
  std::int64_t number(std::string_view name) const;
  double real(std::string_view name) const;
  bool flag(std::string_view name) const;
  std::vector<std::string> list(std::string_view name) const;
  Json json(std::string_view name) const;
  /// `NAME=value (source)` for each setting; secrets as `set` or `unset`.
  std::string report() const;

 private:
  struct Value {
    std::string text;
    std::string source;
  };

  void add_file(const std::string& path);
  void add_toml(const std::string& path);
  void check_secrecy(const Pairs& pairs, const std::string& path);
  void check_secrecy(const std::string& path);
  std::optional<std::string> read_trusted(const std::string& path);
  void add_pairs(const Pairs& pairs, const std::string& source);
  void check();
  void check_sign_in();
  void check_unknown(const std::string& name, const std::string& source);
  void problem(std::string text) { problems_.push_back(std::move(text)); }

  std::map<std::string, Value, std::less<>> values_;
  std::vector<std::string> problems_;
};

/// `KEY=VALUE` lines with `#` comments, optional `export `, single or double quotes, no interpolation. Lines
/// that are none of these are reported in `problems` as `line N: …`.
Settings::Pairs parse_env_file(std::string_view text, std::vector<std::string>& problems);

/// The known name nearest to a misspelt one; empty when none is near.
std::string nearest_setting(std::string_view name);

/// The environment of this process.
Settings::Pairs process_environment();

}  // namespace scaiflow::cli
