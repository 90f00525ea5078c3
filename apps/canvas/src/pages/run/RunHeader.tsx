import { A, useNavigate } from '@solidjs/router';
import type { JSX } from 'solid-js';
import { Show } from 'solid-js';
import { createSpent } from '../../debugger/journalList';
import type { RunStore } from '../../debugger/runStore';
import { tokensText } from '../../panels/run/tokensText';
import { Logo } from '../../ui/Bits';
import { Button } from '../../ui/Button';
import { clock, duration } from '../../ui/format';
import { t } from '../../ui/i18n';
import { RunChip } from '../RunChip';
import type { RunFlow } from '../runFlow';
import { settled } from '../settled';

export const shortId = (id: string): string => id.replace(/^exec_/, '').slice(-8);

/** Where a fork left its origin; empty for what is none. */
export function forkText(runs: RunStore): string {
  const from = runs.record()?.forked_from;
  return from ? t('run.forkOf', { id: shortId(from.execution_id), n: from.seq }) : '';
}

/** Where one is, how the run stands, and what can be done with it as a whole. */
export function RunHeader(props: {
  id: string;
  flow: RunFlow;
  runs: RunStore;
  onAgain: () => void;
}): JSX.Element {
  const navigate = useNavigate();
  const run = () => props.runs.run;
  const spent = createSpent(props.runs.record);
  const facts = () => {
    const cost = Number(run().usage?.cost ?? 0);
    const from = run().startedAt;
    return [
      props.flow.draft ? t('draft') : props.flow.version ? `v${props.flow.version}` : '',
      from === undefined ? '' : t('startedAt', { time: clock(from) }),
      from !== undefined && run().endedAt !== undefined ? duration((run().endedAt ?? 0) - from) : '',
      tokensText(run().usage, settled(spent)),
      cost > 0 ? `$${cost.toFixed(4)}` : '',
      forkText(props.runs),
    ]
      .filter((part) => part !== '')
      .join(' · ');
  };
  return (
    <header class="bar-head" data-region="header">
      <A href="/flows" aria-label={t('flows')} class="row">
        <Logo />
      </A>
      <A href="/flows" class="muted crumb">
        {t('flows')}
      </A>
      <span class="muted">/</span>
      <Show when={props.flow.flowId} fallback={<span class="cut">{props.flow.core.name}</span>}>
        {(id) => (
          <A href={`/flows/${id()}`} class="muted crumb cut">
            {props.flow.flow?.name ?? props.flow.core.name}
          </A>
        )}
      </Show>
      <span class="muted">/</span>
      <span class="mono">{t('run.short', { id: shortId(props.id) })}</span>
      <RunChip status={run().status} />
      <span class="muted cut">{facts()}</span>
      <div class="grow" />
      <Show when={props.flow.flowId}>
        {(id) => <Button onClick={() => navigate(`/flows/${id()}`)}>{t('editFlow')}</Button>}
      </Show>
      <Show when={props.runs.record()?.forked_from}>
        {(from) => (
          <Button onClick={() => navigate(`/runs/${from().execution_id}/with/${props.id}`)}>
            {t('compare')}
          </Button>
        )}
      </Show>
      <Button icon="play" onClick={props.onAgain}>
        {t('runAgain')}
      </Button>
    </header>
  );
}

/** Says that another version than the present one ran, or where a fork came from. */
export function VersionBanner(props: { flow: RunFlow }): JSX.Element {
  return (
    <Show when={props.flow.newer || props.flow.draft}>
      <div class="run-banner">
        <Show when={!props.flow.draft} fallback={t('run.ofDraft')}>
          <span>
            {t('run.usedVersion')} <span class="strong">v{props.flow.version}</span>
          </span>
          <A class="btn link" href={`/flows/${props.flow.flowId}`}>
            {t('run.newer', { version: props.flow.newer ?? '' })}
          </A>
        </Show>
      </div>
    </Show>
  );
}
