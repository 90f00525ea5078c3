import type { JSX } from 'solid-js';
import type { ChangeMark } from '../model/difference';

type Kind = ChangeMark | 'path' | 'value';

/** One stroke each in a square of 20, so that nothing is told by colour alone. */
const strokes: Record<Kind, string> = {
  path: 'M6 15V5m0 6c0-3 8-1 8-5M14 8V5',
  value: 'M5.5 8h9M5.5 12h9M12.5 5l-5 10',
  added: 'M10 5.5v9M5.5 10h9',
  removed: 'M5.5 10h9',
  changed: 'M4.5 12c1.5-5 4-5 5.5-2s4 3 5.5-2',
  moved: 'M5 10h9.5M11 6.5l3.5 3.5-3.5 3.5',
};

/**
 * In a comparison of runs: this step went another way (a fork) or had another value (unequal). In one of
 * versions: it is new, gone, another, or lies elsewhere.
 */
export function CornerMark(props: { kind: Kind; x: number; y: number }): JSX.Element {
  return (
    <g class="corner-mark" data-kind={props.kind} transform={`translate(${props.x} ${props.y})`}>
      <rect width="20" height="20" rx="10" />
      <path d={strokes[props.kind]} />
    </g>
  );
}
