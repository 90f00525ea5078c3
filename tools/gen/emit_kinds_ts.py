"""kinds/ -> the kind table in TypeScript, for the canvas."""
import json

import kinds
from source import BANNER, ts_value

FIELD_KEYS = (("required_when", "requiredWhen"), ("required_unless", "requiredUnless"),
              ("default", "default"), ("default_when", "defaultWhen"), ("default_note", "defaultNote"),
              ("values", "values"),
              ("free", "free"), ("members", "members"), ("min", "min"), ("max", "max"),
              ("min_length", "minLength"), ("max_length", "maxLength"), ("max_items", "maxItems"),
              ("item_max_length", "itemMaxLength"), ("visible_when", "visibleWhen"),
              ("string_only", "stringOnly"), ("condition", "condition"), ("alias", "alias"),
              ("common", "common"))

TYPES = """
export interface FieldSpec {
  readonly name: string;
  /** Spec text: 'text', 'int', 'E', 'T', 'map<E>', 'schema', 'dur', ... */
  readonly type: FieldType;
  readonly widget: WidgetId;
  /** How the field is kept in the shared document (11 §1.1). */
  readonly sync: SyncClass;
  readonly label: string;
  readonly help: string;
  readonly required: boolean;
  /** Required while the named field has one of the values. */
  readonly requiredWhen?: Readonly<Record<string, readonly string[]>>;
  /** Required while the named field is absent. */
  readonly requiredUnless?: string;
  readonly default?: unknown;
  /** The default holds then only; otherwise an empty list. */
  readonly defaultWhen?: Readonly<Record<string, readonly string[]>>;
  /** What an empty field means, for the placeholder. */
  readonly defaultNote?: string;
  readonly values?: readonly string[];
  /** A select whose values are suggestions. */
  readonly free?: boolean;
  /** Members of a limits or constraints object. */
  readonly members?: readonly string[];
  readonly min?: number;
  readonly max?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly itemMaxLength?: number;
  readonly visibleWhen?: Readonly<Record<string, readonly string[]>>;
  /** A template that must be a string. */
  readonly stringOnly?: boolean;
  /** An expression tested for truth. */
  readonly condition?: boolean;
  /** A second name that is read alike. */
  readonly alias?: string;
  /** Shared by many kinds: result_binding, breakpoint, budget, at_most_once. */
  readonly common?: boolean;
}

export interface PortSpec {
  readonly id: string;
  readonly label: string;
  readonly type: string;
}

export interface KindSpec {
  readonly id: KindId;
  readonly title: string;
  readonly category: CategoryId;
  readonly summary: string;
  /** Symbol of icons.svg. */
  readonly icon: string;
  readonly inputs: readonly PortSpec[];
  readonly outputs: readonly PortSpec[];
  readonly portsEditable: boolean;
  /** An output port named like an option is taken when that option is decided (02 §7). */
  readonly optionPorts: boolean;
  readonly fields: readonly FieldSpec[];
  /** The main field. */
  readonly subtitleField: string | null;
  /** Subtitle as '{queue} · {assignee}'; empty and hidden fields fall out with their ' · '. */
  readonly subtitleFormat: string;
  readonly effect: boolean;
  readonly entry: boolean;
  readonly mockable: boolean;
  /** Type text of the result; null: open. */
  readonly resultType: string | null;
  /** Config of a new node. */
  readonly placeConfig: Readonly<Record<string, unknown>>;
  /** field -> value -> config set along when that value is chosen and the field to set is absent. */
  readonly prefill: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;
}
"""

TAIL = """
export const KIND_BY_ID: Readonly<Record<KindId, KindSpec>> =
  Object.fromEntries(KINDS.map((kind) => [kind.id, kind])) as Record<KindId, KindSpec>;

export function isKindId(id: string): id is KindId {
  return Object.hasOwn(KIND_BY_ID, id);
}
"""


def union(name, values):
    """`export type Name = | 'a' ...`, a few values to a line."""
    lines, line = [f"export type {name} ="], " "
    for value in values:
        part = f" | '{value}'"
        if len(line) + len(part) > 100:
            lines.append(line)
            line = " "
        line += part
    return "\n".join(lines + [line]) + ";\n"


def field_value(field):
    value = {key: field[key] for key in ("name", "type", "widget", "sync", "label", "help")}
    value["required"] = bool(field.get("required"))
    value.update({ts: field[key] for key, ts in FIELD_KEYS if key in field})
    if "max_ms" in field:
        value["max"] = field["max_ms"]
    return value


def kind_value(kind):
    traits = kind["traits"]
    return {"id": kind["id"], "title": kind["title"], "category": kind["category"],
            "summary": kind["summary"], "icon": f"kind-{kind['id']}", "inputs": kind["inputs"],
            "outputs": kind["outputs"],
            "portsEditable": "edit_ports" in traits, "optionPorts": "option_ports" in traits,
            "subtitleField": kind["main"], "subtitleFormat": kind["subtitle"], "effect": "effect" in traits,
            "entry": "entry" in traits, "mockable": "mockable" in traits, "resultType": kind["result"],
            "placeConfig": kind["place"], "prefill": kind["prefill"]}


def kind_lines(kind):
    lines = ["  {"]
    lines += [f"    {key}: {ts_value(value)}," for key, value in kind_value(kind).items()]
    lines.append("    fields: [")
    lines += [f"      {json.dumps(field_value(field), ensure_ascii=False)}," for field in kind["fields"]]
    return lines + ["    ],", "  },"]


def emit(root):
    found, categories = kinds.read(root)
    parts = ["// " + BANNER.format(source=kinds.SOURCE) + "\n",
             union("KindId", [kind["id"] for kind in found]),
             union("CategoryId", [category["id"] for category in categories]),
             union("WidgetId", kinds.WIDGETS), union("FieldType", kinds.TYPES),
             union("SyncClass", ("value", "text", "map", "list"))]
    table = ["export const CATEGORIES: readonly { readonly id: CategoryId; readonly title: string }[] = ["]
    table += [f"  {ts_value(category)}," for category in categories]
    table += ["];", "", "/** The node kinds in the order of chapter 02. */",
              "export const KINDS: readonly KindSpec[] = ["]
    table += [line for kind in found for line in kind_lines(kind)] + ["];"]
    text = "\n".join(parts) + TYPES + "\n" + "\n".join(table) + "\n" + TAIL
    return {"generated/ts/kinds.ts": text}
