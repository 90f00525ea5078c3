import type { JSX } from 'solid-js';
import { createEffect, createMemo, createSignal, createUniqueId, For, onCleanup, Show } from 'solid-js';
import { Portal } from 'solid-js/web';
import { Icon } from './Icon';
import { t } from './i18n';
import { useLayer } from './layer';
import type { Option } from './Select';

interface ComboboxProps {
  value: string;
  options: Option[];
  onChange: (value: string) => void;
  label: string;
  placeholder?: string | undefined;
  /** `'free'` accepts any text, `'listed'` only what is offered. */
  accepts?: 'free' | 'listed';
  /** A last row such as "Add model…". */
  action?: { label: string; run: (typed: string) => void };
  /** Said when there is nothing to offer. */
  emptyText?: string | undefined;
  mono?: boolean;
  /** Also shows the note of the chosen option, muted, behind its label. */
  showNote?: boolean;
  invalid?: boolean;
  disabled?: boolean;
  id?: string | undefined;
}

const SHOWN_MAX = 200;

interface Place {
  left: number;
  top: number;
  width: number;
  up: boolean;
}

function placeBelow(anchor: HTMLElement): Place {
  const box = anchor.getBoundingClientRect();
  const up = box.bottom + 240 > window.innerHeight && box.top > 260;
  return { left: box.left, top: up ? box.top - 4 : box.bottom + 4, width: box.width, up };
}

/** What the list and the field share: what is typed, what is offered, which row the arrows are on. */
function createChooser(props: ComboboxProps) {
  const [open, setOpen] = createSignal(false);
  const [typed, setTyped] = createSignal<string | undefined>();
  const [at, setAt] = createSignal(-1);
  const [place, setPlace] = createSignal<Place>({ left: 0, top: 0, width: 0, up: false });
  const shown = createMemo(() => matching(props.options, typed()));
  const parts: { host?: HTMLDivElement; list?: HTMLDivElement } = {};

  const show = () => {
    if (props.disabled || open()) return;
    if (parts.host) setPlace(placeBelow(parts.host));
    setAt(-1);
    setOpen(true);
  };
  const leave = () => {
    setOpen(false);
    setTyped(undefined);
  };
  const take = (option: Option | undefined) => {
    if (option) props.onChange(option.value);
    else if (props.accepts !== 'listed' && typed() !== undefined) props.onChange((typed() ?? '').trim());
    leave();
  };
  const type = (text: string) => {
    setTyped(text);
    show();
    setAt(-1);
  };
  const step = (by: 1 | -1) => {
    show();
    const last = shown().length - 1;
    setAt((now) => (by > 0 ? Math.min(last, now + 1) : Math.max(-1, now - 1)));
    parts.list?.children[at()]?.scrollIntoView({ block: 'nearest' });
  };
  closeOnScroll(parts, open, () => setOpen(false));
  return { parts, open, typed, at, place, shown, show, leave, take, type, step };
}

type Chooser = ReturnType<typeof createChooser>;

/** The list stands still on the page, so it closes when what is under it scrolls. */
function closeOnScroll(parts: Chooser['parts'], open: () => boolean, close: () => void): void {
  createEffect(() => {
    if (!open()) return;
    const away = (event: Event) => {
      const inside = (part: HTMLElement | undefined) =>
        event.target instanceof Node && part?.contains(event.target);
      if (!inside(parts.host) && !inside(parts.list)) close();
    };
    window.addEventListener('scroll', away, true);
    onCleanup(() => window.removeEventListener('scroll', away, true));
  });
}

