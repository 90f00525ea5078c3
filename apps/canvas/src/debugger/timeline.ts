import type { Occurrence, RunState } from './runState';

export type SegmentKind = 'queue' | 'start' | 'run' | 'persist' | 'failed' | 'waiting';

export interface Segment {
  kind: SegmentKind;
  from: number;
  to: number;
}

export interface TimelineRow {
  occurrence: Occurrence;
  /** Which of how many entries of the same node, from 1; 0 when there is only one. */
  nth: number;
  tries: number;
  from: number;
  to: number;
  segments: Segment[];
}

/** Rows of the timeline in milliseconds since the run began; open rows reach to `now`. */
export function timelineRows(run: RunState, now: number): TimelineRow[] {
  const origin = run.startedAt ?? run.rows[0]?.startedAt ?? now;
  const total = new Map<string, number>();
  for (const row of run.rows) total.set(row.nodeId, (total.get(row.nodeId) ?? 0) + 1);
  const seen = new Map<string, number>();
  return run.rows.map((occurrence) => {
    const nth = (seen.get(occurrence.nodeId) ?? 0) + 1;
    seen.set(occurrence.nodeId, nth);
    const from = occurrence.startedAt - origin;
    const ended = (occurrence.ownEndedAt ?? occurrence.endedAt ?? now) - origin;
    // Events carry whole milliseconds of the step; what follows it, the commit above all, is in the timing.
    const to = Math.max(from + knownMs(occurrence), ended);
    const failedTries = occurrence.attempts.filter((attempt) => attempt.failed).length;
    return {
      occurrence,
      nth: (total.get(occurrence.nodeId) ?? 1) > 1 ? nth : 0,
      tries: failedTries > 0 ? occurrence.attempts.length : 0,
      from,
      to,
      segments: segmentsOf(run, occurrence, from, to, origin),
    };
  });
}

function segmentsOf(run: RunState, row: Occurrence, from: number, to: number, origin: number): Segment[] {
  if (row.status === 'open' && run.nodes[row.nodeId]?.state === 'suspended')
    return [{ kind: 'waiting', from, to }];
  if (row.kind === 'checkpoint') return [{ kind: 'waiting', from, to }];
  if (row.status === 'failed' && row.attempts.length === 0) return [{ kind: 'failed', from, to }];
  const segments = row.timing ? split(row, from, to) : [{ kind: 'run' as const, from, to }];
  const tries = row.attempts.filter((attempt) => attempt.failed && attempt.endedAt !== undefined);
  return [
    ...segments,
    ...tries.map((attempt): Segment => ({
      kind: 'failed',
      from: attempt.startedAt - origin,
      to: (attempt.endedAt ?? attempt.startedAt) - origin,
    })),
  ];
}

/** The measured shares of a block together; 0 before they are known. */
function knownMs(row: Occurrence): number {
  const parts = row.timing;
  return parts ? parts.queueMs + parts.startMs + parts.runMs + parts.persistMs : 0;
}

/** Queue, start, run, persist one after the other; what is left over belongs to the run. */
function split(row: Occurrence, from: number, to: number): Segment[] {
  const parts = row.timing;
  if (!parts) return [];
  const rest = Math.max(0, to - from - knownMs(row));
  const segments: Segment[] = [];
  let at = from;
  const add = (kind: SegmentKind, ms: number) => {
    if (ms <= 0) return;
    segments.push({ kind, from: at, to: at + ms });
    at += ms;
  };
  add('queue', parts.queueMs);
  add('start', parts.startMs);
  add('run', parts.runMs + rest);
  add('persist', parts.persistMs);
  return segments;
}

/** Where grid lines stand and what they say: about `wanted` of them, at round numbers. */
export function ticks(length_ms: number, wanted: number): number[] {
  const rough = Math.max(1, length_ms / Math.max(1, wanted));
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((value) => value >= rough) ?? power * 10;
  const marks: number[] = [];
  for (let at = 0; at <= length_ms; at += step) marks.push(at);
  return marks;
}
