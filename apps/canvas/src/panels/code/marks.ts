import type { Accessor } from 'solid-js';
import { createEffect, createSignal, on } from 'solid-js';
import type { Diagnostic } from '../../api/types';
import type { Mark } from './codeView';
import type { CodeMode } from './languages';
import type { Finding, Scope } from './scope';
import { modeOf } from './scope';

interface Marked {
  value: string;
  mode: CodeMode;
  scope?: (() => Scope | undefined) | undefined;
  problems?: readonly Diagnostic[] | undefined;
}

const NONE: readonly Mark[] = [];

/** Problems of expressions have a place in their text (06 §7, F301 to F311), which the compiler tells. */
export function createMarks(props: Marked): Accessor<readonly Mark[]> {
  const [marks, setMarks] = createSignal(NONE);
  const wrong = () => (props.problems ?? []).filter((item) => item.code.startsWith('F3'));
  let asked = 0;
  const ask = async (text: string, listed: readonly Diagnostic[]) => {
    const own = (asked += 1);
    const scope = listed.length > 0 ? props.scope?.() : undefined;
    const found = await scope?.problems(text, modeOf(text, props.mode === 'template'));
    if (own === asked) setMarks(found?.map((each) => markOf(text, each, listed)) ?? NONE);
  };
  createEffect(on([() => props.value, wrong], ([text, listed]) => void ask(text, listed)));
  return marks;
}

/** The word at the place of a finding is marked, or one character. */
export function markOf(text: string, found: Finding, listed: readonly Diagnostic[]): Mark {
  const from = Math.min(found.offset, Math.max(0, text.length - 1));
  const word = /^[\p{L}_][\p{L}\p{N}_]*/u.exec(text.slice(from))?.[0] ?? '';
  const same = listed.find((item) => item.code === found.code);
  return {
    from,
    to: Math.min(text.length, from + Math.max(1, word.length)),
    severity: same?.severity === 'warning' ? 'warning' : 'error',
    message: `${found.message} (${found.code})`,
  };
}
