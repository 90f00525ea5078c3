#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "apps/cli/settings.h"

namespace scaiflow::cli {

/// Settings from TOML (09 §11): the path of a key, joined by `_` and in capitals, with `SCAIFLOW_` in front;
/// if there is no such setting, without. Lists become text with commas, tables of JSON settings JSON. What is
/// no setting and what is no TOML is reported in `problems`.
Settings::Pairs parse_toml_settings(std::string_view text, std::vector<std::string>& problems);

}  // namespace scaiflow::cli
