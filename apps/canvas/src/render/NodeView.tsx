import { createMemo, Show, type JSX } from 'solid-js';
import type { NodeView as Node } from '../model/flow';
import { nodeHeight, nodeWidth } from '../model/geometry';
import { firstCompatible } from '../model/graph';
import { categoryOf, portsOf, subtitleOf } from '../model/kinds';
import { CornerMark } from './CornerMark';
import { kindIconPath } from './iconPaths';
import { cutText, measureText } from './measure';
import { nodeName } from './names';
import { PeerRing } from './PeerMarks';
import { Ports } from './Ports';
import { RunChip, RunFrame, RunLine } from './RunFrame';
import { dragShift, isUnlit, useScene, worst, worstCount, type Scene } from './scene';

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
  const height = (): number => nodeHeight(ports().inputs.length, ports().outputs.length);
  const run = createMemo(() => props.scene.run()?.nodeState(id));
  const change = createMemo(() => props.scene.changes()?.ofNode(id));
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
        'is-unlit': isUnlit(session, id),
        'is-dragged': session.editor.dragging[id] === true,
      }}
      data-category={categoryOf(props.node.type)}
      data-run={run()?.state}
      data-change={change()}
      transform={place()}
      role="group"
      aria-roledescription="step"
      aria-label={nodeName(props.scene, props.node, run(), change())}
    >
      <g class="step-inner" aria-hidden="true">
        <Show when={run()}>{(present) => <RunFrame state={present().state} height={height()} />}</Show>
        <rect class="step-shade" y="1.5" width={nodeWidth} height={height()} rx="6.5" />
        <rect class="step-body" x="0.5" y="0.5" width={nodeWidth - 1} height={height() - 1} rx="5.5" />
        <rect class="step-tint" width={nodeWidth} height={height()} rx="6" />
        <Show when={run()}>{(present) => <RunLine run={present()} height={height()} />}</Show>
        <Show
          when={props.scene.level() === 'full'}
          fallback={<SmallFace node={props.node} scene={props.scene} height={height()} />}
        >
          <FullFace node={props.node} scene={props.scene} height={height()} />
        </Show>
        <Ports node={props.node} inputs={ports().inputs} outputs={ports().outputs} refused={refused()} />
      </g>
      <Show when={selected() || focused()}>
        <rect class="step-ring" x="-3" y="-3" width={nodeWidth + 6} height={height() + 6} rx="9" />
      </Show>
      <Show when={props.scene.peers()}>
        {(peers) => <PeerRing mark={peers().ofNode(id)} height={height()} />}
      </Show>
      <Show when={props.scene.level() === 'full' && run()}>
        {(present) => <RunChip run={present()} height={height()} />}
      </Show>
      <Show when={change() ?? run()?.differs}>
        {(kind) => <CornerMark kind={kind()} x={nodeWidth - 10} y={-10} />}
      </Show>
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
  const role = name ? { name, w: Math.round(measureText(name, 'port')) + 16, x: 0 } : null;
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
  const title = (): string => {
    const renaming = props.scene.session.editor.rename === props.node.id;
    return renaming ? '' : cutText(props.node.label, 'title', badges().titleRoom);
  };
  return (
    <>
      <path class="step-tab" d="M0 8h2a2 2 0 0 1 2 2v12a2 2 0 0 1-2 2h-2z" />
      <path class="step-icon" transform="translate(14 8)" d={kindIconPath(props.node.type)} />
      <text class="step-title" x="38" y="20.5">
        {title()}
      </text>
      <text class="step-subtitle" classList={{ 'is-code': subtitle().code }} x="38" y="43.5">
        {cutText(subtitle().text, subtitle().code ? 'code' : 'small', 172)}
      </text>
      <Show when={badges().role}>
        {(role) => (
          <g transform={`translate(${role().x} 7.5)`}>
            <rect class="step-role" width={role().w} height="17" rx="4" />
            <text class="step-role-text" x={role().w / 2} y="12.5">
              {role().name}
            </text>
          </g>
        )}
      </Show>
      <Marks badges={badges()} size="small" />
    </>
  );
}

/** Breakpoint and problem. */
function Marks(props: { badges: ReturnType<typeof badgesOf>; size: 'small' | 'large' }): JSX.Element {
  const large = (): boolean => props.size === 'large';
  return (
    <Show when={props.badges.dot || props.badges.problem}>
      <Show when={props.badges.dot}>
        {(dot) => (
          <circle
            class="step-breakpoint"
            classList={{ 'is-session': !dot().filled }}
            cx={large() ? 204 : dot().x}
            cy="16"
            r={large() ? 6 : dot().filled ? 4.5 : 3.75}
          />
        )}
      </Show>
      <Show when={props.badges.problem}>
        {(problem) => (
          <g class="step-problem" data-severity={problem().severity}>
            <use
              href={`#ui-${problem().severity}`}
              x={large() ? (props.badges.dot ? 176 : 194) : problem().x}
              y={large() ? 8 : 9}
              width={large() ? 18 : 14}
              height={large() ? 18 : 14}
            />
            <Show when={!large() && problem().count > 1}>
              <text class="step-count" x={problem().x - 5} y="20">
                {problem().count}
              </text>
            </Show>
          </g>
        )}
      </Show>
    </Show>
  );
}

/**
 * The middle level of detail: a whole accent bar, a large icon and title, badges for problems and
 * breakpoints alone.
 */
function SmallFace(props: FaceProps): JSX.Element {
  const badges = createMemo(() => badgesOf(props.scene, props.node));
  const bar = (): string => `M0 8h4a2 2 0 0 1 2 2v${props.height - 20}a2 2 0 0 1-2 2h-4z`;
  const title = (): string => cutText(props.node.label, 'title', 148 / 1.46);
  return (
    <>
      <path class="step-tab" d={bar()} />
      <path
        class="step-icon is-large"
        transform={`translate(22 ${props.height / 2 - 13}) scale(1.625)`}
        d={kindIconPath(props.node.type)}
      />
      <text class="step-title is-large" x="60" y={props.height / 2 + 6.5}>
        {title()}
      </text>
      <Marks badges={badges()} size="large" />
    </>
  );
}
