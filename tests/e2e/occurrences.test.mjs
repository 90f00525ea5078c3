// A loop looked into turn by turn, two moments of it compared, and the flow mended without paying twice.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Editor } from './canvas.mjs';
import { deployAndRun, EACH_ROW, rowAnswer } from './loop_flow.mjs';
import { journey, lookAtSizes, openBrowser, startModels } from './support.mjs';
import { t } from './texts.mjs';

const EXECUTIONS = '/v1/modules/scaicore/executions';

let browser;
let models;

before(async () => {
  models = await startModels(rowAnswer);
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await models?.close();
});

/** A finished run of three rows, on its page. */
async function openRun(page, server) {
  const ids = await deployAndRun(server, EACH_ROW, { rows: ['ant', 'bee', 'camel'] });
  await page.goto(`${server.origin}/runs/${ids.executionId}`);
  await page.locator('.bar-head .chip', { hasText: t('status.completed') }).waitFor();
  const run = new Editor(page);
  await run.ready();
  return { ...ids, run, side: page.getByRole('complementary', { name: t('values') }) };
}

/** Waits until the stepper of the side dock says so. */
function stands(side, nth, of) {
  return side.locator('.stepper .scrub-text', { hasText: `${nth} ${t('of', { n: of })}` }).waitFor();
}

test('a step in a loop is looked at turn by turn, by mouse and by key', () =>
  journey(browser, 'occurrences', models.env, async ({ page, server }) => {
    const { run, side } = await openRun(page, server);
    await run.pick('Name it');
    await stands(side, 3, 3);
    await side.getByText('"CAMEL"').first().waitFor();
    await side.getByRole('button', { name: t('step.previous', { name: t('occurrence') }) }).click();
    await stands(side, 2, 3);
    await side.getByText('"BEE"').first().waitFor();
    await page.locator('.scrub-text', { hasText: `${t('record')} 3 ${t('of', { n: 4 })}` }).waitFor();
    await run.focusCanvas();
    await run.press('[');
    await stands(side, 1, 3);
    await lookAtSizes(page, 'occurrence');
    await run.pick('Write it');
    await stands(side, 1, 3);
    await side.getByText('"ANT!"').first().waitFor();
    await run.pick('Each row');
    await stands(side, 1, 3);
    await run.focusCanvas();
    await run.press(']', 2);
    await stands(side, 3, 3);
    await run.pick('Name it');
    await side.getByRole('tab', { name: t('model') }).click();
    await side.getByText('Name row camel').first().waitFor();
    await run.pick('Sum up');
    assert.equal(await side.locator('.stepper').count(), 0);
  }));

test('two moments of one run stand side by side', () =>
  journey(browser, 'positions', models.env, async ({ page, server }) => {
    const { run } = await openRun(page, server);
    await run.focusCanvas();
    await run.press(',', 2);
    await page.getByRole('button', { name: t('position.hold') }).click();
    const table = page.locator('.positions');
    await table.getByText(t('change.none')).waitFor();
    await run.focusCanvas();
    await run.press('.', 2);
    const row = (name) => table.getByRole('group', { name, exact: true });
    await row('named').locator('.tree-row.marked', { hasText: '"ANT"' }).waitFor();
    await row('named').locator('.tree-row.marked', { hasText: '"CAMEL"' }).waitFor();
    await row('sum').and(page.locator('[data-kind="added"]')).waitFor();
    await table.getByText(t('tokens.between', { n: 36 })).waitFor();
    assert.equal(await row('rows').count(), 0, 'what did not change is folded');
    await table.getByRole('button', { name: t('change.showSame', { n: 2 }) }).click();
    await row('rows').waitFor();
    await lookAtSizes(page, 'positions');
    await page.getByRole('button', { name: t('position.release', { n: 2 }) }).click();
    await table.waitFor({ state: 'detached' });
  }));
