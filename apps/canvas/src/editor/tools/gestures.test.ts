import { describe, expect, it } from 'vitest';
import { CanvasDriver } from '../CanvasDriver';
import { smallFlow } from '../../model/testing/flows';

/** What must not change when a gesture is cancelled. */
function state(driver: CanvasDriver): string {
  const { editor, store } = driver.session;
  return JSON.stringify([
    driver.session.toJSON(),
    editor.selection,
    editor.viewport,
    driver.session.canUndo(),
    store.meta.revision,
  ]);
}

describe('select', () => {
  it('takes a node by click and toggles with Shift', () => {
    const d = new CanvasDriver(smallFlow());
    const a = d.body('node_a');
    d.click(a.x, a.y);
    expect(d.selection()).toEqual(['node_a']);
    const b = d.body('node_b');
    d.click(b.x, b.y, { shift: true });
    expect(d.selection()).toEqual(['node_a', 'node_b']);
    d.click(a.x, a.y, { mod: true });
    expect(d.selection()).toEqual(['node_b']);
    d.click(-500, -500);
    expect(d.selection()).toEqual([]);
  });

  it('opens quick-add on a double click on empty ground', () => {
    const d = new CanvasDriver(smallFlow());
    d.click(40, 600).click(40, 600, {}, 2);
    expect(d.session.editor.quickAdd?.at).toEqual({ x: 40, y: 600 });
  });

  it('asks the page to open a double-clicked node', () => {
    const d = new CanvasDriver(smallFlow());
    const opened: string[] = [];
    d.session.requests.openNode = (id) => opened.push(id);
    const a = d.body('node_b');
    d.click(a.x, a.y).click(a.x, a.y, {}, 2);
    expect(opened).toEqual(['node_b']);
  });
});

describe('drag', () => {
  it('writes once on drop, snapped, and undo takes it back', () => {
    const d = new CanvasDriver(smallFlow());
    const at = d.body('node_c');
    const before = d.session.store.meta.revision;
    d.press(at.x, at.y).moveTo(at.x + 101, at.y + 203);
    expect(d.session.store.meta.revision).toBe(before);
    expect(d.session.editor.drag).not.toBeNull();
    d.release();
    expect(d.session.store.meta.revision).toBe(before + 1);
    const moved = d.expectNode('node_c').position;
    expect(moved.x % 8).toBe(0);
    expect(moved).not.toEqual({ x: 600, y: 0 });
    d.key('Mod+Z');
    expect(d.expectNode('node_c').position).toEqual({ x: 600, y: 0 });
    d.key('Mod+Shift+Z');
    expect(d.expectNode('node_c').position).toEqual(moved);
  });

  it('moves the whole selection and keeps to one axis with Shift', () => {
    const d = new CanvasDriver(smallFlow());
    d.session.select(['node_a', 'node_b']);
    const at = d.body('node_a');
    d.press(at.x, at.y)
      .moveTo(at.x + 200, at.y + 40, { shift: true })
      .release({ shift: true });
    expect(d.expectNode('node_a').position).toEqual({ x: 200, y: 0 });
    expect(d.expectNode('node_b').position).toEqual({ x: 500, y: 0 });
  });

  it('does not snap with Ctrl', () => {
    const d = new CanvasDriver(smallFlow());
    const at = d.body('node_c');
    d.drag(at, { x: at.x + 101, y: at.y + 203 }, {});
    const held = new CanvasDriver(smallFlow());
    held
      .press(at.x, at.y)
      .moveTo(at.x + 101, at.y + 203, { mod: true })
      .release({ mod: true });
    expect(held.expectNode('node_c').position).toEqual({ x: 701, y: 203 });
  });

  it('aligns with a neighbour and shows the line', () => {
    const d = new CanvasDriver(smallFlow());
    const at = d.body('node_c');
    d.press(at.x, at.y).moveTo(at.x - 297, at.y + 300);
    expect(d.session.editor.guides.map((guide) => [guide.axis, guide.at])).toContainEqual(['x', 300]);
    d.release();
    expect(d.expectNode('node_c').position.x).toBe(300);
    expect(d.session.editor.guides).toEqual([]);
  });

  it('drops a duplicate with Alt and leaves the original', () => {
    const d = new CanvasDriver(smallFlow());
    const at = d.body('node_b');
    d.press(at.x, at.y, { alt: true })
      .moveTo(at.x, at.y + 200, { alt: true })
      .release({ alt: true });
    expect(d.expectNode('node_b').position).toEqual({ x: 300, y: 0 });
    expect(d.session.store.nodeOrder).toHaveLength(4);
    d.key('Mod+Z');
    expect(d.session.store.nodeOrder).toHaveLength(3);
  });

  it('inserts an unconnected node into the edge it is dropped on, in one step', () => {
    const flow = smallFlow();
    flow.edges = [flow.edges[0]!];
    const d = new CanvasDriver(flow);
    const at = d.body('node_c');
    const mid = d.session.index.route('edge_ab')!.pill;
    d.press(at.x, at.y).moveTo(mid.x, mid.y, { mod: true });
    expect(d.session.editor.insertEdge).toBe('edge_ab');
    d.release({ mod: true });
    const edges = d.session.store.edgeOrder.map((id) => d.session.store.edges[id]!);
    expect(edges.map((edge) => [edge.source.node, edge.target.node])).toEqual([
      ['node_a', 'node_c'],
      ['node_c', 'node_b'],
    ]);
    d.key('Mod+Z');
    expect(d.session.toJSON().edges).toHaveLength(1);
    expect(d.expectNode('node_c').position).toEqual({ x: 600, y: 0 });
  });

  it('scrolls the view near the border and puts it back on cancel', () => {
    const d = new CanvasDriver(smallFlow());
    const at = d.body('node_a');
    const before = state(d);
    d.press(at.x, at.y);
    const once = d.session.editor.viewport.x;
    d.moveTo(1270, 400).tick().tick();
    expect(d.session.editor.viewport.x).toBe(once - 24);
    d.key('Escape');
    expect(state(d)).toBe(before);
  });
});

