import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  createDraftWriter,
  isWorthOffering,
  latestDraft,
  readDraft,
  removeDraft,
  writeDraft,
} from './drafts';
import { asNewFlow, emptyFlow, readFlowText } from './newFlow';

class Memory {
  readonly map = new Map<string, string>();
  getItem = (key: string): string | null => this.map.get(key) ?? null;
  setItem = (key: string, value: string): void => {
    this.map.set(key, value);
  };
  removeItem = (key: string): void => {
    this.map.delete(key);
  };
}

let memory: Memory;
beforeEach(() => {
  memory = new Memory();
  vi.stubGlobal('localStorage', memory);
  vi.useFakeTimers();
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe('drafts', () => {
  test('are kept per flow and the last one is found again', () => {
    const [a, b] = [emptyFlow(), emptyFlow()];
    writeDraft(a);
    writeDraft(b);
    expect([...memory.map.keys()]).toEqual([
      `scaiflow_draft_${a.id}`,
      'scaiflow_draft_latest',
      `scaiflow_draft_${b.id}`,
    ]);
    expect(latestDraft()?.flow).toEqual(b);
    removeDraft(b.id);
    expect(latestDraft()).toBeUndefined();
    expect(readDraft(a.id)?.flow).toEqual(a);
  });
  test('are written 500 ms after the last change', () => {
    const flow = emptyFlow();
    const writer = createDraftWriter(() => flow);
    writer.changed();
    vi.advanceTimersByTime(400);
    writer.changed();
    vi.advanceTimersByTime(499);
    expect(readDraft(flow.id)).toBeUndefined();
    vi.advanceTimersByTime(1);
    expect(readDraft(flow.id)?.flow).toEqual(flow);
  });
  test('a save cancels what waits', () => {
    const flow = emptyFlow();
    const writer = createDraftWriter(() => flow);
    writer.changed();
    writer.cancel();
    writer.flush();
    vi.runAllTimers();
    expect(readDraft(flow.id)).toBeUndefined();
  });
  test('leaving the page writes at once', () => {
    const flow = emptyFlow();
    const writer = createDraftWriter(() => flow);
    writer.changed();
    writer.flush();
    expect(readDraft(flow.id)?.flow).toEqual(flow);
  });
  test('are offered when newer and different', () => {
    const flow = emptyFlow();
    const changed = { ...flow, name: 'Other', version: '1.0.4' };
    const draft = { saved_at: '2026-01-02T00:00:00.000Z', flow: changed };
    expect(isWorthOffering(draft, flow, '2026-01-01T00:00:00.000Z')).toBe(true);
    expect(isWorthOffering(draft, flow, '2026-01-03T00:00:00.000Z')).toBe(false);
    expect(
      isWorthOffering({ ...draft, flow: { ...flow, version: '9.9.9' } }, flow, '2026-01-01T00:00:00.000Z'),
    ).toBe(false);
  });
  test('full or forbidden storage is skipped', () => {
    vi.stubGlobal('localStorage', {
      getItem: () => {
        throw new Error('no');
      },
      setItem: () => {
        throw new Error('full');
      },
      removeItem: () => undefined,
    });
    expect(() => writeDraft(emptyFlow())).not.toThrow();
    expect(latestDraft()).toBeUndefined();
  });
});

describe('new flows', () => {
  test('a copy has an id of its own and starts at 1.0.0', () => {
    const flow = { ...emptyFlow(), version: '3.2.1' };
    const copy = asNewFlow(flow, 'Copy');
    expect(copy.id).not.toBe(flow.id);
    expect(copy.id).toMatch(/^flow_[0-9a-z]{12}$/);
    expect(copy).toMatchObject({ name: 'Copy', version: '1.0.0' });
  });
  test('a file without a graph is refused with a reason', () => {
    expect(readFlowText('{"a":1}').problem).toContain('nodes');
    expect(readFlowText('{').problem).toBeTruthy();
    expect(readFlowText('{"nodes":[],"edges":[],"name":"x"}').flow?.name).toBe('x');
  });
});
