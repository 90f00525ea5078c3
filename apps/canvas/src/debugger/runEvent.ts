/** One entry of the stream: a runtime event (07 §20.1), a feed entry (20.2) or `end`. */
export interface RunEvent {
  type: string;
  /** Milliseconds since 1970; the time of arrival where the entry carries none. */
  at: number;
  data: Record<string, unknown>;
}

const PREFIX = 'scaicore.runtime.';

/** Reads an SSE event or an entry of `GET /events`; undefined when it is not JSON. */
export function readEvent(name: string, data: string, now: number): RunEvent | undefined {
  let body: unknown;
  try {
    body = JSON.parse(data);
  } catch {
    return undefined;
  }
  if (body === null || typeof body !== 'object') return undefined;
  const whole = body as Record<string, unknown>;
  const type = typeof whole['type'] === 'string' ? whole['type'] : name;
  const stamp = Date.parse(String(whole['timestamp'] ?? whole['at'] ?? ''));
  const payload = whole['payload'] ?? (name === 'end' ? (whole['data'] ?? whole) : whole);
  return {
    type: (name === 'end' ? 'end' : type).replace(PREFIX, ''),
    at: Number.isNaN(stamp) ? now : stamp,
    data: payload !== null && typeof payload === 'object' ? (payload as Record<string, unknown>) : {},
  };
}

export function text(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
}

/** Position in the journal of the record that an event came from; 0 when it does not say. */
export function seqOf(event: RunEvent): number {
  const seq = event.data['seq'];
  return typeof seq === 'number' ? seq : 0;
}

/** Where in the flow an event belongs. */
export interface Place {
  nodeId: string;
  blockId: string;
  occurrence: number;
  fiber: string;
}

export function place(event: RunEvent): Place {
  const nodeId = text(event.data['node_id']);
  return {
    nodeId,
    blockId: text(event.data['block_id']) || nodeId,
    occurrence: Number(event.data['occurrence'] ?? 0),
    fiber: text(event.data['fiber']),
  };
}
