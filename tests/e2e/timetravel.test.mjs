// Looking back into a run, going on from there another way, and comparing both; no token is paid twice.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Editor } from './canvas.mjs';
import { journey, look, lookAtSizes, openBrowser, startModels } from './support.mjs';
import { pointAtEndpoint, supportAnswer, SURE } from './support_flow.mjs';
import { fieldLabel, t } from './texts.mjs';

const EXECUTIONS = '/v1/modules/scaicore/executions';

let browser;
let models;

before(async () => {
  models = await startModels(supportAnswer);
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await models?.close();
});

/** The newest execution, once its page shows that status. */
async function openNewest(page, server, status) {
  const { execution_id: id } = (await server.get(`${EXECUTIONS}?limit=1`)).data.items[0];
  await page.goto(`${server.origin}/runs/${id}`);
  await page.locator('.bar-head .chip', { hasText: t(`status.${status}`) }).waitFor();
  return id;
}

/** Waits until the scrubber says so. */
function position(page, n, of) {
  const text = `${t('record')} ${n} ${t('of', { n: of })}`;
  return page.locator('.scrub-text', { hasText: text }).waitFor();
}

/** Customer Support deployed and answered once; what it cost so far. */
async function answeredOnce(page) {
  await page.getByRole('button', { name: new RegExp(t('example.support')) }).click();
  const editor = new Editor(page);
  await editor.ready();
  await pointAtEndpoint(editor);
  await editor.deploy();
  await editor.run(SURE, 'deployed');
  await editor.runEnds('completed');
  return { editor, paid: models.requests.length };
}

test('Customer Support: scrub back, fork with another answer, compare', () =>
  journey(browser, 'timetravel', models.env, async ({ page, server }) => {
    const { paid } = await answeredOnce(page);
    const origin = await openNewest(page, server, 'completed');
    const run = new Editor(page);
    await run.ready();
    const { journal_seq: last } = (await server.get(`${EXECUTIONS}/${origin}`)).data;
    await position(page, last, last);

    await run.focusCanvas();
    for (let n = last - 1; n >= 2; n -= 1) {
      await run.press(',');
      await position(page, n, last);
    }
    await run.sees('Classify', 'done');
    await run.pick('Classify');
    const side = page.getByRole('complementary', { name: t('values') });
    await side.getByText('"question"').first().waitFor();
    await side.getByText(t('scopeAt', { n: 2 })).waitFor();
    await run.sees('KB search', 'running');
    await lookAtSizes(page, 'scrubbed');
    await side.getByRole('tab', { name: t('model') }).click();
    await side.getByText('Classify this customer message').first().waitFor();
    await look(page, 'scrubbed-model');
    await side.getByRole('tab', { name: t('frames') }).click();
    await side.getByText(t('fiber', { n: 0 })).waitFor();
    await look(page, 'scrubbed-frames');
    await page.getByRole('tab', { name: t('journal') }).click();
    await page.locator('.journal-row[aria-current="true"]', { hasText: 'EffectSucceeded' }).waitFor();
    await look(page, 'scrubbed-journal');
    await page.getByRole('button', { name: t('toEnd') }).click();
    await position(page, last, last);

    await side.getByRole('tab', { name: t('values') }).click();
    await run.pick('Respond');
    await run.focusCanvas();
    await run.press('k');
    const dialog = page.getByRole('dialog');
    await dialog.getByText(t('fork.reused', { n: 3 })).waitFor();
    await run.write(
      dialog.getByRole('textbox', { name: t('answer'), exact: true }),
      JSON.stringify({ answer: 'Ask Kim.', citations: ['/knowledge-base/orders.md'], confidence: 0.2 }),
    );
    await dialog.getByText(t('fork.reused', { n: 2 })).waitFor();
    await lookAtSizes(page, 'fork');
    await dialog.getByRole('button', { name: t('fork'), exact: true }).click();

    const right = page.locator('.compare-pane').nth(1);
    await right.locator('.chip', { hasText: t('status.suspended') }).waitFor();
    const rows = page.locator('.difference-row');
    await rows.filter({ hasText: 'Reply' }).filter({ hasText: t('compare.onlyLeft') }).waitFor();
    await rows.filter({ hasText: 'Human review' }).filter({ hasText: t('compare.onlyRight') }).waitFor();
    await rows.filter({ hasText: 'Respond' }).filter({ hasText: t('compare.value') }).click();
    await page.locator('.difference-side').nth(0).getByText('"It ships today."').waitFor();
    await page.locator('.difference-side').nth(1).getByText('"Ask Kim."').waitFor();
    await lookAtSizes(page, 'compare');
    assert.equal(models.requests.length, paid, 'a recorded call was paid twice');
    const { status, output } = (await server.get(`${EXECUTIONS}/${origin}`)).data;
    assert.deepEqual([status, output.response], ['completed', 'It ships today.']);
  }));

