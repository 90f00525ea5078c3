"""contracts/expressions.yaml -> docs/reference/expressions.md, and the examples in C++ for their test."""

from source import BANNER, SourceError, check_keys, cpp_header, cpp_string, load

SOURCE = "contracts/expressions.yaml"
RECEIVERS = (None, "string", "array", "map", "number", "calendar", "duration", "any")
INTRO = """# Expressions and templates

Expressions stand in conditions, guards, bindings and assignments; templates are texts with
expressions in `{{ }}`. [The language](../language.md#expressions-and-templates) says how names are
found and where each form is written; this page lists what there is to call. Every example below is
run by a test; durations are shown in milliseconds, which is what they are once they leave an
expression.

## Operators

From the loosest to the tightest:

| operators | what they do |
|---|---|
| `a ? b : c` | `b` if `a` holds, else `c` |
| `a ?? b` | `a`, or `b` where `a` is null |
| `\\|\\|` `or`, `&&` `and`, `not` | true or false; the right side is looked at only if it matters |
| `==` `!=` | deep equality; values of different types are unequal |
| `<` `<=` `>` `>=` | numbers, texts, dates, datetimes, durations; false if either side is null |
| `in` `not in` | element of a list, part of a text, member of a map |
| `+` `-` | numbers, dates and durations; `+` also joins lists, and texts with anything |
| `*` `/` `%` | numbers; durations times or by a number |
| `!` `-` | not, minus |
| `a.b` `a?.b` `a[i]` | member; of null it is null; `[-1]` is the last element |

False are `null`, `false`, `0`, `""`, `[]`, `{}` and `0s`; everything else holds. Literals: `12`,
`2.5`, `"text"`, `'text'`, `true`, `null`, `[1, 2]`, `{a: 1}`, `90s`, `2024-01-31`,
`2024-01-31T10:00:00Z`, and `:word` for `"word"`. There is no clock and no chance in expressions:
the same input gives the same result."""


def read(root):
    groups = load(root / SOURCE)["groups"]
    for group in groups:
        where = f"{SOURCE}: {group.get('title')}"
        check_keys(where, group, ("title", "on", "rows"))
        if group["on"] not in RECEIVERS:
            raise SourceError(f"{where}: unknown receiver {group['on']}")
        for row in group["rows"]:
            check_keys(f"{where}: {row.get('call')}", row, ("call", "gives", "example", "result"))
    return groups


def header(groups):
    lines = cpp_header(SOURCE, ["<string_view>"]) + ["namespace scaiflow::contracts {", ""]
    lines += [
        "/// A function, method or property with an example; `on` is its receiver, empty for functions.",
        "struct ExpressionExample {",
        "  std::string_view on;",
        "  std::string_view name;",
        "  std::string_view source;",
        "  std::string_view result;",
        "};",
        "",
        "inline constexpr ExpressionExample expression_examples[] = {",
    ]
    for group in groups:
        for row in group["rows"]:
            name = row["call"].split("(")[0]
            parts = (group["on"] or "", name, row["example"], row["result"])
            lines.append(f"    {{{', '.join(map(cpp_string, parts))}}},")
    return "\n".join(lines + ["};", "", "}  // namespace scaiflow::contracts", ""])


def code(text):
    return f"`{text}`".replace("|", "\\|")


def page(groups):
    lines = [f"<!-- {BANNER.format(source=SOURCE)} -->", INTRO]
    for group in groups:
        lines += ["", f"## {group['title']}", "", "| call | gives | example | result |", "|---|---|---|---|"]
        lines += [
            f"| {code(row['call'])} | {row['gives']} | {code(row['example'])} | {code(row['result'])} |"
            for row in group["rows"]
        ]
    return "\n".join(lines) + "\n"


def emit(root):
    groups = read(root)
    return {
        "generated/cpp/expression_examples.h": header(groups),
        "docs/reference/expressions.md": page(groups),
    }
