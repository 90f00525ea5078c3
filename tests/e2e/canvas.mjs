// A person at the editor: mouse and keyboard only, things are found by their roles and names.
import assert from 'node:assert/strict';
import { t, titleOf } from './texts.mjs';

// Measures of a node (12 section 7.2): how far down a port stands, in units of a node 220 wide.
const NODE_WIDTH = 220;
const portRow = (row) => 52 + 22 * row + 11;

export class Editor {
  constructor(page) {
    this.page = page;
    this.host = page.getByRole('application');
  }

  async ready() {
    await this.host.waitFor();
  }

  /** A step on the canvas by its label. */
  step(label) {
    return this.page.locator(`[aria-roledescription="step"][aria-label^="${label},"]`);
  }

  connection(from, to) {
    const place = `[aria-roledescription="connection"][aria-label^="from ${from} to ${to},"]`;
    return this.page.locator(place);
  }

  steps() {
    return this.page.locator('[aria-roledescription="step"]');
  }

  connections() {
    return this.page.locator('[aria-roledescription="connection"]');
  }

  /** A point of the canvas, as fractions of its width and height. */
  async point(fx, fy) {
    const box = await this.host.boundingBox();
    return { x: box.x + box.width * fx, y: box.y + box.height * fy };
  }

  async drag(from, to) {
    const { mouse } = this.page;
    await mouse.move(from.x, from.y);
    await mouse.down();
    await mouse.move((from.x + to.x) / 2, (from.y + to.y) / 2, { steps: 4 });
    await mouse.move(to.x, to.y, { steps: 4 });
    await mouse.up();
  }

  paletteRow(kind) {
    return this.page.locator('.palette').getByRole('button', { name: titleOf(kind), exact: true });
  }

  /** Zooms out by the wheel, at the middle of the canvas; 300 is about half the size. */
  async zoomOut(turn) {
    const { x, y } = await this.point(0.5, 0.5);
    await this.page.mouse.move(x, y);
    await this.page.keyboard.down('Control');
    await this.page.mouse.wheel(0, turn);
    await this.page.keyboard.up('Control');
  }

  /** Drags a kind from the palette to a point of the canvas. */
  async place(kind, fx, fy) {
    const before = await this.steps().count();
    const row = this.paletteRow(kind);
    await row.scrollIntoViewIfNeeded();
    await this.drag(middle(await row.boundingBox()), await this.point(fx, fy));
    await this.countIs(before + 1);
  }

  /** Waits until the canvas holds so many steps. */
  async countIs(wanted) {
    const count = (n) => document.querySelectorAll('[aria-roledescription="step"]').length === n;
    await this.page.waitForFunction(count, wanted);
  }

  async box(label) {
    const box = await this.step(label).locator('.step-body').boundingBox();
    return { ...box, k: box.width / NODE_WIDTH };
  }

  async port(label, side, row = 0) {
    const { x, y, width, k } = await this.box(label);
    return { x: side === 'in' ? x : x + width, y: y + portRow(row) * k };
  }

  /** Draws a connection from an output to an input. */
  async connect(from, to, { output = 0, input = 0 } = {}) {
    await this.drag(await this.port(from, 'out', output), await this.port(to, 'in', input));
    await this.connection(from, to).first().waitFor({ state: 'attached' });
  }

  /** Clicks a step, at the height of its title. */
  async pick(label) {
    const { x, y, width, k } = await this.box(label);
    await this.page.mouse.click(x + width / 2, y + 16 * k);
  }

  /** Selects a step by a click on its title; the property panel shows it. */
  async select(label) {
    await this.pick(label);
    await this.page.getByRole('textbox', { name: t('label'), exact: true }).waitFor();
  }

  /** Clicks where nothing is, so that the panel shows the flow's settings. */
  async selectNothing() {
    const { x, y } = await this.point(0.5, 0.04);
    await this.page.mouse.click(x, y);
    await this.page.getByText(t('flowSettings'), { exact: true }).waitFor();
  }

  /** Puts the keyboard on the canvas without changing anything. */
  async focusCanvas() {
    await this.host.focus();
  }

  async press(keys, times = 1) {
    for (let n = 0; n < times; n += 1) await this.page.keyboard.press(keys);
  }

  /** Replaces the text of a one-line input and leaves it with Tab. */
  async fill(input, text) {
    await input.click();
    await this.press('Control+A');
    await this.page.keyboard.type(text);
    await this.press('Tab');
  }

  /** Replaces the text of a code editor; what its completion offers is closed, so that nothing is added. */
  async write(code, text) {
    await code.click();
    await this.press('Control+A');
    await this.press('Delete');
    await this.page.keyboard.insertText(text);
    await this.press('Escape');
    await code.blur();
  }

  input(label) {
    return this.page.getByRole('textbox', { name: label, exact: true });
  }

  section(title) {
    return this.page.locator('.collapsible-button', { hasText: title });
  }

  async open(title) {
    const head = this.section(title);
    if (await head.getAttribute('aria-expanded') === 'false') await head.click();
  }

  /** The button of the header, not one of the same name elsewhere. */
  header(name) {
    return this.page.locator('[data-region="header"]').getByRole('button', { name, exact: true });
  }

  async save(version) {
    await this.press('Control+S');
    await this.page.getByText(t('savedVersion', { version }), { exact: true }).first().waitFor();
  }

  /** Deploys through the dialog; gives the id of the Core. */
  async deploy() {
    await this.header(t('deploy')).click();
    const dialog = this.page.getByRole('dialog');
    const go = new RegExp(`^(${t('saveAndDeploy')}|${start('deployVersion')})`);
    await dialog.getByRole('button', { name: go }).click();
    const sentence = dialog.getByText(/core_id=core_\w+/).first();
    const refusal = dialog.locator('.deploy-error');
    await sentence.or(refusal).first().waitFor();
    if (await refusal.isVisible()) assert.fail(await refusal.textContent());
    const coreId = /core_id=(core_\w+)/.exec(await sentence.textContent())[1];
    await dialog.getByRole('button', { name: t('done'), exact: true }).click();
    return coreId;
  }

  /** Opens the Run dock and starts the draft or what is deployed with `input`. */
  async run(input, target) {
    const code = this.page.getByRole('textbox', { name: t('input'), exact: true });
    if (!await code.isVisible()) await this.header(t('runDraft')).click();
    await this.write(code, JSON.stringify(input));
    const dock = this.page.locator('.run-dock');
    await dock.getByRole('button', { name: t(target === 'draft' ? 'runDraft' : 'invokeDeployed') }).click();
  }

  async runEnds(status) {
    await this.page.locator('.run-head .chip', { hasText: t(`status.${status}`) }).waitFor();
  }

  /** The state a step shows: to the eye by its look, to everybody else in its name. */
  async sees(label, said) {
    await this.step(label).and(this.page.locator(`[aria-label*="${said}"]`)).waitFor();
  }

  /** The document as the editor would export it. */
  async exported() {
    const download = this.page.waitForEvent('download');
    await this.press('Control+K');
    await this.page.getByRole('textbox', { name: t('allCommands'), exact: true }).fill(t('exportJson'));
    await this.page.getByRole('option', { name: t('exportJson') }).first().click();
    const stream = await (await download).createReadStream();
    let text = '';
    for await (const chunk of stream) text += chunk;
    return JSON.parse(text);
  }
}

/** The words of a text before its first placeholder. */
function start(key) {
  return t(key).split('{')[0];
}

function middle(box) {
  assert.ok(box, 'the thing to drag is not on the page');
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}
