"""contracts/diagnostics.yaml and the golden files -> docs/reference/diagnostics.md."""

import json
import re

import yaml

import emit_diagnostics
import golden
from source import BANNER, SourceError

SOURCE = emit_diagnostics.SOURCE
OUTPUT = "docs/reference/diagnostics.md"
SECTIONS = (
    ("F0", "The document"),
    ("F1", "The graph"),
    ("F2", "Configuration of nodes"),
    ("F3", "Expressions and templates"),
    ("F4", "The flow as a whole"),
    ("F5", "Tests"),
    ("F6", "Manifests"),
    ("F9", "Other"),
    ("E4", "Verifier"),
)
EXCERPT_MAX = 400
INTRO = """# Diagnostics

What the compiler says about a flow. Errors stop a deploy, warnings never do; all of them are
reported at once. The messages stand here as they are written, with `{0}`, `{1}` … for names of the
flow. An example shows the place in the flow, what is said about it, and links to the whole flow it
is taken from, which is a test.

Where you meet them: in the canvas below **Problems**, where a click leads to the step; on the
command line by `scaiflow validate FLOW` and `scaiflow compile FLOW`; over the API in `diagnostics`
of `validate`, `compile` and `deploy`. Where a message has a `fix`, the canvas, the API and
`scaiflow validate --json` give it along."""


def pattern(entry):
    """Fits the messages that come from the template."""
    parts = [re.escape(part) for part in re.split(r"\{\d\}", entry["message"])]
    return re.compile("(?:verifier error: )?" + ".+?".join(parts), re.S)


def examples(entries, cases):
    """id -> (case, finding): the shortest golden case that gives the message, about little else if it can."""
    shown = {}
    ordered = sorted(cases, key=lambda case: (len(case.findings()), len(case.source), case.path))
    found = [(case, finding) for case in ordered for finding in case.findings()]
    for entry in entries:
        fits = pattern(entry).fullmatch
        match = next(
            (
                (case, finding)
                for case, finding in found
                if finding["code"] == entry["code"] and fits(finding["message"])
            ),
            None,
        )
        if (match is None) != ("needs" in entry):
            raise SourceError(
                f"{SOURCE}: {entry['id']}: either a golden file gives the message or `needs` says "
                "what that would take"
            )
        if match:
            shown[entry["id"]] = match
    return shown


def at(document, path):
    """The value that a path like `nodes[2].config.goal` leads to: the node or edge, or the key itself."""
    value = document
    for key, index in re.findall(r"([\w$]+)|\[(\d+)\]", path):
        if not isinstance(value, (dict, list)) or (key and key not in value):
            return value if value is not document else None
        value = value[key] if key else value[int(index)]
        if index:
            break
    return value


def one_line(value):
    return json.dumps(value, ensure_ascii=False)


def graph(document):
    """Nodes, edges and settings, one a line, without what the canvas alone needs."""
    kept = [
        {key: value for key, value in item.items() if key not in ("label", "position")}
        for item in document.get("nodes", []) + document.get("edges", [])
    ]
    settings = {key: value for key, value in document.get("config", {}).items() if key != "core_identity"}
    return "\n".join(one_line(item) for item in kept + ([{"config": settings}] if settings else []))


def step(manifest, path):
    """The trigger or the step of a manifest that a place in the module stands for, or None."""
    match = re.match(r"/(triggers|flows)/(\d+)(?:/body/(\d+))?", path)
    if not match:
        return None
    flows = yaml.safe_load(manifest)["core"]["flows"]
    if int(match[2]) >= len(flows):
        return None
    flow = flows[int(match[2])]
    if match[1] == "triggers":
        return {"trigger": flow["trigger"]}
    return flow["steps"][int(match[3])] if match[3] else None


def excerpt(case, finding):
    """What of the case the finding is about, in at most EXCERPT_MAX characters."""
    document, path = case.document(), finding["path"] or ""
    text = ""
    if isinstance(document, dict) and "nodes" in document:
        value = at(document, path) if path else None
        text = graph(document) if value is None else one_line(value)
    elif "manifest" in case.sections:
        value = step(case.source, path)
        text = "" if value is None else one_line(value)
    text = text or case.source.strip()
    return text if len(text) <= EXCERPT_MAX else text[:EXCERPT_MAX].rsplit(" ", 1)[0].rstrip() + " …"


def example(entry, shown):
    if "needs" in entry:
        return [f"No short example: it takes {entry['needs']}.", ""]
    case, finding = shown[entry["id"]]
    where = f" at `{finding['path']}`" if finding["path"] else ""
    return [
        f"[Example](../../{case.path}){where}:",
        "",
        "```",
        excerpt(case, finding),
        f"{finding['severity']}[{finding['code']}]: {finding['message']}",
        "```",
        "",
    ]


def article(code, group, shown):
    lines = ["", f"### {code}", ""]
    for entry in group:
        lines += [f"`{entry['message']}`", "", f"{entry['severity'].capitalize()}: {entry['when']}.", ""]
        lines += example(entry, shown)
        fix = f" (`fix`: {entry['fix']}.)" if "fix" in entry else ""
        lines += [f"*Way out:* {entry['help']}{fix}", ""]
    return lines[:-1]


def page(entries, cases):
    shown = examples(entries, cases)
    lines = [f"<!-- {BANNER.format(source=SOURCE + ' and the golden files')} -->", INTRO]
    for prefix, title in SECTIONS:
        groups = {
            code: group
            for code, group in emit_diagnostics.by_code(entries).items()
            if code.startswith(prefix)
        }
        lines += ["", f"## {title}", "", " ".join(f"[{code}](#{code.lower()})" for code in groups)]
        for code, group in groups.items():
            lines += article(code, group, shown)
    return "\n".join(lines) + "\n"


def emit(root):
    return {OUTPUT: page(emit_diagnostics.read(root), golden.read_all(root))}
