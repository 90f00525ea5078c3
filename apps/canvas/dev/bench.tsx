/* A page for looking at the canvas alone. Not part of the build. Query: flow, theme, scene, nodes, dock. */
import { For, Show } from 'solid-js';
import { render } from 'solid-js/web';
import { KINDS } from 'generated/kinds';
import { createSession, type CanvasSession } from '../src/editor/session';
import type { FlowDocument } from '../src/model/flow';
import { largeFlow } from '../src/model/testing/flows';
import {
  FlowCanvas,
  type DiagnosticsOverlay,
  type NodeRun,
  type PeersOverlay,
  type RunOverlay,
} from '../src/render/FlowCanvas';
import { measureText } from '../src/render/measure';
import { Miniature } from '../src/render/Miniature';
import customer from '../src/pages/examples/customer-support.flow.json';
import echo from '../src/pages/examples/echo-agent.flow.json';
import expense from '../src/pages/examples/expense-approver.flow.json';
import { installIcons, KindIcon } from '../src/ui/Icon';
import '../src/ui/tokens.css';
import '../src/ui/base.css';
import './bench.css';
import { stateSheet } from './states';

const query = new URLSearchParams(location.search);
document.documentElement.dataset['theme'] = query.get('theme') ?? 'light';
installIcons();

const flows: Record<string, unknown> = { customer, echo, expense };
const nodes = Number(query.get('nodes') ?? 0);
const scene = query.get('scene') ?? 'plain';
const flow = (
  nodes > 0 ? largeFlow(nodes) : scene === 'states' ? stateSheet.flow : flows[query.get('flow') ?? 'customer']
) as FlowDocument;
const session = createSession(flow, {}, { measure: measureText });
(window as unknown as { session: CanvasSession }).session = session;

const runStates: Record<string, NodeRun> = {
  node_entry: { state: 'done', durationMs: 2 },
  node_classify: { state: 'done', durationMs: 1240 },
  node_kb_search: { state: 'done', durationMs: 184 },
  node_respond: {
    state: 'streaming',
    startedAt: Date.now() - 2900,
    text: 'Order 17 left our warehouse this morning and should reach you on',
  },
  node_decision: { state: 'done', durationMs: 0.4 },
  node_reply: { state: 'failed', errorType: 'TypeMismatchError' },
  node_review: { state: 'suspended', startedAt: Date.now() - 1900, text: 'group:support' },
  node_reviewed: { state: 'skipped' },
  node_reply_reviewed: { state: 'skipped' },
  node_closed: { state: 'skipped' },
};
const run: RunOverlay = {
  active: true,
  nodeState: (id) => runStates[id],
  edgeTaken: (id) => ['edge_1', 'edge_2', 'edge_3', 'edge_4', 'edge_5', 'edge_6'].includes(id),
};
const diagnostics: DiagnosticsOverlay = {
  byNode: (id) =>
    id === 'node_review' ? [{ severity: 'warning', code: 'F211', message: 'queue is not declared' }] : [],
  byEdge: () => [],
};
const peers: PeersOverlay = {
  ofNode: (id) => (id === 'node_review' ? { name: 'Jonas', color: '#a21caf', field: 'Sections' } : undefined),
  cursors: () => [
    { id: 'a', name: 'Mara', color: '#0e7490', at: { x: 1180, y: 120 } },
    { id: 'b', name: 'Jonas', color: '#a21caf', at: { x: 1460, y: 480 } },
  ],
};

function Bench() {
  const states = scene === 'states';
  return (
    <div class="bench" data-dock={query.get('dock') ?? undefined}>
      <Show when={query.get('dock')}>
        <div class="bench-palette">
          <For each={KINDS}>
            {(kind) => (
              <button type="button" onPointerDown={(event) => session.beginPlace(kind.id, event)}>
                <KindIcon kind={kind.id} category={kind.category} />
                {kind.title}
              </button>
            )}
          </For>
          <For each={[customer, expense, echo]}>
            {(each) => (
              <>
                <Miniature graph={each as unknown as FlowDocument} size="row" />
                <Miniature graph={each as unknown as FlowDocument} size="card" width={180} height={90} />
              </>
            )}
          </For>
        </div>
      </Show>
      <FlowCanvas
        session={session}
        diagnostics={states ? stateSheet.diagnostics : diagnostics}
        run={states ? stateSheet.run : scene === 'run' ? run : undefined}
        peers={states ? stateSheet.peers : scene === 'peers' ? peers : undefined}
        canResolve={() => true}
        onRunFrom={() => {}}
      />
    </div>
  );
}

const host = document.getElementById('app');
if (host) render(() => <Bench />, host);
