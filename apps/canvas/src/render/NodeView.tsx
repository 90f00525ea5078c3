import { createMemo, For, Match, Show, Switch, type JSX } from 'solid-js';
import type { NodeView as Node, Port, Side } from '../model/flow';
import { nodeHeight, nodeWidth, portOffset } from '../model/geometry';
import { firstCompatible, portClass } from '../model/graph';
import { categoryOf, portsOf, subtitleOf } from '../model/kinds';
import { cutText, measureText } from './measure';
import { nodeName } from './names';
import { PeerRing } from './PeerMarks';
import { RunChip, RunFrame } from './RunFrame';
import { dragShift, useScene, worst, worstCount, type NodeRun, type Scene } from './scene';

/** One step on the canvas. It reads its own entry of the store and nothing of the rest of the graph. */
export function NodeView(props: { id: string }): JSX.Element {
  const scene = useScene();
  const { session } = scene;
  const node = (): Node | undefined => session.store.nodes[props.id];
  return <Show when={node()}>{(present) => <Step node={present()} scene={scene} />}</Show>;
}

interface StepProps {
  node: Node;
  scene: Scene;
}

function Step(props: StepProps): JSX.Element {
  const { session } = props.scene;
  const id = props.node.id;
  const ports = createMemo(() => portsOf(props.node));
  const height = createMemo(() => nodeHeight(ports().inputs.length, ports().outputs.length));
  const run = createMemo(() => props.scene.run()?.nodeState(id));
  const place = (): string => {
    const shift = dragShift(session, id);
    return `translate(${props.node.position.x + shift.x} ${props.node.position.y + shift.y})`;
  };
  const selected = (): boolean => session.editor.selection[id] === true;
  const focused = (): boolean => session.editor.keyboard && session.editor.focus === id;
  const hovered = (): boolean => session.editor.hover?.id === id && session.editor.hover.kind !== 'edge';
  const refused = createMemo(() => refusesEdge(props.scene, id));
  return (
    <g
      id={`step-${id}`}
      class="step"
      classList={{
        'is-selected': selected(),
        'is-hovered': hovered(),
        'is-dim': props.scene.unreached().has(id) || refused(),
        'is-skipped': run()?.state === 'skipped',
        'is-dragged': session.editor.dragging[id] === true,
      }}
      data-category={categoryOf(props.node.type)}
      data-run={run()?.state}
      transform={place()}
      role="button"
      aria-roledescription="step"
      aria-label={nodeName(props.scene, props.node, run())}
    >
      <RunFrame state={run()?.state} height={height()} />
      <rect class="step-shade" y="1.5" width={nodeWidth} height={height()} rx="6" />
      <rect class="step-body" width={nodeWidth} height={height()} rx="6" />
      <Show when={selected()}>
        <rect class="step-tint" width={nodeWidth} height={height()} rx="6" />
      </Show>
      <Switch>
        <Match when={props.scene.level() === 'full'}>
          <FullFace node={props.node} scene={props.scene} run={run()} height={height()} />
        </Match>
        <Match when={props.scene.level() !== 'full'}>
          <SmallFace node={props.node} scene={props.scene} height={height()} />
        </Match>
      </Switch>
      <Ports ports={ports().inputs} side="in" node={props.node} scene={props.scene} />
      <Ports ports={ports().outputs} side="out" node={props.node} scene={props.scene} />
      <Show when={selected() || focused()}>
        <rect class="step-ring" x="-3" y="-3" width={nodeWidth + 6} height={height() + 6} rx="9" />
      </Show>
      <PeerRing mark={props.scene.peers()?.ofNode(id)} height={height()} />
      <Show when={props.scene.level() === 'full' && run()}>{(present) => <RunChip run={present()} height={height()} />}</Show>
    </g>
  );
}

