/** The golden files for the canvas and the browser: what golden.cpp does, asked of a module. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** `{path, sections}` of every golden file, sorted by path. */
export function findCases() {
  const below = (folder) =>
    readdirSync(join(root, folder), { recursive: true }).map((name) => join(folder, name));
  const paths = ['kinds', 'tests/flows']
    .flatMap(below)
    .filter((path) => path.endsWith('.flowtest'))
    .sort();
  return paths.map((path) => ({ path, sections: sectionsOf(readFileSync(join(root, path), 'utf8')) }));
}

function sectionsOf(text) {
  const sections = {};
  for (const part of text.split(/^--- /m).slice(1)) {
    const line = part.indexOf('\n');
    sections[part.slice(0, line).trim()] = part.slice(line + 1);
  }
  return sections;
}

function diagnosticsText(list) {
  return list
    .map((each) => {
      const place = each.path === null ? '' : ` (${each.path})`;
      const node = each.node_id ? ` node=${each.node_id}` : '';
      const edge = each.edge_id ? ` edge=${each.edge_id}` : '';
      const fix = each.fix ? ` fix: ${each.fix}` : '';
      return `${each.severity}[${each.code}]: ${each.message}${place}${node}${edge}${fix}\n`;
    })
    .join('');
}

/** The first line of an `ir` section: it names every byte of the bundle. */
function addressLine(bytes) {
  return `${bytes.length} bytes, sha256 ${createHash('sha256').update(bytes).digest('hex')}`;
}

/**
 * What the module makes of a case and what the file says, section by section. `call(name, input)` resolves to
 * `{head, body}` with the body as bytes.
 */
export async function compare({ sections }, call) {
  const expected = {};
  const actual = {};
  const note = (name, wanted, found) => {
    if (sections[name] === undefined) return;
    expected[name] = wanted;
    actual[name] = found;
  };
  const text = (bytes) => Buffer.from(bytes).toString('utf8');
  if (sections.flow !== undefined) await compareFlow(sections, call, note, text);
  if (sections.manifest !== undefined && !sections.options?.includes('"load"')) {
    const { head, body } = await call('import', importing(sections.manifest));
    const wanted = sections.diagnostics.split(/^load:\n/m)[0];
    note('diagnostics', wanted, `import:\n${diagnosticsText(head.diagnostics)}`);
    note('imported', sections.imported, text(body));
  }
  return { expected, actual };
}

const importing = (yaml) => JSON.stringify({ yaml, fresh_id: 'flow_fresh' });

async function compareFlow(sections, call, note, text) {
  await call('load', sections.flow);
  const options = JSON.parse(sections.options ?? '{}');
  const compile = (format) => call('compile', JSON.stringify({ ...options, format }));
  const yaml = await compile('yaml');
  const ir = await compile('ir');
  const scai = await compile('scai');
  const shown = options.verify === false ? ir : yaml;
  note('diagnostics', sections.diagnostics, diagnosticsText(shown.head.diagnostics));
  note('fixes', sections.fixes, yaml.head.fixes.map((fix) => `${fix}\n`).join(''));
  note('yaml', sections.yaml, text(yaml.body));
  note('scai', sections.scai, text(scai.body));
  note('ir', sections.ir?.split('\n')[0], ir.head.has_body ? addressLine(ir.body) : sections.ir && '');
  if (!yaml.head.has_body || options.target !== undefined) return;
  const imported = await call('import', importing(text(yaml.body)));
  const canonical = await call('canonical', sections.flow);
  sections.back = '';
  note('back', text(canonical.body), text(imported.body));
}
