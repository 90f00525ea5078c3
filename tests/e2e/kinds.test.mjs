// All 24 kinds: placed from the palette, every field of the panels filled in, saved, opened again unchanged.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Editor } from './canvas.mjs';
import { configure } from './configure.mjs';
import { journey, look, openBrowser } from './support.mjs';
import { KINDS } from './texts.mjs';

const COLUMNS = 6;
let browser;

before(async () => {
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
});

test('all 24 kinds are placed, configured, saved and reopened unchanged', () => (
  journey(browser, 'kinds', {}, walk)
));

async function walk({ page, server }) {
  assert.equal(KINDS.length, 24);
  await page.goto(`${server.origin}/flows/new?fresh=1`);
  const editor = new Editor(page);
  await editor.ready();
  await editor.zoomOut(300);
  await editor.focusCanvas();
  await editor.press('m');
  for (const [n, kind] of KINDS.entries()) {
    const [column, line] = [n % COLUMNS, Math.floor(n / COLUMNS)];
    await editor.place(kind.id, (column + 0.6) / (COLUMNS + 0.4), (line + 0.6) / 4.4);
  }
  await look(page, 'kinds-placed');
  const expected = {};
  for (const kind of KINDS) {
    await editor.select(kind.title);
    expected[kind.id] = await configure(editor, kind);
    assert.ok(Object.keys(expected[kind.id]).length > 0, kind.id);
    await look(page, `kind-${kind.id}`, ['light']);
  }
  await editor.focusCanvas();
  await editor.save('1.0.0');
  await compare(editor, server, expected);
}

async function compare(editor, server, expected) {
  const { items: [{ id }] } = await server.get('/v1/flows');
  const stored = (await server.get(`/v1/flows/${id}`)).content;
  assert.equal(stored.nodes.length, KINDS.length);
  for (const node of stored.nodes) {
    for (const [field, value] of Object.entries(expected[node.type])) {
      assert.deepEqual(node.config[field], value, `${node.type}.${field}`);
    }
  }
  await editor.page.goto(`${server.origin}/flows/${id}`);
  await editor.ready();
  await editor.countIs(KINDS.length);
  assert.deepEqual(await editor.exported(), stored);
  await editor.focusCanvas();
  await editor.press('Shift+1');
  await editor.press('m');
  for (const kind of KINDS) await editor.select(kind.title);
  assert.deepEqual(await editor.exported(), stored);
}
