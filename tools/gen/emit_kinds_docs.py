"""kinds/ -> docs/reference/kinds.md: an index of the kinds and the table of each one's fields."""
import json

import kinds
from source import BANNER

OUTPUT = "docs/reference/kinds.md"


def cell(text):
    return str(text).replace("|", "\\|").replace("{{", "&#123;&#123;").replace("<", "&lt;")


def default_text(field):
    if "default_note" in field:
        return cell(field["default_note"])
    if field.get("default") is None:
        return "–"
    return f"`{cell(json.dumps(field['default'], ensure_ascii=False))}`"


def required_text(field):
    if field.get("required"):
        return "yes"
    if "required_unless" in field:
        return f"unless `{field['required_unless']}`"
    if "required_when" in field:
        name, values = next(iter(field["required_when"].items()))
        return f"if `{name}` is {' or '.join(f'`{value}`' for value in values)}"
    return "no"


def rule_text(field):
    rules = [", ".join(f"`{value}`" for value in field["values"])] if "values" in field else []
    if "min" in field:
        rules.append(f"{field['min']}–{field['max']}")
    if "max_length" in field:
        rules.append(f"at most {field['max_length']} characters")
    if "max_items" in field:
        rules.append(f"at most {field['max_items']}")
    return "; ".join(rules)


def field_row(field):
    cells = (f"`{field['name']}`", cell(field["type"]), default_text(field), required_text(field),
             rule_text(field), cell(field["help"]))
    return f"| {' | '.join(cells)} |"


def port_text(side):
    return ", ".join(f"`{port['id']}`" for port in side) or "none"


def section(kind):
    lines = [f"## {kind['title']}", "", f"`{kind['id']}`. {kind['summary']} {kind['runtime']}",
             f"[More](../../kinds/{kind['id']}/doc.md)", "",
             f"Inputs: {port_text(kind['inputs'])}. Outputs: {port_text(kind['outputs'])}.", "",
             "| field | type | default | required | values | meaning |", "|---|---|---|---|---|---|"]
    lines += [field_row(field) for field in kind["fields"]]
    return lines + ["", f"Diagnostics: {', '.join(kind['diagnostics'])}.", ""]


def anchor(title):
    return title.lower().replace(" ", "-")


def emit(root):
    found, categories = kinds.read(root)
    lines = [f"<!-- {BANNER.format(source=kinds.SOURCE)} -->", "# Node kinds", "",
             "Every kind with its fields. Types: *E* is an expression, *T* a value whose texts may hold",
             "placeholders, *dur* a duration such as `90s`, *schema* a list of fields with types.", ""]
    for category in categories:
        members = [kind for kind in found if kind["category"] == category["id"]]
        links = ", ".join(f"[{kind['title']}](#{anchor(kind['title'])})" for kind in members)
        lines.append(f"- **{category['title']}**: {links}")
    lines.append("")
    for kind in found:
        lines += section(kind)
    return {OUTPUT: "\n".join(lines).rstrip("\n") + "\n"}
