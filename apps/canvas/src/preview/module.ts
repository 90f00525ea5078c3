/** The compiler as WebAssembly: one function across the border (apps/compiler/wasm). */

export interface ModuleAnswer {
  /** `{error: {code, message}}` when the call was refused. */
  head: Record<string, unknown>;
  /** Valid until the next call: copy what is kept. */
  body: Uint8Array;
}

export interface CompilerModule {
  call(name: string, input: string): ModuleAnswer;
}

export interface Surroundings {
  /** True when a newer request waits, so that the running one may stop. */
  isOutdated: () => boolean;
}

interface Exports {
  memory: WebAssembly.Memory;
  _initialize: () => void;
  input_buffer: (size: number) => number;
  call: (nameSize: number) => void;
  head: () => number;
  head_size: () => number;
  body: () => number;
  body_size: () => number;
}

/** Thrown when the module broke an assumption of its own: it has to be loaded anew. */
export class ModuleFault extends Error {}

/** What the C library asks of a system: a place for the words of a failed assertion, nothing else. */
function system(memory: () => WebAssembly.Memory, say: (text: string) => void): WebAssembly.ModuleImports {
  const badFile = 8;
  return {
    fd_write: (_file: number, vectors: number, count: number, written: number): number => {
      const view = new DataView(memory().buffer);
      let total = 0;
      for (let i = 0; i < count; i++) {
        const size = view.getUint32(vectors + 8 * i + 4, true);
        const at = view.getUint32(vectors + 8 * i, true);
        say(new TextDecoder().decode(new Uint8Array(memory().buffer, at, size)));
        total += size;
      }
      view.setUint32(written, total, true);
      return 0;
    },
    fd_seek: () => badFile,
    fd_close: () => badFile,
    fd_fdstat_get: () => badFile,
  };
}

export async function instantiate(
  module: WebAssembly.Module,
  around: Surroundings,
): Promise<CompilerModule> {
  let said = '';
  const imports = {
    scaiflow: {
      is_outdated: () => (around.isOutdated() ? 1 : 0),
      seconds: () => performance.now() / 1000,
    },
    wasi_snapshot_preview1: system(
      () => exports.memory,
      (text) => (said += text),
    ),
  };
  const instance = await WebAssembly.instantiate(module, imports);
  const exports = instance.exports as unknown as Exports;
  exports._initialize();
  const encoder = new TextEncoder();
  const decoder = new TextDecoder();
  const bytes = (at: number, size: number): Uint8Array => new Uint8Array(exports.memory.buffer, at, size);

  const call = (name: string, input: string): ModuleAnswer => {
    const text = name + input;
    const room = exports.input_buffer(text.length * 3);
    const { written } = encoder.encodeInto(text, bytes(room, text.length * 3));
    exports.input_buffer(written);
    exports.call(name.length);
    const head = decoder.decode(bytes(exports.head(), exports.head_size()));
    const body = bytes(exports.body(), exports.body_size());
    return { head: JSON.parse(head) as ModuleAnswer['head'], body };
  };
  return {
    call: (name, input) => {
      try {
        return call(name, input);
      } catch (error) {
        if (error instanceof WebAssembly.RuntimeError) throw new ModuleFault(said || error.message);
        throw error;
      }
    },
  };
}
