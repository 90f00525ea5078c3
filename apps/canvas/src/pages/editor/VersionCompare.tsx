import type { JSX } from 'solid-js';
import {
  createEffect,
  createMemo,
  createResource,
  createSignal,
  on,
  onCleanup,
  onMount,
  Show,
} from 'solid-js';
import { getVersion, listVersions } from '../../api/flows';
import { asApiError } from '../../api/http';
import type { CanvasSession } from '../../editor/session';
import type { Change, Difference } from '../../model/difference';
import { marksOf } from '../../model/difference';
import { fit } from '../../model/camera';
import type { FlowDocument } from '../../model/flow';
import { union } from '../../model/geometry';
import type { ChangeSubject } from '../../panels/ChangeList';
import { ChangeList } from '../../panels/ChangeList';
import '../../panels/run/run.css';
import { FlowCanvas } from '../../render/FlowCanvas';
import { announce } from '../../ui/announcer';
import { Button, IconButton } from '../../ui/Button';
import { Skeleton } from '../../ui/Bits';
import { t } from '../../ui/i18n';
import type { Option } from '../../ui/Select';
import { Select } from '../../ui/Select';
import { settled } from '../settled';
import { followEachOther, isWide, onSelected, openSide } from '../sideBySide';
import type { Comparison, EditorPageState } from './editorState';
import { focusRegion } from './pageCommands';

type Which = 'before' | 'after';

interface Pair {
  before: FlowDocument;
  after: FlowDocument;
  difference: Difference | undefined;
}

/** S12: two versions of a flow side by side, what makes one of the other marked and listed. */
export function VersionCompare(props: { state: EditorPageState; comparison: Comparison }): JSX.Element {
  const { state } = props;
  const [pair] = createResource(
    () => ({ ...props.comparison }),
    (wanted) => loadPair(state, wanted),
  );
  onMount(() =>
    requestAnimationFrame(() => document.querySelector<HTMLElement>('.compare-close')?.focus()),
  );
  return (
    <div class="editor compare-view" aria-busy={pair.loading}>
      <CompareHead {...props} />
      <Show
        when={settled(pair)}
        keyed
        fallback={
          <Show when={pair.error} fallback={<Skeleton rows={6} height={32} />}>
            <div class="empty text-error" role="alert">
              {asApiError(pair.error).message}
            </div>
          </Show>
        }
      >
        {(found) => <Compared state={state} pair={found} />}
      </Show>
    </div>
  );
}

async function loadPair(state: EditorPageState, { before, after, draft }: Comparison): Promise<Pair> {
  const load = async (place: string): Promise<FlowDocument> => {
    if (place === 'now') return state.session.toJSON();
    if (place === 'draft' && draft) return draft;
    return (await getVersion(state.session.store.meta.flowId ?? '', place)).content;
  };
  const [first, second] = await Promise.all([load(before), load(after)]);
  const answer = await state.preview.compiler()?.ask('diff', { before: first, after: second });
  return { before: first, after: second, difference: answer as Difference | undefined };
}

/** Which two are compared, and the way back. */
function CompareHead(props: { state: EditorPageState; comparison: Comparison }): JSX.Element {
  const { state } = props;
  const [versions] = createResource(() => state.session.store.meta.flowId ?? undefined, listVersions);
  const places = (): Option[] => [
    { value: 'now', label: t('diff.now') },
    ...(props.comparison.draft ? [{ value: 'draft', label: t('diff.draft') }] : []),
    ...(settled(versions)?.items ?? []).map(({ version, note }) => ({
      value: version,
      label: `v${version}`,
      ...(note ? { note } : {}),
    })),
  ];
  const Place = ({ side }: { side: Which }) => (
    <div class="compare-place">
      <Select
        label={t(`diff.${side}`)}
        value={props.comparison[side]}
        options={places()}
        onChange={(place) => {
          if (place !== props.comparison[side]) state.setComparison({ ...props.comparison, [side]: place });
        }}
      />
    </div>
  );
  return (
    <header class="bar-head" data-region="header">
      <h1 class="strong compare-name cut">{state.session.store.meta.name}</h1>
      <Place side="before" />
      <span class="muted" aria-hidden="true">
        →
      </span>
      <Place side="after" />
      <div class="grow" />
      <Button class="compare-close" kbd="Esc" onClick={() => state.setComparison(undefined)}>
        {t('diff.close')}
      </Button>
    </header>
  );
}

