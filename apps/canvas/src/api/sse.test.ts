import { afterEach, expect, test, vi } from 'vitest';
import { ApiError } from './http';
import { readStream, SseParser } from './sse';

test('events arrive whole whatever the chunks', () => {
  const parser = new SseParser();
  expect(parser.push(': hb\n\nid: 7\nevent: model.del')).toEqual([]);
  expect(parser.push('ta\ndata: {"a":1}\r\n\r\nretry: 500\n\ndata: one\ndata: two\n\n')).toEqual([
    { id: '7', event: 'model.delta', data: '{"a":1}' },
    { id: '', event: 'message', data: 'one\ntwo' },
  ]);
  expect(parser.lastId).toBe('7');
  expect(parser.retry_ms).toBe(500);
});

afterEach(() => vi.unstubAllGlobals());

function streamOf(text: string): Response {
  return new Response(text, { status: 200, headers: { 'Content-Type': 'text/event-stream' } });
}

test('a broken stream goes on after its last event', async () => {
  const asked: (string | null)[] = [];
  const answers = [streamOf('retry: 1\nid: a\ndata: 1\n\n'), streamOf('id: b\nevent: end\ndata: {}\n\n')];
  vi.stubGlobal('fetch', (_: string, init: RequestInit) => {
    asked.push(new Headers(init.headers).get('Last-Event-ID'));
    return Promise.resolve(answers.shift());
  });
  const got: string[] = [];
  await readStream('/x', {
    signal: new AbortController().signal,
    lastEvent: 'end',
    onEvent: (event) => got.push(event.event),
  });
  expect(got).toEqual(['message', 'end']);
  expect(asked).toEqual([null, 'a']);
});

test('a refusal is told, not tried again', async () => {
  vi.stubGlobal('fetch', () =>
    Promise.resolve(new Response('{"detail":{"error":"not_found","message":"gone"}}', { status: 404 })),
  );
  const reading = readStream('/x', { signal: new AbortController().signal, onEvent: () => undefined });
  await expect(reading).rejects.toMatchObject({ status: 404, code: 'not_found', message: 'gone' });
  await expect(reading).rejects.toBeInstanceOf(ApiError);
});
