import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { address, ApiError, call, callFull, onSignedOut } from './http';
import { saveFlow } from './flows';
import { storeToken, takeTokenFromAddress } from './token';

interface Seen {
  path: string;
  init: RequestInit;
}
let seen: Seen[] = [];
let answer: () => Response = () => new Response('{}');

beforeEach(() => {
  seen = [];
  vi.stubGlobal('sessionStorage', {
    getItem: () => null,
    setItem: () => undefined,
    removeItem: () => undefined,
  });
  vi.stubGlobal('fetch', (path: string, init: RequestInit) => {
    seen.push({ path, init });
    return Promise.resolve(answer());
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  storeToken(null);
});

const headers = (): Headers => new Headers(seen[0]?.init.headers);

describe('requests', () => {
  test('carry the token and JSON', async () => {
    storeToken('secret-token');
    answer = () => new Response('{"a":1}');
    await expect(call('/v1/x', { method: 'POST', json: { b: 2 } })).resolves.toEqual({ a: 1 });
    expect(headers().get('Authorization')).toBe('Bearer secret-token');
    expect(headers().get('Content-Type')).toBe('application/json');
    expect(seen[0]?.init.body).toBe('{"b":2}');
  });
  test('a save names the version it was made from', async () => {
    answer = () => new Response('{"id":"f"}', { headers: { ETag: '"r2.e"' } });
    const saved = await saveFlow('flow x', { name: 'n' }, '"r1.e"');
    expect(seen[0]?.path).toBe('/v1/flows/flow%20x');
    expect(headers().get('If-Match')).toBe('"r1.e"');
    expect(saved.etag).toBe('"r2.e"');
  });
  test('empty answers and queries', async () => {
    answer = () => new Response(null, { status: 204 });
    expect((await callFull('/v1/x')).data).toBeNull();
    expect(address('/v1/x', { a: 'b c', d: undefined, e: 0, f: '' })).toBe('/v1/x?a=b+c&e=0');
  });
});

describe('errors', () => {
  const failing = async (status: number, body: string): Promise<ApiError> => {
    answer = () => new Response(body, { status, headers: { 'X-Request-Id': 'req_1' } });
    return call('/v1/x').then(
      () => {
        throw new Error('should have failed');
      },
      (error: unknown) => error as ApiError,
    );
  };
  test('the body of the ScaiFlow API', async () => {
    const error = await failing(
      412,
      '{"detail":{"error":"missing_credentials","message":"no key","fix":"set one"}}',
    );
    expect(error).toMatchObject({
      status: 412,
      code: 'missing_credentials',
      message: 'no key',
      fix: 'set one',
      requestId: 'req_1',
    });
  });
  test('the body of the grid', async () => {
    const error = await failing(
      409,
      '{"status":"error","error":{"code":"CHECKPOINT_ALREADY_RESOLVED","message":"done"}}',
    );
    expect(error).toMatchObject({ code: 'CHECKPOINT_ALREADY_RESOLVED', message: 'done' });
  });
  test('a body that is no JSON', async () => {
    expect(await failing(502, '<html>')).toMatchObject({ status: 502, code: 'http_502' });
  });
  test('no answer at all', async () => {
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('failed')));
    await expect(call('/v1/x')).rejects.toMatchObject({ status: 0, code: 'network' });
  });
  test('only a lost session signs out', async () => {
    const heard: string[] = [];
    const stop = onSignedOut((error) => heard.push(error.code));
    await failing(401, '{"detail":{"error":"invalid_token","message":"x"}}');
    await failing(401, '{"detail":{"error":"upstream_error","message":"x"}}');
    stop();
    expect(heard).toEqual(['invalid_token']);
  });
});

describe('the token in the address', () => {
  const at = (hash: string) => ({ hash, pathname: '/flows', search: '?q=1' }) as Location;
  test('is kept and removed', () => {
    const replaced: unknown[] = [];
    const past = {
      state: null,
      replaceState: (...args: unknown[]) => replaced.push(args[2]),
    } as unknown as History;
    expect(takeTokenFromAddress(at('#token=abcdefgh_1-2'), past)).toBe(true);
    expect(replaced).toEqual(['/flows?q=1']);
  });
  test('another fragment stays', () => {
    expect(takeTokenFromAddress(at('#node=x'), {} as History)).toBe(false);
  });
});
