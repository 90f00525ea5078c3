import { Board } from './board';
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
/** What a frame waits for an answer that is on its way, so that both are drawn at once. */
const FRAME_WAIT_MS = 4;

interface Waiting {
  each: ((answer: WorkerAnswer) => void) | undefined;
  resolve: (answer: WorkerAnswer) => void;
  reject: (error: Error) => void;
  timer: ReturnType<typeof setTimeout>;
}

/** One life of the compiler's worker: requests with growing numbers, each answered or failed. */
export class CompilerWorker {
  private readonly waiting_ = new Map<number, Waiting>();
  private readonly ready_: Promise<void>;
  private begun_: () => void = () => {};
  private lost_: (error: Error) => void = () => {};
  private last_ = 0;
  private took_ms_ = Infinity;
  private gone_: WorkerGone | undefined;

  constructor(
    private readonly port_: WorkerPort,
    url: string,
    private readonly limit_ms_ = ANSWER_MAX_MS,
    private readonly board_ = Board.create(),
  ) {
    this.ready_ = new Promise((resolve, reject) => {
      this.begun_ = resolve;
      this.lost_ = reject;
    });
    this.ready_.catch(() => {});
    port_.onmessage = ({ data }) => this.hear_(data);
    port_.onerror = (event) => this.fail_(event.message);
    port_.postMessage({ url, board: board_?.memory });
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
    if (signal) this.board_?.outdate(id);
    const outdate = () => this.board_?.outdate(this.last_ + 1);
    signal?.addEventListener('abort', outdate, { once: true });
    const answer = await new Promise<WorkerAnswer>((resolve, reject) => {
      const timer = setTimeout(() => this.fail_('no answer in time', 'slow'), this.limit_ms_);
      this.waiting_.set(id, { each, resolve, reject, timer });
      this.port_.postMessage({ id, abandonable: signal !== undefined, calls });
      if (this.board_ && this.took_ms_ < FRAME_WAIT_MS) requestAnimationFrame(() => this.meet_(id));
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
      this.took_ms_ = message.ms;
      waiting?.resolve(message);
    }
  }

  /**
   * At the beginning of a frame: takes the answer that is about to come, which as a message would be heard
   * only behind the frame and cost another.
   */
  private meet_(id: number): void {
    const until = performance.now() + FRAME_WAIT_MS;
    while (this.waiting_.has(id) && performance.now() < until) {
      const answer = this.board_?.take(id);
      if (answer) this.hear_(answer);
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
