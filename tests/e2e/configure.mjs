// Fills in any field of any kind by the control it has: one driver for each widget. Each gives the value that
// the document must hold afterwards.
import { t } from './texts.mjs';

/** Widgets whose values are shared with the flow or looked up: free text is typed and taken with Enter. */
async function pick(editor, place, value) {
  const box = place.getByRole('combobox');
  await box.click();
  await editor.press('Control+A');
  await editor.page.keyboard.type(value);
  await editor.press('Tab');
  return value;
}

async function text(editor, place, value) {
  await editor.fill(place.getByRole('textbox').first(), value);
  return value;
}

async function code(editor, place, value) {
  await editor.write(place.getByRole('textbox').first(), value);
  return value;
}

async function choose(editor, place, value) {
  await place.getByRole('button').first().click();
  await editor.page.getByRole('option', { name: value, exact: true }).click();
  return value;
}

/** A row of a map: name and value. */
async function row(editor, place, { name, value }) {
  await place.getByRole('button', { name: t('addRow') }).click();
  const last = place.locator('.map-row').last();
  await editor.fill(last.getByRole('textbox', { name: t('rowName'), exact: true }), name);
  await editor.write(place.locator('.map-row').last().getByRole('textbox').nth(1), value);
  return { [name]: value };
}

/** Adds an entry to an ordered list and writes it. */
async function entry(editor, place, add, value) {
  await place.getByRole('button', { name: add }).click();
  const last = place.locator('.list-row').last();
  await editor.fill(last.getByRole('textbox'), value);
}

const drivers = {
  text: (editor, place, { field }) => (field.type === 'T' ? code : text)(editor, place, sampleText(field)),
  area: (editor, place) => code(editor, place, 'About {{input}}'),
  prompt: (editor, place) => code(editor, place, 'Say it about {{input}}'),
  expr: (editor, place) => code(editor, place, 'input != null'),
  template: (editor, place, { field }) => code(editor, place, sampleText(field)),
  select: (editor, place, { field, values }) => (field.free ? pick : choose)(editor, place, values.at(-1)),
  number: async (editor, place, { field }) => Number(await text(editor, place, String((field.min ?? 1) + 2))),
  async duration(editor, place) {
    await editor.fill(place.getByRole('textbox').first(), '7');
    await choose(editor, place, t('unit.m'));
    return '7m';
  },
  async toggle(editor, place) {
    const control = place.getByRole('switch');
    await control.click();
    return await control.getAttribute('aria-checked') === 'true';
  },
  async tags(editor, place) {
    const box = place.getByRole('textbox');
    await box.click();
    await editor.page.keyboard.type('first,second');
    await editor.press('Enter');
    return ['first', 'second'];
  },
  async options(editor, place, { field }) {
    const given = Array.isArray(field.default) ? field.default : [];
    await entry(editor, place, t('addOption'), 'later');
    return [...given, 'later'];
  },
  async json(editor, place) {
    await code(editor, place, '{"text": "{{input}}"}');
    return { text: '{{input}}' };
  },
  bindings: (editor, place) => row(editor, place, { name: 'a', value: 'input' }),
  args: (editor, place) => row(editor, place, { name: 'path', value: '/{{input}}' }),
  async schema(editor, place) {
    await place.getByRole('button', { name: t('addField') }).first().click();
    await editor.fill(place.getByRole('textbox', { name: t('fieldName'), exact: true }).last(), 'topic');
    return { topic: 'string' };
  },
  role: (editor, place) => pick(editor, place, 'primary'),
  cron: (editor, place) => text(editor, place, '15 6 * * 1-5'),
  zone: (editor, place) => pick(editor, place, 'Europe/Amsterdam'),
  queue: (editor, place) => pick(editor, place, 'reviews'),
  scope: (editor, place) => pick(editor, place, 'support'),
  plugin: (editor, place) => pick(editor, place, 'scaidrive'),
  method: (editor, place) => pick(editor, place, 'search'),
  core: (editor, place) => pick(editor, place, 'core://local/other'),
  variable: (editor, place) => pick(editor, place, 'total'),
  async examples(editor, place) {
    await place.getByRole('button', { name: t('addExample') }).click();
    await editor.write(place.getByRole('textbox', { name: t('input'), exact: true }), '{"a": 1}');
    await editor.write(place.getByRole('textbox', { name: t('output'), exact: true }), '"one"');
    return [{ input: { a: 1 }, output: 'one' }];
  },
  async policy(editor, place, { field }) {
    if (field.type === 'limits') {
      await editor.fill(place.getByRole('textbox', { name: t('limit.max_retries'), exact: true }), '2');
      return { max_retries: 2 };
    }
    await place.getByRole('button', { name: t('addAction', { cause: t('cause.refusal') }) }).click();
    return { refusal: 'retry' };
  },
  async constraints(editor, place) {
    await entry(editor, place.locator('.policy-cause').first(), t('addRule'), 'promise a refund');
    return { never: ['promise a refund'] };
  },
  async command(editor, place) {
    await place.getByRole('button', { name: t('addArgument') }).click();
    await editor.write(place.locator('.list-row').last().getByRole('textbox'), 'date');
    return ['date'];
  },
  async form(editor, place, { field }) {
    await place.getByRole('button', { name: t('editForm') }).click();
    const dialog = editor.page.getByRole('dialog');
    await dialog.getByRole('button', { name: t('section.input'), exact: true }).click();
    const made = dialog.getByRole('region', { name: 'field_1' });
    await editor.fill(made.getByRole('textbox', { name: t('label'), exact: true }), 'Reason');
    await dialog.getByRole('button', { name: t('close') }).click();
    const input = { type: 'input', field: 'field_1', kind: 'text', required: false, label: 'Reason' };
    const sections = [...field.default];
    sections.splice(sections.findIndex((section) => section.type === 'decision'), 0, input);
    return sections;
  },
};

function sampleText(field) {
  const known = {
    path: '/inquiry', version: '1.2.3', item_name: 'each', index_name: 'at', message_type: 'note',
    url: 'https://example.com/{{input}}',
  };
  return known[field.name] ?? (field.type === 'T' ? 'group:{{input}}' : 'some words');
}

/** Fields that exclude each other: only one way of a kind is taken. */
const LEFT_OUT = new Set([
  'data_variable_set.assignments', 'logic_loop.condition', 'logic_loop.max_iterations',
]);

/** Configures all that the panel of the selected step offers; gives field -> value as it must be kept. */
export async function configure(editor, kind) {
  const expected = {};
  for (const field of kind.fields) {
    if (LEFT_OUT.has(`${kind.id}.${field.name}`)) continue;
    const place = editor.page.locator(`[data-field="${field.name}"]`).first();
    if (!await place.isVisible()) await unfold(editor, field);
    if (!await place.isVisible()) continue;
    const values = field.values ?? [];
    expected[field.name] = await drivers[field.widget](editor, place, { field, values });
  }
  return expected;
}

/** Opens the section that holds a field: its own, or the one of the further fields. */
async function unfold(editor, field) {
  for (const title of [field.label, t('moreFields')]) {
    const head = editor.section(title).first();
    if (await head.count() > 0 && await head.getAttribute('aria-expanded') === 'false') await head.click();
  }
}
