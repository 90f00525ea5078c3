import type { Usage } from '../../api/types';
import { tokensOf, type Spent } from '../../debugger/spent';
import { count } from '../../ui/format';
import { t } from '../../ui/i18n';

/** `54 tokens`, and of a fork how many of them were recorded and not paid again. */
export function tokensText(usage: Usage | undefined, spent: Spent | undefined): string {
  const tokens = tokensOf(usage);
  if (tokens === 0) return '';
  if (!spent?.recorded) return t('tokens.count', { n: count(tokens) });
  return t('tokens.ofRecorded', { n: count(tokens), recorded: count(spent.recorded) });
}
