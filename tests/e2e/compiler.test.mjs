// The compiler in the page: the bytes of the server and of the golden files; the server where it fails.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { compare, findCases } from '../flows/golden.mjs';
import { Editor } from './canvas.mjs';
import { journey, openBrowser } from './support.mjs';
import { t } from './texts.mjs';

let browser;

before(async () => {
  browser = await openBrowser();
});
after(() => browser?.close());

/** Opens an empty flow; gives the addresses of worker and module as the page asked for them. */
async function openEmpty(page) {
  const script = page.waitForRequest(/\/assets\/worker-[^/]+\.js$/);
  const module = page.waitForRequest(/\.wasm$/);
  await page.getByRole('button', { name: t('newFlow'), exact: true }).first().click();
  await new Editor(page).ready();
  return { script: (await script).url(), module: (await module).url() };
}

/** A second worker of the page's own files; `call(name, input)` as in golden.mjs, with the body as bytes. */
async function startWorker(page, files) {
  await page.evaluate(async ({ script, module }) => {
    const worker = new Worker(script, { type: 'module' });
    const heard = () => new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => (data.fault ? reject(new Error(data.fault)) : resolve(data));
    });
    const ready = heard();
    worker.postMessage({ url: module, newest: null });
    await ready;
    let id = 0;
    globalThis.askCompiler = (name, input) => {
      const answer = heard();
      worker.postMessage({ id: ++id, abandonable: false, calls: [{ name, input }] });
      return answer;
    };
  }, files);
  return async (name, input) => {
    const answer = await page.evaluate(([a, b]) => globalThis.askCompiler(a, b), [name, input]);
    const coding = answer.head.format === 'ir' ? 'base64' : 'utf8';
    return { head: answer.head, body: Buffer.from(answer.body, coding) };
  };
}

/** The document of a case when the API takes it: an object that is valid JSON. */
function documentOf(golden) {
  try {
    const flow = JSON.parse(golden.sections.flow ?? 'null');
    return flow !== null && typeof flow === 'object' && !Array.isArray(flow) ? flow : undefined;
  } catch {
    return undefined;
  }
}

test('the compiler in the page gives the bytes of the golden files and of the server', () =>
  journey(browser, 'compiler-golden', {}, async ({ page, server }) => {
    const call = await startWorker(page, await openEmpty(page));
    const { head } = await call('version', '');
    assert.equal(head.compiler, (await server.get('/v1/version')).compiler);
    let compared = 0;
    for (const golden of findCases()) {
      const { expected, actual } = await compare(golden, call);
      assert.deepEqual(actual, expected, golden.path);
      const content = documentOf(golden);
      if (content) compared += await compareWithServer(server, golden.path, content, call);
    }
    assert.ok(compared > 100, `${compared} documents were compared`);
  }));

/** 1 when the answers were compared; 0 for a document that is nested too deep for the API to read. */
async function compareWithServer(server, path, content, call) {
  const validated = await server.post('/v1/flows/validate', { content });
  if (validated.status === 400) return 0;
  await call('load', JSON.stringify(content));
  const checked = await call('check', '{}');
  assert.deepEqual(checked.head.diagnostics, validated.body.diagnostics, path);
  for (const format of ['yaml', 'ir', 'scai']) {
    const theirs = (await server.post('/v1/flows/compile', { content, format })).body;
    const ours = await call('compile', JSON.stringify({ format }));
    assert.deepEqual(ours.head.diagnostics, theirs.diagnostics, path);
    assert.deepEqual(ours.head.fixes, theirs.fixes, path);
    const body = ours.head.has_body ? ours.body.toString(format === 'ir' ? 'base64' : 'utf8') : null;
    assert.equal(body, theirs.body, `${path} as ${format}`);
  }
  return 1;
}

test('the pane says who compiles, and an edit is checked in the page', () =>
  journey(browser, 'compiler-here', {}, async ({ page }) => {
    const asked = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await openEmpty(page);
    await page.getByText(t('preview.by.wasm')).waitFor();
    const editor = new Editor(page);
    await editor.place('entry_api', 0.25, 0.4);
    await page.locator('.preview').getByText('entry_api').first().waitFor();
    assert.deepEqual(asked.filter((path) => /flows\/(validate|compile)$/.test(path)), []);
    assert.ok(await page.evaluate(() => globalThis.crossOriginIsolated), 'no shared memory');
  }));

test('a template is tried with values of its own, and kept when it is right', () =>
  journey(browser, 'compiler-try', {}, async ({ page }) => {
    await openEmpty(page);
    await page.getByText(t('preview.by.wasm')).waitFor();
    const editor = new Editor(page);
    await editor.place('entry_api', 0.25, 0.4);
    await editor.place('llm_flexible', 0.6, 0.4);
    await editor.write(editor.input('Goal'), 'Say {{input}} to {{1 + 2}}');
    await page.getByRole('button', { name: `${t('try')}: Goal` }).click();
    const dialog = page.getByRole('dialog');
    const code = (name) => dialog.getByRole('textbox', { name, exact: true });
    await editor.write(code(t('try.values')), '{"input": "good morning"}');
    await dialog.getByText('Say good morning to 3').waitFor();
    await dialog.getByText(t('try.samples')).waitFor();
    await editor.write(code('Goal'), 'Say {{input.}}');
    await dialog.locator('.field-error').getByText(/, at character \d+/).waitFor();
    await editor.write(code('Goal'), 'Cheer {{input}}');
    await dialog.getByText('Cheer good morning').waitFor();
    await dialog.getByRole('button', { name: t('try.keep'), exact: true }).click();
    await dialog.waitFor({ state: 'hidden' });
    await page.locator('.preview').getByText('Cheer {{input}}').first().waitFor();
  }));

test('names, members and places of mistakes come from the compiler', () =>
  journey(browser, 'compiler-names', {}, async ({ page }) => {
    await openEmpty(page);
    await page.getByText(t('preview.by.wasm')).waitFor();
    const editor = new Editor(page);
    await editor.place('entry_api', 0.25, 0.4);
    await editor.place('llm_guarded', 0.6, 0.4);
    await editor.connect('API Entry', 'Guarded LLM');
    await editor.select('Guarded LLM');
    const offered = (label) => page.locator('.cm-tooltip-autocomplete li').filter({ hasText: label });
    const guard = editor.input('Validate');
    await guard.click();
    await page.keyboard.type('out');
    await offered('output').filter({ hasText: 'any' }).waitFor();
    await page.keyboard.type('put.up');
    await offered('upper()').waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+A');
    await page.keyboard.type("'\u{1F600}' == now()");
    await page.keyboard.press('Escape');
    const marked = page.locator('[data-field="validate"] .cm-lintRange-error');
    await marked.waitFor();
    assert.equal(await marked.textContent(), 'now');
  }));

test('the server compiles when the module cannot be loaded', () =>
  journey(browser, 'compiler-afar', {}, async ({ page }) => {
    // Not aborted, which the console would call an error: an answer that is no module.
    const nothing = { contentType: 'application/wasm', body: 'no module' };
    await page.route('**/*.wasm', (route) => route.fulfill(nothing));
    await openEmpty(page);
    await page.getByText(t('preview.by.server')).waitFor();
  }));