/** True while an edge is drawn that this node cannot take. */
function refusesEdge(scene: Scene, id: string): boolean {
  const { connect } = scene.session.editor;
  if (!connect || connect.from.node === id) return false;
  const best = firstCompatible(scene.session.index, connect.from, id, connect.edge);
  return !best || best.verdict.status === 'refused';
}

interface FaceProps {
  node: Node;
  scene: Scene;
  run?: NodeRun | undefined;
  height: number;
}

const badgeEdge = 208;
const badgeGap = 6;

/** Places of the badges, from the right: problem, breakpoint, role (look.md, Node). */
function badgesOf(scene: Scene, node: Node) {
  let right = badgeEdge;
  const findings = scene.diagnostics()?.byNode(node.id) ?? [];
  const severity = worst(findings);
  const count = worstCount(findings);
  const problem = severity && { severity, count, x: right - 14 };
  if (problem) right -= 14 + (count > 1 ? measureText(String(count), 'port') + 5 : 0) + badgeGap;
  const session = scene.session.editor.sessionBreakpoints[node.id] === true;
  const fixed = node.config['breakpoint'] === true;
  const dot = fixed || session ? { filled: fixed, x: right - 4.5 } : null;
  if (dot) right -= 9 + badgeGap;
  const name = roleOf(node);
  const role = name ? { name, w: measureText(name, 'port') + 14, x: 0 } : null;
  if (role) {
    role.x = right - role.w;
    right -= role.w + badgeGap;
  }
  return { problem, dot, role, titleRoom: right - (right === badgeEdge ? 0 : 2) - 38 };
}

function roleOf(node: Node): string | null {
  if (node.type !== 'llm_flexible' && node.type !== 'llm_guarded') return null;
  const role = node.config['llm_role'] ?? node.config['model'];
  return typeof role === 'string' && role !== '' ? cutText(role, 'port', 72) : null;
}

function FullFace(props: FaceProps): JSX.Element {
  const badges = createMemo(() => badgesOf(props.scene, props.node));
  const subtitle = createMemo(() => subtitleOf(props.node));
  const renaming = (): boolean => props.scene.session.editor.rename === props.node.id;
  return (
    <>
      <path class="step-tab" d="M0 8h2a2 2 0 0 1 2 2v12a2 2 0 0 1-2 2h-2z" />
      <use class="step-icon" href={`#kind-${props.node.type}`} x="14" y="8" width="16" height="16" />
      <Show when={!renaming()}>
        <text class="step-title" x="38" y="20.5">{cutText(props.node.label, 'title', badges().titleRoom)}</text>
      </Show>
      <text class="step-subtitle" classList={{ 'is-code': subtitle().code }} x="38" y="43.5">
        {cutText(subtitle().text, subtitle().code ? 'code' : 'small', 170)}
      </text>
      <Show when={badges().role}>
        {(role) => (
          <g transform={`translate(${role().x} 7.5)`}>
            <rect class="step-role" width={role().w} height="17" rx="4" />
            <text class="step-role-text" x={role().w / 2} y="12.5">{role().name}</text>
          </g>
        )}
      </Show>
      <Show when={badges().dot}>
        {(dot) => <circle class="step-breakpoint" classList={{ 'is-session': !dot().filled }} cx={dot().x} cy="16" r={dot().filled ? 4.5 : 3.75} />}
      </Show>
      <Show when={badges().problem}>
        {(problem) => (
          <g class="step-problem" data-severity={problem().severity}>
            <use href={`#ui-${problem().severity}`} x={problem().x} y="9" width="14" height="14" />
            <Show when={problem().count > 1}>
              <text class="step-count" x={problem().x - 5} y="20">{problem().count}</text>
            </Show>
          </g>
        )}
      </Show>
    </>
  );
}

