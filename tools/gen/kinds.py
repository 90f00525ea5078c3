"""Reads kinds/*/kind.yaml into one checked form that the kind emitters share."""
import re

from source import SourceError, check_keys, load

SOURCE = "kinds/*/kind.yaml"
TRAITS = ("entry", "effect", "mockable", "checkpoint", "option_ports", "edit_ports")
TYPES = ("text", "int", "num", "bool", "enum", "E", "T", "map<E>", "map<T>", "schema", "dur", "list<text>",
         "any", "policy", "limits", "constraints", "examples", "sections", "command")
WIDGETS = ("text", "area", "prompt", "expr", "template", "bindings", "args", "schema", "role", "select",
           "number", "duration", "toggle", "tags", "options", "json", "form", "cron", "zone", "queue",
           "scope", "plugin", "method", "core", "examples", "policy", "constraints", "command", "variable")
FORMS = ("any", "name", "identifier", "path", "checkpoint_type", "semver", "cron", "zone", "core_uri",
         "scope", "queue", "on_timeout", "variable", "http_url", "role")
SYNC_OF_WIDGET = {"prompt": "text", "area": "text", "bindings": "map", "args": "map", "schema": "map",
                  "form": "list", "examples": "list"}
CONVERSIONS = ("as_is", "milliseconds", "handle")
EXPRESSION_CODES = ("F301", "F302", "F303", "F304", "F305", "F306", "F307", "F308", "F310")

KIND_REQUIRED = ("id", "title", "section", "category", "summary", "step", "result", "runtime", "diagnostics",
                 "fields", "block")
KIND_OPTIONAL = ("traits", "inputs", "outputs", "main", "subtitle", "place", "prefill", "lowering")
FIELD_REQUIRED = ("name", "label", "help", "type", "widget")
FIELD_OPTIONAL = ("alias", "string_only", "condition", "required", "required_when", "required_unless",
                  "default", "default_when", "default_note", "values", "free", "form", "keys", "members",
                  "unique", "min", "max", "max_ms", "min_length", "max_length", "max_items",
                  "item_max_length", "only_when", "visible_when")


def one_of(where, value, allowed):
    if value not in allowed:
        raise SourceError(f"{where}: '{value}' is not one of {', '.join(allowed)}")


def read_field(where, field):
    where = f"{where}: field {field.get('name')}"
    check_keys(where, field, FIELD_REQUIRED, FIELD_OPTIONAL)
    one_of(where, field["type"], TYPES)
    one_of(where, field["widget"], WIDGETS)
    one_of(where, field.get("form", "any"), FORMS)
    if field["type"] == "enum" and not field.get("values"):
        raise SourceError(f"{where}: an enum needs values")
    for rule in ("required_when", "default_when", "only_when", "visible_when"):
        if len(field.get(rule, {})) > 1:
            raise SourceError(f"{where}: {rule} asks more than one field")
    return {**field, "sync": SYNC_OF_WIDGET.get(field["widget"], "value")}


def read_lowering(where, lowering, field_names):
    """None for `custom`, else {plugin, method, args: [{name, field, convert}]}."""
    if lowering in (None, "custom"):
        return None
    call = lowering["call"]
    check_keys(f"{where}: call", call, ("plugin", "method", "args"))
    args = [arg if isinstance(arg, dict) else {"name": arg, "field": arg} for arg in call["args"]]
    args = [{"convert": "as_is", **arg} for arg in args]
    for arg in args:
        one_of(f"{where}: arg {arg['name']}", arg["field"], field_names)
        one_of(f"{where}: arg {arg['name']}", arg["convert"], CONVERSIONS)
    return {**call, "args": args}


def read_codes(where, codes):
    """Expands F30x, the checks of every expression (02)."""
    expanded = sorted({one for code in codes for one in (EXPRESSION_CODES if code == "F30x" else (code,))})
    for code in expanded:
        if not re.fullmatch(r"F\d{3}", code):
            raise SourceError(f"{where}: bad code {code}")
    return expanded


def read_kind(where, kind, common):
    check_keys(where, kind, KIND_REQUIRED, KIND_OPTIONAL)
    traits = kind.get("traits", [])
    for trait in traits:
        one_of(where, trait, TRAITS)
    one_of(where, kind["category"], [category["id"] for category in common["categories"]])
    own = [read_field(where, field) for field in kind["fields"]]
    shared = [] if "entry" in traits else common["fields"]
    shared = shared + (common["effect_fields"] if "effect" in traits else [])
    fields = own + [{**read_field("common.yaml", field), "common": True} for field in shared]
    names = [field["name"] for field in fields]
    if len(set(names)) != len(names):
        raise SourceError(f"{where}: a field name is repeated")
    return {**kind, "traits": traits, "own_fields": own, "fields": fields,
            "inputs": [] if "entry" in traits else kind.get("inputs", common["ports"]["inputs"]),
            "outputs": kind.get("outputs", common["ports"]["outputs"]),
            "call": read_lowering(where, kind.get("lowering"), names),
            "place": kind.get("place", {}), "prefill": kind.get("prefill", {}),
            "main": kind.get("main"), "subtitle": kind.get("subtitle", ""),
            "diagnostics": read_codes(where, kind["diagnostics"])}


def read(root):
    """(kinds in chapter order, categories in palette order)."""
    common = load(root / "kinds/common.yaml")
    found = []
    for file in sorted((root / "kinds").glob("*/kind.yaml")):
        where = f"kinds/{file.parent.name}/kind.yaml"
        kind = read_kind(where, load(file), common)
        if kind["id"] != file.parent.name:
            raise SourceError(f"{where}: id is {kind['id']}")
        found.append(kind)
    found.sort(key=lambda kind: [int(part) for part in kind["section"].split(".")])
    return found, common["categories"]
