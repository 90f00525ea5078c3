import { call } from './http';
import type { RunResult, WaitingOn } from './types';

/** The debugger's part of the runtime (08 §8.10), through the proxy of 09 §4.9. */

const EXECUTIONS = '/v1/scaicore/executions';
const seg = encodeURIComponent;

async function data<T>(promise: Promise<{ data: T }>): Promise<T> {
  return (await promise).data;
}

export interface FrameAt {
  block_id: string | null;
  node_id: string | null;
  kind: string;
  detail: { occurrence: number; index: number } | null;
}

export interface FiberAt {
  id: number;
  name: string;
  frames: FrameAt[];
  waiting_on: string | null;
}

/** A request that is open at a position. */
export interface EffectAt {
  effect_id: string;
  fiber: number;
  block_id: string;
  node_id: string | null;
  occurrence: number;
  held: boolean;
  request: Record<string, unknown>;
}

export interface StateAt {
  seq: number;
  status: string;
  fibers: FiberAt[];
  scope: Record<string, unknown>;
  variables: Record<string, unknown>;
  effects: EffectAt[];
  waiting_on: WaitingOn[];
  /** What was spent up to here. */
  usage?: { input_tokens?: number; output_tokens?: number };
}

/** The state folded at a record; 0 = the last one. */
export const getState = (id: string, seq: number): Promise<StateAt> =>
  data(call(`${EXECUTIONS}/${seg(id)}/state`, { query: seq > 0 ? { seq } : {} }));

export interface DebugBody {
  action: string;
  fiber?: number;
  breakpoints?: string[];
}

export const debugExecution = (id: string, body: DebugBody): Promise<unknown> =>
  call(`${EXECUTIONS}/${seg(id)}/debug`, { method: 'POST', json: body });

export interface ForkBody {
  at_seq?: number;
  ir_hash?: string;
  core_version?: string;
  input?: unknown;
  set?: Record<string, unknown>;
  answer?: { block_id: string; occurrence: number; result: unknown };
  on_mismatch?: 'live' | 'stop';
  memory?: 'sandbox' | 'live';
  breakpoints?: string[];
}

export interface ForkPreview {
  mode: 'prefix' | 'replay';
  reusable: number;
  live: number;
  mismatches: {
    block_id: string;
    node_id: string | null;
    occurrence: number;
    kind: string;
    reason: 'changed' | 'not_recorded';
  }[];
}

export const previewFork = (id: string, body: ForkBody): Promise<ForkPreview> =>
  data(call(`${EXECUTIONS}/${seg(id)}/fork`, { method: 'POST', json: { ...body, dry_run: true } }));

export const forkExecution = (id: string, body: ForkBody): Promise<RunResult> =>
  data(call(`${EXECUTIONS}/${seg(id)}/fork`, { method: 'POST', json: body }));
