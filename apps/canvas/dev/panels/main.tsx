import { createSignal, Show } from 'solid-js';
import { render } from 'solid-js/web';
import { KIND_BY_ID, KINDS } from 'generated/kinds';
import type { KindId } from 'generated/kinds';
import { createSession } from '../../src/editor/session';
import type { CanvasSession } from '../../src/editor/session';
import type { FlowDocument, JsonObject } from '../../src/model/flow';
import { isVisible } from '../../src/panels/layout';
import { PropertyPanel } from '../../src/panels/PropertyPanel';
import '../../src/panels/panels.css';
import { NO_DIAGNOSTICS } from '../../src/preview/diagnostics';
import '../../src/ui/base.css';
import { installIcons } from '../../src/ui/Icon';
import '../../src/ui/tokens.css';

/** One property panel around one node of any kind, for panels.test.ts. */
function documentOf(kind: KindId, config: JsonObject): FlowDocument {
  const spec = KIND_BY_ID[kind];
  return {
    id: 'flow_test',
    name: 'Test',
    version: '1.0.0',
    nodes: [
      {
        id: 'node_in',
        type: 'entry_api',
        label: 'In',
        position: { x: 0, y: 0 },
        config: { input_schema: { message: 'string' } },
      },
      { id: 'node_x', type: kind, label: spec.title, position: { x: 300, y: 0 }, config },
    ],
    edges: [],
    variables: [{ name: 'brand', type: 'string' }],
    config: {
      core_identity: {
        models: [
          { role: 'primary', ref: 'scaigrid', model: 'm' },
          { role: 'fast', ref: 'scaigrid', model: 'n' },
        ],
      },
    },
  };
}

const [session, setSession] = createSignal<CanvasSession>();

const panel = {
  kinds: () =>
    KINDS.map((kind) => ({
      id: kind.id,
      fields: kind.fields.map((field) => ({ ...field, visible: isVisible(field, {}, kind) })),
    })),
  open: (kind: KindId, config: string) => {
    const made = createSession(documentOf(kind, JSON.parse(config) as JsonObject), { access: 'edit' });
    made.select(['node_x']);
    setSession(made);
  },
  config: () => session()?.toJSON().nodes[1]?.config,
};
Object.assign(window, { panel });

installIcons();
const host = document.getElementById('app');
if (host) {
  render(
    () => (
      <aside
        class="dock right"
        style={{ width: '304px', height: '100vh', display: 'flex', 'flex-direction': 'column' }}
      >
        <Show when={session()} keyed>
          {(open) => (
            <PropertyPanel
              session={open}
              diagnostics={() => NO_DIAGNOSTICS}
              readOnly={() => false}
              onGo={() => undefined}
            />
          )}
        </Show>
      </aside>
    ),
    host,
  );
}
