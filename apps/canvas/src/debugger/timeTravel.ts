import type { Resource } from 'solid-js';
import { batch, createMemo, createResource, createSignal } from 'solid-js';
import { getState } from '../api/debug';
import type { StateAt } from '../api/debug';
import { blockPositions, positionAt, runAt } from './history';
import type { Occurrence, RunState } from './runState';
import type { RunStore } from './runStore';

/** Where in a run one looks: at its end, which moves on while it runs, or at a record of its journal. */
export interface TimeTravel {
  /** The position, or undefined at the live end. */
  seq: () => number | undefined;
  /** Number of records known. */
  last: () => number;
  /** The run as it is to be drawn. */
  shown: () => RunState;
  /** Scope, fibers and open requests at the position. */
  state: Resource<StateAt>;
  go: (seq: number) => void;
  /** One record back or forth; with `block`, to where a block was entered. */
  step: (by: 1 | -1, unit: 'record' | 'block') => void;
  goTo: (at_ms: number) => void;
  live: () => void;
  /** Key of the occurrence that is looked at; undefined for each step's latest at the position. */
  chosen: () => string | undefined;
  choose: (key: string | undefined) => void;
  /** To where an occurrence ended, or was entered if it has not. */
  visit: (row: Occurrence) => void;
}

export function createTimeTravel(runs: RunStore, maySee: () => boolean): TimeTravel {
  const [seq, setSeq] = createSignal<number>();
  const [chosen, choose] = createSignal<string>();
  const last = () => Math.max(runs.lastSeq(), runs.record()?.journal_seq ?? 0);
  const shown = createMemo(() => {
    const at = seq();
    return at === undefined ? runs.run : runAt(runs.run.executionId, runs.history(), at);
  });
  const [state] = createResource(
    () => {
      const id = runs.run.executionId;
      return id !== '' && maySee() ? { id, seq: seq() ?? 0, last: last() } : undefined;
    },
    ({ id, seq: at }) => getState(id, at),
  );
  const stand = (at: number) => setSeq(at >= last() ? undefined : Math.max(1, at));
  const go = (to: number) =>
    batch(() => {
      choose(undefined);
      stand(to);
    });
  return {
    seq,
    last,
    shown,
    state,
    go,
    step: (by, unit) => {
      const from = seq() ?? last();
      if (unit === 'record') return go(from + by);
      const blocks = blockPositions(runs.history());
      go(by > 0 ? (blocks.find((at) => at > from) ?? last()) : (blocks.findLast((at) => at < from) ?? 1));
    },
    goTo: (at) => go(positionAt(runs.history(), at)),
    live: () => go(last()),
    chosen,
    choose,
    visit: (row) =>
      batch(() => {
        if (row.toSeq > 0) stand(row.toSeq);
        choose(row.key);
      }),
  };
}
