import type { JSX } from 'solid-js';
import { createMemo, createResource, For, Show } from 'solid-js';
import { executionEvents } from '../api/cores';
import { readEvent } from '../debugger/runEvent';
import { applyEvent } from '../debugger/runReducer';
import type { RunState } from '../debugger/runState';
import { emptyRun } from '../debugger/runState';
import { categoryOf } from '../model/kinds';
import { Button } from '../ui/Button';
import { clock, duration, until } from '../ui/format';
import { Icon, KindIcon } from '../ui/Icon';
import { t } from '../ui/i18n';
import { JsonTree } from '../ui/JsonTree';
import type { InboxCase } from './InboxDetail';
import { optionLabel } from './inboxModel';
import { PriorityBars } from './InboxPage';
import { nodeIn } from './runFlow';

/** The right column: when it is due, why it is here, the path of the run and what is known so far. */
export function InboxContext(props: {
  case: InboxCase;
  onReassign: () => void;
  onCancel: () => void;
}): JSX.Element {
  const item = () => props.case.item;
  const [run] = createResource(item, async (checkpoint) => {
    const state = emptyRun(checkpoint.execution_id);
    const events = await executionEvents(checkpoint.core_id, checkpoint.execution_id);
    for (const event of events) {
      const read = readEvent(event.type, JSON.stringify(event), Date.now());
      if (read) applyEvent(state, read);
    }
    return state;
  });
  const known = () => (run.state === 'ready' ? run() : undefined);
  const due = () => (item().expires_at ? until(item().expires_at ?? '') : undefined);
  const used = () => {
    const end = Date.parse(item().expires_at ?? '');
    const start = Date.parse(item().created_at);
    return Number.isNaN(end) ? 0 : Math.min(100, Math.max(0, ((Date.now() - start) / (end - start)) * 100));
  };
  const queue = () => {
    const config = nodeIn(props.case.run?.flow, item().node_id)?.config;
    return item().queue ?? (typeof config?.['queue'] === 'string' ? config['queue'] : undefined);
  };
  return (
    <aside class="context scroll" aria-label={t('context')}>
      <section>
        <dl class="facts">
          <dt>{t('due.label')}</dt>
          <dd>
            <Show when={due()} fallback={t('noDeadline')}>
              {(at) => (
                <>
                  <span class={at().late ? 'text-error' : ''}>{at().text}</span>{' '}
                  <span class="muted">{clock(item().expires_at ?? '', 'minutes')}</span>
                  <div class="deadline">
                    <div style={{ width: `${used()}%` }} />
                  </div>
                </>
              )}
            </Show>
          </dd>
          <Show when={item().expires_at && item().expiry_action}>
            {(action) => (
              <>
                <dt>{t('then')}</dt>
                <dd>{action().replace(/^default:/, '')}</dd>
              </>
            )}
          </Show>
          <dt>{t('priority')}</dt>
          <dd class="row">
            <PriorityBars item={item()} />
            {optionLabel(item().priority)}
          </dd>
          <dt>{t('assignee')}</dt>
          <dd class="row">
            <Icon
              name={item().assignee_type === 'group' || item().assignee_type === 'role' ? 'group' : 'user'}
            />
            <span class="cut">{item().assignee_resolved?.display ?? item().assignee_raw ?? t('anyone')}</span>
          </dd>
          <Show when={queue()}>
            {(name) => (
              <>
                <dt>{t('queue')}</dt>
                <dd class="mono cut">{name()}</dd>
              </>
            )}
          </Show>
        </dl>
        <Show when={item().status === 'pending'}>
          <div class="row" style={{ 'margin-top': '12px' }}>
            <Button class="grow" onClick={props.onReassign}>
              {t('reassign')}
            </Button>
            <Button class="grow" onClick={props.onCancel}>
              {t('cancelRequest')}
            </Button>
          </div>
        </Show>
      </section>
      <Show when={known()}>{(state) => <RunContext case={props.case} run={state()} />}</Show>
    </aside>
  );
}