function countsText({ counts: { added, removed, changed } }: Difference): string {
  return [
    added > 0 ? t('diff.nAdded', { n: added }) : '',
    removed > 0 ? t('diff.nRemoved', { n: removed }) : '',
    changed > 0 ? t('diff.nChanged', { n: changed }) : '',
  ]
    .filter((part) => part !== '')
    .join(' · ');
}

/** Both canvases and the list; what is chosen in one of them is chosen in all. */
function Compared(props: { state: EditorPageState; pair: Pair }): JSX.Element {
  const { difference } = props.pair;
  const left = openSide(props.pair.before);
  const right = openSide(props.pair.after);
  const marks = createMemo(() => marksOf(difference));
  const [chosen, setChosen] = createSignal<Change>();
  const shift = () => shiftOf(left, right, chosen());
  onMount(() => {
    followEachOther(left, right, shift);
    requestAnimationFrame(() => showWhole(left, right)); // their sizes are known by then
  });
  const changes = difference?.changes ?? [];
  const choose = (change: Change) => {
    setChosen(change);
    announce(
      t('diff.chosen', {
        name: subjectOf(change).name,
        n: changes.indexOf(change) + 1,
        of: changes.length,
      }),
    );
    show(left, right, change);
  };
  const step = (by: 1 | -1) => {
    const at = changes.indexOf(chosen() as Change);
    const next =
      changes[at < 0 ? (by > 0 ? 0 : changes.length - 1) : (at + by + changes.length) % changes.length];
    if (next) choose(next);
  };
  const found = (id: string) =>
    changes.find((change) => change.id === id && (change.entity === 'node' || change.entity === 'edge'));
  const subjectOf = (change: Change) => subjectIn(left, right, change);
  onKeys(props.state, step);
  createEffect(on(chosen, () => scrollToChosen(), { defer: true }));
  return (
    <div class="compare-body">
      <div class="compare-canvases" data-stacked={isWide(left) || isWide(right)}>
        <Pane
          session={left}
          which="before"
          marks={marks}
          onChoose={(id) => setChosen(found(id) ?? chosen())}
        />
        <Pane
          session={right}
          which="after"
          marks={marks}
          onChoose={(id) => setChosen(found(id) ?? chosen())}
        />
      </div>
      <aside class="compare-list" aria-label={t('compare.differences')} data-region="right">
        <Show when={difference} fallback={<div class="empty">{t('diff.noCompiler')}</div>}>
          {(known) => (
            <Show when={changes.length > 0} fallback={<Equal />}>
              <ListHead text={countsText(known())} onStep={step} />
              <ChangeList changes={changes} chosen={chosen()} subjectOf={subjectOf} onChoose={choose} />
            </Show>
          )}
        </Show>
      </aside>
    </div>
  );
}

/** How much differs, and the way from change to change. */
function ListHead(props: { text: string; onStep: (by: 1 | -1) => void }): JSX.Element {
  return (
    <div class="panel-head compare-head">
      <h2 class="grow cut">{props.text}</h2>
      <IconButton
        icon="arrow-up"
        label={t('diff.previous')}
        shortcut="Shift+F7"
        onClick={() => props.onStep(-1)}
      />
      <IconButton icon="arrow-down" label={t('diff.next')} shortcut="F7" onClick={() => props.onStep(1)} />
    </div>
  );
}

function Equal(): JSX.Element {
  return (
    <div class="empty">
      <p class="strong">{t('diff.equal')}</p>
      <p class="muted">{t('diff.equal.text')}</p>
    </div>
  );
}

