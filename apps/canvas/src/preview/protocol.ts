/** What passes between the page and the compiler's worker. */

export interface ModuleCall {
  name: string;
  input: string;
}

/** Calls that are made one after the other; the first that is refused ends them. */
export interface WorkerRequest {
  id: number;
  /** The running calls may be abandoned for a newer request. */
  abandonable: boolean;
  calls: ModuleCall[];
}

/** The answer of a call; bundles are in base64. Those of `load` and `patch` are said only when refused. */
export interface WorkerAnswer {
  id: number;
  /** Calls that are still to be made. */
  left: number;
  head: Record<string, unknown>;
  body: string;
  /** Time that the calls so far took. */
  ms: number;
}

/** The module is gone; the worker answers nothing more. */
export interface WorkerFault {
  id: number | null;
  fault: string;
}

/** The first message: where the module is, and the memory of the board (board.ts) where there is one. */
export interface WorkerStart {
  url: string;
  board: SharedArrayBuffer | undefined;
}

export type FromWorker = WorkerAnswer | WorkerFault | 'ready';

export function refusalOf(head: Record<string, unknown>): { code: string; message: string } | undefined {
  return head['error'] as { code: string; message: string } | undefined;
}