describe('connect', () => {
  it('joins port to port and takes the type from the source', () => {
    const flow = smallFlow();
    flow.edges = [];
    const d = new CanvasDriver(flow);
    d.drag(d.port('node_a', 'out'), d.port('node_b', 'in'));
    const [id = ''] = d.session.store.edgeOrder;
    expect(d.session.store.edges[id]).toMatchObject({
      type: 'sequential',
      source: { node: 'node_a', port: 'out_request' },
      target: { node: 'node_b', port: 'in' },
    });
    expect(d.said.at(-1)).toBe('Connected Start to Ask');
  });

  it('makes a conditional edge from a decision and opens its condition', () => {
    const flow = smallFlow();
    flow.nodes[1]!.type = 'logic_decision';
    flow.edges = [];
    const d = new CanvasDriver(flow);
    d.drag(d.port('node_b', 'out'), d.body('node_c'));
    const [id = ''] = d.session.store.edgeOrder;
    expect(d.session.store.edges[id]).toMatchObject({ type: 'conditional', condition: '' });
    expect(d.session.editor.conditionEdit).toBe(id);
  });

  it('makes a data edge with Alt', () => {
    const flow = smallFlow();
    flow.edges = [];
    const d = new CanvasDriver(flow);
    const from = d.port('node_a', 'out');
    const to = d.port('node_c', 'in');
    d.press(from.x, from.y, { alt: true }).moveTo(to.x, to.y, { alt: true }).release({ alt: true });
    expect(d.session.store.edges[d.session.store.edgeOrder[0] ?? '']?.type).toBe('data');
  });

  it('refuses what may not be joined and says why', () => {
    const d = new CanvasDriver(smallFlow());
    const edges = d.session.store.edgeOrder.length;
    d.drag(d.port('node_a', 'out'), d.port('node_b', 'in'));
    expect(d.said.at(-1)).toBe('These ports are joined already');
    d.drag(d.port('node_b', 'out'), d.body('node_a'));
    expect(d.said.at(-1)).toBe('An entry has no input');
    expect(d.session.store.edgeOrder).toHaveLength(edges);
  });

  it('warns of a cycle but draws it', () => {
    const d = new CanvasDriver(smallFlow());
    const from = d.port('node_c', 'out');
    const to = d.port('node_b', 'in');
    d.press(from.x, from.y).moveTo(to.x, to.y);
    expect(d.session.editor.connect).toMatchObject({ status: 'warning', reason: 'Makes a cycle' });
    d.release();
    expect(d.session.store.edgeOrder).toHaveLength(3);
  });

  it('asks what to add when dropped into the void, and connects the pick in one step', () => {
    const d = new CanvasDriver(smallFlow());
    d.drag(d.port('node_c', 'out'), { x: 900, y: 300 });
    const open = d.session.editor.quickAdd;
    expect(open?.from).toEqual({ node: 'node_c', side: 'out', port: 'out' });
    const id = d.session.commands.get('add.quick') && d.session.placeAtCentre('llm_rigid');
    expect(id).toBeTruthy();
  });
});

