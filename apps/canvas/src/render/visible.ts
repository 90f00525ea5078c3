import { createEffect, createSignal, on, onCleanup, untrack, type Accessor } from 'solid-js';

const frameBudget = 4;
const atOnce = 80;
const portion = 16;

/**
 * Follows a list of ids, but mounts many new ones in slices of at most 4 ms a frame, so that a large flow
 * never blocks the hand (12 section 7.1). What left the list goes at once.
 */
export function createSliced(wanted: Accessor<readonly string[]>): Accessor<readonly string[]> {
  const [mounted, setMounted] = createSignal<readonly string[]>([]);
  let frame = 0;

  const work = (): void => {
    frame = 0;
    const end = performance.now() + frameBudget;
    const target = untrack(wanted);
    do {
      const next = grown(untrack(mounted), target, portion);
      setMounted(next);
      if (next.length === target.length) return;
    } while (performance.now() < end);
    frame = requestAnimationFrame(work);
  };

  createEffect(
    on(wanted, (target) => {
      const now = untrack(mounted);
      const known = new Set(now);
      const fresh = target.reduce((count, id) => count + (known.has(id) ? 0 : 1), 0);
      if (fresh <= atOnce) {
        cancelAnimationFrame(frame);
        frame = 0;
        setMounted(target);
        return;
      }
      setMounted(grown(now, target, 0));
      if (frame === 0) frame = requestAnimationFrame(work);
    }),
  );
  onCleanup(() => cancelAnimationFrame(frame));
  return mounted;
}

/** The part of `target` that is mounted already, and up to `more` of the rest, in the order of `target`. */
function grown(now: readonly string[], target: readonly string[], more: number): readonly string[] {
  const known = new Set(now);
  let left = more;
  return target.filter((id) => known.has(id) || left-- > 0);
}

export function sameIds(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((id, index) => id === b[index]);
}
