import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { chromium } from 'playwright-core';
import type { PreviewServer } from 'vite';
import { build, preview } from 'vite';
import solid from 'vite-plugin-solid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FieldSpec, KindId } from 'generated/kinds';
import { KINDS } from 'generated/kinds';
import type { Json, JsonObject } from '../model/flow';

/**
 * The property panel in a real browser: every field of every kind is there, edits, and leaves alone what it
 * may not touch.
 */

interface PanelHarness {
  /** `config` as JSON text. */
  open(kind: KindId, config: string): void;
  config(): JsonObject | undefined;
}
declare global {
  interface Window {
    panel: PanelHarness;
  }
}

const root = fileURLToPath(new URL('../..', import.meta.url));
const generated = fileURLToPath(new URL('../../../../generated/ts', import.meta.url));
const outDir = mkdtempSync(join(tmpdir(), 'panels-'));
let server: PreviewServer;
let browser: Browser;
let page: Page;
const faults: string[] = [];

beforeAll(async () => {
  const shared = { root, configFile: false, logLevel: 'error', resolve: { alias: { generated } } } as const;
  await build({
    ...shared,
    plugins: [solid()],
    build: {
      outDir,
      emptyOutDir: true,
      target: 'es2022',
      rollupOptions: { input: join(root, 'dev/panels/index.html') },
    },
  });
  server = await preview({ ...shared, build: { outDir }, preview: { host: '127.0.0.1', port: 0 } });
  browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  });
  page = await browser.newPage({ viewport: { width: 700, height: 900 } });
  page.on('pageerror', (error) => faults.push(error.message));
  page.setDefaultTimeout(10_000);
  await page.goto(`${server.resolvedUrls?.local[0] ?? ''}dev/panels/index.html`, { timeout: 60_000 });
  await page.waitForFunction(() => 'panel' in window);
}, 120_000);

afterAll(async () => {
  await browser.close();
  await server.close();
  rmSync(outDir, { recursive: true });
});

async function open(kind: KindId, config: JsonObject): Promise<void> {
  await page.evaluate(([id, value]) => window.panel.open(id, value), [kind, JSON.stringify(config)] as const);
  for (let guard = 0; guard < 30; guard++) {
    const folded = page.locator('.collapsible-button[aria-expanded=false]').first();
    if ((await folded.count()) === 0) break;
    await folded.click();
  }
}

const configNow = (): Promise<JsonObject | undefined> => page.evaluate(() => window.panel.config());
const at = (field: string) => page.locator(`[data-field="${field}"]`);

/** A value of the right shape for a field, as a document may hold it. */
function sample(field: FieldSpec): Json {
  switch (field.type) {
    case 'int':
    case 'num':
      return field.min ?? 1;
    case 'bool':
      return true;
    case 'enum':
      return field.values?.[1] ?? 'x';
    case 'map<E>':
    case 'map<T>':
      return { k: 'v' };
    case 'schema':
      return { answer: 'string', score: { type: 'float', description: 'd' }, nested: { a: 'int' } };
    case 'dur':
      return '30s';
    case 'list<text>':
      return ['a', 'b'];
    case 'policy':
      return { parse_error: { action: 'retry', max: 2, with: 'again' }, refusal: 'escalate' };
    case 'limits':
      return { max_duration: '5s', max_retries: 2 };
    case 'constraints':
      return { never: ['x'], always: ['y'] };
    case 'examples':
      return [{ input: 'a', output: { b: 1 } }];
    case 'sections':
      return [
        { type: 'context', title: 'C', content: '{{input}}' },
        { type: 'decision', field: 'decision', options: ['ok', { id: 'no', label: 'No' }] },
      ];
    case 'command':
      return ['python3', '-c', 'print(1)'];
    case 'any':
    case 'E':
    case 'T':
    case 'text':
      return field.widget === 'cron' ? '0 6 * * 1' : field.widget === 'json' ? { a: '{{x}}' } : 'abc';
  }
}

async function type(field: string, text: string): Promise<void> {
  const editor = at(field).locator('.cm-content').last();
  await editor.click();
  await page.keyboard.press('Control+A');
  await page.keyboard.insertText(text);
  await page.keyboard.press('Escape');
  await editor.blur();
}

async function fill(field: string, text: string): Promise<void> {
  await at(field).locator('input').first().fill(text);
  await at(field).locator('input').first().press('Enter');
}

async function addRow(field: string, name: string, value?: string): Promise<void> {
  await at(field).getByRole('button', { name: /^Add/ }).first().click();
  const input = at(field).locator('input').first();
  await input.fill(name);
  await input.press('Enter');
  if (value !== undefined) await type(field, value);
}

