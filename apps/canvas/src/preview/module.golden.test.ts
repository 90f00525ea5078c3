import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { compare, findCases } from '../../../../tests/flows/golden.mjs';
import type { CompilerModule } from './module';
import { loadModule, moduleBytes } from './testing';

/** The module that tools/setup builds, held to the same golden files as the native compiler. */
let module: CompilerModule;

beforeAll(async () => {
  module = await loadModule();
});

describe('the compiler as WebAssembly gives the same bytes as the native one', () => {
  const call = (name: string, input: string) => {
    const { head, body } = module.call(name, input);
    return Promise.resolve({ head, body: body.slice() });
  };
  for (const golden of findCases()) {
    it(golden.path, async () => {
      const { expected, actual } = await compare(golden, call);
      expect(actual).toEqual(expected);
    });
  }
});

it('takes at most 1.5 MB of download', () => {
  expect(gzipSync(moduleBytes(), { level: 9 }).length).toBeLessThanOrEqual(1.5 * 1024 * 1024);
});
