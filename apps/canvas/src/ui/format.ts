/**
 * How numbers, times and sizes read in the interface (look.md, Words): units with a space, tabular figures.
 */

/** `184 ms`, `1.24 s`, `2 min 5 s`, `1 h 48 min`, `3 days`. */
export function duration(ms: number): string {
  if (ms < 1) return `${ms.toFixed(1)} ms`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 10_000) return `${(ms / 1000).toFixed(2)} s`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 60) return `${minutes} min${minutes < 10 ? seconds(ms) : ''}`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h ${String(minutes % 60).padStart(2, '0')} min`;
  const days = Math.floor(hours / 24);
  return days === 1 ? '1 day' : `${days} days`;
}

function seconds(ms: number): string {
  const rest = Math.floor((ms % 60_000) / 1000);
  return rest > 0 ? ` ${rest} s` : '';
}

/** Elapsed time of something that still goes on: one figure after the point, so that it does not flicker. */
export function elapsed(ms: number): string {
  return ms < 60_000 ? `${(Math.max(0, ms) / 1000).toFixed(1)} s` : duration(ms);
}

const dayMonth = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const full = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
const clockFormat = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const clockSeconds = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});

/** `now`, `4 min ago`, `2 h ago`, `Yesterday`, `3 days ago`, `19 Nov`, `19 Nov 2024`. */
export function ago(iso: string | null | undefined, now: number = Date.now()): string {
  const at = Date.parse(iso ?? '');
  if (Number.isNaN(at)) return '';
  const minutes = Math.floor((now - at) / 60_000);
  if (minutes < 1) return 'now';
  if (minutes < 60) return `${minutes} min ago`;
  if (minutes < 60 * 12) return `${Math.floor(minutes / 60)} h ago`;
  const days = Math.round((startOfDay(now) - startOfDay(at)) / 86_400_000);
  if (days === 0) return `${Math.floor(minutes / 60)} h ago`;
  if (days === 1) return 'Yesterday';
  if (days < 7) return `${days} days ago`;
  return new Date(at).getFullYear() === new Date(now).getFullYear() ? dayMonth.format(at) : full.format(at);
}

function startOfDay(ms: number): number {
  const day = new Date(ms);
  return new Date(day.getFullYear(), day.getMonth(), day.getDate()).getTime();
}

/** `14:06` or `14:06:12`, in the reader's zone. */
export function clock(iso: string | number, precision: 'minutes' | 'seconds' = 'seconds'): string {
  const at = typeof iso === 'number' ? iso : Date.parse(iso);
  if (Number.isNaN(at)) return '';
  return (precision === 'minutes' ? clockFormat : clockSeconds).format(at);
}

/** `25 Nov 2026, 14:06`, for titles and lists that need the whole date. */
export function dateTime(iso: string | null | undefined): string {
  const at = Date.parse(iso ?? '');
  return Number.isNaN(at) ? '' : `${full.format(at)}, ${clockFormat.format(at)}`;
}

/** `61 B`, `1.8 KB`, `4.2 MB`. */
export function bytes(count: number): string {
  if (count < 1024) return `${count} B`;
  if (count < 1024 * 1024) return `${(count / 1024).toFixed(1)} KB`;
  return `${(count / 1024 / 1024).toFixed(1)} MB`;
}

/** `1,284`. */
export function count(value: number): string {
  return value.toLocaleString('en-GB');
}

/** Time left until a moment: `in 6 h 12 min`, or `overdue by 5 min`. */
export function until(iso: string, now: number = Date.now()): { text: string; late: boolean; ms: number } {
  const ms = Date.parse(iso) - now;
  const span = duration(Math.max(60_000, Math.abs(ms)));
  return ms >= 0 ? { text: `in ${span}`, late: false, ms } : { text: `overdue by ${span}`, late: true, ms };
}

/** Two letters for a person: `MK`. */
export function initials(name: string): string {
  const words = name
    .trim()
    .split(/[\s@._-]+/)
    .filter(Boolean);
  const first = words[0]?.[0] ?? '?';
  const second = words.length > 1 ? (words[words.length - 1]?.[0] ?? '') : (words[0]?.[1] ?? '');
  return (first + second).toUpperCase();
}

const PEOPLE = [
  '#b91c1c',
  '#c2410c',
  '#a16207',
  '#4d7c0f',
  '#15803d',
  '#0f766e',
  '#0e7490',
  '#1d4ed8',
  '#4338ca',
  '#7e22ce',
  '#a21caf',
  '#be185d',
];

/** The presence colour of a person: index = hash of the id (12 §5). */
export function personColor(id: string): string {
  let hash = 0;
  for (let i = 0; i < id.length; i++) hash = (Math.imul(hash, 31) + id.charCodeAt(i)) >>> 0;
  return PEOPLE[hash % PEOPLE.length] ?? '#1d4ed8';
}
