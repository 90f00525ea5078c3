import { useNavigate } from '@solidjs/router';
import type { JSX } from 'solid-js';
import { settled } from './settled';
import { createMemo, createResource, createSignal, For } from 'solid-js';
import { listFlows } from '../api/flows';
import { Dialog } from '../ui/Dialog';
import { Icon } from '../ui/Icon';
import type { UiIcon } from '../ui/iconNames';
import { t } from '../ui/i18n';

interface Place {
  label: string;
  note: string;
  icon: UiIcon;
  to: string;
}

const PAGES: Place[] = [
  { label: t('flows'), note: '', icon: 'flows', to: '/flows' },
  { label: t('newFlow'), note: '', icon: 'plus', to: '/flows/new?fresh=1' },
  { label: t('runs'), note: '', icon: 'runs', to: '/runs' },
  { label: t('inbox'), note: '', icon: 'inbox', to: '/inbox' },
  { label: t('settings'), note: '', icon: 'settings', to: '/settings' },
  { label: t('help'), note: '', icon: 'help', to: '/help' },
];

/** Every page and flow by name: type, choose with the arrows, Enter goes there. */
export function GoTo(props: { open: boolean; onClose: () => void }): JSX.Element {
  const navigate = useNavigate();
  const [typed, setTyped] = createSignal('');
  const [at, setAt] = createSignal(0);
  const [flows] = createResource(
    () => props.open,
    async (open) => (open ? (await listFlows({ limit: 200 })).items : []),
  );
  const places = createMemo((): Place[] => {
    const wanted = typed().trim().toLowerCase();
    const all = [
      ...PAGES,
      ...(settled(flows) ?? []).map((f): Place => ({
        label: f.name,
        note: `v${f.version}`,
        icon: 'flows',
        to: `/flows/${f.id}`,
      })),
    ];
    return all.filter((place) => place.label.toLowerCase().includes(wanted)).slice(0, 50);
  });
  const go = (place: Place | undefined) => {
    if (!place) return;
    setTyped('');
    props.onClose();
    navigate(place.to);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0) {
      event.preventDefault();
      setAt((now) => Math.max(0, Math.min(places().length - 1, now + step)));
    } else if (event.key === 'Enter') go(places()[at()]);
  };
  return (
    <Dialog open={props.open} onClose={props.onClose} title={t('goTo')}>
      <div class="search-box">
        <Icon name="search" />
        <input
          class="input"
          value={typed()}
          autofocus
          aria-label={t('goTo')}
          placeholder={t('goTo.hint')}
          onInput={(event) => {
            setTyped(event.currentTarget.value);
            setAt(0);
          }}
          onKeyDown={onKeyDown}
        />
      </div>
      <div role="listbox" aria-label={t('goTo')}>
        <For each={places()} fallback={<div class="menu-note">{t('noMatches')}</div>}>
          {(place, index) => (
            <div
              role="option"
              class="menu-item"
              aria-selected={index() === at()}
              data-highlighted={index() === at() ? '' : undefined}
              onClick={() => go(place)}
            >
              <Icon name={place.icon} />
              <span class="grow cut">{place.label}</span>
              <span class="small muted">{place.note}</span>
            </div>
          )}
        </For>
      </div>
    </Dialog>
  );
}
