import { createResource } from 'solid-js';
import type { Resource } from 'solid-js';
import { getJournal } from '../api/cores';
import type { JournalRecord } from '../api/types';

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

/** The record with the last answer to a block's occurrence, at or before a position. */
export function answerOf(
  records: readonly JournalRecord[] | undefined,
  blockId: string,
  occurrence: number,
  until: number,
): JournalRecord | undefined {
  return records?.findLast(
    (record) =>
      record.seq <= until &&
      record.block_id === blockId &&
      record.occurrence === occurrence &&
      /^Effect(Succeeded|Failed)$/.test(record.type),
  );
}
