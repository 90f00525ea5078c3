import type { TestReport } from '../api/types';
import type { NodeRun, RunState } from './runState';
import { emptyRun } from './runState';

export type FixtureResult = TestReport['results'][number];

/**
 * A result of a fixture (06 §8) as a run, so that the canvas draws its path: steps in the order of first
 * entry; one that the message names is where it went wrong. `trigger` names the entry.
 */
export function runOfFixture(result: FixtureResult, trigger?: string): RunState {
  const step = (id: string, at: number): [string, NodeRun] => {
    const isNamed = result.message?.includes(`'${id}'`) === true;
    const state: Pick<NodeRun, 'state' | 'errorType'> = isNamed
      ? { state: 'failed', errorType: result.status }
      : { state: 'done' };
    const none = { count: 1, durationMs: 0, startedAt: 0, text: '', tokens: 0 };
    return [id, { ...none, ...state, firstEntry: at + 1, lastEntry: at + 1 }];
  };
  return {
    ...emptyRun(`fixture ${result.name}`),
    status: result.status === 'passed' ? 'completed' : 'failed',
    startedAt: 0,
    trigger,
    output: result.output,
    nodes: Object.fromEntries(result.visited.map(step)),
  };
}