test('a fork that stops where nothing is recorded goes on by key', () =>
  journey(browser, 'fork-stop', models.env, async ({ page, server }) => {
    const { paid } = await answeredOnce(page);
    await openNewest(page, server, 'completed');
    const run = new Editor(page);
    await run.ready();
    await run.focusCanvas();
    await run.press('k');
    const dialog = page.getByRole('dialog');
    await run.write(
      dialog.getByRole('textbox', { name: t('input'), exact: true }),
      JSON.stringify({ message: { text: 'And where is order 17 now?' } }),
    );
    await dialog.getByRole('button', { name: t('fork.mismatch.stop'), exact: true }).click();
    await dialog.getByText(t('fork.reused', { n: 0 })).waitFor();
    await dialog.getByRole('button', { name: t('fork'), exact: true }).click();
    await page.locator('.compare-pane').nth(1).locator('.chip', { hasText: t('status.suspended') }).waitFor();
    assert.equal(models.requests.length, paid, 'the fork called before it was told to');
    await openNewest(page, server, 'suspended');
    await run.sees('Classify', 'paused');
    await look(page, 'fork-stopped');
    await page.keyboard.press('F9');
    await page.locator('.bar-head .chip', { hasText: t('status.completed') }).waitFor();
    assert.equal(models.requests.length, paid + 2);
  }));

/** Another goal for the step Respond, whose request is a new one by that. */
async function editRespond(editor) {
  await editor.select('Respond');
  const goal = editor.input(fieldLabel('llm_flexible', 'goal'));
  await editor.write(goal, 'Answer in one sentence: {{message.text}}');
}

test('an edited flow goes on with the recorded answers, from the editor', () =>
  journey(browser, 'reuse', models.env, async ({ page, server }) => {
    const { editor, paid } = await answeredOnce(page);
    await editRespond(editor);
    await page.getByRole('button', { name: t('runReusing') }).click();
    const line = page.locator('.run-head');
    await line.getByText(t('tokens.ofRecorded', { n: 36, recorded: 18 })).waitFor();
    await editor.sees('Classify', t('state.recorded'));
    assert.equal(models.requests.length, paid + 1, 'only the edited step asks again');
    assert.ok(JSON.stringify(models.requests.at(-1).messages).includes('Answer in one sentence'));
    await look(page, 'reuse');
    const { items } = (await server.get(`${EXECUTIONS}?limit=2`)).data;
    const [fork] = items.filter((each) => each.forked_from);
    assert.equal(fork.forked_from.execution_id, items.find((each) => each !== fork).execution_id);
  }));

test('a run is forked with the flow as it is drawn now', () =>
  journey(browser, 'fork-draft', models.env, async ({ page, server }) => {
    const { editor, paid } = await answeredOnce(page);
    await editRespond(editor);
    await page.waitForFunction(() => JSON.stringify(localStorage).includes('Answer in one sentence'));
    await openNewest(page, server, 'completed');
    const run = new Editor(page);
    await run.ready();
    await run.focusCanvas();
    await run.press('k');
    const dialog = page.getByRole('dialog');
    await dialog.getByText(t('fork.saved', { n: 36 })).waitFor();
    await dialog.getByRole('button', { name: t('fork.version') }).click();
    await page.getByRole('option', { name: t('fork.version.draft') }).click();
    await dialog.getByText(t('fork.reused', { n: 2 })).waitFor();
    await dialog.getByText(t('fork.saved', { n: 18 })).waitFor();
    await lookAtSizes(page, 'fork-draft');
    await dialog.getByRole('button', { name: t('fork'), exact: true }).click();
    const right = page.locator('.compare-pane').nth(1);
    await right.getByText(t('tokens.ofRecorded', { n: 36, recorded: 18 })).waitFor();
    assert.equal(models.requests.length, paid + 1, 'only the edited step asks again');
    await lookAtSizes(page, 'fork-draft-compared');
  }));
