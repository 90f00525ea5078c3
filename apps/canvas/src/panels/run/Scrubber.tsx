import type { JSX } from 'solid-js';
import { Show } from 'solid-js';
import type { TimeTravel } from '../../debugger/timeTravel';
import { IconButton } from '../../ui/Button';
import { t } from '../../ui/i18n';
import { Kbd } from '../../ui/Kbd';

/** Where in the journal one looks: a record back and forth, any record by the slider. */
export function Scrubber(props: {
  travel: TimeTravel;
  /** The position it is compared with, and how one is held or let go. */
  held: number | undefined;
  onHold: (seq: number | undefined) => void;
}): JSX.Element {
  const at = () => props.travel.seq() ?? props.travel.last();
  const text = () => t('record.of', { n: at(), of: props.travel.last() });
  return (
    <div class="scrubber" role="group" aria-label={t('timeTravel')}>
      <IconButton
        icon="chevron-left"
        label={t('record.back')}
        shortcut=","
        disabled={at() <= 1}
        onClick={(event) => props.travel.step(-1, event.shiftKey ? 'block' : 'record')}
      />
      <span class="scrub-text">
        {t('record')} <span class="strong">{at()}</span> {t('of', { n: props.travel.last() })}
      </span>
      <IconButton
        icon="chevron-right"
        label={t('record.forth')}
        shortcut="."
        disabled={props.travel.seq() === undefined}
        onClick={(event) => props.travel.step(1, event.shiftKey ? 'block' : 'record')}
      />
      <input
        type="range"
        class="scrub-range"
        classList={{ held: props.held !== undefined }}
        min={1}
        max={Math.max(1, props.travel.last())}
        value={at()}
        aria-label={t('position')}
        aria-valuetext={text()}
        style={{
          '--share': `${share(at(), props.travel.last())}%`,
          '--held': `${share(props.held ?? at(), props.travel.last()) / 100}`,
        }}
        onInput={(event) => props.travel.go(Number(event.currentTarget.value))}
      />
      <IconButton
        icon="flag"
        label={props.held === undefined ? t('position.hold') : t('position.release', { n: props.held })}
        aria-pressed={props.held !== undefined}
        onClick={() => props.onHold(props.held === undefined ? at() : undefined)}
      />
      <span class="row scrub-keys" style={{ gap: '4px' }} aria-hidden="true">
        <Kbd keys="," />
        <Kbd keys="." />
      </span>
    </div>
  );
}

const share = (at: number, last: number): number => (last <= 1 ? 100 : ((at - 1) / (last - 1)) * 100);

/** Says whether the end is shown and leads back to it. */
export function LiveButton(props: { travel: TimeTravel; link: string; live: boolean }): JSX.Element {
  return (
    <Show
      when={props.travel.seq() !== undefined}
      fallback={
        <span class={`chip ${props.live ? 'running' : ''}`}>
          <Show when={props.live}>
            <span class="dot" />
          </Show>
          {props.link}
        </span>
      }
    >
      <button type="button" class="chip chip-button" onClick={props.travel.live}>
        {props.live ? t('toLive') : t('toEnd')}
      </button>
    </Show>
  );
}
