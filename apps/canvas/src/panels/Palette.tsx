import type { JSX } from 'solid-js';
import { createMemo, createSignal, For, Show } from 'solid-js';
import { CATEGORIES } from 'generated/kinds';
import type { KindSpec } from 'generated/kinds';
import { quickAddKinds } from '../editor/quickAdd';
import type { CanvasSession } from '../editor/session';
import { Icon, KindIcon } from '../ui/Icon';
import { t } from '../ui/i18n';
import { Kbd } from '../ui/Kbd';

/** The 24 kinds by category: drag one onto the canvas, or Enter to place it in the middle. */
export function Palette(props: { session: CanvasSession; readOnly: () => boolean }): JSX.Element {
  const [typed, setTyped] = createSignal('');
  let host: HTMLDivElement | undefined;
  const groups = createMemo(() => {
    const kinds = quickAddKinds({ from: null, edge: null }, typed());
    if (typed().trim() !== '') return [{ title: '', kinds }];
    return CATEGORIES.map((category) => ({
      title: category.title,
      kinds: kinds.filter((kind) => kind.category === category.id),
    }));
  });
  const place = (kind: KindSpec) => props.session.placeAtCentre(kind.id);
  const onPointerDown = (event: PointerEvent, kind: KindSpec) => {
    if (event.button !== 0 || props.readOnly()) return;
    const from = { x: event.clientX, y: event.clientY };
    const move = (next: PointerEvent) => {
      if (Math.hypot(next.clientX - from.x, next.clientY - from.y) < 4) return;
      stop();
      props.session.beginPlace(kind.id, next);
    };
    const stop = () => {
      window.removeEventListener('pointermove', move);
      window.removeEventListener('pointerup', stop);
    };
    window.addEventListener('pointermove', move);
    window.addEventListener('pointerup', stop);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step === 0 || !host) return;
    event.preventDefault();
    const rows = [...host.querySelectorAll<HTMLElement>('.palette-row')];
    const at = rows.indexOf(document.activeElement as HTMLElement);
    rows[Math.max(0, Math.min(rows.length - 1, at + step))]?.focus();
  };
  return (
    <div class="stack grow" style={{ 'min-height': '0' }} ref={host} onKeyDown={onKeyDown}>
      <div class="search-box palette-search">
        <Icon name="search" />
        <input
          class="input"
          placeholder={t('findStep')}
          aria-label={t('findStep')}
          value={typed()}
          onInput={(event) => setTyped(event.currentTarget.value)}
          onKeyDown={(event) => {
            const first = groups().find((group) => group.kinds.length > 0)?.kinds[0];
            if (event.key === 'Enter' && first && !props.readOnly()) place(first);
            else if (event.key === 'Escape') setTyped('');
          }}
        />
        <Kbd keys="A" />
      </div>
      <div class="scroll grow palette">
        <For each={groups()}>
          {(group) => (
            <Show when={group.kinds.length > 0}>
              <div role="group" aria-label={group.title}>
                <Show when={group.title}>
                  <div class="palette-title">{group.title}</div>
                </Show>
                <For each={group.kinds}>
                  {(kind) => (
                    <button
                      type="button"
                      class="palette-row"
                      title={kind.summary}
                      disabled={props.readOnly()}
                      onPointerDown={(event) => onPointerDown(event, kind)}
                      onDblClick={() => place(kind)}
                      onKeyDown={(event) => {
                        if (event.key === 'Enter') {
                          event.preventDefault();
                          place(kind);
                        }
                      }}
                    >
                      <KindIcon kind={kind.id} category={kind.category} />
                      <span class="grow cut">{kind.title}</span>
                      <Icon name="grip" class="palette-grip" />
                    </button>
                  )}
                </For>
              </div>
            </Show>
          )}
        </For>
        <Show when={groups().every((group) => group.kinds.length === 0)}>
          <div class="menu-note">{t('noMatches')}</div>
        </Show>
      </div>
    </div>
  );
}
