import type { JSX } from 'solid-js';
import { For, Show } from 'solid-js';
import type { Difference } from '../../debugger/compare';
import type { Occurrence } from '../../debugger/runState';
import { categoryOf } from '../../model/kinds';
import { KindIcon } from '../../ui/Icon';
import { t } from '../../ui/i18n';
import { JsonTree } from '../../ui/JsonTree';

const KIND = {
  value: 'compare.value',
  state: 'compare.state',
  count: 'compare.runs',
  onlyLeft: 'compare.onlyLeft',
  onlyRight: 'compare.onlyRight',
} as const;

/** Steps that differ, and both values of the one that is chosen. */
export function Differences(props: {
  list: readonly Difference[];
  chosen: string | undefined;
  nodeInfo: (id: string) => { label: string; type: string };
  onChoose: (nodeId: string) => void;
}): JSX.Element {
  const chosen = () => props.list.find((each) => each.nodeId === props.chosen);
  return (
    <div class="differences">
      <div class="scroll difference-list" role="listbox" aria-label={t('compare.differences')}>
        <For each={props.list}>
          {(each) => (
            <button
              type="button"
              role="option"
              class="difference-row"
              aria-selected={each.nodeId === props.chosen}
              onClick={() => props.onChoose(each.nodeId)}
            >
              <KindIcon
                kind={props.nodeInfo(each.nodeId).type}
                category={categoryOf(props.nodeInfo(each.nodeId).type)}
              />
              <span class="cut grow">{props.nodeInfo(each.nodeId).label}</span>
              <span class="small muted">{t(KIND[each.kind])}</span>
            </button>
          )}
        </For>
      </div>
      <Show when={chosen()} fallback={<div class="empty">{t('compare.choose')}</div>}>
        {(each) => (
          <>
            <Side row={each().left} />
            <Side row={each().right} />
          </>
        )}
      </Show>
    </div>
  );
}

function Side(props: { row: Occurrence | undefined }): JSX.Element {
  return (
    <div class="scroll difference-side">
      <Show when={props.row} fallback={<span class="muted">{t('notReached')}</span>}>
        {(row) => (
          <Show
            when={row().error}
            fallback={
              <>
                <div class="field-label">
                  <span>
                    {t('output')} <span class="mono">{row().binding}</span>
                  </span>
                </div>
                <JsonTree value={row().output} open={3} />
              </>
            }
          >
            {(error) => (
              <div class="run-error">
                <div class="strong text-error">{error().type}</div>
                <div>{error().message}</div>
              </div>
            )}
          </Show>
        )}
      </Show>
    </div>
  );
}
