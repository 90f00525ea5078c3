import type { Json } from '../../model/flow';

/** A type as the compiler tells it: the tree of 04 §4.1. Null is an open one. */
export type TypeTree =
  | { kind: 'primitive' | 'named'; name: string }
  | { kind: 'array'; item: TypeTree }
  | { kind: 'map'; value: TypeTree }
  | { kind: 'object'; fields: { name: string; type: TypeTree; description: string | null }[] }
  | { kind: 'enum'; values: string[] }
  | { kind: 'literal'; value: Json }
  | { kind: 'union'; members: TypeTree[] }
  | { kind: 'optional'; inner: TypeTree };

const PRIMITIVE_FAMILIES: Record<string, string> = {
  int: 'number',
  float: 'number',
  money: 'number',
  bool: 'bool',
  date: 'date',
  datetime: 'datetime',
  duration: 'duration',
  object: 'map',
  array: 'array',
  json: 'any',
};

/** Whose methods a value of the type has (03 §10). */
export function familyOf(type: TypeTree | null): string {
  switch (type?.kind) {
    case 'primitive':
      return PRIMITIVE_FAMILIES[type.name] ?? 'string';
    case 'optional':
      return familyOf(type.inner);
    case 'object':
    case 'map':
      return 'map';
    case 'array':
      return 'array';
    case 'enum':
      return 'string';
    case 'literal':
      return typeof type.value === 'boolean' ? 'bool' : typeof type.value;
    case 'named':
    case 'union':
    case undefined:
      return 'any';
  }
}

/** Members that the type names. */
export function fieldsOf(type: TypeTree | null): readonly { name: string; type: TypeTree }[] {
  if (type?.kind === 'optional') return fieldsOf(type.inner);
  return type?.kind === 'object' ? type.fields : [];
}

/** The type for a person, in a word. */
export function typeLabel(type: TypeTree | null): string {
  if (type?.kind === 'optional') return `${typeLabel(type.inner)}?`;
  if (type?.kind === 'array') return `array[${typeLabel(type.item)}]`;
  if (type?.kind === 'primitive' || type?.kind === 'named') return type.name;
  return type?.kind === 'object' ? 'object' : familyOf(type);
}

/** A value of the type. */
export function sampleOf(type: TypeTree | null): Json {
  if (type?.kind === 'optional') return sampleOf(type.inner);
  if (type?.kind === 'enum') return type.values[0] ?? 'text';
  if (type?.kind === 'literal') return type.value;
  if (type?.kind === 'array') return [sampleOf(type.item)];
  if (type?.kind === 'union') return sampleOf(type.members[0] ?? null);
  return (
    SAMPLES[familyOf(type)] ?? Object.fromEntries(fieldsOf(type).map((f) => [f.name, sampleOf(f.type)]))
  );
}

const SAMPLES: Record<string, Json> = {
  string: 'text',
  number: 1,
  bool: true,
  date: '2026-01-31',
  datetime: '2026-01-31T12:00:00Z',
  duration: '1h',
  array: [],
  any: null,
};
