import type { Json, JsonObject } from './flow';

/** What the compiler's `diff` answers (libs/flow/diff.h): what makes one document of another. */
export interface Difference {
  equal: boolean;
  counts: { added: number; removed: number; changed: number };
  changes: Change[];
}

export interface Change {
  entity: 'flow' | 'node' | 'edge' | 'variable' | 'test' | 'model' | 'plugin' | 'queue' | 'item';
  /** Null for the flow itself. */
  id: string | null;
  label?: string;
  change: 'added' | 'removed' | 'changed' | 'reordered';
  path: string;
  at: string[];
  behind?: string | null;
  before?: Json;
  after?: Json;
  fields?: FieldChange[];
}

export interface FieldChange {
  change: Change['change'];
  path: string;
  /** Keys from the entity on. */
  at: string[];
  before?: Json;
  after?: Json;
  /** By words, where both are texts that share some. */
  text?: Hunk<string>[];
  /** By items, of a list without keys; what is kept is counted. */
  items?: Hunk<Json[], number>[];
}

export type Hunk<Part, Kept = Part> = { keep: Kept } | { remove: Part } | { add: Part };

/** How a change is marked where the flow is drawn. */
export type ChangeMark = 'added' | 'removed' | 'changed' | 'moved';

/** A step that only lies elsewhere, on the canvas or in the order of the document, has moved. */
export function markOf({ change, fields = [] }: Change): ChangeMark {
  if (change === 'added' || change === 'removed') return change;
  return fields.every(isPosition) ? 'moved' : 'changed';
}

export const isPosition = (field: FieldChange): boolean => field.at[0] === 'position';

export interface Marks {
  nodes: ReadonlyMap<string, ChangeMark>;
  edges: ReadonlyMap<string, ChangeMark>;
}

export function marksOf(difference: Difference | undefined): Marks {
  const found = (entity: Change['entity']) =>
    new Map(
      (difference?.changes ?? [])
        .filter((change) => change.entity === entity)
        .map((change) => [change.id ?? '', markOf(change)]),
    );
  return { nodes: found('node'), edges: found('edge') };
}

/** What of a whole row its name, its icon and its place tell. */
const TOLD: Partial<Record<Change['entity'], readonly string[]>> = {
  node: ['id', 'type', 'label', 'position', 'inputs', 'outputs'],
  edge: ['id', 'source', 'target'],
  variable: ['name'],
  test: ['name'],
  model: ['role'],
  plugin: ['alias'],
  queue: ['slug'],
};

/**
 * The fields of a change, without those of the place on the canvas. Of what only one document has they are
 * all that it holds.
 */
export function fieldsOf(change: Change): FieldChange[] {
  if (change.change === 'changed') return (change.fields ?? []).filter((field) => !isPosition(field));
  const whole = (change.after ?? change.before ?? {}) as JsonObject;
  const side = change.change === 'removed' ? 'before' : 'after';
  const row = (at: string[], value: Json): FieldChange => ({
    change: change.change,
    path: at.join('.'),
    at,
    [side]: value,
  });
  return Object.entries(whole)
    .filter(([name]) => !TOLD[change.entity]?.includes(name))
    .flatMap(([name, value]) =>
      change.entity === 'node' && name === 'config'
        ? Object.entries(value as JsonObject).map(([field, own]) => row(['config', field], own))
        : [row([name], value)],
    )
    .filter((field) => field[side] !== '');
}