/** Text field with a list below it: arrows choose, Enter takes, Escape leaves it as it was. */
export function Combobox(props: ComboboxProps): JSX.Element {
  const listId = createUniqueId();
  const chooser = createChooser(props);
  const layer = useLayer();
  const text = () => chooser.typed() ?? labelOf(props.options, props.value);
  const note = () =>
    props.showNote && chooser.typed() === undefined ? noteOf(props.options, props.value) : '';
  const hasRows = () =>
    chooser.shown().length > 0 || props.action !== undefined || props.emptyText !== undefined;
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      chooser.step(event.key === 'ArrowDown' ? 1 : -1);
    } else if (event.key === 'Enter') {
      if (chooser.open()) event.preventDefault();
      chooser.take(chooser.shown()[chooser.at()]);
    } else if (event.key === 'Escape' && chooser.open()) {
      event.stopPropagation();
      chooser.leave();
    }
  };
  return (
    <div class="combobox" ref={(host) => (chooser.parts.host = host)}>
      <input
        id={props.id}
        class={`input ${props.mono ? 'mono' : ''}`}
        role="combobox"
        aria-label={props.label}
        aria-expanded={chooser.open()}
        aria-controls={chooser.open() ? listId : undefined}
        aria-autocomplete="list"
        aria-activedescendant={chooser.open() && chooser.at() >= 0 ? `${listId}-${chooser.at()}` : undefined}
        aria-invalid={props.invalid ?? false}
        disabled={props.disabled ?? false}
        placeholder={props.placeholder}
        value={text()}
        onInput={(event) => chooser.type(event.currentTarget.value)}
        onClick={chooser.show}
        onKeyDown={onKeyDown}
        onBlur={() => chooser.take(undefined)}
        spellcheck={false}
        autocomplete="off"
      />
      <Show when={note()}>
        <span class={`combobox-note ${props.mono ? 'mono' : ''}`} aria-hidden="true">
          <span class="combobox-gap">{text()}</span>
          <span class="cut">{note()}</span>
        </span>
      </Show>
      <Icon name="chevron-down" class="combobox-icon" />
      <Show when={chooser.open() && hasRows()}>
        <Portal mount={layer()}>
          <Offers id={listId} chooser={chooser} combobox={props} />
        </Portal>
      </Show>
    </div>
  );
}

function Offers(props: { id: string; chooser: Chooser; combobox: ComboboxProps }): JSX.Element {
  const place = () => props.chooser.place();
  const act = (action: NonNullable<ComboboxProps['action']>) => {
    const name = props.chooser.typed() ?? '';
    props.chooser.leave();
    action.run(name);
  };
  return (
    <div
      ref={(list) => (props.chooser.parts.list = list)}
      class="popover combobox-list"
      role="listbox"
      id={props.id}
      aria-label={props.combobox.label}
      style={{
        left: `${place().left}px`,
        top: `${place().top}px`,
        'min-width': `${place().width}px`,
        transform: place().up ? 'translateY(-100%)' : undefined,
      }}
      onMouseDown={(event) => event.preventDefault()}
    >
      <For
        each={props.chooser.shown()}
        fallback={<div class="menu-note">{props.combobox.emptyText ?? t('noMatches')}</div>}
      >
        {(option, index) => (
          <div
            role="option"
            id={`${props.id}-${index()}`}
            class="menu-item"
            aria-selected={option.value === props.combobox.value}
            data-highlighted={index() === props.chooser.at() ? '' : undefined}
            onClick={() => props.chooser.take(option)}
          >
            <span class={`cut ${props.combobox.mono ? 'mono' : ''}`}>{option.label}</span>
            <span class="grow" />
            <span class="small muted cut">{option.note}</span>
          </div>
        )}
      </For>
      <Show when={props.combobox.action}>
        {(action) => (
          <button type="button" class="menu-item" tabIndex={-1} onClick={() => act(action())}>
            <Icon name="plus" />
            {action().label}
          </button>
        )}
      </Show>
    </div>
  );
}

function noteOf(options: Option[], value: string): string {
  return options.find((option) => option.value === value)?.note ?? '';
}

function labelOf(options: Option[], value: string): string {
  return options.find((option) => option.value === value)?.label ?? value;
}

function matching(options: Option[], typed: string | undefined): Option[] {
  const wanted = (typed ?? '').trim().toLowerCase();
  const hits =
    wanted === ''
      ? options
      : options.filter((o) => `${o.label} ${o.value} ${o.note ?? ''}`.toLowerCase().includes(wanted));
  return hits.slice(0, SHOWN_MAX);
}
