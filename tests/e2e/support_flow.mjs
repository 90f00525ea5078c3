// The example Customer Support with a scripted model behind it.
import { t } from './texts.mjs';

export const SURE = { message: { text: 'Where is my order 17?' } };
export const UNSURE = { message: { text: 'May I return odd things?' } };

/** A model that is sure about order 17 and unsure about everything else. */
export function supportAnswer(request) {
  const asked = JSON.stringify(request.messages);
  const sure = asked.includes('order 17');
  if (asked.includes('Classify this customer message')) {
    return { category: 'question', urgency: 'low', confidence: sure ? 0.9 : 0.4, entities: {} };
  }
  const answer = sure ? 'It ships today.' : 'I am not sure.';
  return { answer, citations: ['/knowledge-base/orders.md'], confidence: sure ? 0.93 : 0.3 };
}

/** Points both models of the example at the provider `openai`, in the Models panel. */
export async function pointAtEndpoint(editor) {
  await editor.selectNothing();
  for (const [index, model] of ['gpt-4o', 'gpt-4o-mini'].entries()) {
    const row = editor.page.locator('.model-row').nth(index);
    const more = row.getByRole('button', { name: t('advanced') });
    await editor.fill(row.getByRole('combobox', { name: t('model'), exact: true }), model);
    await more.click();
    await editor.fill(row.getByRole('textbox', { name: t('provider'), exact: true }), 'openai');
    const remove = row.locator('.row-remove');
    while (await remove.count() > 0) await remove.first().click();
    await more.click();
  }
}
