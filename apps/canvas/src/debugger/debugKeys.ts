import { onCleanup, onMount } from 'solid-js';

export interface DebugKeys {
  act: (action: 'continue' | 'pause' | 'step_over' | 'step_into' | 'step_out') => void;
  step: (by: 1 | -1, unit: 'record' | 'block') => void;
  fork: () => void;
  /** Another entry of the chosen step. */
  occurrence: (by: 1 | -1) => void;
}

/** Keys of the debugger (12 §8.2): function keys always, signs and letters never while one types. */
export function actionOf(event: Pick<KeyboardEvent, 'key' | 'code' | 'shiftKey'>): KeyAction | undefined {
  const name = `${event.shiftKey ? 'Shift+' : ''}${/^F\d+$/.test(event.key) ? event.key : event.code}`;
  return (Object.keys(ACTIONS) as KeyAction[]).find((each) => ACTIONS[each] === name);
}

const ACTIONS = {
  continue: 'F9',
  pause: 'Shift+F9',
  step_over: 'F10',
  step_into: 'F7',
  step_out: 'Shift+F7',
  back: 'Comma',
  forward: 'Period',
  backBlock: 'Shift+Comma',
  forwardBlock: 'Shift+Period',
  fork: 'KeyK',
  previousOccurrence: 'BracketLeft',
  nextOccurrence: 'BracketRight',
} as const;
type KeyAction = keyof typeof ACTIONS;

const TYPING = 'input:not([type="range"]), textarea, [contenteditable="true"], [role="dialog"]';

function isTyping(target: EventTarget | null): boolean {
  const element = target as HTMLElement | null;
  return element?.closest?.(TYPING) != null;
}

export function bindDebugKeys(keys: DebugKeys): void {
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const action = actionOf(event);
    if (!action || (!event.key.startsWith('F') && isTyping(event.target))) return;
    event.preventDefault();
    event.stopPropagation();
    if (action === 'fork') keys.fork();
    else if (action === 'previousOccurrence') keys.occurrence(-1);
    else if (action === 'nextOccurrence') keys.occurrence(1);
    else if (action === 'back') keys.step(-1, 'record');
    else if (action === 'backBlock') keys.step(-1, 'block');
    else if (action === 'forward') keys.step(1, 'record');
    else if (action === 'forwardBlock') keys.step(1, 'block');
    else keys.act(action);
  };
  onMount(() => {
    document.addEventListener('keydown', onKeyDown, true);
    onCleanup(() => document.removeEventListener('keydown', onKeyDown, true));
  });
}
