import { call, callFull, send } from './http';
import type { Checkpoint, Core, Execution, JournalRecord, RunResult, RuntimeEvent } from './types';

/** The runtime through the proxy of 09 §4.9. Every answer is `{data}`. */

const PROXY = '/v1/scaicore';
const MODULE = '/v1/modules/scaicore';
const seg = encodeURIComponent;

async function data<T>(promise: Promise<{ data: T }>): Promise<T> {
  return (await promise).data;
}

interface Items<T> {
  items: T[];
  next_cursor: string | null;
}

export interface ExecutionQuery {
  core_id?: string | undefined;
  status?: string | undefined;
  limit?: number;
  cursor?: string | undefined;
}

export const listExecutions = (query: ExecutionQuery): Promise<Items<Execution>> =>
  data(call(`${PROXY}/executions`, { query: { ...query } }));

export const getExecution = (id: string): Promise<Execution> => data(call(`${PROXY}/executions/${seg(id)}`));

export const cancelExecution = (id: string): Promise<unknown> =>
  call(`${PROXY}/executions/${seg(id)}/cancel`, { method: 'POST', json: {} });

export const streamPath = (id: string): string => `${PROXY}/executions/${seg(id)}/stream?from_seq=0`;

export interface JournalPage {
  limit?: number;
  /** Whole bodies; they are cut at 4 KB otherwise. */
  full?: boolean;
}

export const getJournal = (
  id: string,
  after = 0,
  page: JournalPage = {},
): Promise<Items<JournalRecord>> =>
  data(
    call(`${PROXY}/executions/${seg(id)}/journal`, {
      query: { after, limit: page.limit ?? 500, ...(page.full ? { full: 'true' } : {}) },
    }),
  );

export interface CoreVersion {
  ir_hash: string;
  version: string;
  current: boolean;
}

export const coreVersions = async (id: string): Promise<CoreVersion[]> =>
  (await data(call<{ data: Items<CoreVersion> }>(`${PROXY}/cores/${seg(id)}/versions`))).items;

/** Events of one execution, oldest first; pages are followed up to the runtime's own bound. */
export async function executionEvents(coreId: string, executionId: string): Promise<RuntimeEvent[]> {
  const events: RuntimeEvent[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < 40; page++) {
    const answer = await data(
      call<{ data: { events: RuntimeEvent[]; next_cursor: string } }>(`${PROXY}/events`, {
        query: { core_id: coreId, execution_id: executionId, limit: 500, cursor },
      }),
    );
    events.push(...answer.events.filter((event) => event.payload['execution_id'] === executionId));
    if (answer.events.length < 500) break;
    cursor = answer.next_cursor;
  }
  return events;
}

export interface CheckpointQuery {
  core_id?: string;
  execution_id?: string;
  status?: string;
  assignee?: string;
}

export const listCheckpoints = async (query: CheckpointQuery): Promise<Checkpoint[]> =>
  (
    await data(
      call<{ data: { checkpoints: Checkpoint[] } }>(`${PROXY}/checkpoints`, {
        query: { ...query, limit: 200 },
      }),
    )
  ).checkpoints;

export const getCheckpoint = (id: string): Promise<Checkpoint> =>
  data(call(`${PROXY}/checkpoints/${seg(id)}`));

export const resolveCheckpoint = (id: string, resolution: unknown, comment?: string): Promise<unknown> =>
  call(`${PROXY}/checkpoints/${seg(id)}/resolve`, {
    method: 'POST',
    json: comment ? { resolution, comment } : { resolution },
    idempotencyKey: crypto.randomUUID(),
  });

export const cancelCheckpoint = (id: string, reason: string): Promise<unknown> =>
  call(`${PROXY}/checkpoints/${seg(id)}/cancel`, { method: 'POST', json: { reason } });

export const reassignCheckpoint = (id: string, assignee: string): Promise<unknown> =>
  call(`${PROXY}/checkpoints/${seg(id)}/reassign`, { method: 'POST', json: { assignee } });

export const getCore = (id: string): Promise<Core> => data(call(`${PROXY}/cores/${seg(id)}`));

export const listCores = (): Promise<Items<Core>> => data(call(`${PROXY}/cores`, { query: { limit: 200 } }));

export interface InvokeBody {
  input: unknown;
  mode: 'async';
  debug?: { breakpoints: string[]; step: boolean };
}

/** Starts an execution and returns as soon as its start is durable. */
export const invokeCore = async (coreId: string, body: InvokeBody): Promise<RunResult> =>
  data(
    callFull<{ data: RunResult }>(`${PROXY}/cores/${seg(coreId)}/invoke`, {
      method: 'POST',
      json: body,
      idempotencyKey: crypto.randomUUID(),
    }).then((answer) => answer.data),
  );

/** Posts a SCIR bundle; a draft's Core is replaced each time (08 §8.4). Returns its id. */
export async function postBundle(bundle: Uint8Array<ArrayBuffer>): Promise<string> {
  const response = await send(`${MODULE}/cores`, {
    method: 'POST',
    body: bundle,
    contentType: 'application/vnd.scaicore.scir',
  });
  const body = (await response.json()) as { data: Core };
  return body.data.id ?? body.data.core_id;
}
