/** Order keys (11 section 1.5): strings that sort by bytes, with room between any two. */

const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const base = digits.length;

function headLength(head: string): number {
  if (head >= 'a' && head <= 'z') return head.charCodeAt(0) - 96;
  if (head >= 'A' && head <= 'Z') return 91 - head.charCodeAt(0);
  return -1;
}

function isKey(key: string): boolean {
  const length = headLength(key[0] ?? '');
  return length > 0 && key.length > length && !(key.length > length + 1 && key.endsWith('0'));
}

function integerPart(key: string): string {
  return key.slice(0, headLength(key[0] ?? '') + 1);
}

function increment(integer: string): string {
  const head = integer[0] ?? 'a';
  const body = [...integer.slice(1)].map((c) => digits.indexOf(c));
  for (let i = body.length - 1; i >= 0; i--) {
    const next = (body[i] ?? 0) + 1;
    if (next < base) {
      body[i] = next;
      return head + body.map((d) => digits[d]).join('');
    }
    body[i] = 0;
  }
  if (head === 'Z') return 'a0';
  const nextHead = String.fromCharCode(head.charCodeAt(0) + 1);
  return nextHead + '0'.repeat(headLength(nextHead));
}

function decrement(integer: string): string {
  const head = integer[0] ?? 'a';
  const body = [...integer.slice(1)].map((c) => digits.indexOf(c));
  for (let i = body.length - 1; i >= 0; i--) {
    const next = (body[i] ?? 0) - 1;
    if (next >= 0) {
      body[i] = next;
      return head + body.map((d) => digits[d]).join('');
    }
    body[i] = base - 1;
  }
  if (head === 'a') return `Z${digits[base - 1]}`;
  const nextHead = String.fromCharCode(head.charCodeAt(0) - 1);
  return nextHead + (digits[base - 1] ?? 'z').repeat(headLength(nextHead));
}

/** The shortest fraction strictly between two fractions; an absent end is the open one. */
function middle(a: string, b: string | null): string {
  if (b !== null) {
    let common = 0;
    while (common < b.length && (a[common] ?? '0') === b[common]) common++;
    if (common > 0) return b.slice(0, common) + middle(a.slice(common), b.slice(common));
  }
  const low = a ? digits.indexOf(a[0] ?? '0') : 0;
  const high = b !== null ? digits.indexOf(b[0] ?? '0') : base;
  if (high - low > 1) return digits[Math.round((low + high) / 2)] ?? '';
  if (b !== null && b.length > 1) return b.slice(0, 1);
  return (digits[low] ?? '0') + middle(a.slice(1), null);
}

/** The key that a seed gives to item `n`. */
export function seedKey(n: number): string {
  let width = 1;
  let first = 0;
  while (n - first >= base ** width) {
    first += base ** width;
    width++;
  }
  let rest = n - first;
  let body = '';
  for (let i = 0; i < width; i++) {
    body = (digits[rest % base] ?? '0') + body;
    rest = Math.floor(rest / base);
  }
  return String.fromCharCode(96 + width) + body;
}

/** A key between two others, null being the open end. Broken keys count as absent. */
export function keyBetween(after: string | null, before: string | null): string {
  const a = after !== null && isKey(after) ? after : null;
  const b = before !== null && isKey(before) ? before : null;
  if (a === null && b === null) return 'a0';
  if (a === null && b !== null) {
    const integer = integerPart(b);
    return b.length > integer.length ? integer : decrement(integer);
  }
  if (a !== null && b === null) return increment(integerPart(a));
  const low = a ?? '';
  const high = b ?? '';
  const lowInteger = integerPart(low);
  if (lowInteger === integerPart(high)) {
    return lowInteger + middle(low.slice(lowInteger.length), high.slice(lowInteger.length));
  }
  const next = increment(lowInteger);
  return next < high ? next : lowInteger + middle(low.slice(lowInteger.length), null);
}

/** As `keyBetween`, with two random digits that keep keys of two people apart where there is room. */
export function clientKeyBetween(
  after: string | null,
  before: string | null,
  random: () => number = Math.random,
): string {
  const key = keyBetween(after, before);
  const first = digits[Math.floor(random() * base)] ?? '0';
  const last = digits[1 + Math.floor(random() * (base - 1))] ?? '1';
  const spread = key + first + last;
  return before === null || spread < before ? spread : key;
}

/** Sorts by key, then by id. */
export function byOrder(
  a: readonly [key: string, id: string],
  b: readonly [key: string, id: string],
): number {
  if (a[0] !== b[0]) return a[0] < b[0] ? -1 : 1;
  return a[1] < b[1] ? -1 : a[1] > b[1] ? 1 : 0;
}
