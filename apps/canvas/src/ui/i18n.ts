import { en } from './en';

export type TextKey = keyof typeof en;
type Values = Record<string, string | number>;

/**
 * The text of a key in the chosen language with `{name}` replaced. `{n|one|many}` picks a word by the
 * number n. A new language is one more file with the same keys.
 */
export function t(key: TextKey, values?: Values): string {
  const text: string = en[key];
  return values ? fill(text, values) : text;
}

/** Replaces `{name}` and `{n|one|many}` in a text. */
export function fill(text: string, values: Values): string {
  return text.replace(
    /\{(\w+)(?:\|([^|}]*)\|([^}]*))?\}/g,
    (whole, name: string, one?: string, many?: string) => {
      const value = values[name];
      if (value === undefined) return whole;
      if (one === undefined || many === undefined) return String(value);
      return plural.select(Number(value)) === 'one' ? one : many;
    },
  );
}

const plural = new Intl.PluralRules('en');
