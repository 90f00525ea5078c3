// Finding one's way in a flow: search, quick zooming, files dropped in, a picture taken out.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Editor } from './canvas.mjs';
import { EACH_ROW } from './loop_flow.mjs';
import { journey, look, lookAtSizes, openBrowser } from './support.mjs';
import { t } from './texts.mjs';

let browser;

before(async () => {
  browser = await openBrowser();
});
after(() => browser?.close());

function walk(title, name, run) {
  test(title, () => journey(browser, name, {}, run));
}

async function openSupport(page) {
  await page.getByRole('button', { name: new RegExp(t('example.support')) }).click();
  const editor = new Editor(page);
  await editor.ready();
  return editor;
}

walk('search lights what it finds, steps through it and selects it', 'search', async ({ page }) => {
  const editor = await openSupport(page);
  await editor.select('Classify');
  const label = editor.input(t('label'));
  await label.click();
  await editor.press('Control+f');
  const box = page.getByRole('combobox', { name: t('searchFlow') });
  await box.and(page.locator(':focus')).waitFor();
  await page.keyboard.type('category');
  const hits = page.locator('.search-hit');
  await hits.filter({ hasText: 'Classify' }).first().waitFor();
  const count = await hits.count();
  assert.ok(count >= 2, 'the schema and its uses hold the word');
  await page.getByText(t('search.count', { n: count })).waitFor();
  await editor.step('API Entry').and(page.locator('.is-unlit')).waitFor();
  assert.equal(await editor.step('Classify').and(page.locator('.is-unlit')).count(), 0);
  await editor.press('ArrowDown');
  const second = await page.locator('.search-hit[aria-selected="true"] .search-name').textContent();
  await lookAtSizes(page, 'search');
  await editor.press('Enter');
  assert.equal(await label.inputValue(), second);
  await editor.press('Control+f');
  await page.keyboard.type('confidence > 0.7');
  await hits.filter({ hasText: t('search.edge', { from: 'Sure enough?', to: 'Reply' }) }).click();
  await page.getByRole('tab', { name: t('palette') }).click();
  assert.equal(await page.locator('.is-unlit').count(), 0, 'the light goes out with the search');
});

walk('zoom steps that come faster than the view moves all count', 'zoom', async ({ page }) => {
  const editor = await openSupport(page);
  await page.emulateMedia({ reducedMotion: 'no-preference' });
  await editor.focusCanvas();
  await editor.press('Control+0');
  await editor.press('Control+=', 4);
  await page.locator('.zoom-bar').getByText('207 %').waitFor();
});

/** Lets a file fall on the page. */
async function drop(page, name, text) {
  const files = await page.evaluateHandle(([name, text]) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([text], name));
    return transfer;
  }, [name, text]);
  await page.dispatchEvent('body', 'dragover', { dataTransfer: files });
  await page.locator('.drop-target').waitFor();
  await page.dispatchEvent('body', 'drop', { dataTransfer: files });
}

walk('a flow and a manifest are dropped on the page and on the canvas', 'drop', async ({ page, server }) => {
  await page.getByRole('heading', { name: t('welcome.title') }).waitFor();
  await drop(page, 'rows.flow.json', JSON.stringify(EACH_ROW));
  const editor = new Editor(page);
  await editor.ready();
  await editor.countIs(5);
  const { body } = (await server.post('/v1/flows/compile', { content: EACH_ROW, format: 'yaml' })).body;
  await drop(page, 'rows.yaml', body);
  const dialog = page.getByRole('dialog');
  await dialog.getByText(t('import.holds', { n: 5, m: 5 })).waitFor();
  await look(page, 'import');
  await dialog.getByRole('button', { name: t('import.insert') }).click();
  await editor.countIs(10);
  await editor.focusCanvas();
  await editor.press('Control+z');
  await editor.countIs(5);
  await drop(page, 'notes.txt', 'hello');
  await page.getByText(t('import.failed', { name: 'notes.txt' })).first().waitFor();
  await page.goto(`${server.origin}/flows`);
  await page.getByRole('heading', { name: t('flows'), exact: true }).waitFor();
  await drop(page, 'rows.yaml', body);
  await editor.ready();
  await editor.countIs(5);
});

walk('the whole flow as a picture', 'svg', async ({ page }) => {
  const editor = await openSupport(page);
  const download = page.waitForEvent('download');
  await editor.press('Control+k');
  await page.getByRole('textbox', { name: t('allCommands'), exact: true }).fill(t('exportSvg'));
  await page.getByRole('option', { name: t('exportSvg') }).first().click();
  const file = await download;
  assert.equal(file.suggestedFilename(), 'customer-support.svg');
  const stream = await file.createReadStream();
  let text = '';
  for await (const chunk of stream) text += chunk;
  const found = await page.evaluate((source) => {
    const picture = new DOMParser().parseFromString(source, 'image/svg+xml');
    return {
      error: picture.querySelector('parsererror')?.textContent ?? '',
      titles: [...picture.querySelectorAll('text[font-weight]')].map((each) => each.textContent),
    };
  }, text);
  assert.equal(found.error, '');
  assert.equal(found.titles.length, (await editor.exported()).nodes.length);
  assert.ok(found.titles.includes('Classify'));
});

walk('fixtures of a flow that no server has run in the page', 'fixtures', async ({ page }) => {
  const asked = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  const editor = await openSupport(page);
  await page.getByRole('tab', { name: t('tests') }).click();
  const runAll = page.getByRole('button', { name: t('runAll'), exact: true });
  await runAll.click();
  await page.getByText(t('passedOf', { passed: 2, of: 2 })).waitFor();
  await editor.sees('Classify', 'done');
  await editor.focusCanvas();
  await editor.press('Shift+1');
  await editor.select('Sure enough?');
  await editor.open(t('connections'));
  const condition = page.locator('.dock.right').getByRole('textbox', { name: t('condition'), exact: true });
  await page.getByRole('button', { name: t('test.onChange'), exact: true }).click();
  await editor.write(condition.first(), 'confidence > 0.95');
  await page.getByText("node 'node_review' has no mock").waitFor();
  await editor.sees('Human review', 'failed');
  await lookAtSizes(page, 'fixtures');
  await editor.focusCanvas();
  await editor.press('Control+z');
  await page.getByText(t('passedOf', { passed: 2, of: 2 })).waitFor();
  assert.deepEqual(asked.filter((path) => path.endsWith('/run-tests')), []);
});
