"""Writes generated/cpp/ir_records.h: one struct per record of contracts/ir.yaml, each with its field table.

A struct offers `template <class V> static void fields(V&& v)`, which calls
`v(FieldInfo{name, class, presence, default as JSON text}, &Struct::member)` in encoding order; codec,
verifier and printers walk the IR through it, so that a field is declared once.
"""

import json
import re

from source import load

HEADER = """// Written by tools/gen from contracts/ir.yaml. Do not edit.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "libs/base/json.h"
#include "libs/ir/field.h"

namespace scaiflow::ir {

struct Block;
struct Statement;
using Body = std::vector<Block>;
using Statements = std::vector<Statement>;
"""

KEYWORDS = {"default", "if", "else", "try", "while", "return", "break", "continue", "finally"}

SCALARS = {
    "text": "std::string", "name": "std::string", "E": "std::string", "T": "Json", "int": "std::int64_t",
    "float": "double", "bool": "bool", "any": "Json", "ms": "std::int64_t", "type": "Json", "body": "Body",
    "statements": "Statements", "failure": "OnFailure", "map(E)": "TextMap", "map(T)": "JsonMap",
    "map(any)": "JsonMap",
}
CLASS_ENUM = {
    "text": "Text", "name": "Name", "E": "Expression", "T": "Template", "int": "Int", "float": "Float",
    "bool": "Bool", "any": "Any", "ms": "Ms", "type": "Type", "body": "Body", "statements": "Statements",
    "failure": "OnFailure", "map(E)": "ExpressionMap", "map(T)": "TemplateMap", "map(any)": "AnyMap",
}


def pascal(name):
    return "".join(part.capitalize() for part in name.split("_"))


def member(name):
    return name + "_" if name in KEYWORDS or name in ("with", "then") and name in KEYWORDS else name


def inner(cls, wrapper):
    match = re.fullmatch(wrapper + r"\((.*)\)", cls)
    return match.group(1) if match else None


def cpp_type(cls):
    """C++ type of a field class; T? and any are Json, where null says absent."""
    if cls.endswith("?"):
        base = cls[:-1]
        plain = cpp_type(base)
        return plain if plain == "Json" else f"std::optional<{plain}>"
    if cls in SCALARS:
        return SCALARS[cls]
    if (item := inner(cls, "list")):
        return f"std::vector<{cpp_type(item)}>"
    if (record := inner(cls, "record")):
        return record
    if (enum := inner(cls, "enum")):
        return enum
    raise ValueError(f"unknown field class {cls}")


def class_enum(cls):
    cls = cls.rstrip("?")
    if cls in CLASS_ENUM:
        return CLASS_ENUM[cls]
    return "List" if inner(cls, "list") else "Record" if inner(cls, "record") else "Enum"


def initializer(cls, spec):
    if cls.endswith("?") or len(spec) < 2:
        return {"std::int64_t": " = 0", "double": " = 0", "bool": " = false"}.get(cpp_type(cls), "")
    default = spec[1]
    if (enum := inner(cls, "enum")):
        return f" = {enum}::{pascal(default)}"
    if isinstance(default, bool):
        return f" = {str(default).lower()}"
    if isinstance(default, (int, float)):
        return f" = {default}"
    if isinstance(default, str) and default:
        return f" = {json.dumps(default)}"
    if isinstance(default, list) and default:
        return " = {" + ", ".join(json.dumps(item) for item in default) + "}"
    return ""


def field_line(struct, name, spec):
    cls = spec[0]
    presence = "Optional" if cls.endswith("?") else "Defaulted" if len(spec) > 1 else "Required"
    default = json.dumps(json.dumps(spec[1])) if len(spec) > 1 else '"null"'
    return (f'    v(FieldInfo{{"{name}", FieldClass::{class_enum(cls)}, Presence::{presence}, {default}}},'
            f" &{struct}::{member(name)});")


def struct_lines(struct, fields, head=()):
    lines = [f"struct {struct} {{", *head]
    for name, spec in fields.items():
        enum = inner(spec[0].rstrip("?"), "enum")
        init = initializer(spec[0], spec) or (" = {}" if enum else "")
        lines.append(f"  {cpp_type(spec[0])} {member(name)}{init};")
    lines.append("  template <class V>")
    lines.append(f"  static void fields({'V&& v' if fields else 'V&&'}) {{")
    lines += [field_line(struct, name, spec) for name, spec in fields.items()]
    lines += ["  }", "};", ""]
    return lines


def enum_lines(name, values):
    items = ", ".join(pascal(value) for value in values)
    names = ", ".join(json.dumps(value) for value in values)
    return [f"enum class {name} : std::uint8_t {{ {items} }};",
            f"inline constexpr std::string_view {name}_names[] = {{{names}}};",
            f"constexpr std::string_view name_of({name} value) "
            f"{{ return {name}_names[static_cast<int>(value)]; }}",
            f"constexpr const auto& names_of({name}) {{ return {name}_names; }}", ""]


def variant_lines(title, suffix, kinds, head):
    """A `Block` or `Statement`: common head, the variant, and the kind names in variant order."""
    names = [pascal(kind) + suffix for kind in kinds]
    enum = ", ".join(pascal(kind) for kind in kinds)
    texts = ", ".join(json.dumps(kind) for kind in kinds)
    return [f"enum class {title}Kind : std::uint8_t {{ {enum} }};",
            f"inline constexpr std::string_view {title}Kind_names[] = {{{texts}}};",
            f"constexpr std::string_view name_of({title}Kind kind) "
            f"{{ return {title}Kind_names[static_cast<int>(kind)]; }}", "",
            f"struct {title} {{", *head,
            f"  std::variant<{', '.join(names)}> detail;", "",
            f"  {title}Kind kind() const {{ return static_cast<{title}Kind>(detail.index()); }}",
            "  template <class T>", "  const T* as() const { return std::get_if<T>(&detail); }",
            "  template <class T>", "  T* as() { return std::get_if<T>(&detail); }", "};", ""]


def render(contract):
    lines = [HEADER]
    for name, values in contract["enums"].items():
        lines += enum_lines(name, values)
    records = dict(contract["records"])
    module = {"Module": records.pop("Module"), "Flow": None}
    late = {"Flow", "Branch", "Arm", "Catch", "OnResponse"}
    action = records.pop("FailureAction")
    lines += struct_lines("FailureAction", action)
    lines += ["/// Cause to actions, in the order of 04 §3.2.1.",
              "using OnFailure = std::vector<std::pair<std::string, std::vector<FailureAction>>>;", ""]
    for name, fields in records.items():
        if name not in late:
            lines += struct_lines(name, fields)
    for kind, fields in contract["statements"].items():
        lines += struct_lines(pascal(kind) + "Statement", fields)
    lines += variant_lines("Statement", "Statement", contract["statements"], [])
    for name in ("Branch", "Arm", "Catch", "OnResponse", "Flow"):
        lines += struct_lines(name, records[name])
    for kind, fields in contract["blocks"].items():
        lines += struct_lines(pascal(kind) + "Block", fields)
    head = ["  std::string id;", "  std::optional<std::string> result_binding;",
            "  SourceLocation source_location;"]
    lines += variant_lines("Block", "Block", contract["blocks"], head)
    lines += struct_lines("Module", module["Module"])
    lines += ["}  // namespace scaiflow::ir", ""]
    return "\n".join(lines)


def emit(root):
    return {"generated/cpp/ir_records.h": render(load(root / "contracts/ir.yaml"))}


if __name__ == "__main__":
    import sys

    import generate
    sys.exit(generate.main([]))
