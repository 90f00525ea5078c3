import type { JSX, Resource } from 'solid-js';
import { Match, Show, Switch } from 'solid-js';
import { asApiError } from '../../api/http';
import type { JournalRecord } from '../../api/types';
import type { Positions } from '../../debugger/positions';
import { isOver } from '../../debugger/runState';
import type { RunStore } from '../../debugger/runStore';
import type { TimeTravel } from '../../debugger/timeTravel';
import { PositionsTable } from '../../panels/run/PositionsTable';
import type { DebugAction } from '../../panels/run/RunControls';
import { RunControls } from '../../panels/run/RunControls';
import { LiveButton, Scrubber } from '../../panels/run/Scrubber';
import { Timeline, TimelineLegend } from '../../panels/Timeline';
import { t } from '../../ui/i18n';
import { Tabs } from '../../ui/Tabs';
import { BottomSplitter } from '../BottomSplitter';
import { settled } from '../settled';
import { LINK } from './link';
import { JournalList, LogList } from './RunLists';

export type DockTab = 'timeline' | 'compare' | 'journal' | 'log';

interface RunBottomProps {
  runs: RunStore;
  travel: TimeTravel;
  positions: Positions;
  tab: DockTab;
  onTab: (tab: DockTab) => void;
  journal: Resource<JournalRecord[]>;
  /** Key of the entry that is looked at. */
  chosen: string | undefined;
  nodeInfo: (id: string) => { label: string; type: string };
  onAct: (action: DebugAction) => void;
  onChoose: (nodeId: string, key?: string) => void;
}

/** The bottom dock of a run: its time, and what stands where in it. */
export function RunBottom(props: RunBottomProps): JSX.Element {
  return (
    <section class="dock bottom" aria-label={t('debugger')} data-region="bottom">
      <BottomSplitter dock={t('debugger')} />
      <Bar {...props} />
      <div class="dock-body">
        <Body {...props} />
      </div>
    </section>
  );
}

function Bar(props: RunBottomProps): JSX.Element {
  const held = () => props.positions.held();
  const hold = (seq: number | undefined) => {
    props.positions.hold(seq);
    if (seq !== undefined) props.onTab('compare');
    else if (props.tab === 'compare') props.onTab('timeline');
  };
  const isPaused = () => Object.values(props.runs.run.nodes).some((node) => node.state === 'paused');
  const goesOn = () => !isOver(props.runs.run.status);
  const items = () => [
    { id: 'timeline' as const, label: t('timeline') },
    ...(held() === undefined ? [] : [{ id: 'compare' as const, label: t('change.tab') }]),
    { id: 'journal' as const, label: t('journal'), count: props.travel.last() },
    { id: 'log' as const, label: t('log'), count: props.runs.run.log.length },
  ];
  return (
    <div class="dock-tabs run-tabs-row" classList={{ 'with-controls': goesOn() }}>
      <Tabs<DockTab> label={t('debugger')} value={props.tab} onChange={props.onTab} items={items()} />
      <Show when={goesOn()}>
        <span class="divider" style={{ margin: '0 8px' }} />
        <RunControls paused={isPaused()} onAct={props.onAct} />
      </Show>
      <Show when={props.travel.last() > 0}>
        <span class="divider" style={{ margin: '0 8px' }} />
        <Scrubber travel={props.travel} held={held()} onHold={hold} />
      </Show>
      <div class="grow" />
      <Show when={props.tab === 'timeline'}>
        <TimelineLegend />
      </Show>
      <LiveButton
        travel={props.travel}
        link={t(LINK[props.runs.link()])}
        live={props.runs.link() === 'live'}
      />
    </div>
  );
}

function Body(props: RunBottomProps): JSX.Element {
  const at = () => props.travel.seq() ?? props.travel.last();
  return (
    <Switch>
      <Match when={props.tab === 'timeline'}>
        <Timeline
          run={props.runs.run}
          nodeInfo={props.nodeInfo}
          chosen={props.chosen}
          at={props.travel.shown().frozenAt}
          onScrub={props.travel.goTo}
          onChoose={(key, id) => props.onChoose(id, key)}
        />
      </Match>
      <Match when={props.tab === 'compare'}>
        <PositionsTable positions={props.positions} at={at()} onGo={props.travel.go} />
      </Match>
      <Match when={props.tab === 'journal'}>
        <JournalList
          records={settled(props.journal)}
          error={props.journal.error ? asApiError(props.journal.error).message : undefined}
          nodeInfo={props.nodeInfo}
          at={at()}
          onGo={(seq, id) => {
            props.travel.go(seq);
            if (id) props.onChoose(id);
          }}
        />
      </Match>
      <Match when={props.tab === 'log'}>
        <LogList lines={props.runs.run.log} />
      </Match>
    </Switch>
  );
}
