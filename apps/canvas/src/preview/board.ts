import type { WorkerAnswer } from './protocol';

/** Words at its beginning: the newest request, the one whose answer stands here, the bytes of that answer. */
const [NEWEST, ANSWERED, SIZE] = [0, 1, 2];
const HEAD_BYTES = 16;
const ANSWER_MAX_BYTES = 256 * 1024;

/**
 * Memory that page and worker share. A worker that computes hears no message, so the page writes here which
 * request is the newest; a page that draws hears none either, so the worker writes short answers here beside
 * posting them.
 */
export class Board {
  private readonly words_: Int32Array;
  private readonly bytes_: Uint8Array;

  constructor(readonly memory: SharedArrayBuffer) {
    this.words_ = new Int32Array(memory, 0, HEAD_BYTES / 4);
    this.bytes_ = new Uint8Array(memory, HEAD_BYTES);
  }

  /** Undefined where the page may have no such memory (a proxy that drops the headers). */
  static create(): Board | undefined {
    if (globalThis.crossOriginIsolated !== true) return undefined;
    return new Board(new SharedArrayBuffer(HEAD_BYTES + ANSWER_MAX_BYTES));
  }

  get newest(): number {
    return Atomics.load(this.words_, NEWEST);
  }

  /** Requests below `id` are of no use any more. */
  outdate(id: number): void {
    if (this.newest < id) Atomics.store(this.words_, NEWEST, id);
  }

  /** Called by the worker; an answer that is too long is only posted. */
  show(answer: WorkerAnswer): void {
    const text = new TextEncoder().encode(JSON.stringify(answer));
    if (text.length > this.bytes_.length) return;
    Atomics.store(this.words_, ANSWERED, 0);
    this.bytes_.set(text);
    Atomics.store(this.words_, SIZE, text.length);
    Atomics.store(this.words_, ANSWERED, answer.id);
  }

  /** Called by the page: the answer of request `id`, once it stands here. */
  take(id: number): WorkerAnswer | undefined {
    if (Atomics.load(this.words_, ANSWERED) !== id) return undefined;
    const text = this.bytes_.slice(0, Atomics.load(this.words_, SIZE));
    if (Atomics.load(this.words_, ANSWERED) !== id) return undefined;
    return JSON.parse(new TextDecoder().decode(text)) as WorkerAnswer;
  }
}
