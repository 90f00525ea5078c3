"""contracts/diagnostics.yaml -> the diagnostic codes in C++ and TypeScript."""
import re

from source import (BANNER, SourceError, check_keys, cpp_header, cpp_optional_string, cpp_string, load,
                    ts_value)

SOURCE = "contracts/diagnostics.yaml"


def read(root):
    """Entries with `code` and `severity` filled in, ids unique, placeholders {0} {1} … without gaps."""
    entries = load(root / SOURCE)["diagnostics"]
    seen = set()
    for entry in entries:
        check_keys(f"{SOURCE}: {entry.get('id')}", entry, ("id", "message", "when", "help"),
                   ("severity", "fix", "needs"))
        if entry["id"] in seen or not re.fullmatch(r"[FE]\d{3}(_[A-Z][A-Za-z]*)?", entry["id"]):
            raise SourceError(f"{SOURCE}: bad or repeated id {entry['id']}")
        seen.add(entry["id"])
        numbers = sorted({int(number) for number in re.findall(r"\{(\d)\}", entry["message"])})
        if numbers != list(range(len(numbers))):
            raise SourceError(f"{SOURCE}: {entry['id']}: placeholders are {numbers}")
        entry["code"] = entry["id"].split("_")[0]
        entry.setdefault("severity", "error")
        entry["placeholders"] = len(numbers)
    return entries


def header(entries):
    lines = cpp_header(SOURCE, ["<cstdint>"])
    lines[-1:] = ["", '#include "libs/diag/severity.h"', "", "namespace scaiflow::diag {", ""]
    lines += ["/// One enumerator per message of the compiler (06 §7) and the verifier (04 §9).",
              "enum class Code : std::uint8_t {"]
    lines += [f"  {entry['id']}," for entry in entries]
    lines += ["};", "", f"inline constexpr int code_count = {len(entries)};", "",
              "/// What `contracts/diagnostics.yaml` says of a code. `format` holds {0} {1} ...",
              "/// `fix` is null where there is none.",
              "struct CodeInfo {", "  const char* code;", "  Severity severity;", "  const char* format;",
              "  const char* fix;", "};", "", "const CodeInfo& info(Code code);", "",
              "}  // namespace scaiflow::diag", ""]
    return "\n".join(lines)


def table(entries):
    lines = ["// " + BANNER.format(source=SOURCE), '#include "generated/cpp/diagnostics.h"', "",
             "#include <cstddef>", "", "namespace scaiflow::diag {", "namespace {", "",
             "constexpr CodeInfo table[code_count] = {"]
    for entry in entries:
        members = (cpp_string(entry["code"]), f"Severity::{entry['severity'].capitalize()}",
                   cpp_string(entry["message"]), cpp_optional_string(entry.get("fix")))
        lines.append(f"    {{{', '.join(members)}}},")
    lines += ["};", "", "}  // namespace", "",
              "const CodeInfo& info(Code code) { return table[static_cast<std::size_t>(code)]; }", "",
              "}  // namespace scaiflow::diag", ""]
    return "\n".join(lines)


def by_code(entries):
    codes = {}
    for entry in entries:
        codes.setdefault(entry["code"], []).append(entry)
    return codes


def typescript(entries):
    lines = ["// " + BANNER.format(source=SOURCE), "export interface DiagnosticInfo {",
             "  readonly severity: 'error' | 'warning';", "  /** Message templates with {0} {1} ... */",
             "  readonly messages: readonly string[];", "  readonly fix?: string;", "}", "",
             "export const DIAGNOSTICS: Readonly<Record<string, DiagnosticInfo>> = {"]
    for code, group in by_code(entries).items():
        value = {"severity": group[0]["severity"], "messages": [entry["message"] for entry in group]}
        if "fix" in group[0]:
            value["fix"] = group[0]["fix"]
        lines.append(f"  {code}: {ts_value(value)},")
    return "\n".join(lines + ["};", ""])


def emit(root):
    entries = read(root)
    return {"generated/cpp/diagnostics.h": header(entries),
            "generated/cpp/diagnostics.cpp": table(entries),
            "generated/ts/diagnostics.ts": typescript(entries)}
