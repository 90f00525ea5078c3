import type { Point } from '../../model/flow';
import { checkConnection, firstCompatible, type Verdict } from '../../model/graph';
import { distance } from '../../model/geometry';
import type { PortRef } from '../types';
import { connect } from './connectCommon';
import { labelOf, type KeyPress, type Tool, type ToolContext } from './context';

interface Target {
  node: string;
  port: string;
  verdict: Verdict;
  away: number;
}

/**
 * Connecting by keyboard (12 section 11): up and down choose the output where there are several, left and right walk
 * through the targets, nearest first; typing finds one by name; Enter connects.
 */
export function keyConnecting(ctx: ToolContext, node: string): Tool {
  const outputs = ctx.index.ports(node, 'out');
  let output = Math.max(0, outputs.findIndex((port) => ctx.index.edgesAt(node, 'out', port.id).length === 0));
  let targets = targetsOf(ctx, from());
  let at = 0;
  let typed = '';

  function from(): PortRef {
    return { node, side: 'out', port: outputs[output]?.id ?? '' };
  }

  const show = (): void => {
    const target = targets[at];
    if (!target) return;
    const point = ctx.index.portPoint(target.node, 'in', target.port) ?? { x: 0, y: 0 };
    ctx.set('connect', {
      from: from(), point, to: { node: target.node, side: 'in', port: target.port },
      status: target.verdict.status, reason: target.verdict.reason,
      type: ctx.index.node(node)?.type === 'logic_decision' ? 'conditional' : 'sequential', edge: null,
    });
    const reason = target.verdict.reason ? `, ${target.verdict.reason}` : '';
    ctx.announce(`To ${labelOf(ctx, target.node)}, ${at + 1} of ${targets.length}${reason}`);
  };

  const step = (by: number): void => {
    at = (at + by + targets.length) % Math.max(1, targets.length);
    show();
  };

  const choosePort = (by: number): void => {
    output = (output + by + outputs.length) % Math.max(1, outputs.length);
    targets = targetsOf(ctx, from());
    at = 0;
    const port = outputs[output];
    ctx.announce(`From ${port?.label ?? port?.id ?? ''}`);
    show();
  };

  const type = (text: string): void => {
    typed += text.toLowerCase();
    let found = targets.findIndex((target) => labelOf(ctx, target.node).toLowerCase().startsWith(typed));
    if (found < 0) {
      typed = text.toLowerCase();
      found = targets.findIndex((target) => labelOf(ctx, target.node).toLowerCase().startsWith(typed));
    }
    if (found >= 0) {
      at = found;
      show();
    }
  };

  const enter = (): void => {
    const preview = ctx.editor.connect;
    if (!preview) return;
    if (preview.status !== 'refused') ctx.rest();
    const id = connect(ctx, { ...preview });
    if (id) ctx.set('focus', targets[at]?.node ?? node);
  };

  return {
    name: 'keyConnecting',
    enter() {
      if (targets.length === 0) ctx.announce('Nothing to connect to', 'assertive');
      else show();
    },
    key(press: KeyPress) {
      if (press.mod || press.alt) return false;
      if (press.key === 'ArrowRight') step(1);
      else if (press.key === 'ArrowLeft') step(-1);
      else if (press.key === 'ArrowDown') choosePort(1);
      else if (press.key === 'ArrowUp') choosePort(-1);
      else if (press.key === 'Enter') enter();
      else if (press.key.length === 1) type(press.key);
      else return false;
      return true;
    },
    down() {
      ctx.rest();
    },
    exit() {
      ctx.set('connect', null);
    },
    cancel() {
      ctx.rest();
      ctx.announce('Not connected');
    },
  };
}

/** Every node the port could go to, the valid ones nearest first, then the refused ones. */
function targetsOf(ctx: ToolContext, from: PortRef): Target[] {
  const start: Point = ctx.index.portPoint(from.node, 'out', from.port) ?? { x: 0, y: 0 };
  const targets: Target[] = [];
  for (const id of ctx.index.nodeIds()) {
    if (id === from.node || ctx.index.ports(id, 'in').length === 0) continue;
    const best = firstCompatible(ctx.index, from, id);
    if (!best) continue;
    const point = ctx.index.portPoint(id, 'in', best.place.port) ?? start;
    targets.push({
      node: id, port: best.place.port, verdict: checkConnection(ctx.index, from, best.place), away: distance(start, point),
    });
  }
  const rank = (target: Target): number => (target.verdict.status === 'refused' ? 1 : 0);
  return targets.sort((a, b) => rank(a) - rank(b) || a.away - b.away);
}
