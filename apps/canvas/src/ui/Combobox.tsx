import type { JSX } from 'solid-js';
import { createEffect, createMemo, createSignal, createUniqueId, For, onCleanup, Show } from 'solid-js';
import { Portal } from 'solid-js/web';
import { Icon } from './Icon';
import { t } from './i18n';
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

/** Text field with a list below it: arrows choose, Enter takes, Escape leaves it as it was. */
export function Combobox(props: ComboboxProps): JSX.Element {
  const listId = createUniqueId();
  let host: HTMLDivElement | undefined;
  let list: HTMLDivElement | undefined;
  const [open, setOpen] = createSignal(false);
  const [typed, setTyped] = createSignal<string | undefined>();
  const [at, setAt] = createSignal(-1);
  const [place, setPlace] = createSignal<Place>({ left: 0, top: 0, width: 0, up: false });

  const shown = createMemo(() => matching(props.options, typed()));
  const text = () => typed() ?? labelOf(props.options, props.value);
  const chosenNote = () =>
    props.showNote && typed() === undefined
      ? (props.options.find((o) => o.value === props.value)?.note ?? '')
      : '';

  const show = () => {
    if (props.disabled || open()) return;
    if (host) setPlace(placeBelow(host));
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
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0) {
      event.preventDefault();
      show();
      const last = shown().length - 1;
      setAt((now) => (step > 0 ? Math.min(last, now + 1) : Math.max(-1, now - 1)));
      list?.children[at()]?.scrollIntoView({ block: 'nearest' });
    } else if (event.key === 'Enter') {
      if (open()) event.preventDefault();
      take(shown()[at()]);
    } else if (event.key === 'Escape' && open()) {
      event.stopPropagation();
      leave();
    }
  };
  createEffect(() => {
    if (!open()) return;
    const away = (event: Event) => {
      if (event.target instanceof Node && (host?.contains(event.target) || list?.contains(event.target)))
        return;
      setOpen(false);
    };
    window.addEventListener('scroll', away, true);
    onCleanup(() => window.removeEventListener('scroll', away, true));
  });

  return (
    <div class="combobox" ref={host}>
      <input
        id={props.id}
        class={`input ${props.mono ? 'mono' : ''}`}
        role="combobox"
        aria-label={props.label}
        aria-expanded={open()}
        aria-controls={listId}
        aria-autocomplete="list"
        aria-activedescendant={open() && at() >= 0 ? `${listId}-${at()}` : undefined}
        aria-invalid={props.invalid ?? false}
        disabled={props.disabled ?? false}
        placeholder={props.placeholder}
        value={text()}
        onInput={(event) => {
          setTyped(event.currentTarget.value);
          show();
          setAt(-1);
        }}
        onClick={show}
        onKeyDown={onKeyDown}
        onBlur={() => take(undefined)}
        spellcheck={false}
        autocomplete="off"
      />
      <Show when={chosenNote()}>
        {(note) => (
          <span class={`combobox-note ${props.mono ? 'mono' : ''}`} aria-hidden="true">
            <span class="combobox-gap">{text()}</span>
            <span class="cut">{note()}</span>
          </span>
        )}
      </Show>
      <Icon name="chevron-down" class="combobox-icon" />
      <Show
        when={open() && (shown().length > 0 || props.action !== undefined || props.emptyText !== undefined)}
      >
        <Portal>
          <div
            ref={list}
            class="popover combobox-list"
            role="listbox"
            id={listId}
            aria-label={props.label}
            style={{
              left: `${place().left}px`,
              top: `${place().top}px`,
              'min-width': `${place().width}px`,
              transform: place().up ? 'translateY(-100%)' : undefined,
            }}
            onMouseDown={(event) => event.preventDefault()}
          >
            <For each={shown()} fallback={<div class="menu-note">{props.emptyText ?? t('noMatches')}</div>}>
              {(option, index) => (
                <div
                  role="option"
                  id={`${listId}-${index()}`}
                  class="menu-item"
                  aria-selected={option.value === props.value}
                  data-highlighted={index() === at() ? '' : undefined}
                  onClick={() => take(option)}
                >
                  <span class={`cut ${props.mono ? 'mono' : ''}`}>{option.label}</span>
                  <span class="grow" />
                  <span class="small muted cut">{option.note}</span>
                </div>
              )}
            </For>
            <Show when={props.action}>
              {(action) => (
                <button
                  type="button"
                  class="menu-item"
                  tabIndex={-1}
                  onClick={() => {
                    const name = typed() ?? '';
                    leave();
                    action().run(name);
                  }}
                >
                  <Icon name="plus" />
                  {action().label}
                </button>
              )}
            </Show>
          </div>
        </Portal>
      </Show>
    </div>
  );
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
