import { describe, expect, test } from 'vitest';
import { cronSentence, nextTimes, parseCron } from './cronModel';

describe('sentences', () => {
  test.each([
    ['* * * * *', 'Every minute'],
    ['0 * * * *', 'Every hour'],
    ['*/15 * * * *', 'Every 15 minutes'],
    ['0 6 * * MON', 'At 06:00 on Monday'],
    ['30 8,17 * * 1-5', 'At 08:30 and 17:30 from Monday to Friday'],
    ['0 0 1 1,7 *', 'At 00:00 on day 1 of the month in January and July'],
    ['0 12 13 * 5', 'At 12:00 on day 13 of the month or on Friday'],
    ['0 9 * * 7', 'At 09:00 on Sunday'],
  ])('%s', (text, sentence) => {
    const cron = parseCron(text);
    expect(cron && cronSentence(cron)).toBe(sentence);
  });
});

test.each([
  '',
  '* * * *',
  '60 * * * *',
  '5-1 * * * *',
  '*/0 * * * *',
  '1/5 * * * *',
  'x * * * *',
  '0 0 0 * *',
  '0 0 * 13 *',
])('%s is refused', (text) => {
  expect(parseCron(text)).toBeUndefined();
});

describe('next times', () => {
  const next = (text: string, zone: string, from: string, count = 3): string[] => {
    const cron = parseCron(text);
    return cron
      ? nextTimes(cron, zone, count, Date.parse(from)).map((d) => d.toISOString().slice(0, 16))
      : [];
  };
  test('in the zone', () => {
    expect(next('0 6 * * MON', 'Europe/Berlin', '2026-05-18T03:59:00Z')).toEqual([
      '2026-05-18T06:00',
      '2026-05-25T06:00',
      '2026-06-01T06:00',
    ]);
    expect(next('0 6 * * MON', 'UTC', '2026-05-18T06:00:00Z')[0]).toBe('2026-05-25T06:00');
  });
  test('day or weekday', () => {
    expect(next('0 0 1 * 0', 'UTC', '2026-05-28T00:00:00Z')).toEqual([
      '2026-05-31T00:00',
      '2026-06-01T00:00',
      '2026-06-07T00:00',
    ]);
  });
  test('a day that never comes gives none', () => {
    expect(next('0 0 31 2 *', 'UTC', '2026-01-01T00:00:00Z')).toEqual([]);
  });
});
