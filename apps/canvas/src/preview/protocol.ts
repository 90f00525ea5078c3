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

/** The answer of the last call that was made; bundles are in base64. */
export interface WorkerAnswer {
  id: number;
  head: Record<string, unknown>;
  body: string;
  /** Time that the calls took. */
  ms: number;
}

/** The module is gone; the worker answers nothing more. */
export interface WorkerFault {
  id: number | null;
  fault: string;
}

/** The first message: where the module is, and the memory whose one number is that of the newest request. */
export interface WorkerStart {
  url: string;
  newest: Int32Array | null;
}

export type FromWorker = WorkerAnswer | WorkerFault | 'ready';

export function refusalOf(head: Record<string, unknown>): { code: string; message: string } | undefined {
  return head['error'] as { code: string; message: string } | undefined;
}
