import { batch, onCleanup } from 'solid-js';
import { createStore, produce, reconcile } from 'solid-js/store';
import { executionEvents, getExecution, streamPath } from '../api/cores';
import { asApiError } from '../api/http';
import { readStream } from '../api/sse';
import type { Execution } from '../api/types';
import type { RunEvent } from './runEvent';
import { readEvent, seqOf } from './runEvent';
import { applyEvent, applyResult } from './runReducer';
import type { RunState } from './runState';
import { emptyRun, isOver } from './runState';
import { setWaiting } from './runWaiting';

export interface RunStore {
  readonly run: RunState;
  /**
   * `live` while the stream is open, `waiting` between two tries, `polling` without a stream, `over` at the
   * end.
   */
  readonly link: () => LinkState;
  readonly record: () => Execution | undefined;
  readonly failure: () => string | undefined;
  /** Every event so far, in order; read again when `lastSeq` changes. */
  readonly history: () => readonly RunEvent[];
  /** The last journal position that an event has told of. */
  readonly lastSeq: () => number;
  /** Follows an execution from its beginning. */
  open: (executionId: string) => void;
  /** Forgets the run; the canvas is a plain editor again. */
  close: () => void;
}

export type LinkState = 'none' | 'live' | 'waiting' | 'polling' | 'over';

interface Extra {
  link: LinkState;
  record: Execution | undefined;
  failure: string | undefined;
  lastSeq: number;
}

const NOTHING: Extra = { link: 'none', record: undefined, failure: undefined, lastSeq: 0 };
const POLL_MS = 2000;
const BATCH_MAX = 400;

type Change = (run: RunState) => void;

/** Changes on their way into the store: applied in their order, in bursts, once per frame. */
function createInflow(apply: (changes: Change[]) => void) {
  let waiting: Change[] = [];
  let frame = 0;
  const flush = () => {
    frame = 0;
    apply(waiting.splice(0, BATCH_MAX));
    if (waiting.length > 0) frame = requestAnimationFrame(flush);
  };
  return {
    push: (change: Change) => {
      waiting.push(change);
      frame ||= requestAnimationFrame(flush);
    },
    clear: () => {
      if (frame) cancelAnimationFrame(frame);
      frame = 0;
      waiting = [];
    },
  };
}

/** Where the events and the record of one execution go. */
interface Sink {
  accept: (name: string, data: string) => void;
  takeRecord: (record: Execution) => void;
  setLink: (link: LinkState) => void;
  setFailure: (reason: string) => void;
}

/** Reads the stream to its end; where there is none (404, 403), polls. */
async function follow(id: string, signal: AbortSignal, sink: Sink): Promise<void> {
  const seen = new Set<string>();
  try {
    sink.takeRecord(await getExecution(id));
    await readStream(streamPath(id), {
      signal,
      lastEvent: 'end',
      onState: (state) => sink.setLink(state === 'open' ? 'live' : 'waiting'),
      onEvent: (event) => {
        if (event.id !== '' && seen.has(event.id)) return;
        seen.add(event.id);
        sink.accept(event.event, event.data);
      },
    });
    if (!signal.aborted) sink.takeRecord(await getExecution(id));
  } catch (error) {
    if (signal.aborted) return;
    const refused = asApiError(error);
    if (refused.status === 404 || refused.status === 403) await poll(id, signal, sink);
    else sink.setFailure(refused.message);
  } finally {
    if (!signal.aborted) sink.setLink('over');
  }
}

async function poll(id: string, signal: AbortSignal, sink: Sink): Promise<void> {
  sink.setLink('polling');
  let taken = 0;
  while (!signal.aborted) {
    const record = await getExecution(id);
    const events = await executionEvents(record.core_id, id);
    for (const event of events.slice(taken)) sink.accept(event.type, JSON.stringify(event));
    taken = Math.max(taken, events.length);
    sink.takeRecord(record);
    if (isOver(record.status)) return;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

function applyRecord(state: RunState, record: Execution): void {
  if (state.input === undefined) state.input = record.input;
  state.startedAt ??= stamp(record.started_at ?? record.created_at);
  state.trigger ??= record.trigger?.name;
  applyResult(state, record, stamp(record.finished_at) ?? Date.now());
  if (record.status === 'suspended') setWaiting(state, record.waiting_on ?? []);
}

/**
 * The execution that is looked at: its events from the stream, its record from the server. Where there is
 * no stream (404, 403) the record and the six runtime events are polled every 2 s instead.
 */
export function createRunStore(): RunStore {
  const [run, setRun] = createStore<RunState>(emptyRun(''));
  const [extra, setExtra] = createStore<Extra>({ ...NOTHING });
  let history: RunEvent[] = [];
  let abort: AbortController | undefined;
  const inflow = createInflow((changes) => {
    setRun(produce((state) => changes.forEach((change) => change(state))));
  });
  const sink: Sink = {
    takeRecord: (record) => {
      setExtra('record', record);
      inflow.push((state) => applyRecord(state, record));
    },
    accept: (name, data) => {
      const event = readEvent(name, data, Date.now());
      if (!event) return;
      inflow.push((state) => applyEvent(state, event));
      history.push(event);
      const seq = seqOf(event);
      if (seq > extra.lastSeq) setExtra('lastSeq', seq);
    },
    setLink: (link) => setExtra('link', link),
    setFailure: (reason) => setExtra('failure', reason),
  };
  const close = () => {
    abort?.abort();
    abort = undefined;
    inflow.clear();
    batch(() => {
      setRun(reconcile(emptyRun('')));
      setExtra({ ...NOTHING });
      history = [];
    });
  };
  const open = (executionId: string) => {
    close();
    abort = new AbortController();
    setRun(reconcile(emptyRun(executionId)));
    void follow(executionId, abort.signal, sink);
  };
  onCleanup(close);
  return {
    run,
    link: () => extra.link,
    record: () => extra.record,
    failure: () => extra.failure,
    history: () => {
      void extra.lastSeq;
      return history;
    },
    lastSeq: () => extra.lastSeq,
    open,
    close,
  };
}

function stamp(iso: string | null | undefined): number | undefined {
  const at = Date.parse(iso ?? '');
  return Number.isNaN(at) ? undefined : at;
}
