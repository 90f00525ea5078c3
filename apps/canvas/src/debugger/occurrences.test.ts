import { expect, test } from 'vitest';
import { entriesOf, rowBeside, standing } from './occurrences';
import type { RunEvent } from './runEvent';
import { runAt } from './history';

type Step = ['in' | 'out', string, number, number, number, string?];

/** Events of blocks: in or out, block, occurrence, fiber, journal position, kind. */
function events(steps: Step[]): RunEvent[] {
  return steps.map(([way, id, occurrence, fiber, seq, kind]) => ({
    type: way === 'in' ? 'block.entered' : 'block.exited',
    at: 1000 + seq,
    data: { node_id: id, block_id: id, occurrence, fiber, seq, block_kind: kind ?? 'rigid' },
  }));
}

const turn = (n: number, seq: number): Step[] => [
  ['in', 'ask', n, n, seq, 'guarded'],
  ['out', 'ask', n, n, seq + 1],
  ['in', 'say', n, n, seq + 1],
  ['out', 'say', n, n, seq + 1],
];

/** A list of three, each in a branch of its own, then one step more. */
const LOOP = events([
  ['in', 'loop', 1, 0, 1, 'foreach'],
  ...turn(1, 1),
  ...turn(2, 2),
  ...turn(3, 3),
  ['out', 'loop', 1, 0, 4],
  ['in', 'end', 1, 0, 4],
  ['out', 'end', 1, 0, 4],
]);
const whole = runAt('exec_1', LOOP, 9);
const past = runAt('exec_1', LOOP, 3);

test('a step in a loop stands at the latest entry that the position has reached', () => {
  expect(standing(whole, whole, 'ask')).toMatchObject({ nth: 3, of: 3, next: undefined });
  expect(standing(whole, past, 'say')).toMatchObject({ nth: 2, of: 3 });
  expect(standing(whole, past, 'say')?.next).toMatchObject({ blockId: 'say', occurrence: 3, toSeq: 4 });
  expect(standing(whole, whole, 'end')).toBeUndefined();
});

test('a chosen entry counts while the position has it', () => {
  const first = entriesOf(whole.rows, 'ask')[0]?.key;
  expect(standing(whole, whole, 'ask', first)).toMatchObject({ nth: 1, previous: undefined });
  const third = entriesOf(whole.rows, 'ask')[2]?.key;
  expect(standing(whole, runAt('exec_1', LOOP, 1), 'ask', third)).toMatchObject({ nth: 1, of: 3 });
});

test('a loop is stepped by the turns of its body, and not by what follows it', () => {
  expect(entriesOf(whole.rows, 'loop').map((row) => `${row.blockId}${row.occurrence}`)).toEqual([
    'ask1',
    'ask2',
    'ask3',
  ]);
  const none = runAt('exec_1', events([
    ['in', 'loop', 1, 0, 1, 'foreach'],
    ['out', 'loop', 1, 0, 1],
    ['in', 'end', 1, 0, 1],
  ]), 9);
  expect(standing(none, none, 'loop')).toBeUndefined();
});

test('other steps show the entry of the same turn', () => {
  const second = entriesOf(whole.rows, 'ask')[1]?.key;
  expect(rowBeside(whole.rows, 'say', second)).toMatchObject({ occurrence: 2 });
  expect(rowBeside(whole.rows, 'ask', second)).toMatchObject({ occurrence: 2 });
  expect(rowBeside(whole.rows, 'end', second)).toMatchObject({ occurrence: 1 });
  expect(rowBeside(whole.rows, 'say', undefined)).toMatchObject({ occurrence: 3 });
  expect(rowBeside(whole.rows, 'nowhere', second)).toBeUndefined();
});

test('the turns of a loop in one branch are told apart by what was entered in between', () => {
  const steps: Step[] = [['in', 'loop', 1, 0, 1, 'while']];
  for (const n of [1, 2]) {
    for (const id of ['a', 'b']) steps.push(['in', id, n, 0, n], ['out', id, n, 0, n]);
  }
  const run = runAt('exec_1', events(steps), 9);
  const [first] = entriesOf(run.rows, 'a');
  expect(rowBeside(run.rows, 'b', first?.key)).toMatchObject({ occurrence: 1 });
  const [b1] = entriesOf(run.rows, 'b');
  expect(rowBeside(run.rows, 'a', b1?.key)).toMatchObject({ occurrence: 1 });
});
