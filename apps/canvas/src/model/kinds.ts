import { isKindId, KIND_BY_ID, type CategoryId, type FieldSpec, type KindSpec } from 'generated/kinds';
import type { Json, JsonObject, NodeView, Port } from './flow';

export type { CategoryId, FieldSpec, KindSpec } from 'generated/kinds';

/** The kind of a node; undefined for one that this version does not know. */
export function kindOf(type: string): KindSpec | undefined {
  return isKindId(type) ? KIND_BY_ID[type] : undefined;
}

export function categoryOf(type: string): CategoryId {
  return kindOf(type)?.category ?? 'subflow';
}

export function kindTitle(type: string): string {
  return kindOf(type)?.title ?? type;
}

export function fieldOf(type: string, field: string): FieldSpec | undefined {
  return kindOf(type)?.fields.find((spec) => spec.name === field);
}

const common: readonly Port[] = [{ id: 'in', label: 'in', type: 'object' }];
const result: readonly Port[] = [{ id: 'out', label: 'result', type: 'object' }];

/** The ports of a node: its own, else those of its kind (01 section 3.2). */
export function portsOf(node: Pick<NodeView, 'type' | 'inputs' | 'outputs'>): {
  inputs: readonly Port[];
  outputs: readonly Port[];
} {
  const kind = kindOf(node.type);
  return {
    inputs: node.inputs.length > 0 ? node.inputs : (kind?.inputs ?? common),
    outputs: node.outputs.length > 0 ? node.outputs : (kind?.outputs ?? result),
  };
}

/** Names no binding may have (03 section 1). */
const reserved = new Set([
  'true',
  'false',
  'null',
  'and',
  'or',
  'not',
  'in',
  'else',
  'input',
  'trigger',
  'entry_name',
  'execution',
  'memory',
  'reference',
  'config',
  'result',
  'output',
  'error',
]);

/** The name of a node's result where none is written (02 section 1). */
export function defaultBinding(id: string): string {
  let name = id.replace(/^node_/, '').replace(/[^A-Za-z0-9_]/g, '_');
  if (/^[0-9A-Z]/.test(name) || name === '') name = `_${name}`;
  return reserved.has(name) ? `${name}_` : name;
}

export function bindingOf(node: Pick<NodeView, 'id' | 'config'>): string {
  const own = node.config['result_binding'];
  return typeof own === 'string' && own !== '' ? own : defaultBinding(node.id);
}

export interface Subtitle {
  text: string;
  /** Set in the code face: the text is typed or addressed literally. */
  code: boolean;
}

/**
 * First line of what a node does, from its kind's format; empty and hidden fields fall out with their " ·
 * ".
 */
export function subtitleOf(node: Pick<NodeView, 'type' | 'config'>): Subtitle {
  const kind = kindOf(node.type);
  if (!kind) return { text: node.type, code: true };
  const parts = kind.subtitleFormat
    .split(' · ')
    .map((part) => fill(part, kind, node.config))
    .filter((part) => part !== '');
  const text = parts.join(' · ').split('\n', 1)[0]?.trim() ?? '';
  return { text, code: isCode(kind, node.config, text) };
}

const codeWidgets = new Set<string>(['expr', 'template', 'plugin', 'method', 'cron', 'command', 'core']);

function isCode(kind: KindSpec, config: JsonObject, text: string): boolean {
  if (kind.subtitleFormat.includes(' · ')) return false;
  const main = kind.subtitleField ? fieldOf(kind.id, kind.subtitleField) : undefined;
  if (main && codeWidgets.has(main.widget)) return true;
  if (main?.name === 'path' || kind.id === 'data_variable_set') return true;
  return /^\{\{[^{}]*\}\}$/.test(text) && typeof config[main?.name ?? ''] === 'string';
}

function fill(format: string, kind: KindSpec, config: JsonObject): string {
  return format
    .replace(/\{(\w+)\}/g, (_, name: string) => {
      const field = kind.fields.find((spec) => spec.name === name);
      if (!field || !visible(field, config)) return '';
      return plain(
        config[name] ??
          (config[field.alias ?? ''] as Json | undefined) ??
          (field.default as Json | undefined),
      );
    })
    .replace(/^[.\s]+|[.\s]+$/g, '');
}

function visible(field: FieldSpec, config: JsonObject): boolean {
  return Object.entries(field.visibleWhen ?? {}).every(([name, values]) => {
    const own = config[name];
    return own === undefined || values.includes(String(own));
  });
}

function plain(value: Json | undefined): string {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) return value.map(plain).join(' ');
  return typeof value === 'object' ? '' : String(value);
}