/** Edits a field as a person would; returns what the document must hold then. */
async function edit(field: FieldSpec): Promise<Json> {
  const { name } = field;
  switch (field.widget) {
    case 'text':
      if (field.type === 'T') await type(name, 'abc');
      else await fill(name, 'abc');
      return 'abc';
    case 'area':
    case 'prompt':
    case 'expr':
    case 'template':
      await type(name, 'abc');
      return 'abc';
    case 'json':
      await type(name, '{"a": 1}');
      return { a: 1 };
    case 'number':
      await fill(name, String((field.min ?? 1) + 1));
      return (field.min ?? 1) + 1;
    case 'duration':
      await fill(name, '7');
      return '7s';
    case 'cron':
      await fill(name, '0 6 * * 1');
      return '0 6 * * 1';
    case 'toggle':
      await at(name).getByRole('switch').click();
      return field.default !== true;
    case 'select':
      return choose(field);
    case 'role':
    case 'scope':
    case 'queue':
    case 'plugin':
    case 'method':
    case 'core':
    case 'variable':
    case 'zone':
      await fill(name, 'abc');
      return 'abc';
    case 'tags':
      await fill(name, 'a');
      return ['a'];
    case 'options':
      await at(name).getByRole('button', { name: 'Add option' }).click();
      await at(name).locator('input').last().fill('maybe');
      await at(name).locator('input').last().press('Enter');
      return ['approve', 'reject', 'maybe'];
    default:
      return editLarge(field);
  }
}

async function editLarge(field: FieldSpec): Promise<Json> {
  const { name } = field;
  switch (field.widget) {
    case 'bindings':
    case 'args':
      await addRow(name, 'k', 'v');
      return { k: 'v' };
    case 'schema':
      await addRow(name, 'f');
      return { f: 'string' };
    case 'examples':
      await at(name).getByRole('button', { name: 'Add example' }).click();
      return [{ input: '', output: '' }];
    case 'policy':
      return editPolicy(field);
    case 'constraints':
      await addRow(name, 'x');
      return { never: ['x'] };
    case 'command':
      await at(name).getByRole('button', { name: 'Add argument' }).click();
      await type(name, 'ls');
      return ['ls'];
    case 'form':
      return editForm(name);
    default:
      throw new Error(`no way to edit the widget ${field.widget}`);
  }
}

async function choose(field: FieldSpec): Promise<Json> {
  const wanted = field.values?.find((value) => value !== field.default) ?? 'x';
  if (field.free) {
    await fill(field.name, wanted);
    return wanted;
  }
  await at(field.name).locator('.select-trigger').first().click();
  await page.getByRole('option', { name: wanted, exact: true }).click();
  return wanted;
}

async function editPolicy(field: FieldSpec): Promise<Json> {
  if (field.type === 'limits') {
    await fill(field.name, '5');
    return { max_duration: '5s' };
  }
  await at(field.name)
    .getByRole('button', { name: /^Add an action for Refusal/ })
    .click();
  return { refusal: 'retry' };
}

async function editForm(name: string): Promise<Json> {
  await at(name).getByRole('button', { name: 'Edit form' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Input', exact: true }).click();
  const section = page.getByRole('region', { name: 'field_1' });
  await section.locator('.select-trigger').click();
  await page.getByRole('option', { name: 'Long text' }).click();
  await page.keyboard.press('Escape');
  return [
    { type: 'context', title: 'Context', content: '{{input}}' },
    { type: 'input', field: 'field_1', kind: 'textarea', required: false },
    { type: 'decision', field: 'decision', options: ['approve', 'reject'] },
  ];
}

const visibleFields = (kind: (typeof KINDS)[number]) =>
  kind.fields.filter((field) => Object.keys(field.visibleWhen ?? {}).length === 0);

describe('every kind', () => {
  test.each(KINDS.map((kind) => [kind.id, kind] as const))(
    '%s shows each field and changes nothing by being looked at',
    async (_, kind) => {
      const fields = visibleFields(kind);
      const config = Object.fromEntries(fields.map((field) => [field.name, sample(field)]));
      await open(kind.id, config);
      for (const field of fields) expect(await at(field.name).count(), field.name).toBe(1);
      const editors = page.locator('.cm-content, .panel-body input');
      for (let i = 0; i < (await editors.count()); i++) {
        await editors.nth(i).focus();
        await editors.nth(i).blur();
      }
      expect(await configNow()).toEqual(config);
      expect(faults).toEqual([]);
    },
    60_000,
  );
});

/** One field of every pair of widget and type; the other fields of a pair are the same control. */
const pairs = new Map<string, readonly [KindId, FieldSpec]>();
for (const kind of KINDS) {
  for (const field of visibleFields(kind)) {
    const key = `${field.widget} of ${field.type}${field.free ? ', free' : ''}`;
    if (!pairs.has(key)) pairs.set(key, [kind.id, field]);
  }
}

describe('every widget', () => {
  test.each([...pairs].map(([key, [kind, field]]) => [key, kind, field] as const))(
    '%s writes what was entered',
    async (_, kind, field) => {
      await open(kind, {});
      const expected = await edit(field);
      await expect.poll(async () => (await configNow())?.[field.name], { timeout: 3000 }).toEqual(expected);
      expect(faults).toEqual([]);
    },
    60_000,
  );
});

test('a select that hides fields keeps their values', async () => {
  await open('logic_loop', { style: 'foreach', collection: 'items' });
  await at('style').locator('.select-trigger').click();
  await page.getByRole('option', { name: 'while', exact: true }).click();
  await at('condition').waitFor();
  expect(await at('collection').count()).toBe(0);
  expect(await configNow()).toMatchObject({ style: 'while', collection: 'items', max_iterations: 1000 });
});

test('JSON that is not complete is not written', async () => {
  await open('checkpoint', { payload: { a: 1 } });
  await type('payload', '{"a": ');
  await page.getByText(/^Not kept yet/).waitFor();
  expect((await configNow())?.['payload']).toEqual({ a: 1 });
});
