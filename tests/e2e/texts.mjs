// The words and the kinds of the product, from its own tables: journeys name controls by what a person reads.
import { readFile } from 'node:fs/promises';
import { transformWithOxc } from '../../apps/canvas/node_modules/vite/dist/node/index.js';

const root = new URL('../../', import.meta.url);

/** A TypeScript file without imports of values, as a module. */
async function load(path) {
  const source = await readFile(new URL(path, root), 'utf8');
  const { code } = await transformWithOxc(source, path);
  return import(`data:text/javascript;base64,${Buffer.from(code).toString('base64')}`);
}

const { en } = await load('apps/canvas/src/ui/en.ts');
export const { KINDS } = await load('generated/ts/kinds.ts');

/** The text of a key with `{name}` replaced, as the canvas shows it. */
export function t(key, values = {}) {
  const text = en[key];
  if (text === undefined) throw new Error(`the canvas has no text '${key}'`);
  return text.replace(/\{(\w+)(?:\|([^|}]*)\|([^}]*))?\}/g, (whole, name, one, many) => {
    if (!(name in values)) return whole;
    return one === undefined ? String(values[name]) : Number(values[name]) === 1 ? one : many;
  });
}

export function titleOf(kind) {
  return KINDS.find((spec) => spec.id === kind).title;
}

/** The label of a field in the property panel. */
export function fieldLabel(kind, name) {
  return KINDS.find((spec) => spec.id === kind).fields.find((field) => field.name === name).label;
}
