import { batch, onCleanup } from 'solid-js';
import { createStore, produce, reconcile } from 'solid-js/store';
import { executionEvents, getExecution, streamPath } from '../api/cores';
import { asApiError } from '../api/http';
import { readStream } from '../api/sse';
import type { Execution } from '../api/types';
import type { RunEvent } from './runReducer';
import { applyEvent, applyResult, readEvent, setWaiting } from './runReducer';
import type { RunState } from './runState';
import { emptyRun, isOver } from './runState';

export interface RunStore {
  readonly run: RunState;
  /** `live` while the stream is open, `waiting` between two tries, `polling` without a stream, `over` at the end. */
  readonly link: () => LinkState;
  readonly record: () => Execution | undefined;
  readonly failure: () => string | undefined;
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
}

const POLL_MS = 2000;
const BATCH_MAX = 400;

/**
 * The execution that is looked at: its events from the stream, its record from the server. Where there is no stream
 * (404, 403) the record and the six runtime events are polled every 2 s instead.
 */
export function createRunStore(): RunStore {
  const [run, setRun] = createStore<RunState>(emptyRun(''));
  const [extra, setExtra] = createStore<Extra>({ link: 'none', record: undefined, failure: undefined });
  let abort: AbortController | undefined;
  let waiting: RunEvent[] = [];
  let frame = 0;
  const seen = new Set<string>();

  const flush = () => {
    frame = 0;
    const events = waiting.splice(0, BATCH_MAX);
    setRun(
      produce((state) => {
        for (const event of events) applyEvent(state, event);
      }),
    );
    if (waiting.length > 0) schedule();
  };
  const schedule = () => {
    frame ||= requestAnimationFrame(flush);
  };
  const accept = (event: RunEvent | undefined) => {
    if (!event) return;
    waiting.push(event);
    schedule();
    if (event.type === 'status') void refresh();
  };
  /** The record says which checkpoints are open; the feed says only that something waits. */
  const refresh = async () => {
    const id = run.executionId;
    const record = await getExecution(id).catch(() => undefined);
    if (record && run.executionId === id) takeRecord(record);
  };
  const takeRecord = (record: Execution) => {
    batch(() => {
      setExtra('record', record);
      setRun(
        produce((state) => {
          if (state.input === undefined) state.input = record.input;
          state.startedAt ??= stamp(record.started_at ?? record.created_at);
          state.trigger ??= record.trigger?.name;
          applyResult(state, record, stamp(record.finished_at) ?? Date.now());
          if (!isOver(record.status)) setWaiting(state, record.waiting_on ?? []);
        }),
      );
    });
  };

  const follow = async (id: string, signal: AbortSignal) => {
    try {
      takeRecord(await getExecution(id));
      await readStream(streamPath(id), {
        signal,
        lastEvent: 'end',
        onState: (state) => setExtra('link', state === 'open' ? 'live' : 'waiting'),
        onEvent: (event) => {
          if (event.id !== '' && seen.has(event.id)) return;
          seen.add(event.id);
          accept(readEvent(event.event, event.data, Date.now()));
        },
      });
      if (!signal.aborted) takeRecord(await getExecution(id));
    } catch (error) {
      if (signal.aborted) return;
      const refused = asApiError(error);
      if (refused.status === 404 || refused.status === 403) await poll(id, signal);
      else setExtra('failure', refused.message);
    } finally {
      if (!signal.aborted) setExtra('link', 'over');
    }
  };
  const poll = async (id: string, signal: AbortSignal) => {
    setExtra('link', 'polling');
    let taken = 0;
    while (!signal.aborted) {
      const record = await getExecution(id);
      const events = await executionEvents(record.core_id, id);
      for (const event of events.slice(taken))
        accept(readEvent(event.type, JSON.stringify(event), Date.now()));
      taken = Math.max(taken, events.length);
      takeRecord(record);
      if (isOver(record.status)) return;
      await new Promise((resolve) => {
        setTimeout(resolve, POLL_MS);
      });
    }
  };

  const close = () => {
    abort?.abort();
    abort = undefined;
    if (frame) cancelAnimationFrame(frame);
    frame = 0;
    waiting = [];
    seen.clear();
    batch(() => {
      setRun(reconcile(emptyRun('')));
      setExtra({ link: 'none', record: undefined, failure: undefined });
    });
  };
  const open = (executionId: string) => {
    close();
    abort = new AbortController();
    setRun(reconcile(emptyRun(executionId)));
    void follow(executionId, abort.signal);
  };
  onCleanup(close);
  return {
    run,
    link: () => extra.link,
    record: () => extra.record,
    failure: () => extra.failure,
    open,
    close,
  };
}

function stamp(iso: string | null | undefined): number | undefined {
  const at = Date.parse(iso ?? '');
  return Number.isNaN(at) ? undefined : at;
}
