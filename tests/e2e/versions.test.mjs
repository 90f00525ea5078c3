// Versions of a flow: what makes one of another is marked on both canvases and listed with its words.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Editor } from './canvas.mjs';
import { journey, look, lookAtSizes, openBrowser } from './support.mjs';
import { fieldLabel, t } from './texts.mjs';

let browser;

before(async () => {
  browser = await openBrowser();
});
after(() => browser?.close());

/** Customer Support saved, then changed: a text, a condition, a step more, one less, one moved. */
async function changedSupport(page) {
  await page.getByRole('button', { name: new RegExp(t('example.support')) }).click();
  const editor = new Editor(page);
  await editor.ready();
  await editor.focusCanvas();
  await editor.save('1.0.0');
  await editor.press('Shift+1');
  await editor.select('Respond');
  const goal = editor.input(fieldLabel('llm_flexible', 'goal'));
  await goal.click();
  await editor.press('Control+End');
  await page.keyboard.insertText(' Never guess.');
  await goal.blur();
  await editor.select('Sure enough?');
  await editor.open(t('connections'));
  const condition = page.locator('.dock.right').getByRole('textbox', { name: t('condition'), exact: true });
  await editor.write(condition.first(), 'confidence > 0.8');
  await editor.pick('Human review');
  await editor.press('Delete');
  await editor.step('Human review').waitFor({ state: 'detached' });
  await editor.pick('Classify');
  await editor.press('Alt+Shift+ArrowDown');
  await editor.place('data_variable_set', 0.5, 0.9);
  return editor;
}

/** The compared versions from the drawer: the one that is chosen, and what the editor holds. */
async function compareWith(page, editor, version) {
  await editor.header(t('more')).click();
  await page.getByRole('menuitem', { name: t('versions') }).click();
  await page.getByRole('button', { name: t('actionsFor', { name: version }) }).click();
  await page.getByRole('menuitem', { name: t('compare') }).click();
  await page.getByRole('complementary', { name: t('compare.differences') }).waitFor();
}

/** The entry of the list under that name. */
const entry = (page, name) =>
  page.locator('.change-entry').filter({ has: page.locator('.change-head .strong', { hasText: name }) });
const side = (page, which) => new Editor(page.getByRole('region', { name: t(which), exact: true }));

test('a version beside what the editor holds', () =>
  journey(browser, 'versions', {}, async ({ page }) => {
    const editor = await changedSupport(page);
    await compareWith(page, editor, '1.0.0');
    const goal = entry(page, /^Respond$/);
    await goal.locator('ins', { hasText: 'Never guess.' }).waitFor();
    await goal.getByText(fieldLabel('llm_flexible', 'goal'), { exact: true }).waitFor();
    await entry(page, /^Human review$/).filter({ hasText: t('diff.removed') }).waitFor();
    await entry(page, /^Classify$/).filter({ hasText: t('diff.moved') }).waitFor();
    const sure = t('diff.edge', { from: 'Sure enough?', to: 'Reply' });
    await entry(page, sure).filter({ hasText: '0.8' }).waitFor();
    await look(page, 'versions-open');

    await goal.getByRole('button').click();
    const [left, right] = [side(page, 'diff.before'), side(page, 'diff.after')];
    for (const pane of [left, right]) {
      await pane.sees('Respond', 'changed');
      await pane.sees('Respond', 'selected');
    }
    await left.sees('Human review', 'removed');
    assert.equal(await right.step('Human review').count(), 0);
    await entry(page, /^Set Variable$/).getByRole('button').click();
    await right.step('Set Variable').and(page.locator('[aria-label*="added"]')).waitFor();
    assert.equal(await left.step('Set Variable').count(), 0);
    await lookAtSizes(page, 'versions');

    const chosen = page.locator('.change-head[aria-current="true"]');
    const first = page.locator('.change-head').first();
    await page.locator('.change-head').last().click();
    await page.keyboard.press('F7');
    assert.equal(await chosen.textContent(), await first.textContent());
    await page.keyboard.press('Shift+F7');
    assert.equal(await chosen.textContent(), await page.locator('.change-head').last().textContent());

    await page.keyboard.press('Escape');
    await editor.host.and(page.locator(':focus')).waitFor();
    await editor.save('1.0.1');
    await compareWith(page, editor, '1.0.1');
    await page.getByText(t('diff.equal.text')).waitFor();
    await lookAtSizes(page, 'versions-equal');
    await page.getByRole('button', { name: new RegExp(`^${t('diff.before')}`) }).click();
    await page.getByRole('option', { name: 'v1.0.0' }).click();
    await entry(page, /^Human review$/).waitFor();
    await page.getByRole('button', { name: t('diff.close') }).click();
    await editor.host.and(page.locator(':focus')).waitFor();
  }));