describe('reconnect', () => {
  const grab = (d: CanvasDriver): { x: number; y: number } => {
    const tip = d.session.index.route('edge_ab')!.tip;
    return { x: tip.x - 10, y: tip.y };
  };

  it('moves an end to another node', () => {
    const d = new CanvasDriver(smallFlow());
    d.drag(grab(d), d.body('node_c'));
    expect(d.session.store.edges['edge_ab']?.target).toEqual({ node: 'node_c', port: 'in' });
  });

  it('goes back when dropped into the void, and is deleted there with Shift', () => {
    const d = new CanvasDriver(smallFlow());
    d.drag(grab(d), { x: 300, y: 500 });
    expect(d.session.store.edges['edge_ab']?.target.node).toBe('node_b');
    expect(d.session.canUndo()).toBe(false);
    const at = grab(d);
    d.press(at.x, at.y).moveTo(300, 500).release({ shift: true });
    expect(d.session.store.edges['edge_ab']).toBeUndefined();
  });
});

describe('marquee', () => {
  it('takes what it touches, or what is wholly inside with Alt', () => {
    const d = new CanvasDriver(smallFlow());
    d.drag({ x: 150, y: -60 }, { x: 350, y: 100 });
    expect(d.selection()).toContain('node_a');
    expect(d.selection()).toContain('edge_ab');
    d.click(0, 900);
    d.press(-20, -60, { alt: true }).moveTo(240, 100, { alt: true }).release({ alt: true });
    expect(d.selection()).toEqual(['node_a']);
  });

  it('adds with Shift and toggles with Ctrl', () => {
    const d = new CanvasDriver(smallFlow());
    d.session.select(['node_c']);
    d.press(-20, -60, { shift: true }).moveTo(100, 100, { shift: true }).release({ shift: true });
    expect(d.selection()).toEqual(['node_a', 'node_c']);
    d.press(-20, -60, { mod: true }).moveTo(100, 100, { mod: true }).release({ mod: true });
    expect(d.selection()).toEqual(['node_c']);
  });
});

describe('pan', () => {
  it('moves the view with Space or the middle button and never the document', () => {
    const d = new CanvasDriver(smallFlow());
    d.press(400, 400, { space: true });
    d.session.tools.move({ ...sampleAt(460, 430), space: true });
    expect(d.session.editor.viewport).toEqual({ x: 60, y: 30, k: 1 });
    d.release();
    expect(d.session.canUndo()).toBe(false);
    expect(d.session.editor.tool).toBe('idle');
  });
});

