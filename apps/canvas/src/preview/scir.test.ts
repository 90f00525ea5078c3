import { describe, expect, test } from 'vitest';
import { fromBase64, readBundle, ScirError, withSourceId } from './scir';

const text = (s: string): number[] => {
  const bytes = [...new TextEncoder().encode(s)];
  return [0xa0 | bytes.length, ...bytes];
};
const header = [0x53, 0x43, 0x49, 0x52, 0, 1];

/**
 * {name: "m", flows: [1, -1, 1.5, null, true], metadata: {scaiflow_meta: {source_id: "flow_x", after: 7}}}
 */
const bundle = Uint8Array.from([
  ...header,
  0x83,
  ...text('name'),
  ...text('m'),
  ...text('flows'),
  0x95,
  1,
  0xff,
  0xcb,
  0x3f,
  0xf8,
  0,
  0,
  0,
  0,
  0,
  0,
  0xc0,
  0xc3,
  ...text('metadata'),
  0x81,
  ...text('scaiflow_meta'),
  0x82,
  ...text('source_id'),
  ...text('flow_x'),
  ...text('after'),
  7,
]);

describe('readBundle', () => {
  test('reads every kind of value', () => {
    expect(readBundle(bundle)).toEqual({
      name: 'm',
      flows: [1, -1, 1.5, null, true],
      metadata: { scaiflow_meta: { source_id: 'flow_x', after: 7 } },
    });
  });
  test.each([
    [Uint8Array.from([1, 2, 3, 4, 0, 1]), 'not a SCIR bundle'],
    [Uint8Array.from([...header.slice(0, 5), 9, 0x80]), 'unsupported container version 9'],
    [bundle.subarray(0, bundle.length - 1), `bundle ends inside a value at offset ${bundle.length - 1}`],
    [Uint8Array.from([...bundle, 0]), '1 bytes after the module'],
    [Uint8Array.from([...header, 0xc4, 0]), 'unsupported or invalid value at offset 6'],
    [Uint8Array.from([...header, ...Array<number>(70).fill(0x91), 0]), 'nesting deeper than 64 at offset 71'],
  ])('refuses what it cannot read', (bytes, message) => {
    expect(() => readBundle(bytes)).toThrow(new ScirError(message));
  });
});

test('a draft gets its own source id and nothing else changes', () => {
  const id = `draft:flow_x:${'u'.repeat(300)}`;
  const changed = readBundle(withSourceId(bundle, id));
  expect(changed).toEqual({
    name: 'm',
    flows: [1, -1, 1.5, null, true],
    metadata: { scaiflow_meta: { source_id: id, after: 7 } },
  });
});

test('a bundle without a source cannot be made a draft', () => {
  expect(() => withSourceId(Uint8Array.from([...header, 0x80]), 'draft:x')).toThrow(
    'the module names no source',
  );
});

test('base64', () => {
  expect([...fromBase64('U0NJUg==')]).toEqual([0x53, 0x43, 0x49, 0x52]);
});
