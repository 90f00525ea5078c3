import {
  refusalOf,
  type FromWorker,
  type ModuleCall,
  type WorkerAnswer,
  type WorkerRequest,
  type WorkerStart,
} from './protocol';

/** The part of a Worker that is used: tests give their own. */
export interface WorkerPort {
  postMessage(message: WorkerStart | WorkerRequest): void;
  onmessage: ((event: MessageEvent<FromWorker>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
  terminate(): void;
}

/** The worker broke or does not answer: what it knew is lost. A slow one would be slow again. */
export class WorkerGone extends Error {
  constructor(
    message: string,
    readonly why: 'broken' | 'slow' = 'broken',
  ) {
    super(message);
  }
}

/** The module refused a call: `cancelled`, `not_patchable`, `bad_request`, `validation_error`. */
export class Refused extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

const ANSWER_MAX_MS = 10_000;

interface Waiting {
  each: ((answer: WorkerAnswer) => void) | undefined;
  resolve: (answer: WorkerAnswer) => void;
  reject: (error: Error) => void;
  timer: ReturnType<typeof setTimeout>;
}

/** One life of the compiler's worker: requests with growing numbers, each answered or failed. */
export class CompilerWorker {
  private readonly waiting_ = new Map<number, Waiting>();
  private readonly newest_ = sharedNumber();
  private readonly ready_: Promise<void>;
  private begun_: () => void = () => {};
  private lost_: (error: Error) => void = () => {};
  private last_ = 0;
  private gone_: WorkerGone | undefined;

  constructor(
    private readonly port_: WorkerPort,
    url: string,
    private readonly limit_ms_ = ANSWER_MAX_MS,
  ) {
    this.ready_ = new Promise((resolve, reject) => {
      this.begun_ = resolve;
      this.lost_ = reject;
    });
    this.ready_.catch(() => {});
    port_.onmessage = ({ data }) => this.hear_(data);
    port_.onerror = (event) => this.fail_(event.message);
    port_.postMessage({ url, newest: this.newest_ });
  }

  get isGone(): boolean {
    return this.gone_ !== undefined;
  }

  /**
   * The answer of the last call; `each` hears those before it. Rejects with Refused or WorkerGone. A signal
   * lets the calls be abandoned when it is aborted, or when others that may be abandoned follow.
   */
  async ask(
    calls: ModuleCall[],
    signal?: AbortSignal,
    each?: (answer: WorkerAnswer) => void,
  ): Promise<WorkerAnswer> {
    await this.ready_;
    if (this.gone_) throw this.gone_;
    const id = ++this.last_;
    if (signal && this.newest_ && Atomics.load(this.newest_, 0) < id) Atomics.store(this.newest_, 0, id);
    const outdate = () => this.newest_ && Atomics.store(this.newest_, 0, this.last_ + 1);
    signal?.addEventListener('abort', outdate, { once: true });
    const answer = await new Promise<WorkerAnswer>((resolve, reject) => {
      const timer = setTimeout(() => this.fail_('no answer in time', 'slow'), this.limit_ms_);
      this.waiting_.set(id, { each, resolve, reject, timer });
      this.port_.postMessage({ id, abandonable: signal !== undefined, calls });
    });
    signal?.removeEventListener('abort', outdate);
    const refusal = refusalOf(answer.head);
    if (refusal) throw new Refused(refusal.code, refusal.message);
    return answer;
  }

  stop(): void {
    this.fail_('stopped');
  }

  private hear_(message: FromWorker): void {
    if (message === 'ready') this.begun_();
    else if ('fault' in message) this.fail_(message.fault);
    else {
      const waiting = this.waiting_.get(message.id);
      if (message.left > 0 && !refusalOf(message.head)) return waiting?.each?.(message);
      this.waiting_.delete(message.id);
      clearTimeout(waiting?.timer);
      waiting?.resolve(message);
    }
  }

  private fail_(reason: string, why: WorkerGone['why'] = 'broken'): void {
    if (this.gone_) return;
    this.gone_ = new WorkerGone(reason, why);
    this.port_.terminate();
    this.lost_(this.gone_);
    for (const { reject, timer } of this.waiting_.values()) {
      clearTimeout(timer);
      reject(this.gone_);
    }
    this.waiting_.clear();
  }
}

/** Memory that page and worker share, where the page may have such. */
function sharedNumber(): Int32Array | null {
  return globalThis.crossOriginIsolated ? new Int32Array(new SharedArrayBuffer(4)) : null;
}
