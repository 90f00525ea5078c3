"""contracts/plugins.yaml -> the signatures of the built-in plugins in C++ and TypeScript."""
from source import BANNER, SourceError, check_keys, cpp_header, cpp_string, load, ts_value

SOURCE = "contracts/plugins.yaml"

STRUCTS = """
struct PluginArg {
  std::string_view name{};
  bool required = false;
};

/// One method; `result_type` is a type text, empty where the result is open.
struct PluginMethod {
  std::string_view name{};
  std::span<const PluginArg> args{};
  std::string_view result_type{};
};

/// A built-in plugin. A closed one has no methods but these (F404).
struct Plugin {
  std::string_view alias{};
  bool closed = false;
  std::span<const PluginMethod> methods{};

  constexpr const PluginMethod* method(std::string_view wanted) const {
    for (const PluginMethod& candidate : methods) {
      if (candidate.name == wanted) return &candidate;
    }
    return nullptr;
  }
};
"""

TS_HEAD = """
export interface PluginArg {
  readonly name: string;
  readonly required: boolean;
}

export interface PluginMethod {
  readonly args: readonly PluginArg[];
  /** Type text; null: open. */
  readonly resultType: string | null;
}

/** A built-in plugin. A closed one has no methods but these. */
export interface PluginSpec {
  readonly closed: boolean;
  readonly methods: Readonly<Record<string, PluginMethod>>;
}

export const PLUGINS: Readonly<Record<string, PluginSpec>> = {
"""


def read(root):
    plugins = load(root / SOURCE)["plugins"]
    for alias, plugin in plugins.items():
        check_keys(f"{SOURCE}: {alias}", plugin, ("closed", "methods"))
        for name, method in plugin["methods"].items():
            where = f"{SOURCE}: {alias}.{name}"
            check_keys(where, method, ("args", "required", "result"))
            if not set(method["required"]) <= set(method["args"]):
                raise SourceError(f"{where}: a required argument is not listed")
    return plugins


def cpp_bool(value):
    return "true" if value else "false"


def method_args(name, method):
    if not method["args"]:
        return []
    items = [f"{{{cpp_string(arg)}, {cpp_bool(arg in method['required'])}}}" for arg in method["args"]]
    return [f"inline constexpr PluginArg {name}[] = {{"] + [f"    {item}," for item in items] + ["};"]


def header(plugins):
    lines = cpp_header(SOURCE, ["<span>", "<string_view>"]) + ["namespace scaiflow::flow {"]
    lines += STRUCTS.rstrip("\n").split("\n") + ["", "namespace plugin_tables {"]
    for alias, plugin in plugins.items():
        for name, method in plugin["methods"].items():
            lines += method_args(f"{alias}_{name}", method)
        lines.append(f"inline constexpr PluginMethod {alias}[] = {{")
        for name, method in plugin["methods"].items():
            args = f"{alias}_{name}" if method["args"] else "{}"
            lines.append(f"    {{{cpp_string(name)}, {args}, {cpp_string(method['result'] or '')}}},")
        lines.append("};")
    lines += ["}  // namespace plugin_tables", "", "inline constexpr Plugin builtin_plugins[] = {"]
    lines += [f"    {{{cpp_string(alias)}, {cpp_bool(plugin['closed'])}, plugin_tables::{alias}}},"
              for alias, plugin in plugins.items()]
    lines += ["};", "", "/// The built-in plugin of that alias, or nullptr.",
              "constexpr const Plugin* builtin_plugin(std::string_view alias) {",
              "  for (const Plugin& plugin : builtin_plugins) {",
              "    if (plugin.alias == alias) return &plugin;",
              "  }", "  return nullptr;", "}", "", "}  // namespace scaiflow::flow", ""]
    return "\n".join(lines)


def typescript(plugins):
    lines = []
    for alias, plugin in plugins.items():
        lines += [f"  {alias}: {{", f"    closed: {cpp_bool(plugin['closed'])},", "    methods: {"]
        for name, method in plugin["methods"].items():
            args = [{"name": arg, "required": arg in method["required"]} for arg in method["args"]]
            lines += [f"      {name}: {{", "        args: ["]
            lines += [f"          {ts_value(arg)}," for arg in args]
            lines += ["        ],", f"        resultType: {ts_value(method['result'])},", "      },"]
        lines += ["    },", "  },"]
    return "// " + BANNER.format(source=SOURCE) + "\n" + TS_HEAD + "\n".join(lines) + "\n};\n"


def emit(root):
    plugins = read(root)
    return {"generated/cpp/plugins.h": header(plugins), "generated/ts/plugins.ts": typescript(plugins)}