function RunContext(props: { case: InboxCase; run: RunState }): JSX.Element {
  const rows = createMemo(() => {
    const last = new Map(props.run.rows.map((row) => [row.nodeId, row]));
    return [...last.values()];
  });
  const entry = () => props.case.run?.flow?.nodes.find((node) => categoryOf(node.type) === 'entry');
  const reached = () => new Set(rows().map((row) => row.nodeId));
  const next = () => {
    const flow = props.case.run?.flow;
    const edge = flow?.edges.find(
      (e) => e.source.node === props.case.item.node_id && !reached().has(e.target.node),
    );
    return nodeIn(flow, edge?.target.node);
  };
  const why = createMemo(() => lastDecision(props.case, props.run));
  return (
    <>
      <Show when={why()}>
        {(reason) => (
          <section>
            <h2>{t('whyHere')}</h2>
            <p style={{ 'margin-top': '6px' }}>
              <code>{reason().subject}</code> {t('why.was')}{' '}
              <code style={{ color: 'var(--cat-logic)' }}>{reason().value}</code>
              {reason().rule === '' ? '' : `, ${t('why.rule')} `}
              <code>{reason().rule}</code>
            </p>
          </section>
        )}
      </Show>
      <section>
        <div class="row">
          <h2 class="grow">{t('pathOfRun')}</h2>
          <span class="mono muted small">{props.run.executionId.replace(/^exec_/, '').slice(-8)}</span>
        </div>
        <div class="path-list">
          <Show when={entry()}>
            {(node) => (
              <div class="path-item">
                <KindIcon kind={node().type} category="entry" />
                <span class="grow cut">{node().label}</span>
                <span class="small muted">{clock(props.run.startedAt ?? 0)}</span>
              </div>
            )}
          </Show>
          <For each={rows()}>
            {(row) => {
              const node = () => nodeIn(props.case.run?.flow, row.nodeId);
              const here = () => row.nodeId === props.case.item.node_id;
              const span = () => (row.ownEndedAt ?? row.endedAt ?? Date.now()) - row.startedAt;
              return (
                <div class="path-item">
                  <KindIcon kind={node()?.type ?? ''} category={categoryOf(node()?.type ?? '')} />
                  <span class={`grow cut ${here() ? 'strong' : ''}`}>{node()?.label ?? row.nodeId}</span>
                  <span class="small muted" style={here() ? { color: 'var(--cat-queue)' } : {}}>
                    {duration(span())}
                  </span>
                </div>
              );
            }}
          </For>
          <Show when={next()}>
            {(node) => (
              <div class="path-item muted">
                <KindIcon kind={node().type} category={categoryOf(node().type)} />
                <span class="grow cut">{node().label}</span>
                <span class="small">{t('notReached')}</span>
              </div>
            )}
          </Show>
        </div>
      </section>
      <section>
        <h2>{t('valuesSoFar')}</h2>
        <div style={{ 'margin-top': '6px' }}>
          <JsonTree value={props.run.scope} open={0} />
        </div>
      </section>
    </>
  );
}

interface Reason {
  subject: string;
  value: string;
  rule: string;
}

/** The last decision before the checkpoint, with the value it looked at; undefined where there is none. */
function lastDecision(where: InboxCase, run: RunState): Reason | undefined {
  const flow = where.run?.flow;
  const decision = run.rows.findLast((row) => row.kind === 'match');
  const node = nodeIn(flow, decision?.nodeId);
  const subject = node?.config?.['subject'];
  if (!decision || typeof subject !== 'string' || subject === '') return undefined;
  const value = read(subject, { ...run.scope, ...(isObject(decision.input) ? decision.input : {}) });
  const arm = flow?.edges.find(
    (edge) =>
      edge.source.node === decision.nodeId && edge.condition && !/^else$/i.test(edge.condition.trim()),
  );
  return value === undefined
    ? undefined
    : { subject, value: JSON.stringify(value), rule: arm?.condition ?? '' };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/** A dotted path read from plain values. */
function read(path: string, scope: Record<string, unknown>): unknown {
  let at: unknown = scope;
  for (const part of path.split('.')) at = isObject(at) ? at[part] : undefined;
  return at;
}