/** The middle level of detail: a whole accent bar, a large icon and title, badges for problems and breakpoints alone. */
function SmallFace(props: FaceProps): JSX.Element {
  const badges = createMemo(() => badgesOf(props.scene, props.node));
  const bar = (): string => `M0 8h4a2 2 0 0 1 2 2v${props.height - 20}a2 2 0 0 1-2 2h-4z`;
  const titled = (): boolean => props.scene.session.editor.viewport.k >= 0.42;
  const title = createMemo(() => cutText(props.node.label, 'title', (badges().problem || badges().dot ? 148 : 160) / 1.46));
  return (
    <>
      <path class="step-tab" d={bar()} />
      <use class="step-icon" href={`#kind-${props.node.type}`} x="22" y={props.height / 2 - 13} width="26" height="26" />
      <Show when={titled()}>
        <text class="step-title is-large" x="60" y={props.height / 2 + 6.5}>{title()}</text>
      </Show>
      <Show when={badges().dot}>
        {(dot) => <circle class="step-breakpoint" classList={{ 'is-session': !dot().filled }} cx="204" cy="16" r="6" />}
      </Show>
      <Show when={badges().problem}>
        {(problem) => (
          <g class="step-problem" data-severity={problem().severity}>
            <use href={`#ui-${problem().severity}`} x={badges().dot ? 176 : 194} y="8" width="18" height="18" />
          </g>
        )}
      </Show>
    </>
  );
}

interface PortsProps {
  ports: readonly Port[];
  side: Side;
  node: Node;
  scene: Scene;
}

function Ports(props: PortsProps): JSX.Element {
  return (
    <For each={props.ports}>
      {(port, row) => <PortView port={port} row={row()} side={props.side} node={props.node} scene={props.scene} />}
    </For>
  );
}

type PortMark = 'plain' | 'offers' | 'cannot' | 'aimed';

function PortView(props: { port: Port; row: number; side: Side; node: Node; scene: Scene }): JSX.Element {
  const { session } = props.scene;
  const y = (): number => portOffset(props.row);
  const x = (): number => (props.side === 'in' ? 0 : nodeWidth);
  const connected = createMemo(() => {
    props.scene.structure();
    return session.index.edgesAt(props.node.id, props.side, props.port.id).length > 0;
  });
  const kind = (): string => portClass(props.port.type);
  const mark = createMemo(() => markOf(props.scene, props.node.id, props.side, props.port.id));
  const hovered = (): boolean => {
    const { hover } = session.editor;
    return hover?.kind === 'port' && hover.id === props.node.id && hover.side === props.side && hover.port === props.port.id;
  };
  const grown = (): boolean => hovered() || mark() === 'offers' || mark() === 'aimed';
  return (
    <g class="port" data-kind={kind()} data-mark={mark()} classList={{ 'is-connected': connected(), 'is-hovered': hovered() }}>
      <Show when={props.scene.level() === 'full'}>
        <text class="port-label" data-side={props.side} x={props.side === 'in' ? 14 : 206} y={y() + 4}>
          {cutText(props.port.label ?? props.port.id, 'port', 88)}
        </text>
      </Show>
      <Show when={grown()}>
        <circle class="port-halo" cx={x()} cy={y()} r="9" />
      </Show>
      <Show when={kind() === 'list'} fallback={<circle class="port-dot" cx={x()} cy={y()} r={grown() ? 5.25 : 4.25} />}>
        <rect class="port-dot" x={x() - (grown() ? 4.75 : 3.75)} y={y() - (grown() ? 4.75 : 3.75)} width={grown() ? 9.5 : 7.5} height={grown() ? 9.5 : 7.5} rx="1.5" />
      </Show>
    </g>
  );
}

/** How a port looks while an edge is being drawn. */
function markOf(scene: Scene, node: string, side: Side, port: string): PortMark {
  const { connect } = scene.session.editor;
  if (!connect) return 'plain';
  const { from, to } = connect;
  if (from.node === node && from.side === side && from.port === port) return 'aimed';
  if (to?.node === node && to.side === side && to.port === port) return connect.status === 'refused' ? 'cannot' : 'aimed';
  if (side === from.side || refusesEdge(scene, node) || node === from.node) return 'cannot';
  return 'offers';
}
