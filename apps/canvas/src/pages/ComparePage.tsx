import { A, useParams } from '@solidjs/router';
import type { JSX } from 'solid-js';
import { createMemo, createResource, createSignal, onCleanup, onMount, Show } from 'solid-js';
import { getExecution } from '../api/cores';
import { asApiError } from '../api/http';
import { compareRuns } from '../debugger/compare';
import { createOverlay, withDifferences } from '../debugger/overlay';
import type { RunOverlay } from '../debugger/overlay';
import type { RunStore } from '../debugger/runStore';
import { createSpent } from '../debugger/journalList';
import { createRunStore } from '../debugger/runStore';
import { Differences } from '../panels/run/Differences';
import { tokensText } from '../panels/run/tokensText';
import { FlowCanvas } from '../render/FlowCanvas';
import { Logo } from '../ui/Bits';
import { duration } from '../ui/format';
import { t } from '../ui/i18n';
import './editor.css';
import '../panels/panels.css';
import '../panels/run/run.css';
import { forkText, shortId } from './run/RunHeader';
import { RunChip } from './RunChip';
import type { RunFlow } from './runFlow';
import { loadRunFlow } from './runFlow';
import { settled } from './settled';
import { followEachOther, isWide, onSelected, openSide } from './sideBySide';

interface Pair {
  left: RunFlow;
  right: RunFlow;
}

/** Two executions side by side (12 §13.3): what went another way, and what had another value. */
export default function ComparePage(): JSX.Element {
  const params = useParams<{ id: string; other: string }>();
  const [pair] = createResource(
    () => [params.id, params.other] as const,
    async ([left, right]): Promise<Pair> => {
      const [first, second] = await Promise.all([getExecution(left), getExecution(right)]);
      return { left: await loadRunFlow(first), right: await loadRunFlow(second) };
    },
  );
  return (
    <Show
      when={pair.state === 'ready' && pair()}
      keyed
      fallback={
        <Show when={pair.error} fallback={<div class="editor" aria-busy="true" />}>
          <div class="message-page">
            <h1 class="title">{t('run.notLoaded')}</h1>
            <p class="muted">{asApiError(pair.error).message}</p>
            <A class="btn" href="/runs">
              {t('runs')}
            </A>
          </div>
        </Show>
      }
    >
      {(found) => <CompareView pair={found} left={params.id} right={params.other} />}
    </Show>
  );
}

/** A run on its canvas. */
function createSide(flow: RunFlow, id: string) {
  const session = openSide(flow.flow);
  const runs = createRunStore();
  runs.open(id);
  return { id, session, runs, overlay: createOverlay(session.store, () => runs.run) };
}
type Side = ReturnType<typeof createSide>;

function CompareView(props: { pair: Pair; left: string; right: string }): JSX.Element {
  const left = createSide(props.pair.left, props.left);
  const right = createSide(props.pair.right, props.right);
  const list = createMemo(() => compareRuns(left.runs.run, right.runs.run));
  const kinds = createMemo(() => new Map(list().map((each) => [each.nodeId, each.kind])));
  const [chosen, setChosen] = createSignal<string>();
  onMount(() => {
    document.title = t('compare.title', { left: shortId(props.left), right: shortId(props.right) });
    followEachOther(left.session, right.session);
  });
  onCleanup(() => [left, right].forEach((side) => side.runs.close()));
  const nodeInfo = (id: string) => {
    const node = left.session.store.nodes[id] ?? right.session.store.nodes[id];
    return { label: node?.label ?? id, type: node?.type ?? '' };
  };
  const choose = (id: string) => {
    setChosen(id);
    for (const side of [left, right]) {
      if (side.session.store.nodes[id]) side.session.select([id]);
    }
    if (left.session.store.nodes[id]) left.session.commands.run('view.center');
    else right.session.commands.run('view.center');
  };
  return (
    <div class="editor compare-view">
      <header class="bar-head" data-region="header">
        <A href="/flows" aria-label={t('flows')} class="row">
          <Logo />
        </A>
        <A href="/runs" class="muted crumb">
          {t('runs')}
        </A>
        <span class="muted">/</span>
        <h1 class="strong compare-name">{props.pair.left.flow?.name ?? props.pair.left.core.name}</h1>
        <span class="muted cut">
          {list().length === 0 ? t('compare.none') : t('compare.count', { n: list().length })}
        </span>
      </header>
      <div class="compare-canvases" data-stacked={isWide(left.session)}>
        <Pane side={left} overlay={withDifferences(left.overlay, kinds)} onChoose={choose} />
        <Pane side={right} overlay={withDifferences(right.overlay, kinds)} onChoose={choose} />
      </div>
      <section class="compare-dock" aria-label={t('compare.differences')} data-region="bottom">
        <Differences list={list()} chosen={chosen()} nodeInfo={nodeInfo} onChoose={choose} />
      </section>
    </div>
  );
}

function Pane(props: { side: Side; overlay: RunOverlay; onChoose: (id: string) => void }): JSX.Element {
  onSelected(props.side.session, (id) => props.onChoose(id));
  return (
    <section class="compare-pane" aria-label={t('run.short', { id: shortId(props.side.id) })}>
      <PaneHead id={props.side.id} runs={props.side.runs} />
      <div class="editor-canvas" data-region="canvas">
        <FlowCanvas session={props.side.session} view="fit" run={props.overlay} readOnly />
      </div>
    </section>
  );
}

function PaneHead(props: { id: string; runs: RunStore }): JSX.Element {
  const run = () => props.runs.run;
  const spent = createSpent(props.runs.record);
  const facts = () => {
    const begun = run().startedAt;
    const end = run().endedAt;
    const whole = begun !== undefined && end !== undefined ? duration(end - begun) : '';
    const parts = [whole, tokensText(run().usage, settled(spent)), forkText(props.runs)];
    return parts.filter((part) => part !== '').join(' · ');
  };
  return (
    <div class="panel-head compare-head">
      <A class="mono" href={`/runs/${props.id}`}>
        {t('run.short', { id: shortId(props.id) })}
      </A>
      <RunChip status={run().status} />
      <span class="muted small cut">{facts()}</span>
    </div>
  );
}
