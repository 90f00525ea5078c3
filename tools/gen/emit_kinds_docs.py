"""kinds/ -> docs/reference/kinds/<id>.md: what each kind is, its fields, an example and its YAML;
docs/reference/kinds.md is their index."""

import json
import re

import golden
import kinds
from source import BANNER, SourceError

INDEX = "docs/reference/kinds.md"


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
    cells = (
        f"`{field['name']}`",
        cell(field["type"]),
        default_text(field),
        required_text(field),
        rule_text(field),
        cell(field["help"]),
    )
    return f"| {' | '.join(cells)} |"


def port_text(side):
    return ", ".join(f"`{port['id']}`" for port in side) or "none"


def code_text(code):
    return f"[{code}](../diagnostics.md#{code.lower()})"


def field_table(kind):
    rows = [field_row(field) for field in kind["fields"]]
    return ["| field | type | default | required | values | meaning |", "|---|---|---|---|---|---|", *rows]


def read_doc(root, kind):
    """doc.md without its title, checked against the title of kind.yaml."""
    text = (root / f"kinds/{kind['id']}/doc.md").read_text(encoding="utf-8")
    title, _, body = text.partition("\n")
    if title != f"# {kind['title']}":
        raise SourceError(f"kinds/{kind['id']}/doc.md: the first line is not '# {kind['title']}'")
    return body.strip()


def read_example(root, kind, doc):
    """tests/example.flowtest, whose flow holds the node that doc.md shows."""
    case = golden.read(root, f"kinds/{kind['id']}/tests/example.flowtest")
    shown = re.search(r"^```json\n(.*?)^```", doc, re.M | re.S)
    node = json.loads(shown[1]) if shown else None
    found = [{"type": item["type"], "config": item.get("config", {})} for item in case.document()["nodes"]]
    if node not in found:
        raise SourceError(f"{case.path}: no node is the first example of doc.md")
    return case


def steps_of(yaml):
    """The flows of a manifest from its text, without the `meta` of each step, moved to the left."""
    kept, skipped = [], None
    for line in yaml.splitlines():
        indent = len(line) - len(line.lstrip())
        if skipped is not None and indent > skipped:
            continue
        skipped = indent if line.strip() == "meta:" else None
        if skipped is None:
            kept.append(line)
    start = kept.index("  flows:")
    end = next((i for i in range(start + 1, len(kept)) if not kept[i].startswith("   ")), len(kept))
    return [line[2:] for line in kept[start:end]]


def example(case):
    lines = [
        "## A whole flow",
        "",
        f"The example in a flow ([source](../../../{case.path})):",
        "",
        "```json",
        *case.sections["flow"].splitlines(),
        "```",
        "",
    ]
    if case.sections.get("yaml"):
        lines += [
            "What it compiles to, without the `meta` that lets the canvas draw it again:",
            "",
            "```yaml",
            *steps_of(case.sections["yaml"]),
            "```",
            "",
        ]
    return lines


def page(root, kind):
    doc = read_doc(root, kind)
    source = f"kinds/{kind['id']}"
    lines = [
        f"<!-- {BANNER.format(source=source)} -->",
        f"# {kind['title']}",
        "",
        f"`{kind['id']}` · {kind['summary']} · [all kinds](../kinds.md)",
        "",
        doc,
        "",
        "## Fields",
        "",
        *field_table(kind),
        "",
        f"Inputs: {port_text(kind['inputs'])}. Outputs: {port_text(kind['outputs'])}.",
        "",
        "## When it runs",
        "",
        kind["runtime"],
        "",
    ]
    lines += example(read_example(root, kind, doc))
    return "\n".join([*lines, "## Diagnostics", "", ", ".join(map(code_text, kind["diagnostics"]))]) + "\n"


INTRO = """# Node kinds

Every kind has a page: what it is for, an example, its traps, its fields, and the YAML it compiles
to. [The language](../language.md) says how they are put together.

In the tables of fields *E* is an expression, *T* a value whose texts may hold placeholders, *dur* a
duration such as `90s`, *schema* a list of fields with types. Every kind but entries has
`result_binding` and `breakpoint`."""


def index(found, categories):
    lines = [f"<!-- {BANNER.format(source=kinds.SOURCE)} -->", INTRO]
    for category in categories:
        lines += [
            "",
            f"## {category['title']}",
            "",
            "| kind | in documents | what it does |",
            "|---|---|---|",
        ]
        lines += [
            f"| [{kind['title']}](kinds/{kind['id']}.md) | `{kind['id']}` | {cell(kind['summary'])} |"
            for kind in found
            if kind["category"] == category["id"]
        ]
    return "\n".join(lines) + "\n"


def emit(root):
    found, categories = kinds.read(root)
    pages = {f"docs/reference/kinds/{kind['id']}.md": page(root, kind) for kind in found}
    return {INDEX: index(found, categories), **pages}
