import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

/*
 * Who may import whom: the table of spec 12 section 2, with what building showed: lookups of the panels go
 * to the API, a draft run is compiled by the preview. Checked here since no checker of imports reads
 * TypeScript 7 with JSX yet.
 */
const may: Record<string, readonly string[]> = {
  model: [],
  api: ['model'],
  sync: ['model', 'api'],
  editor: ['model', 'sync'],
  preview: ['model', 'api'],
  debugger: ['model', 'api', 'editor', 'preview'],
  ui: [],
  render: ['model', 'editor', 'debugger', 'ui'],
  panels: ['model', 'api', 'editor', 'preview', 'debugger', 'ui'],
};

const root = fileURLToPath(new URL('.', import.meta.url));
const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
  (name) => /\.tsx?$/.test(name) && !/\.test\.tsx?$/.test(name),
);

/** Every module a file names, and whether it needs it when it runs. */
function importsOf(file: string): { to: string; runs: boolean }[] {
  const text = readFileSync(join(root, file), 'utf8');
  const found: { to: string; runs: boolean }[] = [];
  for (const match of text.matchAll(
    /^(?:import|export)\s+(type\s)?[^'"]*?\bfrom\s+'([^']+)'|^import\s+'([^']+)'|\bimport\('([^']+)'\)/gm,
  )) {
    found.push({
      to: match[2] ?? match[3] ?? match[4] ?? '',
      runs: match[1] === undefined && match[4] === undefined,
    });
  }
  return found;
}

function target(file: string, to: string): string | null {
  const isModule = to.startsWith('.') && !to.endsWith('?url'); // an address is no import
  return isModule ? normalize(join(dirname(file), to)) : null;
}

describe('borders between folders', () => {
  it('are crossed only where the table allows it', () => {
    const crossings: string[] = [];
    for (const file of files) {
      const [folder = ''] = file.split('/');
      const allowed = may[folder];
      if (!allowed) continue;
      for (const { to } of importsOf(file)) {
        const inside = target(file, to)?.split('/')[0];
        if (inside !== undefined && inside !== folder && !allowed.includes(inside))
          crossings.push(`${file} -> ${to}`);
      }
    }
    expect(crossings).toEqual([]);
  });

  it('keep the accessible primitives in ui and the CodeMirror bundle out', () => {
    const wrong = files.flatMap((file) =>
      importsOf(file)
        .filter(({ to }) => to === 'codemirror' || (to.startsWith('@kobalte/') && !file.startsWith('ui/')))
        .map(({ to }) => `${file} -> ${to}`),
    );
    expect(wrong).toEqual([]);
  });

  it('leave no circle of modules that need each other when they run, pages aside', () => {
    const known = new Map(
      files.filter((file) => !file.startsWith('pages/')).map((file) => [file.replace(/\.tsx?$/, ''), file]),
    );
    const state = new Map<string, 'open' | 'done'>();
    const circles: string[] = [];
    const visit = (file: string, path: readonly string[]): void => {
      if (state.get(file) === 'done') return;
      if (state.get(file) === 'open') {
        circles.push([...path.slice(path.indexOf(file)), file].join(' -> '));
        return;
      }
      state.set(file, 'open');
      for (const { to, runs } of importsOf(file)) {
        const next = runs ? known.get(target(file, to) ?? '') : undefined;
        if (next) visit(next, [...path, file]);
      }
      state.set(file, 'done');
    };
    for (const file of known.values()) visit(file, []);
    expect(circles).toEqual([]);
  });
});
