// The journeys of a new person, against the real binary in real Chromium.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Editor } from './canvas.mjs';
import { journey, look, openBrowser, startModels } from './support.mjs';
import { pointAtEndpoint, supportAnswer, SURE, UNSURE } from './support_flow.mjs';
import { t } from './texts.mjs';

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

function walk(title, name, run) {
  test(title, () => journey(browser, name, models.env, run));
}

walk('the token leaves the address bar and the first page offers a start', 'start', async ({ page }) => {
  await page.getByRole('heading', { name: t('welcome.title') }).waitFor();
  assert.ok(!page.url().includes('token'));
  await look(page, 'flows-empty');
});

walk('Echo Agent: built from nothing, saved, deployed, run', 'echo', async ({ page, server }) => {
  await page.getByRole('button', { name: t('newFlow'), exact: true }).first().click();
  const editor = new Editor(page);
  await editor.ready();
  await look(page, 'editor-empty');
  await editor.place('entry_api', 0.25, 0.4);
  await editor.place('llm_rigid', 0.65, 0.4);
  await editor.connect('API Entry', 'Template');
  await editor.select('Template');
  await editor.write(editor.input('Template'), 'You said: {{message}}');
  await editor.fill(editor.input(t('label')), 'Echo');
  await editor.fill(editor.input(t('flowName')), 'Echo Agent');
  await look(page, 'echo-built');
  await editor.run({ message: 'a draft' }, 'draft');
  await editor.runEnds('completed');
  await page.locator('.run-output').getByText('You said: a draft').waitFor();
  await editor.save('1.0.0');
  const coreId = await editor.deploy();
  await editor.run({ message: 'hello' }, 'deployed');
  await editor.runEnds('completed');
  await page.locator('.run-output').getByText('You said: hello').waitFor();
  await editor.sees('API Entry', 'done');
  await editor.sees('Echo', 'done');
  await look(page, 'echo-run');
  const { items } = (await server.get(`${EXECUTIONS}?core_id=${coreId}`)).data;
  assert.deepEqual(items.map((item) => item.status), ['completed']);
  await page.goto(`${server.origin}/flows`);
  await page.getByRole('row', { name: /Echo Agent/ }).waitFor();
  await look(page, 'flows');
});

walk('Customer Support: answers when sure, asks a person when not', 'support', async ({ page, server }) => {
  await page.getByRole('button', { name: new RegExp(t('example.support')) }).click();
  const editor = new Editor(page);
  await editor.ready();
  await look(page, 'support');
  await pointAtEndpoint(editor);
  await editor.deploy();
  await editor.run(SURE, 'deployed');
  await editor.runEnds('completed');
  await page.locator('.run-output').getByText('It ships today.').waitFor();
  await editor.sees('Reply', 'done');
  await editor.sees('Human review', 'not reached');
  await look(page, 'support-sure');
  await editor.run(UNSURE, 'deployed');
  await editor.runEnds('suspended');
  await editor.sees('Human review', 'waits for a person');
  await look(page, 'support-waits');
  await answerInInbox(page, server);
  const { execution_id: id } = (await server.get(`${EXECUTIONS}?limit=1`)).data.items[0];
  await page.goto(`${server.origin}/runs/${id}`);
  await page.getByText(t('status.completed'), { exact: true }).first().waitFor();
  await page.getByText('Please ask Kim.').first().waitFor();
  await look(page, 'support-run');
  const { status, output } = (await server.get(`${EXECUTIONS}/${id}`)).data;
  assert.deepEqual([status, output.response, output.reviewed], ['completed', 'Please ask Kim.', true]);
});

async function answerInInbox(page, server) {
  await page.goto(`${server.origin}/inbox`);
  await page.getByText(UNSURE.message.text).first().waitFor();
  await page.getByRole('textbox', { name: 'Answer', exact: true }).click();
  await page.keyboard.press('Control+A');
  await page.keyboard.type('Please ask Kim.');
  await look(page, 'inbox');
  const decisions = page.locator('.decision-bar');
  await decisions.getByRole('button', { name: 'Send' }).click();
  await decisions.getByRole('button', { name: t('sure', { choice: 'Send' }) }).click();
  await page.getByText(t('inbox.empty')).waitFor();
  await look(page, 'inbox-empty');
}

walk('a reload in the middle of an edit loses nothing', 'draft', async ({ page, server }) => {
  await page.goto(`${server.origin}/flows/new?fresh=1`);
  const editor = new Editor(page);
  await editor.ready();
  await editor.place('entry_api', 0.2, 0.3);
  await editor.place('llm_rigid', 0.6, 0.3);
  await editor.connect('API Entry', 'Template');
  await editor.select('Template');
  await editor.write(editor.input('Template'), 'Half a sentence');
  const before = await editor.exported();
  await page.waitForFunction(() => JSON.stringify(localStorage).includes('Half a sentence'));
  await page.goto(`${server.origin}/flows/new`);
  await editor.ready();
  await editor.countIs(2);
  assert.deepEqual(await editor.exported(), before);
  await editor.save('1.0.0');
  const drafts = await page.evaluate(() => Object.keys(localStorage).filter((key) => key.includes('_draft')));
  assert.deepEqual(drafts, []);
});

walk('twenty steps back and twenty forth', 'undo', async ({ page, server }) => {
  await page.goto(`${server.origin}/flows/new?fresh=1`);
  const editor = new Editor(page);
  await editor.ready();
  await editor.place('entry_api', 0.2, 0.3);
  await editor.place('llm_rigid', 0.5, 0.3);
  const before = await editor.exported();
  await editor.select('Template');
  await editor.focusCanvas();
  for (let n = 0; n < 20; n += 1) {
    await editor.press('Control+D');
    await editor.countIs(3 + n);
  }
  const twentyLater = await editor.exported();
  assert.equal(twentyLater.nodes.length, 22);
  await editor.focusCanvas();
  for (let n = 0; n < 20; n += 1) {
    await editor.press('Control+Z');
    await editor.countIs(21 - n);
  }
  assert.deepEqual(await editor.exported(), before);
  await editor.focusCanvas();
  for (let n = 0; n < 20; n += 1) {
    await editor.press('Control+Shift+Z');
    await editor.countIs(3 + n);
  }
  assert.deepEqual(await editor.exported(), twentyLater);
});
