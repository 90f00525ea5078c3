import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { instantiate, type CompilerModule } from './module';

/** The module that tools/setup builds. */
export const moduleBytes = (): Buffer<ArrayBuffer> =>
  readFileSync(fileURLToPath(new URL('../../../../build/wasm/compiler.wasm', import.meta.url)));

/** The same, ready to be called in Node. */
export const loadModule = async (): Promise<CompilerModule> =>
  instantiate(await WebAssembly.compile(moduleBytes()), { isOutdated: () => false });
