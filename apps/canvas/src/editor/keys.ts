import type { KeyPress } from './tools/context';

const named: Readonly<Record<string, string>> = {
  BracketLeft: '[',
  BracketRight: ']',
  Backslash: '\\',
  Equal: '=',
  Minus: '-',
  Comma: ',',
  Period: '.',
  NumpadAdd: '=',
  NumpadSubtract: '-',
};

/**
 * The key as shortcuts name it: letters by what they write, signs by where they are, so that Alt changes
 * neither.
 */
function keyName(press: KeyPress): string {
  if (press.key === '?') return '?';
  if (/^[a-z]$/i.test(press.key)) return press.key.toUpperCase();
  if (/^Key[A-Z]$/.test(press.code)) return press.code.slice(3);
  if (/^Digit\d$/.test(press.code)) return press.code.slice(5);
  if (press.key === ' ') return 'Space';
  return named[press.code] ?? press.key;
}

/** A press in the form of the command table: `Mod+Shift+Z`. */
export function chordOf(press: KeyPress): string {
  const name = keyName(press);
  const parts = [
    press.mod ? 'Mod' : '',
    press.alt ? 'Alt' : '',
    press.shift && name !== '?' ? 'Shift' : '',
    name,
  ];
  return parts.filter((part) => part !== '').join('+');
}

/** The press that a chord stands for; the driver and tests use it. */
export function pressOf(chord: string): KeyPress {
  const parts = chord.split('+');
  const name = chord.endsWith('++') ? '+' : (parts[parts.length - 1] ?? '');
  const code = Object.entries(named).find(([, sign]) => sign === name)?.[0];
  return {
    key: name === 'Space' ? ' ' : name.length === 1 && !parts.includes('Shift') ? name.toLowerCase() : name,
    code: code ?? (/^[A-Z]$/.test(name) ? `Key${name}` : /^\d$/.test(name) ? `Digit${name}` : name),
    shift: parts.includes('Shift'),
    mod: parts.includes('Mod'),
    alt: parts.includes('Alt'),
  };
}

const macNames: Readonly<Record<string, string>> = { Mod: '⌘', Alt: '⌥', Shift: '⇧' };
const arrows: Readonly<Record<string, string>> = {
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  ArrowDown: '↓',
  Delete: 'Del',
  Escape: 'Esc',
};

/** A chord as the menus show it on this machine. */
export function showChord(chord: string, mac: boolean): string {
  const parts = chord
    .split('+')
    .map((part) => arrows[part] ?? (mac ? (macNames[part] ?? part) : part === 'Mod' ? 'Ctrl' : part));
  return parts.join(mac ? '' : '+');
}
