/**
 * The SCIR bundle of 04 §8, read far enough to show its module and to give a draft a source id of its own.
 */

const BYTES_MAX = 10_485_760;
const DEPTH_MAX = 64;
const HEADER = 6;

export class ScirError extends Error {}

interface Span {
  from: number;
  to: number;
}

class Reader {
  at = HEADER;
  private readonly view_: DataView;
  private readonly bytes_: Uint8Array;
  /** Where the value at `wanted` stands, once it was passed. */
  found: Span | undefined;
  private readonly wanted_: readonly string[];

  constructor(bytes: Uint8Array, wanted: readonly string[] = []) {
    this.bytes_ = bytes;
    this.view_ = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.wanted_ = wanted;
  }

  private take(length: number): number {
    const from = this.at;
    if (from + length > this.bytes_.length)
      throw new ScirError(`bundle ends inside a value at offset ${from}`);
    this.at += length;
    return from;
  }

  private bad(): ScirError {
    return new ScirError(`unsupported or invalid value at offset ${this.at - 1}`);
  }

  private uint(size: 1 | 2 | 4): number {
    const at = this.take(size);
    return size === 1
      ? this.view_.getUint8(at)
      : size === 2
        ? this.view_.getUint16(at)
        : this.view_.getUint32(at);
  }

  private text(length: number): string {
    const at = this.take(length);
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(this.bytes_.subarray(at, at + length));
    } catch {
      throw this.bad();
    }
  }

  private list(length: number, depth: number): unknown[] {
    const items: unknown[] = [];
    for (let i = 0; i < length; i++) items.push(this.value(depth + 1, -1));
    return items;
  }

  /** `matched` members of the wanted path lead here; -1 when this is another branch. */
  private map(length: number, depth: number, matched: number): Record<string, unknown> {
    const members: Record<string, unknown> = {};
    for (let i = 0; i < length; i++) {
      const key = this.value(depth + 1, -1);
      if (typeof key !== 'string') throw this.bad();
      const next = matched >= 0 && this.wanted_[matched] === key ? matched + 1 : -1;
      const from = this.at;
      members[key] = this.value(depth + 1, next);
      if (next === this.wanted_.length) this.found = { from, to: this.at };
    }
    return members;
  }

  value(depth = 1, matched = 0): unknown {
    if (depth > DEPTH_MAX + 1) throw new ScirError(`nesting deeper than ${DEPTH_MAX} at offset ${this.at}`);
    const tag = this.uint(1);
    if (tag <= 0x7f) return tag;
    if (tag >= 0xe0) return tag - 256;
    if (tag <= 0x8f) return this.map(tag & 0x0f, depth, matched);
    if (tag <= 0x9f) return this.list(tag & 0x0f, depth);
    if (tag <= 0xbf) return this.text(tag & 0x1f);
    return this.tagged(tag, depth, matched);
  }

  private tagged(tag: number, depth: number, matched: number): unknown {
    switch (tag) {
      case 0xc0:
        return null;
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xca:
        return this.view_.getFloat32(this.take(4));
      case 0xcb:
        return this.view_.getFloat64(this.take(8));
      case 0xcc:
        return this.uint(1);
      case 0xcd:
        return this.uint(2);
      case 0xce:
        return this.uint(4);
      case 0xcf:
        return Number(this.view_.getBigUint64(this.take(8)));
      case 0xd0:
        return this.view_.getInt8(this.take(1));
      case 0xd1:
        return this.view_.getInt16(this.take(2));
      case 0xd2:
        return this.view_.getInt32(this.take(4));
      case 0xd3:
        return Number(this.view_.getBigInt64(this.take(8)));
      case 0xd9:
        return this.text(this.uint(1));
      case 0xda:
        return this.text(this.uint(2));
      case 0xdb:
        return this.text(this.uint(4));
      case 0xdc:
        return this.list(this.uint(2), depth);
      case 0xdd:
        return this.list(this.uint(4), depth);
      case 0xde:
        return this.map(this.uint(2), depth, matched);
      case 0xdf:
        return this.map(this.uint(4), depth, matched);
      default:
        throw this.bad();
    }
  }
}

function open(bytes: Uint8Array, wanted: readonly string[] = []): Reader {
  if (bytes.length > BYTES_MAX)
    throw new ScirError(`bundle is ${bytes.length} bytes; the limit is ${BYTES_MAX}`);
  if (new TextDecoder().decode(bytes.subarray(0, 4)) !== 'SCIR') throw new ScirError('not a SCIR bundle');
  const version = ((bytes[4] ?? 0) << 8) | (bytes[5] ?? 0);
  if (version !== 1) throw new ScirError(`unsupported container version ${version}`);
  return new Reader(bytes, wanted);
}

/** The module of a bundle as plain values, for the IR tree. Throws ScirError with the message of 04 §8. */
export function readBundle(bytes: Uint8Array): unknown {
  const reader = open(bytes);
  const module = reader.value();
  if (reader.at !== bytes.length) throw new ScirError(`${bytes.length - reader.at} bytes after the module`);
  return module;
}

const SOURCE_ID = ['metadata', 'scaiflow_meta', 'source_id'] as const;

/**
 * The same bundle with another `metadata.scaiflow_meta.source_id`: what makes a draft run a Core of its own
 * (12 §13.2). MessagePack counts members, not bytes, so only the text itself changes.
 */
export function withSourceId(bytes: Uint8Array, id: string): Uint8Array<ArrayBuffer> {
  const reader = open(bytes, SOURCE_ID);
  reader.value();
  if (!reader.found) throw new ScirError('the module names no source');
  const text = encodeText(id);
  const { from, to } = reader.found;
  const out = new Uint8Array(bytes.length - (to - from) + text.length);
  out.set(bytes.subarray(0, from), 0);
  out.set(text, from);
  out.set(bytes.subarray(to), from + text.length);
  return out;
}

function encodeText(text: string): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  const head =
    bytes.length < 32
      ? [0xa0 | bytes.length]
      : bytes.length < 256
        ? [0xd9, bytes.length]
        : [0xda, bytes.length >> 8, bytes.length & 0xff];
  return Uint8Array.from([...head, ...bytes]);
}

/** Bytes of a base64 text. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
}
