import { useNavigate } from '@solidjs/router';
import type { JSX } from 'solid-js';
import { createMemo, createResource, createSignal, For, Show } from 'solid-js';
import { KINDS } from 'generated/kinds';
import { listFlows } from '../../api/flows';
import { categoryOf } from '../../model/kinds';
import { Dialog } from '../../ui/Dialog';
import { Icon, KindIcon } from '../../ui/Icon';
import { t } from '../../ui/i18n';
import { Kbd } from '../../ui/Kbd';
import type { EditorPageState } from './editorState';

interface Entry {
  label: string;
  note: string;
  keys?: string | undefined;
  kind?: string;
  run: () => void;
}

const SHOWN_MAX = 60;

/**
 * Every command that applies now, every kind, every step of the flow, every flow; by the letters in order.
 */
export function CommandPalette(props: { state: EditorPageState; onClose: () => void }): JSX.Element {
  const navigate = useNavigate();
  const { session } = props.state;
  const [typed, setTyped] = createSignal('');
  const [at, setAt] = createSignal(0);
  const [flows] = createResource(async () => (await listFlows({ limit: 100 })).items);
  const entries = (): Entry[] => [
    ...session.commands
      .all()
      .filter((command) => command.id !== 'palette.open' && session.commands.can(command.id))
      .map((command): Entry => ({
        label: command.title,
        note: '',
        keys: command.keys[0],
        run: () => session.commands.run(command.id),
      })),
    ...session.store.nodeOrder.map((id): Entry => ({
      label: session.store.nodes[id]?.label ?? id,
      note: t('goTo.short'),
      kind: session.store.nodes[id]?.type ?? '',
      run: () => props.state.go(id),
    })),
    ...(props.state.readOnly()
      ? []
      : KINDS.map((kind): Entry => ({
          label: t('addKind', { title: kind.title }),
          note: '',
          kind: kind.id,
          run: () => session.placeAtCentre(kind.id),
        }))),
    ...(flows.state === 'ready' ? flows() : []).map((flow): Entry => ({
      label: flow.name,
      note: t('openFlow'),
      run: () => navigate(`/flows/${flow.id}`),
    })),
  ];
  const shown = createMemo(() => {
    const wanted = typed().trim().toLowerCase();
    return entries()
      .map((entry) => ({ entry, score: fuzzy(entry.label.toLowerCase(), wanted) }))
      .filter((item) => item.score > 0)
      .sort((a, b) => b.score - a.score)
      .slice(0, SHOWN_MAX)
      .map((item) => item.entry);
  });
  const take = (entry: Entry | undefined) => {
    if (!entry) return;
    props.onClose();
    queueMicrotask(entry.run);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0) {
      event.preventDefault();
      setAt((now) => Math.max(0, Math.min(shown().length - 1, now + step)));
      document.getElementById(`command-${at()}`)?.scrollIntoView({ block: 'nearest' });
    } else if (event.key === 'Enter') {
      event.preventDefault();
      take(shown()[at()]);
    }
  };
  return (
    <Dialog open onClose={props.onClose} title={t('allCommands')}>
      <div class="search-box">
        <Icon name="search" />
        <input
          class="input"
          autofocus
          aria-label={t('allCommands')}
          placeholder={t('commands.hint')}
          value={typed()}
          aria-activedescendant={`command-${at()}`}
          onInput={(event) => {
            setTyped(event.currentTarget.value);
            setAt(0);
          }}
          onKeyDown={onKeyDown}
        />
      </div>
      <div role="listbox" aria-label={t('allCommands')} class="command-list scroll">
        <For each={shown()} fallback={<div class="menu-note">{t('noMatches')}</div>}>
          {(entry, index) => (
            <div
              role="option"
              id={`command-${index()}`}
              class="menu-item"
              aria-selected={index() === at()}
              data-highlighted={index() === at() ? '' : undefined}
              onClick={() => take(entry)}
            >
              <Show
                when={entry.kind}
                fallback={<Icon name={entry.note === '' ? 'chevron-right' : 'flows'} />}
              >
                {(kind) => <KindIcon kind={kind()} category={categoryOf(kind())} />}
              </Show>
              <span class="cut">{entry.label}</span>
              <span class="small muted">{entry.note}</span>
              <span class="grow" />
              <Show when={entry.keys}>{(keys) => <Kbd keys={keys()} />}</Show>
            </div>
          )}
        </For>
      </div>
    </Dialog>
  );
}

/** 0 when the letters are not there in order; more for runs and starts of words. */
export function fuzzy(text: string, wanted: string): number {
  if (wanted === '') return 1;
  const whole = text.indexOf(wanted);
  if (whole >= 0) return 100 - Math.min(50, whole) + (whole === 0 || text[whole - 1] === ' ' ? 50 : 0);
  let score = 1;
  let from = 0;
  for (const letter of wanted) {
    const found = text.indexOf(letter, from);
    if (found < 0) return 0;
    score += found === from ? 3 : 1;
    from = found + 1;
  }
  return Math.min(49, score);
}
