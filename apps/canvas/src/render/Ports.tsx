import { createMemo, For, Show, type JSX } from 'solid-js';
import type { NodeView, Port, Side } from '../model/flow';
import { nodeWidth, portOffset } from '../model/geometry';
import { portClass } from '../model/graph';
import { cutText } from './measure';
import { useScene, type Scene } from './scene';

interface PortsProps {
  node: NodeView;
  inputs: readonly Port[];
  outputs: readonly Port[];
  /** While an edge is drawn: this node cannot take it. */
  refused: boolean;
}

/** The ports of a step. From afar they are one path, until an edge is drawn. */
export function Ports(props: PortsProps): JSX.Element {
  const scene = useScene();
  const { editor } = scene.session;
  const plain = createMemo(() => scene.level() !== 'full' && editor.connect === null);
  return (
    <Show
      when={!plain()}
      fallback={<path class="port-dots" d={dots(props.inputs, 0) + dots(props.outputs, nodeWidth)} />}
    >
      <For each={props.inputs}>
        {(port, row) => (
          <PortView
            port={port}
            row={row()}
            side="in"
            node={props.node}
            scene={scene}
            refused={props.refused}
          />
        )}
      </For>
      <For each={props.outputs}>
        {(port, row) => (
          <PortView
            port={port}
            row={row()}
            side="out"
            node={props.node}
            scene={scene}
            refused={props.refused}
          />
        )}
      </For>
    </Show>
  );
}

function dots(ports: readonly Port[], x: number): string {
  return ports.map((_, row) => `M${x - 5} ${portOffset(row)}a5 5 0 1 0 10 0a5 5 0 1 0 -10 0z`).join('');
}

type PortMark = 'plain' | 'hovered' | 'offers' | 'cannot' | 'aimed';

interface PortProps {
  port: Port;
  row: number;
  side: Side;
  node: NodeView;
  scene: Scene;
  refused: boolean;
}

function PortView(props: PortProps): JSX.Element {
  const { session } = props.scene;
  const connected = (): boolean => {
    props.scene.structure();
    return session.index.edgesAt(props.node.id, props.side, props.port.id).length > 0;
  };
  const mark = createMemo(() => markOf(props));
  return (
    <g
      class="port"
      data-kind={portClass(props.port.type)}
      data-mark={mark()}
      classList={{ 'is-connected': connected() }}
      transform={`translate(${props.side === 'in' ? 0 : nodeWidth} ${portOffset(props.row)})`}
    >
      <text class="port-label" data-side={props.side} x={props.side === 'in' ? 14 : -14} y="4">
        {cutText(props.port.label ?? props.port.id, 'port', 88)}
      </text>
      <path class="port-halo" d="M-9 0a9 9 0 1 0 18 0a9 9 0 1 0 -18 0z" />
      <path class="port-dot" d={portClass(props.port.type) === 'list' ? square : circle} />
    </g>
  );
}

const circle = 'M-4.25 0a4.25 4.25 0 1 0 8.5 0a4.25 4.25 0 1 0 -8.5 0z';
const square =
  'M-2.25 -3.75h4.5a1.5 1.5 0 0 1 1.5 1.5v4.5a1.5 1.5 0 0 1 -1.5 1.5' +
  'h-4.5a1.5 1.5 0 0 1 -1.5 -1.5v-4.5a1.5 1.5 0 0 1 1.5 -1.5z';

/** How a port looks under the pointer, and while an edge is being drawn. */
function markOf(props: PortProps): PortMark {
  const { editor } = props.scene.session;
  const { connect } = editor;
  const node = props.node.id;
  if (!connect) {
    const { hover } = editor;
    const over =
      hover?.kind === 'port' &&
      hover.id === node &&
      hover.side === props.side &&
      hover.port === props.port.id;
    return over ? 'hovered' : 'plain';
  }
  const { from, to } = connect;
  if (from.node === node && from.side === props.side && from.port === props.port.id) return 'aimed';
  if (to?.node === node && to.side === props.side && to.port === props.port.id) {
    return connect.status === 'refused' ? 'cannot' : 'aimed';
  }
  return props.side === from.side || props.refused || node === from.node ? 'cannot' : 'offers';
}
