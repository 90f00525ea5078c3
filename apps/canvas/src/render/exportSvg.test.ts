import { expect, test } from 'vitest';
import { createSession } from '../editor/session';
import { smallFlow } from '../model/testing/flows';
import { escaped, exportSvg, type Paper } from './exportSvg';

const paper: Paper = {
  color: (token) => `[${token}]`,
  measure: (text) => text.length * 6,
  cut: (text) => text,
  icon: () => 'M0 0',
};

test('the picture holds every step and connection inside its frame', () => {
  const session = createSession(smallFlow());
  const svg = exportSvg(session.store, session.index, paper);
  const [x = 0, y = 0, w = 0, h = 0] = (/viewBox="([^"]+)"/.exec(svg)?.[1] ?? '').split(' ').map(Number);
  for (const id of session.store.nodeOrder) {
    const rect = session.index.rectOf(id);
    expect(svg).toContain(`<g transform="translate(${rect?.x} ${rect?.y})">`);
    expect(svg).toContain(`>${escaped(session.store.nodes[id]?.label ?? '')}<`);
    expect(rect && rect.x > x && rect.y > y && rect.x + rect.w < x + w && rect.y + rect.h < y + h).toBe(true);
  }
  for (const id of session.store.edgeOrder) expect(svg).toContain(session.index.route(id)?.path);
  expect(svg.match(/<(script|foreignObject|image)/)).toBeNull();
});

test('texts of a flow are texts of the picture', () => {
  const flow = smallFlow();
  flow.nodes[0]!.label = '<b>&"\u0007';
  const session = createSession(flow);
  expect(exportSvg(session.store, session.index, paper)).toContain('>&lt;b&gt;&amp;&quot;<');
});
