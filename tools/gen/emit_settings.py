"""contracts/settings.yaml -> the table of settings in C++ and its reference page."""
from source import BANNER, SourceError, check_keys, cpp_header, cpp_string, load, pascal

SOURCE = "contracts/settings.yaml"
TYPES = ("string", "bool", "int", "float", "enum", "list", "url", "path", "json")

STRUCTS = """
enum class SettingType : std::uint8_t { String, Bool, Int, Float, Enum, List, Url, Path, Json };

/// One setting. `default_text` is what would be written in an environment file; where `has_default` is
/// false the value is computed and `default_note` says how.
struct SettingInfo {
  std::string_view name;
  SettingType type = SettingType::String;
  std::string_view default_text{};
  bool has_default = false;
  std::string_view default_note{};
  bool secret = false;
  double min = 0;  ///< Int and Float; checked when min < max
  double max = 0;
  std::span<const std::string_view> values{};  ///< Enum, and List where the members are closed
  std::string_view help{};
};
"""

LOOKUP = """
constexpr const SettingInfo* find_setting(std::string_view name) {
  for (const SettingInfo& setting : settings) {
    if (setting.name == name) return &setting;
  }
  return nullptr;
}
"""


def read(root):
    groups = load(root / SOURCE)["groups"]
    seen = set()
    for group in groups:
        check_keys(f"{SOURCE}: {group.get('id')}", group, ("id", "title", "settings"))
        for setting in group["settings"]:
            where = f"{SOURCE}: {setting.get('name')}"
            check_keys(where, setting, ("name", "type", "help"),
                       ("default", "default_note", "documented", "secret", "min", "max", "values"))
            if setting["type"] not in TYPES or setting["name"] in seen:
                raise SourceError(f"{where}: unknown type or repeated name")
            if ("default" in setting) == ("default_note" in setting):
                raise SourceError(f"{where}: give either default or default_note")
            seen.add(setting["name"])
    return groups


def members(setting):
    parts = [("name", cpp_string(setting["name"])), ("type", f"SettingType::{pascal(setting['type'])}")]
    if "default" in setting:
        parts += [("default_text", cpp_string(setting["default"])), ("has_default", "true")]
    else:
        parts.append(("default_note", cpp_string(setting["default_note"])))
    if setting.get("secret"):
        parts.append(("secret", "true"))
    parts += [(key, str(setting[key])) for key in ("min", "max") if key in setting]
    if "values" in setting:
        parts.append(("values", f"setting_values::{setting['name'].lower()}"))
    return parts + [("help", cpp_string(setting["help"]))]


def header(groups):
    lines = cpp_header(SOURCE, ["<cstdint>", "<span>", "<string_view>"]) + ["namespace scaiflow::contracts {"]
    lines += STRUCTS.rstrip("\n").split("\n") + ["", "namespace setting_values {"]
    flat = [setting for group in groups for setting in group["settings"]]
    for setting in flat:
        if "values" in setting:
            items = ", ".join(cpp_string(value) for value in setting["values"])
            lines.append(f"inline constexpr std::string_view {setting['name'].lower()}[] = {{{items}}};")
    lines += ["}  // namespace setting_values", "", "inline constexpr SettingInfo settings[] = {"]
    for setting in flat:
        parts = [f".{name} = {value}" for name, value in members(setting)]
        lines += [f"    {{{parts[0]}, {parts[1]},", f"     {', '.join(parts[2:-1])},", f"     {parts[-1]}}},"]
    lines += ["};", ""] + LOOKUP.strip("\n").split("\n") + ["", "}  // namespace scaiflow::contracts", ""]
    return "\n".join(lines)


def default_text(setting):
    if "default_note" in setting:
        return setting["default_note"].replace("<", "&lt;")
    return f"`{setting['default']}`" if setting["default"] else "empty"


def rule_text(setting):
    rules = [", ".join(f"`{value}`" for value in setting["values"])] if "values" in setting else []
    rules += [f"{setting['min']}–{setting['max']}"] if "min" in setting else []
    rules += ["secret"] if setting.get("secret") else []
    return "; ".join(rules)


def row(setting):
    cells = (f"`{setting['name']}`", setting["type"], default_text(setting), rule_text(setting),
             setting["help"].replace("<", "&lt;"))
    return f"| {' | '.join(cells)} |"


def page(groups):
    lines = [f"<!-- {BANNER.format(source=SOURCE)} -->", "# Settings", "",
             "From weakest to strongest: `/etc/scaiflow/api.env`, `./.env`, the file named by",
             "`SCAIFLOW_ENV_FILE`, the environment, flags. Files hold lines `NAME=value`. Secrets may also",
             "be given as `<NAME>_FILE`. `scaiflow config` prints every setting and its source."]
    for group in groups:
        lines += ["", f"## {group['title']}", "", "| name | type | default | rule | meaning |",
                  "|---|---|---|---|---|"]
        lines += [row(setting) for setting in group["settings"]]
    return "\n".join(lines) + "\n"


def emit(root):
    groups = read(root)
    return {"generated/cpp/settings.h": header(groups), "docs/reference/settings.md": page(groups)}
