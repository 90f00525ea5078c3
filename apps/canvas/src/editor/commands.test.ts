import { describe, expect, it } from 'vitest';
import type { FlowDocument } from '../model/flow';
import { parseClipboard } from '../model/clipboard';
import { layoutGraph } from '../model/layoutGraph';
import { smallFlow } from '../model/testing/flows';
import { CanvasDriver } from './CanvasDriver';
import { pasteText } from './duplicate';
import { chordOf, pressOf, showChord } from './keys';
import { layOut } from './layout';
import { addPicked, quickAddKinds } from './quickAdd';

const driver = (flow: FlowDocument = smallFlow()): CanvasDriver => new CanvasDriver(flow);

describe('keys', () => {
  it('read alike whatever Alt or Shift make of them', () => {
    const press = { key: '', code: '', shift: false, mod: false, alt: false };
    expect(chordOf({ ...press, key: 'z', code: 'KeyY', mod: true })).toBe('Mod+Z');
    expect(chordOf({ ...press, key: 'å', code: 'KeyA', alt: true })).toBe('Alt+A');
    expect(chordOf({ ...press, key: '!', code: 'Digit1', shift: true })).toBe('Shift+1');
    expect(chordOf({ ...press, key: '?', code: 'Slash', shift: true })).toBe('?');
    expect(chordOf({ ...press, key: '“', code: 'BracketLeft', alt: true })).toBe('Alt+[');
  });

  it('survive the way there and back', () => {
    const d = driver();
    for (const command of d.session.commands.all()) {
      for (const key of command.keys) expect(chordOf(pressOf(key))).toBe(key);
    }
    expect(showChord('Mod+Shift+Z', true)).toBe('⌘⇧Z');
    expect(showChord('Alt+ArrowLeft', false)).toBe('Alt+←');
  });

  it('are given to one command each', () => {
    const keys = driver()
      .session.commands.all()
      .flatMap((command) => command.keys);
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe('edit', () => {
  it('deletes the selection with its edges and keeps a focus', () => {
    const d = driver();
    d.session.select(['node_b']);
    d.key('Delete');
    expect(d.session.store.nodeOrder).toEqual(['node_a', 'node_c']);
    expect(d.session.store.edgeOrder).toEqual([]);
    expect(d.session.editor.focus).toBe('node_a');
    expect(d.said.at(-1)).toBe('Deleted Ask');
  });

  it('closes the gap with Shift+Delete', () => {
    const d = driver();
    d.session.select(['node_b']);
    d.key('Shift+Delete');
    expect(d.session.store.edges['edge_ab']?.target).toEqual({ node: 'node_c', port: 'in' });
    d.key('Mod+Z');
    expect(d.session.store.edgeOrder).toHaveLength(2);
  });

  it('duplicates by 32 with inner edges, selected', () => {
    const d = driver();
    d.session.select(['node_b', 'node_c']);
    d.key('Mod+D');
    expect(d.session.store.nodeOrder).toHaveLength(5);
    expect(d.session.store.edgeOrder).toHaveLength(3);
    expect(d.selection()).toHaveLength(2);
    expect(
      d.expectNode(d.selection().find((id) => d.expectNode(id).type === 'llm_flexible') ?? '').position,
    ).toEqual({ x: 332, y: 32 });
  });

  it('sets and clears breakpoints, not on entries', () => {
    const d = driver();
    d.key('Mod+A').key('B');
    expect(d.session.store.nodeOrder.map((id) => d.expectNode(id).config['breakpoint'])).toEqual([
      undefined,
      true,
      true,
    ]);
    d.key('B');
    expect(d.expectNode('node_b').config).not.toHaveProperty('breakpoint');
  });

  it('detaches, selects along the graph and nothing with Escape', () => {
    const d = driver();
    d.session.select(['node_b']);
    d.key('Alt+]');
    expect(d.selection()).toEqual(['node_b', 'node_c']);
    d.key('Escape');
    expect(d.selection()).toEqual([]);
    d.session.select(['node_b']);
    d.key('Alt+Shift+X');
    expect(d.session.store.edgeOrder).toEqual([]);
  });

  it('nudges by 8 and 64, merged into one step while the keys come fast', () => {
    let now = 0;
    const d = new CanvasDriver(smallFlow(), {}, { now: () => now });
    d.session.select(['node_b']);
    d.key('Alt+ArrowRight');
    now += 100;
    d.key('Alt+Shift+ArrowDown');
    expect(d.expectNode('node_b').position).toEqual({ x: 308, y: 64 });
    d.key('Mod+Z');
    expect(d.expectNode('node_b').position).toEqual({ x: 300, y: 0 });
  });

  it('aligns and distributes', () => {
    const flow = smallFlow();
    flow.nodes[1]!.position = { x: 260, y: 40 };
    const d = driver(flow);
    d.session.select(['node_a', 'node_b', 'node_c']);
    d.key('Alt+Shift+H');
    expect(d.expectNode('node_b').position.x).toBe(300);
    d.key('Alt+W');
    expect(d.expectNode('node_b').position.y).toBe(0);
  });
});

describe('navigate', () => {
  it('goes along edges by arrows', () => {
    const d = driver();
    d.key('Home').key('ArrowRight');
    expect(d.session.editor.focus).toBe('node_b');
    d.key('Shift+ArrowRight');
    expect(d.session.editor.focus).toBe('edge_bc');
    d.key('ArrowRight').key('ArrowLeft').key('ArrowLeft');
    expect(d.session.editor.focus).toBe('node_a');
    d.key('End').key('Space');
    expect(d.selection()).toEqual(['node_c']);
  });
});

describe('connect by keys', () => {
  it('walks the targets nearest first, says why one is refused, and connects with Enter', () => {
    const flow = smallFlow();
    flow.edges = [flow.edges[1]!];
    const d = driver(flow);
    d.session.select(['node_a']);
    d.key('C');
    expect(d.said.at(-1)).toBe('To Ask, 1 of 2');
    d.key('ArrowRight');
    expect(d.said.at(-1)).toBe('To Say, 2 of 2');
    d.key('A');
    expect(d.said.at(-1)).toBe('To Ask, 1 of 2');
    d.key('Enter');
    expect(d.session.store.edgeOrder).toHaveLength(2);
    expect(d.session.editor.focus).toBe('node_b');
  });
});

describe('edges by command', () => {
  it('change their type, and lose the condition when they need none', () => {
    const d = driver();
    d.session.select(['edge_bc']);
    d.session.commands.run('edge.conditional');
    expect(d.session.store.edges['edge_bc']).toMatchObject({ type: 'conditional', condition: '' });
    expect(d.session.editor.conditionEdit).toBe('edge_bc');
    d.session.commands.run('edge.data');
    expect(d.session.store.edges['edge_bc']?.type).toBe('data');
    expect(d.session.store.edges['edge_bc']).not.toHaveProperty('condition');
  });

  it('get another end by keys, and stay as they are on Escape', () => {
    const d = driver();
    d.session.select(['edge_ab']);
    d.session.commands.run('edge.changeEnd');
    d.key('S');
    expect(d.session.editor.connect).toMatchObject({ edge: 'edge_ab', to: { node: 'node_c' } });
    d.key('Escape');
    expect(d.session.store.edges['edge_ab']?.target.node).toBe('node_b');
    d.session.commands.run('edge.changeEnd');
    d.key('S').key('Enter');
    expect(d.session.store.edges['edge_ab']?.target).toEqual({ node: 'node_c', port: 'in' });
    d.session.commands.run('edge.changeStart');
    expect(d.session.editor.connect?.from).toMatchObject({ node: 'node_c', side: 'in' });
    d.key('Escape');
  });
});

describe('quick-add', () => {
  it('offers what fits and finds by title, id and help', () => {
    const from = { node: 'node_b', side: 'out' as const, port: 'out' };
    expect(quickAddKinds({ from, edge: null }, '').some((kind) => kind.entry)).toBe(false);
    expect(quickAddKinds({ from: null, edge: null }, '')).toHaveLength(24);
    expect(quickAddKinds({ from: null, edge: null }, 'http')[0]?.id).toBe('tool_http');
    expect(quickAddKinds({ from: null, edge: null }, 'hum rev')[0]?.id).toBe('hitl_review');
    expect(quickAddKinds({ from: null, edge: null }, 'nonsense')).toEqual([]);
  });

  it('adds and connects in one step, clear of other nodes', () => {
    const d = driver();
    d.drag(d.port('node_c', 'out'), { x: 660, y: 40 }, {});
    d.drag(d.port('node_c', 'out'), { x: 900, y: 300 });
    const state = d.session.editor.quickAdd;
    if (!state) throw new Error('quick-add is not open');
    const id = addPicked(d.session.context, { ...state }, 'tool_http') ?? '';
    expect(d.session.store.edges[d.session.store.edgeOrder.at(-1) ?? '']).toMatchObject({
      source: { node: 'node_c', port: 'out' },
      target: { node: id, port: 'in' },
    });
    const near =
      addPicked(
        d.session.context,
        { at: { x: 110, y: 37 }, from: null, edge: null, type: 'sequential' },
        'llm_rigid',
      ) ?? '';
    expect(d.session.index.nodeGrid.query(d.session.index.rectOf(near)!)).toEqual([near]);
    d.key('Mod+Z').key('Mod+Z');
    expect(d.session.toJSON().edges).toEqual(smallFlow().edges);
  });
});

describe('clipboard', () => {
  it('carries nodes, inner edges and the rows they use as text', async () => {
    const flow = smallFlow();
    flow.variables = [{ name: 'brand', type: 'string' }, { name: 'unused' }];
    flow.nodes[1]!.config = { goal: 'For {{brand}}', llm_role: 'primary' };
    const d = driver(flow);
    d.session.select(['node_b', 'node_c']);
    d.key('Mod+C');
    const text = await d.session.context.clipboard.read();
    const piece = JSON.parse(text) as { scaiflow_clipboard: number; flow: FlowDocument };
    expect(piece.scaiflow_clipboard).toBe(1);
    expect(piece.flow.nodes.map((node) => node.id)).toEqual(['node_b', 'node_c']);
    expect(piece.flow.edges.map((edge) => edge.id)).toEqual(['edge_bc']);
    expect(piece.flow.variables).toEqual([{ name: 'brand', type: 'string' }]);
    expect(parseClipboard(text)?.models).toHaveLength(1);
  });

  it('gives new ids and names, and follows them inside the set alone', () => {
    const flow = smallFlow();
    flow.nodes[2]!.config = { template: '{{b}} {{node_b.x}} {{a.message}}' };
    const d = driver(flow);
    d.session.select(['node_b', 'node_c']);
    const ids = [...d.selection()];
    d.key('Mod+D');
    const [ask, say] = d
      .selection()
      .map((id) => d.expectNode(id))
      .sort((x, y) => x.type.localeCompare(y.type));
    expect(ids).not.toContain(ask?.id);
    expect(ask?.config['result_binding']).toBe('b_2');
    expect(ask?.config['goal']).toBe('Answer {{a.message}}');
    expect(say?.config['template']).toBe(`{{b_2}} {{${ask?.id}.x}} {{a.message}}`);
  });

  it('lists rows that are missing and adds them to the same step', () => {
    const source = driver();
    source.session.select(['node_b']);
    source.key('Mod+C');
    const target = driver({
      ...smallFlow(),
      nodes: [],
      edges: [],
      config: { core_identity: { models: [] } },
    });
    return source.session.context.clipboard.read().then((text) => {
      const pasted = pasteText(target.session.context, text, { x: 0, y: 0 });
      expect(pasted?.missing.models.map((row) => row.role)).toEqual(['primary']);
      target.session.addMissing(pasted!.missing);
      expect(target.session.store.models).toHaveLength(1);
      target.key('Mod+Z');
      expect(target.session.store.models).toHaveLength(0);
      expect(target.session.store.nodeOrder).toHaveLength(0);
    });
  });

  it('reads a whole document and refuses anything else', () => {
    expect(parseClipboard(JSON.stringify(smallFlow()))?.nodes).toHaveLength(3);
    for (const text of [
      '',
      'hello',
      '[]',
      '{"nodes": 1}',
      '{"nodes": [{"id": 1}]}',
      '{"scaiflow_clipboard": 1}',
    ]) {
      expect(parseClipboard(text)).toBeNull();
    }
  });
});

describe('lay out', () => {
  it('gives room for pills between columns and is one step', async () => {
    const flow = smallFlow();
    flow.edges[1] = { ...flow.edges[1]!, type: 'conditional', condition: 'confidence > 0.75' };
    const d = driver(flow);
    await layOut(d.session.context, (graph) =>
      Promise.resolve({
        children: graph.children.map((child, i) => ({ id: child.id, x: i * 268, y: 12 })),
      }),
    );
    const xs = ['node_a', 'node_b', 'node_c'].map((id) => d.expectNode(id).position.x);
    expect((xs[1] ?? 0) - (xs[0] ?? 0)).toBe(268);
    expect((xs[2] ?? 0) - (xs[1] ?? 0)).toBeGreaterThanOrEqual(220 + 78);
    d.key('Mod+Z');
    expect(d.expectNode('node_c').position).toEqual({ x: 600, y: 0 });
  });

  it('hands ports at their places to the engine', () => {
    const graph = layoutGraph(driver().session.index, ['node_a', 'node_b']);
    expect(graph.edges).toHaveLength(1);
    expect(graph.children[1]?.ports).toMatchObject([
      { x: 0, y: 63 },
      { x: 220, y: 63 },
    ]);
  });

  it('drops a layout that comes too late', async () => {
    const d = driver();
    await layOut(d.session.context, (graph) => {
      d.session.writes.setNodeLabel('node_a', 'Changed');
      return Promise.resolve({ children: graph.children.map((child) => ({ id: child.id, x: 999, y: 999 })) });
    });
    expect(d.expectNode('node_b').position).toEqual({ x: 300, y: 0 });
    expect(d.session.editor.layoutBusy).toBe(false);
  });
});

describe('view only', () => {
  it('leaves editing commands out', () => {
    const d = new CanvasDriver(smallFlow(), { access: 'view' });
    d.session.select(['node_b']);
    for (const id of [
      'edit.delete',
      'edit.duplicate',
      'edit.rename',
      'add.quick',
      'connect.start',
      'edit.undo',
    ]) {
      expect(d.session.commands.can(id)).toBe(false);
    }
    expect(d.session.commands.can('edit.copy')).toBe(true);
    const at = d.body('node_b');
    d.drag(at, { x: at.x + 300, y: at.y + 300 });
    expect(d.session.toJSON()).toEqual(smallFlow());
  });
});
