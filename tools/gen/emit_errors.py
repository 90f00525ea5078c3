"""contracts/errors.yaml and events.yaml -> wire codes and event types in C++, and their reference page."""
from source import BANNER, SourceError, check_keys, cpp_header, cpp_string, load, pascal

SOURCE = "contracts/errors.yaml"
EVENTS = "contracts/events.yaml"

STRUCTS = """
enum class RetryHint : std::uint8_t { Never, Once, Later };

/// An error code of the wire with its usual HTTP status.
struct ErrorInfo {
  std::string_view code;
  int status = 500;
  RetryHint retry = RetryHint::Never;
};
"""

LOOKUPS = """
/// The entry of a code of either family, or nullptr.
constexpr const ErrorInfo* find_error(std::string_view code) {
  for (const ErrorInfo& error : grid_errors) {
    if (error.code == code) return &error;
  }
  for (const ErrorInfo& error : api_errors) {
    if (error.code == code) return &error;
  }
  return nullptr;
}

/// HTTP status of a code; 500 for an unknown one.
constexpr int status_of(std::string_view code) {
  const ErrorInfo* found = find_error(code);
  return found == nullptr ? 500 : found->status;
}
"""


def read(root):
    errors = load(root / SOURCE)
    check_keys(SOURCE, errors, ("grid", "api", "scir"))
    seen = set()
    for family in ("grid", "api"):
        for error in errors[family]:
            check_keys(f"{SOURCE}: {error.get('code')}", error, ("code", "status", "retry", "when"))
            if error["code"] in seen:
                raise SourceError(f"{SOURCE}: {error['code']} is repeated")
            seen.add(error["code"])
    for error in errors["scir"]:
        check_keys(f"{SOURCE}: {error.get('code')}", error, ("code", "message"))
    return errors


def names(namespace, errors):
    lines = [f"namespace {namespace} {{"]
    lines += [f"inline constexpr std::string_view {error['code'].lower()} = {cpp_string(error['code'])};"
              for error in errors]
    return lines + [f"}}  // namespace {namespace}", ""]


def table(name, errors):
    lines = [f"inline constexpr ErrorInfo {name}[] = {{"]
    lines += [f"    {{{cpp_string(error['code'])}, {error['status']}, RetryHint::{pascal(error['retry'])}}},"
              for error in errors]
    return lines + ["};", ""]


def header(errors):
    lines = cpp_header(SOURCE, ["<cstdint>", "<string_view>"]) + ["namespace scaiflow::contracts {"]
    lines += STRUCTS.rstrip("\n").split("\n") + [""]
    lines += names("grid_error", errors["grid"]) + names("api_error", errors["api"])
    lines += names("scir_error", errors["scir"])
    lines += table("grid_errors", errors["grid"]) + table("api_errors", errors["api"])
    lines += LOOKUPS.strip("\n").split("\n") + ["", "}  // namespace scaiflow::contracts", ""]
    return "\n".join(lines)


def event_names(namespace, events):
    lines = [f"namespace {namespace} {{"]
    for event in events:
        check_keys(f"{EVENTS}: {event.get('type')}", event, ("type", "payload"))
        short = event["type"].removeprefix("scaicore.runtime.").removeprefix("scaicore.").replace(".", "_")
        lines.append(f"inline constexpr std::string_view {short} = {cpp_string(event['type'])};")
    return lines + [f"}}  // namespace {namespace}", ""]


def events_header(events):
    prefixes = ", ".join(cpp_string(prefix) for prefix in events["reserved_prefixes"])
    lines = cpp_header(EVENTS, ["<string_view>"]) + ["namespace scaiflow::contracts {", ""]
    for family in ("runtime", "module", "feed"):
        lines += event_names(f"{family}_event", events[family])
    lines += ["/// Authors' own events may not begin with these (07 §20.1).",
              f"inline constexpr std::string_view reserved_event_prefixes[] = {{{prefixes}}};", "",
              "}  // namespace scaiflow::contracts", ""]
    return "\n".join(lines)


def page(errors):
    lines = [f"<!-- {BANNER.format(source=SOURCE)} -->", "# Error codes", "",
             "Codes never change their meaning. *Retry* says whether the same request may succeed later."]
    titles = {"grid": "ScaiGrid paths", "api": "ScaiFlow API"}
    for family, title in titles.items():
        lines += ["", f"## {title}", "", "| code | status | retry | when |", "|---|---|---|---|"]
        lines += [f"| `{error['code']}` | {error['status']} | {error['retry']} | {error['when']} |"
                  for error in errors[family]]
    lines += ["", "## Bundles", "", "| code | message |", "|---|---|"]
    lines += [f"| `{error['code']}` | `{error['message']}` |" for error in errors["scir"]]
    return "\n".join(lines) + "\n"


def emit(root):
    errors = read(root)
    return {"generated/cpp/errors.h": header(errors),
            "generated/cpp/events.h": events_header(load(root / EVENTS)),
            "docs/reference/errors.md": page(errors)}
