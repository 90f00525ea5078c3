/** Five-field cron (02 §2.3): reading, saying and the next times. */

export interface Cron {
  minutes: Set<number>;
  hours: Set<number>;
  days: Set<number>;
  months: Set<number>;
  weekdays: Set<number>;
  /** True when the field is restricted; day and weekday together mean "either". */
  dayRestricted: boolean;
  weekdayRestricted: boolean;
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

function numberOf(text: string, names: readonly string[], shift: number): number | undefined {
  const named = names.indexOf(text.toUpperCase());
  if (named >= 0) return named + shift;
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

function fieldOf(
  text: string,
  low: number,
  high: number,
  names: readonly string[] = [],
  shift = 0,
): Set<number> | undefined {
  const values = new Set<number>();
  for (const part of text.split(',')) {
    const match = /^(\*|[\dA-Za-z]+)(?:-([\dA-Za-z]+))?(?:\/(\d+))?$/.exec(part);
    if (!match?.[1]) return undefined;
    const step = match[3] === undefined ? 1 : Number(match[3]);
    const every = match[1] === '*';
    if (step < 1 || (every && match[2]) || (!every && match[3] !== undefined && match[2] === undefined))
      return undefined;
    const from = every ? low : numberOf(match[1], names, shift);
    const to = every ? high : match[2] === undefined ? from : numberOf(match[2], names, shift);
    if (from === undefined || to === undefined || from < low || to > high || from > to) return undefined;
    for (let value = from; value <= to; value += step) values.add(value);
  }
  return values;
}

/** Undefined when the text is no cron expression. */
export function parseCron(text: string): Cron | undefined {
  const parts = text.trim().split(/\s+/);
  const [minute, hour, day, month, weekday] = parts;
  if (parts.length !== 5 || !minute || !hour || !day || !month || !weekday) return undefined;
  const minutes = fieldOf(minute, 0, 59);
  const hours = fieldOf(hour, 0, 23);
  const days = fieldOf(day, 1, 31);
  const months = fieldOf(month, 1, 12, MONTHS, 1);
  const week = fieldOf(weekday, 0, 7, WEEKDAYS, 0);
  if (!minutes || !hours || !days || !months || !week) return undefined;
  const weekdays = new Set([...week].map((value) => value % 7));
  return {
    minutes,
    hours,
    days,
    months,
    weekdays,
    dayRestricted: !day.startsWith('*'),
    weekdayRestricted: !weekday.startsWith('*'),
  };
}

function matchesDay(cron: Cron, day: number, month: number, weekday: number): boolean {
  if (!cron.months.has(month)) return false;
  const byDay = cron.days.has(day);
  const byWeekday = cron.weekdays.has(weekday);
  return cron.dayRestricted && cron.weekdayRestricted ? byDay || byWeekday : byDay && byWeekday;
}

const HORIZON_DAYS = 366 * 5;

/** The next times as wall-clock moments of the zone, each as UTC fields of a Date. */
export function nextTimes(cron: Cron, zone: string, count: number, now: number = Date.now()): Date[] {
  const start = wallClock(now, zone);
  const times: Date[] = [];
  const day = new Date(Date.UTC(start.getUTCFullYear(), start.getUTCMonth(), start.getUTCDate()));
  for (let n = 0; n < HORIZON_DAYS && times.length < count; n++) {
    if (matchesDay(cron, day.getUTCDate(), day.getUTCMonth() + 1, day.getUTCDay()))
      addTimes(cron, day, start, times, count);
    day.setUTCDate(day.getUTCDate() + 1);
  }
  return times;
}

function addTimes(cron: Cron, day: Date, after: Date, times: Date[], count: number): void {
  for (const hour of [...cron.hours].sort((a, b) => a - b)) {
    for (const minute of [...cron.minutes].sort((a, b) => a - b)) {
      const at = new Date(day.getTime() + (hour * 60 + minute) * 60_000);
      if (at > after && times.length < count) times.push(at);
    }
  }
}

/** The clock on the wall of a zone, held in the UTC fields of a Date. An unknown zone counts as UTC. */
function wallClock(at: number, zone: string): Date {
  try {
    const parts = new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
    }).formatToParts(at);
    const part = (type: string): number => Number(parts.find((item) => item.type === type)?.value ?? 0);
    return new Date(Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute')));
  } catch {
    return new Date(at);
  }
}

const DAY_NAMES = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTH_NAMES = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

function join(words: string[]): string {
  return words.length < 2
    ? (words[0] ?? '')
    : `${words.slice(0, -1).join(', ')} and ${words[words.length - 1] ?? ''}`;
}

function sorted(values: Set<number>): number[] {
  return [...values].sort((a, b) => a - b);
}

const pad = (value: number): string => String(value).padStart(2, '0');

function timeWords(cron: Cron): string {
  const [hours, minutes] = [sorted(cron.hours), sorted(cron.minutes)];
  if (hours.length === 24 && minutes.length === 60) return 'Every minute';
  const gap = (minutes[1] ?? 0) - (minutes[0] ?? 0);
  const even =
    minutes.length > 2 && minutes[0] === 0 && minutes.every((m, i) => m === i * gap) && 60 % gap === 0;
  if (hours.length === 24) {
    if (even) return `Every ${gap} minutes`;
    return minutes.length === 1 && minutes[0] === 0
      ? 'Every hour'
      : `Every hour at minute ${join(minutes.map(String))}`;
  }
  if (hours.length * minutes.length > 6)
    return `At minute ${join(minutes.map(String))} of hour ${join(hours.map(String))}`;
  return `At ${join(hours.flatMap((h) => minutes.map((m) => `${pad(h)}:${pad(m)}`)))}`;
}

function dayWords(cron: Cron): string {
  const weekdays = sorted(cron.weekdays);
  const work = weekdays.length === 5 && weekdays[0] === 1 && weekdays[4] === 5;
  const byWeekday = work ? 'from Monday to Friday' : `on ${join(weekdays.map((d) => DAY_NAMES[d] ?? ''))}`;
  const byDay = `on day ${join(sorted(cron.days).map(String))} of the month`;
  if (cron.dayRestricted && cron.weekdayRestricted) return ` ${byDay} or ${byWeekday}`;
  if (cron.weekdayRestricted) return ` ${byWeekday}`;
  return cron.dayRestricted ? ` ${byDay}` : '';
}

/** The schedule as a sentence: "At 06:00 on Monday". */
export function cronSentence(cron: Cron): string {
  const months =
    cron.months.size === 12 ? '' : ` in ${join(sorted(cron.months).map((m) => MONTH_NAMES[m - 1] ?? ''))}`;
  return timeWords(cron) + dayWords(cron) + months;
}
