import { currentToken } from './token';

/** What the server refused, in one shape for the three bodies of 09 §1.3, 08 §8.3 and the OpenAI layer. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly fix: string | undefined;
  readonly requestId: string | undefined;
  /** Every further member of the error body. */
  readonly detail: Readonly<Record<string, unknown>>;

  constructor(
    status: number,
    code: string,
    message: string,
    detail: Record<string, unknown>,
    requestId?: string,
  ) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.fix = typeof detail['fix'] === 'string' ? detail['fix'] : undefined;
    this.requestId = requestId;
    this.detail = detail;
  }
}

export interface RequestOptions {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  query?: Record<string, string | number | boolean | undefined>;
  /** Sent as JSON. */
  json?: unknown;
  /** Sent as it is, with `contentType`. */
  body?: BodyInit;
  contentType?: string;
  ifMatch?: string | undefined;
  idempotencyKey?: string;
  signal?: AbortSignal | undefined;
}

export interface Answer<T> {
  data: T;
  etag: string | undefined;
  headers: Headers;
}

type Listener = (error: ApiError) => void;
const signedOut = new Set<Listener>();

/**
 * Called when the server no longer knows us (401 `not_authenticated`, `invalid_token`); returns the way to
 * stop.
 */
export function onSignedOut(listener: Listener): () => void {
  signedOut.add(listener);
  return () => signedOut.delete(listener);
}

let causality: string | undefined;

/** Headers every call carries: the bearer token and the last write's causality token. */
export function baseHeaders(): Record<string, string> {
  const headers: Record<string, string> = { Accept: 'application/json' };
  const token = currentToken();
  if (token !== null) headers['Authorization'] = `Bearer ${token}`;
  if (causality !== undefined) headers['X-Causality-Token'] = causality;
  return headers;
}

/** Path with its query; undefined members are left out. */
export function address(path: string, query?: RequestOptions['query']): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== '') params.set(name, String(value));
  }
  const text = params.toString();
  return text === '' ? path : `${path}?${text}`;
}

/**
 * One call; throws ApiError for every answer that is not a success, `network` with status 0 when there is
 * none.
 */
export async function send(path: string, options: RequestOptions = {}): Promise<Response> {
  const headers = baseHeaders();
  let body = options.body;
  if (options.json !== undefined) {
    body = JSON.stringify(options.json);
    headers['Content-Type'] = 'application/json';
  } else if (options.contentType !== undefined) {
    headers['Content-Type'] = options.contentType;
  }
  if (options.ifMatch !== undefined) headers['If-Match'] = options.ifMatch;
  if (options.idempotencyKey !== undefined) headers['Idempotency-Key'] = options.idempotencyKey;
  let response: Response;
  try {
    response = await fetch(address(path, options.query), {
      method: options.method ?? 'GET',
      headers,
      ...(body === undefined ? {} : { body }),
      ...(options.signal ? { signal: options.signal } : {}),
    });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new ApiError(0, 'network', 'The server does not answer', {});
  }
  causality = response.headers.get('X-Causality-Token') ?? causality;
  if (!response.ok) throw await refused(response);
  return response;
}

/** One call whose answer is JSON (null for 204). */
export async function call<T>(path: string, options: RequestOptions = {}): Promise<T> {
  return (await callFull<T>(path, options)).data;
}

/** As `call`, with the ETag and headers beside the body. */
export async function callFull<T>(path: string, options: RequestOptions = {}): Promise<Answer<T>> {
  const response = await send(path, options);
  const text = response.status === 204 ? '' : await response.text();
  const data = (text === '' ? null : JSON.parse(text)) as T;
  return { data, etag: response.headers.get('ETag') ?? undefined, headers: response.headers };
}

async function refused(response: Response): Promise<ApiError> {
  const body = await readJson(response);
  const error = errorOf(response, body);
  if (error.status === 401 && (error.code === 'not_authenticated' || error.code === 'invalid_token')) {
    for (const listener of signedOut) listener(error);
  }
  return error;
}

async function readJson(response: Response): Promise<unknown> {
  try {
    return JSON.parse(await response.text());
  } catch {
    return null;
  }
}

function record(value: unknown): Record<string, unknown> {
  return value !== null && typeof value === 'object' ? (value as Record<string, unknown>) : {};
}

/** Reads `{"detail": {"error", …}}`, `{"error": {"code", …}}` and anything else. */
export function errorOf(
  response: { status: number; statusText: string; headers: Headers },
  body: unknown,
): ApiError {
  const whole = record(body);
  const detail = record(whole['detail'] ?? whole['error']);
  const code = detail['error'] ?? detail['code'] ?? detail['type'];
  const message = detail['message'] ?? response.statusText;
  const requestId = response.headers.get('X-Request-Id') ?? undefined;
  return new ApiError(
    response.status,
    typeof code === 'string' ? code : `http_${response.status}`,
    typeof message === 'string' && message !== '' ? message : `The server answered ${response.status}`,
    detail,
    requestId,
  );
}

/** The error of a rejected promise as ApiError; faults of our own become `fault`. */
export function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  return new ApiError(0, 'fault', error instanceof Error ? error.message : String(error), {});
}
