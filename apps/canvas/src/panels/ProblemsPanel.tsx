import type { JSX } from 'solid-js';
import { createMemo, For, Show } from 'solid-js';
import type { Diagnostic } from '../api/types';
import type { CanvasSession } from '../editor/session';
import { fieldOf as fieldSpec } from '../model/kinds';
import type { DiagnosticIndex } from '../preview/diagnostics';
import { bySeverity, fieldOf } from '../preview/diagnostics';
import { Icon } from '../ui/Icon';
import { t } from '../ui/i18n';
import { Kbd } from '../ui/Kbd';
import { quickFixes } from './quickFixes';

interface ProblemsPanelProps {
  session: CanvasSession;
  diagnostics: () => DiagnosticIndex;
  readOnly: () => boolean;
  failure: () => string | undefined;
  onGo: (item: Diagnostic) => void;
  /** `narrow` stands beside the preview; `wide` fills the dock. */
  look: 'narrow' | 'wide';
}

/** S6: what the compiler found; a click selects the place and opens its field. */
export function ProblemsPanel(props: ProblemsPanelProps): JSX.Element {
  const list = createMemo(() => bySeverity(props.diagnostics().all));
  return (
    <div class={`problems ${props.look}`}>
      <div class="row problems-head">
        <Show when={props.look === 'narrow'}>
          <span class="strong">{t('problems')}</span>
        </Show>
        <span class="muted">{countText(props.diagnostics())}</span>
        <span class="grow" />
        <Kbd keys="F8" />
      </div>
      <Show when={props.failure()}>
        {(reason) => <div class="problem-none text-warning">{t('check.failed', { reason: reason() })}</div>}
      </Show>
      <For each={list()} fallback={<div class="problem-none muted">{t('problems.none')}</div>}>
        {(item) => <ProblemRow {...props} item={item} />}
      </For>
    </div>
  );
}

export function countText(index: DiagnosticIndex): string {
  const parts = [
    index.errors > 0 ? t('errors', { n: index.errors }) : '',
    index.warnings > 0 ? t('warnings', { n: index.warnings }) : '',
  ].filter((part) => part !== '');
  return parts.join(' · ');
}

function ProblemRow(props: ProblemsPanelProps & { item: Diagnostic }): JSX.Element {
  const { store } = props.session;
  const fixes = createMemo(() => (props.readOnly() ? [] : quickFixes(props.item, props.session)));
  const place = () => {
    const node = store.nodes[props.item.node_id ?? ''];
    const edge = store.edges[props.item.edge_id ?? ''];
    const field = fieldOf(props.item);
    const name = node
      ? node.label
      : edge
        ? `${store.nodes[edge.source.node]?.label ?? ''} → ${store.nodes[edge.target.node]?.label ?? ''}`
        : t('wholeFlow');
    const label = node && field ? (fieldSpec(node.type, field)?.label ?? field) : '';
    return [props.item.code, name, label].filter((part) => part !== '').join(' · ');
  };
  return (
    <div class="problem">
      <span class={props.item.severity === 'error' ? 'text-error' : 'text-warning'}>
        <Icon name={props.item.severity === 'error' ? 'error' : 'warning'} />
      </span>
      <div class="grow">
        <button type="button" class="problem-text" onClick={() => props.onGo(props.item)}>
          <Message text={plain(props.item.message)} />
          <span class="problem-place">{place()}</span>
        </button>
        <Show when={props.item.fix}>{(fix) => <div class="small muted">{fix()}</div>}</Show>
        <Show when={fixes().length > 0}>
          <div class="row wrap problem-fixes">
            <For each={fixes()}>
              {(fix, index) => (
                <button type="button" class={`btn ${index() === 0 ? '' : 'plain'}`} onClick={fix.run}>
                  {fix.label}
                </button>
              )}
            </For>
          </div>
        </Show>
      </div>
    </div>
  );
}

/** Names the thing, then the fact: the place stands below, so it is not said twice. */
function plain(message: string): string {
  return message.replace(/^(?:llm_role validation failed: )?(?:node|edge) '[^']*': /, '');
}

/** Quoted parts in the code face. */
function Message(props: { text: string }): JSX.Element {
  const parts = () => props.text.split(/('[^']*')/).filter((part) => part !== '');
  return (
    <span>
      <For each={parts()}>
        {(part) =>
          part.startsWith("'") && part.endsWith("'") && part.length > 2 ? (
            <code>{part.slice(1, -1)}</code>
          ) : (
            part
          )
        }
      </For>
    </span>
  );
}
