import type { JsonObject } from '../../model/flow';
import { t } from '../../ui/i18n';
import { textOf } from './codecs';

export const TYPE_TEXT = {
  context: 'section.context',
  input: 'section.input',
  decision: 'section.decision',
} as const;
export type SectionType = keyof typeof TYPE_TEXT;

export const typeOf = (section: JsonObject): SectionType => {
  const type = section['type'];
  return type === 'input' || type === 'decision' ? type : 'context';
};

/** The name a section goes by in lists. */
export function nameOf(section: JsonObject): string {
  return (
    textOf(section['title']) ||
    textOf(section['label']) ||
    textOf(section['field']) ||
    t(TYPE_TEXT[typeOf(section)])
  );
}
