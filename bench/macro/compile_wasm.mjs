// The table of 06 §11 by the module of the page, in Node: a line of JSON per size, medians in milliseconds.
//   node bench/macro/compile_wasm.mjs FOLDER ROUNDS
// FOLDER holds flow_N.json and flow_N.yaml as compile_table wrote them. Bytes to bytes, as a page does it:
// the text is encoded into the module's memory and what comes back is decoded.
import { readFileSync } from 'node:fs';
import { transformWithOxc } from '../../apps/canvas/node_modules/vite/dist/node/index.js';

const [folder, rounds] = [process.argv[2], Number(process.argv[3])];
const read = (path) => readFileSync(new URL(`../../${path}`, import.meta.url));

async function loadModule() {
  const { code } = await transformWithOxc(read('apps/canvas/src/preview/module.ts').toString(), 'module.ts');
  const { instantiate } = await import(`data:text/javascript,${encodeURIComponent(code)}`);
  const module = await WebAssembly.compile(read('build/wasm/compiler.wasm'));
  return instantiate(module, { isOutdated: () => false });
}

function medianMs(work) {
  work();
  const seen = Array.from({ length: rounds }, () => {
    const started = performance.now();
    work();
    return performance.now() - started;
  });
  return seen.sort((a, b) => a - b)[Math.floor(rounds / 2)];
}

const module = await loadModule();
const decoder = new TextDecoder();
function call(name, input) {
  const { head, body } = module.call(name, input);
  const failed = head.error ?? (head.has_body === false && head.diagnostics);
  if (failed) throw new Error(`${name}: ${JSON.stringify(failed).slice(0, 300)}`);
  return decoder.decode(body);
}
function compile(flow, format) {
  call('load', flow);
  return call('compile', JSON.stringify({ format }));
}

const texts = (nodes) =>
  ['json', 'yaml'].map((kind) => readFileSync(`${folder}/flow_${nodes}.${kind}`, 'utf8'));
// Until the engine has optimised the module a small flow would pay for that, not for its compile.
for (let i = 0; i < rounds; i += 1) compile(texts(1_000)[0], 'yaml');
for (const nodes of [10, 100, 1_000, 10_000]) {
  const [flow, yaml] = texts(nodes);
  if (compile(flow, 'yaml') !== yaml) throw new Error(`${nodes} nodes: not the bytes of the native compiler`);
  console.log(JSON.stringify({
    nodes,
    validate_ms: medianMs(() => { call('load', flow); call('check', '{}'); }),
    yaml_ms: medianMs(() => compile(flow, 'yaml')),
    ir_ms: medianMs(() => compile(flow, 'ir')),
    import_ms: medianMs(() => call('import', JSON.stringify({ yaml, fresh_id: 'flow_x' }))),
  }));
}
