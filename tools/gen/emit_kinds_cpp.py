"""kinds/ -> the kind table in C++: constant data, no constructors at start-up."""
import json

import kinds
from source import BANNER, cpp_header, cpp_string, pascal

CLASS_OF_TYPE = {"text": "Text", "int": "Int", "num": "Num", "bool": "Bool", "enum": "Enum", "E": "Expr",
                 "T": "Template", "map<E>": "ExprMap", "map<T>": "TemplateMap", "schema": "Schema",
                 "dur": "Duration", "list<text>": "TextList", "any": "Any", "policy": "Policy",
                 "limits": "Limits", "constraints": "Constraints", "examples": "Examples",
                 "sections": "Sections", "command": "Command"}
FLAG_OF_TRAIT = {"entry": "is_entry", "effect": "is_effect", "mockable": "is_mockable",
                 "checkpoint": "is_checkpoint", "option_ports": "has_option_ports",
                 "edit_ports": "ports_editable"}
NUMBER_MEMBERS = (("min", "min"), ("max", "max"), ("max_ms", "max"), ("min_length", "length_min"),
                  ("max_length", "length_max"), ("max_items", "items_max"),
                  ("item_max_length", "item_length_max"))


def compact(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def wrapped(opening, texts):
    """`opening"a", "b"};` wrapped at 110 columns."""
    lines, line = [], opening
    for index, text in enumerate(texts):
        part = cpp_string(text) + ("};" if index == len(texts) - 1 else ", ")
        if len(line) + len(part) > 110:
            lines.append(line.rstrip())
            line = "    "
        line += part
    return lines + [line]


class Tables:
    """Named constant arrays; equal ones are written once."""

    def __init__(self):
        self.lines = []
        self.names = {}

    def texts(self, texts):
        """The name of a constant array of these texts, `{}` for none."""
        key = tuple(texts)
        if not key:
            return "{}"
        if key not in self.names:
            self.names[key] = f"texts_{len(self.names)}"
            self.lines += wrapped(f"constexpr std::string_view {self.names[key]}[] = {{", key)
        return self.names[key]

    def condition(self, rule):
        field, values = next(iter(rule.items()))
        return f"{{{cpp_string(field)}, {self.texts(values)}}}"


def field_members(tables, field):
    """Designated initializers in the order of FieldSpec; defaults are left out."""
    members = [("name", cpp_string(field["name"]))]
    if "alias" in field:
        members.append(("alias", cpp_string(field["alias"])))
    members.append(("type", f"FieldClass::{CLASS_OF_TYPE[field['type']]}"))
    if "form" in field:
        members.append(("form", f"FieldForm::{pascal(field['form'])}"))
    if field["sync"] != "value":
        members.append(("sync", f"SyncClass::{pascal(field['sync'])}"))
    if field.get("required"):
        members.append(("presence", "Presence::Required"))
    if "required_when" in field:
        members.append(("required_when", tables.condition(field["required_when"])))
    if "required_unless" in field:
        members.append(("required_unless", cpp_string(field["required_unless"])))
    for rule in ("default_when", "only_when", "visible_when"):
        if rule in field:
            members.append((rule, tables.condition(field[rule])))
    if "default" in field:
        members.append(("default_json", cpp_string(compact(field["default"]))))
    for name in ("values", "members"):
        if name in field:
            members.append((name, tables.texts(field[name])))
    members += [(member, str(field[key])) for key, member in NUMBER_MEMBERS if key in field]
    flags = (("string_only", "string_only"), ("condition", "is_condition"), ("unique", "unique_items"))
    members += [(member, "true") for key, member in flags if field.get(key)]
    return members


def initializer(members, indent):
    """`.a = 1, .b = 2` wrapped at 110 columns."""
    lines, line = [], indent
    for name, value in members:
        part = f".{name} = {value}, "
        if len(line) + len(part) > 110 and line.strip():
            lines.append(line.rstrip())
            line = indent
        line += part
    lines.append(line.rstrip().rstrip(","))
    return lines


def array(kind_type, name, entries):
    """A constant array of brace-initialized entries, each a list of members."""
    lines = [f"constexpr {kind_type} {name}[] = {{"]
    for members in entries:
        body = initializer(members, "     ")
        body[0] = "    {" + body[0].lstrip()
        body[-1] += "},"
        lines += body
    return lines + ["};"]


def ports(name, entries):
    if not entries:
        return []
    return array("PortSpec", name, [[(key, cpp_string(port[key])) for key in ("id", "label", "type")]
                                    for port in entries])


def arg_members(arg):
    members = [("name", cpp_string(arg["name"])), ("field", cpp_string(arg["field"]))]
    if arg["convert"] != "as_is":
        members.append(("form", f"ArgForm::{pascal(arg['convert'])}"))
    return members


def kind_arrays(tables, kind):
    name = kind["id"]
    lines = ports(f"{name}_inputs", kind["inputs"]) + ports(f"{name}_outputs", kind["outputs"])
    lines += array("FieldSpec", f"{name}_fields", [field_members(tables, field) for field in kind["fields"]])
    if kind["call"]:
        lines += array("ArgSpec", f"{name}_args", [arg_members(arg) for arg in kind["call"]["args"]])
    return lines + [""]


def kind_members(tables, kind):
    name = kind["id"]
    members = [("id", f"KindId::{pascal(name)}"), ("name", cpp_string(name)),
               ("title", cpp_string(kind["title"])), ("category", f"Category::{pascal(kind['category'])}"),
               ("block", cpp_string(kind["block"] or "")), ("step", cpp_string(kind["step"])),
               ("result_type", cpp_string(kind["result"] or ""))]
    members += [(side, f"{name}_{side}") for side in ("inputs", "outputs") if kind[side]]
    members.append(("fields", f"{name}_fields"))
    if kind["call"]:
        plugin, method = (cpp_string(kind["call"][key]) for key in ("plugin", "method"))
        members.append(("call", f"{{{plugin}, {method}, {name}_args}}"))
    members.append(("diagnostics", tables.texts(kind["diagnostics"])))
    members += [(flag, "true") for trait, flag in FLAG_OF_TRAIT.items() if trait in kind["traits"]]
    return members


def header(found):
    lines = cpp_header(kinds.SOURCE, ["<optional>", "<span>", "<string_view>"])
    lines += ['#include "libs/flow/kind_spec.h"', "", "namespace scaiflow::flow {", "",
              "/// The node kinds in the order of chapter 02.", "enum class KindId : std::uint8_t {"]
    lines += [f"  {pascal(kind['id'])}," for kind in found]
    lines += ["};", "", f"inline constexpr int kind_count = {len(found)};", "",
              "const KindSpec& kind_spec(KindId kind);", "", "/// All kinds in chapter order.",
              "std::span<const KindSpec> all_kinds();", "",
              "/// `llm_flexible` -> KindId::LlmFlexible; empty for an unknown name.",
              "std::optional<KindId> kind_from_name(std::string_view name);", "",
              "std::string_view kind_name(KindId kind);", "",
              "/// The names of all kinds joined by `, ` in chapter order, for messages.",
              "std::string_view kind_names();", "", "}  // namespace scaiflow::flow", ""]
    return "\n".join(lines)


FUNCTIONS = """
}  // namespace

const KindSpec& kind_spec(KindId kind) { return table[static_cast<std::size_t>(kind)]; }

std::span<const KindSpec> all_kinds() { return table; }

std::optional<KindId> kind_from_name(std::string_view name) {
  for (const KindSpec& kind : table) {
    if (kind.name == name) return kind.id;
  }
  return std::nullopt;
}

std::string_view kind_name(KindId kind) { return kind_spec(kind).name; }

std::string_view kind_names() { return names; }

}  // namespace scaiflow::flow
"""


def source(found):
    tables = Tables()
    arrays = [line for kind in found for line in kind_arrays(tables, kind)]
    table = array("KindSpec", "table", [kind_members(tables, kind) for kind in found])
    names = ", ".join(kind["id"] for kind in found)
    lines = ["// " + BANNER.format(source=kinds.SOURCE), '#include "generated/cpp/kinds.h"', "",
             "#include <cstddef>", "", "namespace scaiflow::flow {", "namespace {", ""]
    lines += tables.lines + [""] + arrays + table
    lines += ["", "constexpr std::string_view names =", f"    {cpp_string(names)};"]
    return "\n".join(lines) + "\n" + FUNCTIONS


def is_custom(kind):
    return not kind["call"] and "entry" not in kind["traits"]


def lowering_header(found):
    lines = cpp_header(kinds.SOURCE, ['"libs/ir/ir.h"']) + ["namespace scaiflow::compiler {", ""]
    lines += ["struct LowerInput;", "", "/// The block of a node of any kind that has one.",
              "ir::Block lower_block(LowerInput& input);", "",
              "// One function for each kind that says `custom`, written by hand in apps/compiler/lower."]
    lines += [f"ir::Block lower_{kind['id']}(LowerInput& input);" for kind in found if is_custom(kind)]
    return "\n".join(lines + ["", "}  // namespace scaiflow::compiler", ""])


def lowering_source(found):
    lines = ["// " + BANNER.format(source=kinds.SOURCE), '#include "generated/cpp/kind_lowering.h"', "",
             "#include <cassert>", "", '#include "apps/compiler/lower/lower.h"', "",
             "namespace scaiflow::compiler {", "", "ir::Block lower_block(LowerInput& input) {",
             "  switch (input.node.kind) {"]
    for kind in found:
        does = f"return lower_{kind['id']}(input)" if is_custom(kind) else "return lower_call(input)"
        does = "break" if "entry" in kind["traits"] else does
        lines.append(f"    case KindId::{pascal(kind['id'])}: {does};")
    return "\n".join(lines + ["  }", '  assert(false && "entries have no block");', "  return {};", "}", "",
                              "}  // namespace scaiflow::compiler", ""])


def emit(root):
    found, _ = kinds.read(root)
    return {"generated/cpp/kinds.h": header(found), "generated/cpp/kinds.cpp": source(found),
            "generated/cpp/kind_lowering.h": lowering_header(found),
            "generated/cpp/kind_lowering.cpp": lowering_source(found)}
