import type { RunEvent } from './runEvent';
import { seqOf } from './runEvent';
import { applyEvent } from './runReducer';
import type { RunState } from './runState';
import { emptyRun } from './runState';

/** The run as it stood after record `seq`: what its events had told by then (12 §13.3). */
export function runAt(executionId: string, events: readonly RunEvent[], seq: number): RunState {
  const run = emptyRun(executionId);
  for (const event of events) {
    const own = seqOf(event);
    if (own === 0 || own > seq) continue;
    applyEvent(run, event);
    run.frozenAt = event.at;
  }
  return run;
}

/** Positions at which a block was entered, ascending: where Shift with `,` and `.` goes. */
export function blockPositions(events: readonly RunEvent[]): number[] {
  const seqs = new Set<number>();
  for (const event of events) {
    if (event.type === 'block.entered' && seqOf(event) > 0) seqs.add(seqOf(event));
  }
  return [...seqs].sort((a, b) => a - b);
}

/** The last position whose events are not later than a moment. */
export function positionAt(events: readonly RunEvent[], at: number): number {
  let seq = 1;
  for (const event of events) {
    if (seqOf(event) > seq && event.at <= at) seq = seqOf(event);
  }
  return seq;
}
