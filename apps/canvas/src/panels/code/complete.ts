import { FREE_FUNCTIONS, METHODS } from './functions';
import type { ScopeName } from './scope';
import type { TypeTree } from './typeTree';
import { familyOf, fieldsOf, typeLabel } from './typeTree';

/** Completion of expressions and templates; pure, so that it can be tested without an editor. */

export interface Offer {
  label: string;
  /** Put in instead of the label. */
  apply: string;
  detail: string;
  info: string;
  kind: 'name' | 'member' | 'function' | 'method' | 'keyword';
}

/** What is being typed: a name, or a member of the value at `path`. */
export interface Begun {
  /** Where it begins, in characters from the start of the text. */
  from: number;
  path: string | undefined;
}

export type TextMode = 'expr' | 'template';

/** A path such as `a.b[0].c()` with a dot after it and the member begun: groups 1 and 2. */
const STEP = String.raw`\[\d*\]|\([^()]*\)`;
const MEMBER = new RegExp(
  String.raw`((?:[A-Za-z_]\w*|${STEP})(?:\s*\??\.\s*[A-Za-z_]\w*|${STEP})*)\s*\??\.\s*([A-Za-z_]\w*)?$`,
);

const KEYWORDS = ['true', 'false', 'null', 'and', 'or', 'not', 'in'];

/**
 * The expression around the cursor: all of it, or what stands in the open `{{` before it. Undefined
 * outside.
 */
export function openExpression(before: string, mode: TextMode): { from: number; text: string } | undefined {
  if (mode === 'expr') return { from: 0, text: before };
  const open = before.lastIndexOf('{{');
  if (open < 0 || before.slice(open).includes('}}') || before[open - 1] === '\\') return undefined;
  return { from: open + 2, text: before.slice(open + 2) };
}

/**
 * What `before` ends with. `asked` = the person pressed the key; otherwise nothing is offered on an empty
 * word.
 */
export function begun(before: string, mode: TextMode, asked: boolean): Begun | undefined {
  const open = openExpression(before, mode);
  if (!open) return undefined;
  if (insideString(open.text)) return undefined;
  const path = MEMBER.exec(open.text);
  if (path?.[1]) return { from: before.length - (path[2] ?? '').length, path: path[1] };
  const word = /[A-Za-z_]\w*$/.exec(open.text)?.[0] ?? '';
  if (word === '' && !asked && !(mode === 'template' && open.text.trim() === '')) return undefined;
  if (/[\d.]$/.test(open.text.slice(0, open.text.length - word.length)) && word === '') return undefined;
  return { from: before.length - word.length, path: undefined };
}

/** What may stand where a name begins. */
export function nameOffers(names: readonly ScopeName[]): Offer[] {
  return [...names.map(nameOffer), ...functionOffers(), ...keywordOffers()];
}

function insideString(text: string): boolean {
  let quote = '';
  for (let i = 0; i < text.length; i++) {
    const char = text[i] ?? '';
    if (quote !== '' && char === '\\') i += 1;
    else if (quote !== '') quote = char === quote ? '' : quote;
    else if (char === '"' || char === "'") quote = char;
  }
  return quote !== '';
}

function nameOffer(name: ScopeName): Offer {
  return {
    label: name.name,
    apply: name.name,
    detail: typeLabel(name.type),
    info: name.origin,
    kind: 'name',
  };
}

function functionOffers(): Offer[] {
  return FREE_FUNCTIONS.map((fn) => ({
    label: fn.name,
    apply: `${fn.name}(`,
    detail: fn.signature,
    info: fn.help,
    kind: 'function',
  }));
}

function keywordOffers(): Offer[] {
  return KEYWORDS.map((word) => ({ label: word, apply: word, detail: '', info: '', kind: 'keyword' }));
}

/** Those of the fixed names that always have the same (03 §7). */
const FIXED_MEMBERS: Record<string, readonly string[]> = { execution: ['id', 'started_at'] };

/** Members of the value at `path` as far as its type is known, then the methods that it has. */
export function memberOffers(path: string, type: TypeTree | null): Offer[] {
  const fixed = (FIXED_MEMBERS[path] ?? []).map((name) => ({ name, type: null }));
  const offers: Offer[] = [...fixed, ...fieldsOf(type)].map((field) => ({
    label: field.name,
    apply: field.name,
    detail: typeLabel(field.type),
    info: '',
    kind: 'member',
  }));
  const family = familyOf(type);
  for (const item of METHODS) {
    if (family !== 'any' && !item.on.includes(family) && !item.on.includes('any')) continue;
    const call = item.signature.includes('(') ? '(' : '';
    const done = item.signature.endsWith('()') ? '()' : call;
    offers.push({
      label: item.name,
      apply: item.name + done,
      detail: item.signature,
      info: item.help,
      kind: 'method',
    });
  }
  return unique(offers);
}

function unique(offers: Offer[]): Offer[] {
  const seen = new Set<string>();
  return offers.filter((offer) => !seen.has(offer.label) && seen.add(offer.label));
}

/** Signature of the call the cursor stands in, or undefined. */
export function signatureAt(before: string, mode: TextMode): string | undefined {
  const open = openExpression(before, mode);
  if (!open) return undefined;
  let depth = 0;
  for (let i = open.text.length - 1; i >= 0; i--) {
    const char = open.text[i];
    if (char === ')') depth += 1;
    else if (char === '(' && depth > 0) depth -= 1;
    else if (char === '(') {
      const name = /(\.)?\s*([A-Za-z_]\w*)$/.exec(open.text.slice(0, i));
      const list = name?.[1] ? METHODS : FREE_FUNCTIONS;
      const found = list.find((item) => item.name === name?.[2]);
      return found ? `${found.signature}: ${found.help}` : undefined;
    }
  }
  return undefined;
}

/** About how many tokens a model will count. */
export function tokenEstimate(text: string): number {
  const words = text.match(/[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]/gu) ?? [];
  return words.reduce((sum, word) => sum + Math.max(1, Math.ceil(word.length / 5)), 0);
}
