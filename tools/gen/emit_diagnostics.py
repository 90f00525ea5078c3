"""contracts/diagnostics.yaml -> the diagnostic codes in C++, TypeScript and the reference docs."""
import re

from source import BANNER, SourceError, check_keys, cpp_header, cpp_optional_string, cpp_string, load

SOURCE = "contracts/diagnostics.yaml"


def read(root):
    """Entries with `code` and `severity` filled in, ids unique, placeholders counted from {0} without gaps."""
    entries = load(root / SOURCE)["diagnostics"]
    seen = set()
    for entry in entries:
        check_keys(f"{SOURCE}: {entry.get('id')}", entry, ("id", "message", "when"), ("severity", "fix"))
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
              "/// What `contracts/diagnostics.yaml` says of a code. `format` holds {0} {1} ...; `fix` may be null.",
              "struct CodeInfo {", "  const char* code;", "  Severity severity;", "  const char* format;",
              "  const char* fix;", "};", "", "const CodeInfo& info(Code code);", "",
              "}  // namespace scaiflow::diag", ""]
    return "\n".join(lines)


def table(entries):
    lines = ["// " + BANNER.format(source=SOURCE), '#include "generated/cpp/diagnostics.h"', "", "#include <cstddef>",
             "", "namespace scaiflow::diag {", "namespace {", "", "constexpr CodeInfo table[code_count] = {"]
    for entry in entries:
        severity = entry["severity"].capitalize()
        lines.append(f"    {{{cpp_string(entry['code'])}, Severity::{severity}, {cpp_string(entry['message'])}, "
                     f"{cpp_optional_string(entry.get('fix'))}}},")
    lines += ["};", "", "}  // namespace", "",
              "const CodeInfo& info(Code code) { return table[static_cast<std::size_t>(code)]; }", "",
              "}  // namespace scaiflow::diag", ""]
    return "\n".join(lines)


def emit(root):
    entries = read(root)
    return {"generated/cpp/diagnostics.h": header(entries), "generated/cpp/diagnostics.cpp": table(entries)}
