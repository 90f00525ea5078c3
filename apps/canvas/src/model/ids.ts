const alphabet = '0123456789abcdefghijklmnopqrstuvwxyz';

/** `length` random base-36 characters; rejection keeps the distribution even. */
export function randomBase36(length: number): string {
  let text = '';
  while (text.length < length) {
    for (const byte of crypto.getRandomValues(new Uint8Array(length * 2))) {
      if (byte < 252 && text.length < length) text += alphabet[byte % 36];
    }
  }
  return text;
}

/** An id with this prefix that `taken` does not know (01 sections 3.2 and 3.4). */
export function freshId(prefix: 'node_' | 'edge_' | 'flow_', taken: (id: string) => boolean): string {
  const length = prefix === 'flow_' ? 12 : 8;
  for (;;) {
    const id = prefix + randomBase36(length);
    if (!taken(id)) return id;
  }
}
