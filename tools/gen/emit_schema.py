"""contracts/document.yaml and kinds/ -> the JSON Schema (2020-12) of the flow document."""
import json

import kinds
from source import load

SOURCE = "contracts/document.yaml"
OUTPUT = "generated/schema/scaiflow-v2.schema.json"

SECTION = {"type": "object", "required": ["type"],
           "properties": {"type": {"enum": ["context", "input", "decision"]}}}
SIMPLE = {
    "text": {"type": "string"}, "num": {"type": "number"}, "bool": {"type": "boolean"}, "E": {},
    "map<E>": {"type": "object"}, "map<T>": {"type": "object"}, "schema": {"$ref": "#/$defs/types"},
    "dur": {"$ref": "#/$defs/duration"}, "any": {}, "policy": {"type": "object"},
    "examples": {"type": "array", "items": {"type": "object", "required": ["input", "output"]}},
    "sections": {"type": "array", "items": SECTION},
    "command": {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]},
}
LIMIT_MEMBERS = {
    "max_duration": {"$ref": "#/$defs/duration"},
    "max_retries": {"type": "integer", "minimum": 0, "maximum": 20},
    "max_tokens": {"type": "integer", "minimum": 0},
    "max_cost": {"type": "number", "minimum": 0},
}
BOUNDS = (("min", "minimum"), ("max", "maximum"), ("min_length", "minLength"), ("max_length", "maxLength"),
          ("max_items", "maxItems"))


def plain_schema(field):
    """The schema of the type alone, without bounds and defaults."""
    kind = field["type"]
    if kind == "int":
        return {"type": "integer"}
    if kind == "enum":
        return {"enum": list(field["values"])}
    if kind == "T":
        return {"type": "string"} if field.get("string_only") else {}
    if kind == "list<text>":
        item = {"type": "string"}
        if "item_max_length" in field:
            item["maxLength"] = field["item_max_length"]
        return {"type": "array", "items": item}
    if kind == "limits":
        return {"type": "object", "properties": {name: LIMIT_MEMBERS[name] for name in field["members"]}}
    if kind == "constraints":
        texts = {"type": "array", "items": {"type": "string"}}
        members = {name: {"type": "boolean"} if name == "inherit" else texts for name in field["members"]}
        return {"anyOf": [{"type": "string"}, {"type": "object", "properties": members}]}
    return dict(SIMPLE[kind])


def field_schema(field):
    schema = plain_schema(field)
    bounds = {key: field[name] for name, key in BOUNDS if name in field and field["type"] != "dur"}
    schema.update(bounds if schema.get("type") else {})
    if schema and not field.get("required"):
        schema = {"anyOf": [schema, {"type": "null"}]}
    schema["title"] = field["label"]
    schema["description"] = field["help"]
    if field.get("default") is not None:
        schema["default"] = field["default"]
    return schema


def config_schema(kind):
    properties = {}
    for field in kind["fields"]:
        properties[field["name"]] = field_schema(field)
        if "alias" in field:
            properties[field["alias"]] = field_schema(field)
    return {"type": "object", "title": kind["title"], "description": kind["summary"],
            "properties": properties}


def emit(root):
    schema = load(root / SOURCE)
    found, _ = kinds.read(root)
    schema["$defs"]["kind"] = {"enum": [kind["id"] for kind in found]}
    rules = []
    for kind in found:
        name = f"config_{kind['id']}"
        schema["$defs"][name] = config_schema(kind)
        rules.append({"if": {"properties": {"type": {"const": kind["id"]}}},
                      "then": {"properties": {"config": {"$ref": f"#/$defs/{name}"}}}})
    schema["$defs"]["node"]["allOf"] = rules
    return {OUTPUT: json.dumps(schema, ensure_ascii=False, indent=2) + "\n"}