function Pane(props: {
  session: CanvasSession;
  which: Which;
  marks: () => ReturnType<typeof marksOf>;
  onChoose: (id: string) => void;
}): JSX.Element {
  const { session, which } = props;
  onSelected(session, (id) => props.onChoose(id));
  return (
    <section class="compare-pane" aria-label={t(`diff.${which}`)}>
      <div class="editor-canvas" data-region="canvas">
        <FlowCanvas
          session={session}
          view="keep"
          readOnly
          changes={{
            ofNode: (id) => props.marks().nodes.get(id),
            ofEdge: (id) => props.marks().edges.get(id),
          }}
        />
      </div>
    </section>
  );
}

/** The same view of both, wide enough for either. */
function showWhole(left: CanvasSession, right: CanvasSession): void {
  const boxes = [left, right].flatMap(({ store, index }) => store.nodeOrder.map((id) => index.rectOf(id)));
  const box = union(boxes.filter((rect) => rect !== undefined));
  if (!box) return;
  for (const { context, editor } of [left, right]) context.set('viewport', fit(box, editor.size));
}

/** How much farther the step that is looked at lies on the left than on the right. */
function shiftOf(left: CanvasSession, right: CanvasSession, change: Change | undefined) {
  const place = ({ store }: CanvasSession) => store.nodes[stepOf(left, right, change) ?? '']?.position;
  const [a, b] = [place(left), place(right)];
  return a && b ? { x: a.x - b.x, y: a.y - b.y } : { x: 0, y: 0 };
}

/** The step to be shown for a change: itself, or where the connection starts. */
function stepOf(left: CanvasSession, right: CanvasSession, change: Change | undefined): string | undefined {
  if (change?.entity === 'node') return change.id ?? undefined;
  if (change?.entity !== 'edge') return undefined;
  const edge = right.store.edges[change.id ?? ''] ?? left.store.edges[change.id ?? ''];
  return edge?.source.node;
}

/** Titles of steps are drawn from about this zoom on. */
const READABLE = 0.75;

/** Selects it in both, and brings it to the middle of both, large enough to be read. */
function show(left: CanvasSession, right: CanvasSession, change: Change): void {
  const id = change.id ?? '';
  const step = stepOf(left, right, change);
  const on = [left, right].filter(
    ({ store }) => store.nodes[id] !== undefined || store.edges[id] !== undefined,
  );
  if (step === undefined || on.length === 0) return;
  const first = left.store.nodes[step] ? left : right;
  first.select([step]);
  first.context.set('viewport', (view) => ({ k: Math.max(view.k, READABLE) }));
  first.commands.run('view.center');
  for (const session of [left, right]) session.select(on.includes(session) ? [id] : []);
}

function subjectIn(left: CanvasSession, right: CanvasSession, change: Change): ChangeSubject {
  const id = change.id ?? '';
  const label = (node: string) => (right.store.nodes[node] ?? left.store.nodes[node])?.label ?? node;
  if (change.entity === 'node')
    return { type: (right.store.nodes[id] ?? left.store.nodes[id])?.type ?? '', name: label(id) };
  const edge = change.entity === 'edge' ? (right.store.edges[id] ?? left.store.edges[id]) : undefined;
  if (edge)
    return {
      type: '',
      name: t('diff.edge', { from: label(edge.source.node), to: label(edge.target.node) }),
    };
  return { type: '', name: change.entity === 'flow' ? right.store.meta.name : (change.label ?? id) };
}

/** F7 goes from change to change, F6 from region to region, Escape goes back to the editor. */
function onKeys(state: EditorPageState, step: (by: 1 | -1) => void): void {
  const hear = (event: KeyboardEvent) => {
    if (event.defaultPrevented) return;
    const by = event.shiftKey ? -1 : 1;
    if (event.key === 'F7') step(by);
    else if (event.key === 'F6') focusRegion(by);
    else if (event.key === 'Escape') state.setComparison(undefined);
    else return;
    event.preventDefault();
  };
  onMount(() => window.addEventListener('keydown', hear));
  onCleanup(() => window.removeEventListener('keydown', hear));
}

function scrollToChosen(): void {
  document.querySelector('.change-head[aria-current="true"]')?.scrollIntoView({ block: 'nearest' });
}
