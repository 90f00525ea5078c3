import type { ForkPreview } from '../api/debug';
import type { JournalRecord, Usage } from '../api/types';

/** Tokens of answers, and how many of them were recorded before and are not paid again. */
export interface Spent {
  all: number;
  recorded: number;
}

const ANSWER = /^(Effect(Succeeded|Failed)|CheckpointResolved|CallAnswered)$/;

export const isAnswer = (record: JournalRecord): boolean => ANSWER.test(record.type);

/** Bodies above 4 KB are cut in lists. */
export const isCut = (record: JournalRecord): boolean => bodyOf(record).truncated === true;

interface Body {
  usage?: Partial<Usage>;
  truncated?: boolean;
}

const bodyOf = (record: JournalRecord): Body => (record.body ?? {}) as Body;

/** Tokens given and made together. */
export function tokensOf(usage: Partial<Usage> | undefined): number {
  return (usage?.input_tokens ?? 0) + (usage?.output_tokens ?? 0);
}

/**
 * What a run spent, by its records. Of a fork everything before `ForkApplied` was taken over from its
 * origin (07 §18), and later each answer that says so. Undefined when a long record is not known in full.
 */
export function spentOf(records: readonly JournalRecord[]): Spent | undefined {
  const answers = records.filter(isAnswer);
  if (answers.some(isCut)) return undefined;
  const forkedAt = records.find((record) => record.type === 'ForkApplied')?.seq ?? 0;
  const isRecorded = (record: JournalRecord): boolean =>
    record.seq < forkedAt || record.reused_from !== undefined;
  return {
    all: sum(answers),
    recorded: sum(answers.filter(isRecorded)),
  };
}

/**
 * Tokens that a fork does not pay again. Known when the recorded answers, less those the preview names, are
 * exactly as many as it reuses; undefined otherwise.
 */
export function savedBy(
  records: readonly JournalRecord[] | undefined,
  until: number,
  preview: ForkPreview | undefined,
): number | undefined {
  if (!records || !preview) return undefined;
  const called = new Set(preview.mismatches.map((each) => `${each.block_id}:${each.occurrence}`));
  const kept = records.filter(
    (record) =>
      record.seq <= until &&
      isAnswer(record) &&
      !called.has(`${record.block_id}:${record.occurrence ?? 1}`),
  );
  if (kept.length !== preview.reusable || kept.some(isCut)) return undefined;
  return sum(kept);
}

const sum = (records: readonly JournalRecord[]): number =>
  records.reduce((total, record) => total + tokensOf(bodyOf(record).usage), 0);
