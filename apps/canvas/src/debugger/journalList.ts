import { createResource } from 'solid-js';
import type { Resource } from 'solid-js';
import { getJournal } from '../api/cores';
import type { Execution, JournalRecord } from '../api/types';
import { isOver } from './runState';
import type { Spent } from './spent';
import { isAnswer, isCut, spentOf } from './spent';

const PAGES_MAX = 20;

async function readAll(id: string): Promise<JournalRecord[]> {
  const records: JournalRecord[] = [];
  for (let page = 0; page < PAGES_MAX; page++) {
    const { items, next_cursor } = await getJournal(id, records.at(-1)?.seq ?? 0);
    records.push(...items);
    if (next_cursor === null) break;
  }
  return records;
}

/** The records of a run, read while somebody looks at them and again when there are more. */
export function createJournal(
  id: () => string,
  wanted: () => boolean,
  last: () => number,
): Resource<JournalRecord[]> {
  const [journal] = createResource(
    () => (wanted() ? `${id()} ${last()}` : undefined),
    () => readAll(id()),
  );
  return journal;
}

/** The records with the answers to a block's occurrence, one for each try, at or before a position. */
export function answersOf(
  records: readonly JournalRecord[] | undefined,
  blockId: string,
  occurrence: number,
  until: number,
): JournalRecord[] {
  return (records ?? []).filter(
    (record) =>
      record.seq <= until &&
      record.block_id === blockId &&
      record.occurrence === occurrence &&
      /^Effect(Succeeded|Failed)$/.test(record.type),
  );
}

/** Long answers are cut in the list; a run with more of them than this is not told in tokens. */
const COMPLETED_MAX = 100;

/** What a run spent by its records, those that were cut read in full. */
export async function readSpent(id: string, records: readonly JournalRecord[]): Promise<Spent | undefined> {
  const cut = records.filter((record) => isAnswer(record) && isCut(record));
  if (cut.length > COMPLETED_MAX) return undefined;
  const whole = new Map<number, JournalRecord>();
  for (const { seq } of cut) {
    const [record] = (await getJournal(id, seq - 1, { limit: 1, full: true })).items;
    if (record) whole.set(seq, record);
  }
  return spentOf(records.map((record) => whole.get(record.seq) ?? record));
}

/** Tokens of a run and how many of them were recorded, once it is a fork and has ended. */
export function createSpent(record: () => Execution | undefined): Resource<Spent | undefined> {
  const [spent] = createResource(
    () => {
      const run = record();
      return run?.forked_from && isOver(run.status) ? run.execution_id : undefined;
    },
    async (id) => readSpent(id, await readAll(id)),
  );
  return spent;
}