describe('place', () => {
  it('drops a kind from the palette where it is let go', () => {
    const d = new CanvasDriver(smallFlow());
    d.session.beginPlace('llm_flexible', { clientX: 0, clientY: 0 });
    d.moveTo(700, 400).release();
    const id = d.session.store.nodeOrder.at(-1) ?? '';
    expect(d.expectNode(id)).toMatchObject({ type: 'llm_flexible', label: 'Flexible LLM' });
    expect(d.selection()).toEqual([id]);
  });

  it('sticks to the pointer after a click and is put down by the next', () => {
    const d = new CanvasDriver(smallFlow());
    d.session.beginPlace('tool_http', { clientX: 10, clientY: 10 });
    d.session.tools.up(sampleAt(10, 10));
    expect(d.session.editor.tool).toBe('placing');
    d.moveTo(700, 500).press(700, 500).release();
    expect(d.session.store.nodeOrder).toHaveLength(4);
    expect(d.session.editor.tool).toBe('idle');
  });

  it('is put into an edge it is dropped on, the condition staying on the first part', () => {
    const flow = smallFlow();
    flow.edges[0] = { ...flow.edges[0]!, type: 'conditional', condition: 'x > 1' };
    const d = new CanvasDriver(flow);
    const mid = d.session.index.route('edge_ab')!.pill;
    d.session.beginPlace('llm_rigid', { clientX: 0, clientY: 0 });
    d.moveTo(mid.x, mid.y).release();
    const id = d.session.store.nodeOrder.at(-1) ?? '';
    expect(d.session.store.edges['edge_ab']).toMatchObject({ target: { node: id }, condition: 'x > 1' });
    const next = d.session.store.edges[d.session.store.edgeOrder.at(-1) ?? ''];
    expect(next).toMatchObject({ type: 'sequential', source: { node: id }, target: { node: 'node_b' } });
    d.key('Mod+Z');
    expect(d.session.store.nodeOrder).toHaveLength(3);
    expect(d.session.store.edges['edge_ab']?.target.node).toBe('node_b');
  });

  it('is dropped outside of the canvas without a trace', () => {
    const d = new CanvasDriver(smallFlow());
    d.session.beginPlace('llm_rigid', { clientX: 0, clientY: 0 });
    d.moveTo(700, 400).releaseOutside();
    expect(d.session.store.nodeOrder).toHaveLength(3);
    expect(d.session.canUndo()).toBe(false);
  });
});

describe('cancel', () => {
  const gestures: Record<string, (d: CanvasDriver) => void> = {
    pressing: (d) => d.press(100, 20),
    dragging: (d) => d.press(400, 20).moveTo(500, 300),
    'dragging a copy': (d) => d.press(400, 20, { alt: true }).moveTo(500, 300, { alt: true }),
    connecting: (d) => {
      const at = d.port('node_b', 'out');
      d.press(at.x, at.y).moveTo(800, 300);
    },
    reconnecting: (d) => {
      const tip = d.session.index.route('edge_ab')!.tip;
      d.press(tip.x - 10, tip.y).moveTo(500, 300);
    },
    marquee: (d) => d.press(-50, -50).moveTo(700, 200),
    panning: (d) => d.press(0, 500, {}, 1, 1).moveTo(90, 550),
    placing: (d) => {
      d.session.beginPlace('llm_rigid', { clientX: 0, clientY: 0 });
      d.moveTo(700, 400);
    },
    'connecting by keys': (d) => d.key('C').key('ArrowRight'),
  };
  for (const [name, gesture] of Object.entries(gestures)) {
    it(`restores everything: ${name}`, () => {
      const d = new CanvasDriver(smallFlow());
      d.session.select(['node_b']);
      const before = state(d);
      gesture(d);
      expect(d.session.editor.tool).not.toBe('idle');
      d.key('Escape');
      expect(d.session.editor.tool).toBe('idle');
      expect(state(d)).toBe(before);
      const { drag, connect, marquee, place, guides, insertEdge, dragging } = d.session.editor;
      expect([drag, connect, marquee, place, insertEdge]).toEqual([null, null, null, null, null]);
      expect([guides, dragging]).toEqual([[], {}]);
    });
  }
});

function sampleAt(x: number, y: number) {
  return {
    screen: { x, y },
    client: { x, y },
    world: { x, y },
    button: 0,
    clicks: 1,
    inside: true,
    pointerType: 'mouse',
    shift: false,
    mod: false,
    alt: false,
    space: false,
  };
}
