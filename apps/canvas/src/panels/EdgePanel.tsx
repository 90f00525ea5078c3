import type { JSX } from 'solid-js';
import { Show } from 'solid-js';
import type { CanvasSession } from '../editor/session';
import type { EdgeType } from '../model/flow';
import type { DiagnosticIndex } from '../preview/diagnostics';
import { IconButton } from '../ui/Button';
import { t } from '../ui/i18n';
import { Select } from '../ui/Select';
import type { Expressions } from './code/scope';
import { ConditionEditor } from './Connections';
import { Problems } from './FieldView';

const TYPE_TEXT = {
  sequential: 'edge.sequential',
  conditional: 'edge.conditional',
  data: 'edge.data',
} as const;

/** An edge: where it goes, what it is, when it is taken. */
export function EdgePanel(props: {
  session: CanvasSession;
  id: string;
  readOnly: () => boolean;
  expressions: () => Expressions | undefined;
  diagnostics: () => DiagnosticIndex;
  onGo: (id: string) => void;
}): JSX.Element {
  const { store, writes } = props.session;
  let last = store.edges[props.id];
  const edge = () => {
    last = store.edges[props.id] ?? last;
    if (!last) throw new Error(`edge ${props.id} is gone`);
    return last;
  };
  const label = (id: string) => store.nodes[id]?.label ?? id;
  const problems = () => props.diagnostics().byEdge.get(props.id) ?? [];
  const setType = (type: string) =>
    writes.updateEdge(props.id, {
      type: type as EdgeType,
      ...(type === 'conditional' ? { condition: edge().condition ?? '' } : { condition: undefined }),
    });
  return (
    <>
      <div class="panel-head">
        <span class="strong">{t('connection')}</span>
        <span class="mono muted small cut grow">{props.id}</span>
        <IconButton
          icon="trash"
          size="compact"
          label={t('delete')}
          disabled={props.readOnly()}
          onClick={() => writes.removeEdges([props.id])}
        />
      </div>
      <div class="panel-body scroll">
        <Show when={problems().length > 0}>
          <div class="panel-section">
            <Problems list={problems()} />
          </div>
        </Show>
        <div class="panel-section">
          <div class="inline-fields">
            <span class="inline-label">{t('from')}</span>
            <button type="button" class="line-button" onClick={() => props.onGo(edge().source.node)}>
              {label(edge().source.node)}
            </button>
            <span class="inline-label">{t('to')}</span>
            <button type="button" class="line-button" onClick={() => props.onGo(edge().target.node)}>
              {label(edge().target.node)}
            </button>
            <span class="inline-label">{t('kind')}</span>
            <Select
              label={t('kind')}
              value={edge().type}
              disabled={props.readOnly()}
              onChange={setType}
              options={(['sequential', 'conditional', 'data'] as const).map((value) => ({
                value,
                label: t(TYPE_TEXT[value]),
              }))}
            />
          </div>
        </div>
        <Show when={edge().type === 'conditional'}>
          <div class="panel-section">
            <div class="field">
              <span class="field-label">
                {t('condition')}
                <span>{t('required')}</span>
              </span>
              <ConditionEditor {...props} edge={edge()} problems={problems()} />
            </div>
          </div>
        </Show>
      </div>
    </>
  );
}
