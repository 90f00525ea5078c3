import { Board } from './board';
import { instantiate, type CompilerModule } from './module';
import { refusalOf } from './protocol';
import type { FromWorker, WorkerRequest, WorkerStart } from './protocol';

/** The compiler in a worker of its own (12 §12), so that the page never waits for it. */

let board: Board | undefined;
let running: WorkerRequest | undefined;
const decoder = new TextDecoder();
const say = (message: FromWorker): void => postMessage(message);

const isOutdated = (): boolean =>
  running?.abandonable === true && board !== undefined && board.newest > running.id;

/** Each answer goes out as soon as it is there: diagnostics do not wait for the text. */
function run(module: CompilerModule, request: WorkerRequest): void {
  const started = performance.now();
  running = request;
  let left = request.calls.length;
  for (const { name, input } of request.calls) {
    left -= 1;
    const { head, body } = module.call(name, input);
    const isRefused = refusalOf(head) !== undefined;
    if (!isRefused && left > 0 && (name === 'load' || name === 'patch')) continue;
    const text = head['format'] === 'ir' ? base64(body) : decoder.decode(body);
    const answer = { id: request.id, left, head, body: text, ms: performance.now() - started };
    if (left === 0) board?.show(answer);
    say(answer);
    if (isRefused) break;
  }
}

function base64(bytes: Uint8Array): string {
  let text = '';
  const step = 0x8000;
  for (let at = 0; at < bytes.length; at += step)
    text += String.fromCharCode(...bytes.subarray(at, at + step));
  return btoa(text);
}

async function start({ url, board: memory }: WorkerStart): Promise<void> {
  board = memory && new Board(memory);
  const module = await instantiate(await WebAssembly.compileStreaming(fetch(url)), { isOutdated });
  addEventListener('message', ({ data }: MessageEvent<WorkerRequest>) => {
    try {
      run(module, data);
    } catch (error) {
      say({ id: data.id, fault: String(error) });
      close();
    }
  });
  say('ready');
}

addEventListener(
  'message',
  ({ data }: MessageEvent<WorkerStart>) => {
    start(data).catch((error: unknown) => say({ id: null, fault: String(error) }));
  },
  { once: true },
);
