import { ApiError, baseHeaders, errorOf } from './http';

export interface SseEvent {
  /** Its own id; empty when it has none. */
  id: string;
  event: string;
  data: string;
}

/** Splits a text stream into server-sent events; keeps what is not complete yet. */
export class SseParser {
  private buffer_ = '';
  private id_ = '';
  /** Milliseconds the server asks to wait before connecting again. */
  retry_ms = 2000;

  /** The id of the last event that had one. */
  get lastId(): string {
    return this.id_;
  }

  push(chunk: string): SseEvent[] {
    this.buffer_ += chunk;
    const events: SseEvent[] = [];
    for (;;) {
      const end = /\r\n\r\n|\n\n|\r\r/.exec(this.buffer_);
      if (!end) return events;
      const block = this.buffer_.slice(0, end.index);
      this.buffer_ = this.buffer_.slice(end.index + end[0].length);
      const event = this.read(block);
      if (event) events.push(event);
    }
  }

  private read(block: string): SseEvent | undefined {
    let event = 'message';
    let own = '';
    const data: string[] = [];
    for (const line of block.split(/\r\n|\n|\r/)) {
      const colon = line.indexOf(':');
      if (colon === 0) continue;
      const name = colon < 0 ? line : line.slice(0, colon);
      const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
      if (name === 'event') event = value;
      else if (name === 'data') data.push(value);
      else if (name === 'id' && !value.includes('\0')) own = this.id_ = value;
      else if (name === 'retry' && /^\d+$/.test(value)) this.retry_ms = Math.min(60_000, Number(value));
    }
    return data.length === 0 && event === 'message' ? undefined : { id: own, event, data: data.join('\n') };
  }
}

export interface StreamOptions {
  onEvent: (event: SseEvent) => void;
  /** `open` after connecting, `waiting` while it tries again. */
  onState?: (state: 'open' | 'waiting') => void;
  signal: AbortSignal;
  /** The name of the event after which the stream is over. */
  lastEvent?: string;
}

/**
 * Reads a stream with `fetch` (an EventSource cannot carry the token), connecting again with `Last-Event-
 * ID` until the last event came or the signal is aborted. Throws ApiError when the server refuses.
 */
export async function readStream(path: string, options: StreamOptions): Promise<void> {
  const parser = new SseParser();
  let failures = 0;
  while (!options.signal.aborted) {
    const ended = await readOnce(path, parser, options).catch((error: unknown) => {
      if (error instanceof ApiError && error.status >= 400 && error.status < 500) throw error;
      return 'lost' as const;
    });
    if (ended === 'done' || options.signal.aborted) return;
    failures = ended === 'lost' ? failures + 1 : 0;
    options.onState?.('waiting');
    await pause(
      Math.min(30_000, parser.retry_ms * 2 ** Math.min(4, Math.max(0, failures - 1))),
      options.signal,
    );
  }
}

async function readOnce(
  path: string,
  parser: SseParser,
  options: StreamOptions,
): Promise<'done' | 'closed' | 'lost'> {
  const headers = { ...baseHeaders(), Accept: 'text/event-stream' };
  if (parser.lastId !== '') headers['Last-Event-ID' as keyof typeof headers] = parser.lastId;
  const response = await fetch(path, { headers, signal: options.signal });
  if (!response.ok || !response.body) throw errorOf(response, await response.json().catch(() => null));
  options.onState?.('open');
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return 'closed';
    for (const event of parser.push(value)) {
      options.onEvent(event);
      if (event.event === options.lastEvent) {
        await reader.cancel();
        return 'done';
      }
    }
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
