import type { JSX } from 'solid-js';
import { createMemo, createSignal, For, Show } from 'solid-js';
import type { NameChange, Positions } from '../../debugger/positions';
import { changedPaths } from '../../debugger/positions';
import { Button } from '../../ui/Button';
import { count } from '../../ui/format';
import { t } from '../../ui/i18n';
import { JsonTree } from '../../ui/JsonTree';

const KIND = { added: 'change.added', removed: 'change.removed', changed: 'change.changed' } as const;
const SIGN = { added: '+', removed: '−', changed: '~' } as const;

/** The names of two positions of a run side by side, those that changed first and marked (12 §13.3). */
export function PositionsTable(props: {
  positions: Positions;
  /** The position that is looked at now. */
  at: number;
  onGo: (seq: number) => void;
}): JSX.Element {
  const [all, setAll] = createSignal(false);
  const changed = createMemo(() => props.positions.changes().filter((each) => each.kind !== 'same'));
  const same = () => props.positions.changes().length - changed().length;
  const rows = () => (all() ? props.positions.changes() : changed());
  return (
    <div class="positions scroll">
      <div class="positions-head">
        <span class="muted">
          {[
            t('change.count', { n: changed().length }),
            props.positions.tokens() > 0 ? t('tokens.between', { n: count(props.positions.tokens()) }) : '',
          ]
            .filter((part) => part !== '')
            .join(' · ')}
        </span>
        <Held seq={props.positions.held() ?? 0} onGo={props.onGo} />
        <span class="strong">{t('record.n', { n: props.at })}</span>
      </div>
      <For each={rows()} fallback={<div class="empty">{t('change.none')}</div>}>
        {(each) => <NameRow change={each} />}
      </For>
      <Show when={same() > 0}>
        <Button look="link" aria-expanded={all()} onClick={() => setAll(!all())}>
          {all() ? t('change.hideSame') : t('change.showSame', { n: same() })}
        </Button>
      </Show>
    </div>
  );
}

function Held(props: { seq: number; onGo: (seq: number) => void }): JSX.Element {
  return (
    <span>
      <button type="button" class="btn link strong" onClick={() => props.onGo(props.seq)}>
        {t('record.n', { n: props.seq })}
      </button>
    </span>
  );
}

function NameRow(props: { change: NameChange }): JSX.Element {
  const marked = createMemo(() =>
    props.change.kind === 'changed' ? new Set(changedPaths(props.change.left, props.change.right)) : NONE,
  );
  const value = (side: 'left' | 'right') => {
    const missing = props.change.kind === (side === 'left' ? 'added' : 'removed');
    return (
      <div class="positions-value">
        <Show when={!missing} fallback={<span class="muted">{t('change.absent')}</span>}>
          <JsonTree
            value={props.change[side]}
            open={props.change.kind === 'same' ? 0 : 2}
            isMarked={(path) => marked().has(path)}
          />
        </Show>
      </div>
    );
  };
  return (
    <div class="positions-row" data-kind={props.change.kind} role="group" aria-label={props.change.name}>
      <div class="positions-name">
        <span class="change-sign" aria-hidden="true">
          {props.change.kind === 'same' ? '' : SIGN[props.change.kind]}
        </span>
        <span class="mono cut">{props.change.name}</span>
        <span class="small muted">{props.change.kind === 'same' ? '' : t(KIND[props.change.kind])}</span>
      </div>
      {value('left')}
      {value('right')}
    </div>
  );
}

const NONE: ReadonlySet<string> = new Set();
