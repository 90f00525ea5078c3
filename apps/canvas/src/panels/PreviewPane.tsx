import type { JSX } from 'solid-js';
import { createEffect, createMemo, createSignal, Match, on, Show, Switch, untrack } from 'solid-js';
import type { CompileFormat } from '../api/types';
import type { CanvasSession } from '../editor/session';
import { textOf, type LineText } from '../preview/lineText';
import type { Output, PreviewStore } from '../preview/previewStore';
import { fromBase64, readBundle } from '../preview/scir';
import { copyText, download } from '../ui/Bits';
import { IconButton } from '../ui/Button';
import { duration } from '../ui/format';
import { Icon } from '../ui/Icon';
import { t } from '../ui/i18n';
import { JsonTree } from '../ui/JsonTree';
import { Segments } from '../ui/Tabs';
import { CodeEditor } from './code/CodeEditor';
import type { CodeView } from './code/codeView';
import { movedRange, rangeOf, type LineRange } from './yamlRanges';

const FORMATS: { id: CompileFormat; label: string }[] = [
  { id: 'yaml', label: 'YAML' },
  { id: 'ir', label: 'IR' },
  { id: 'scai', label: '.scai' },
];

/** What stands at the right of the dock's tabs while the preview is open. */
export function PreviewTools(props: { preview: PreviewStore; name: string }): JSX.Element {
  const output = () => props.preview.output();
  const copy = () => {
    const known = output();
    if (known) void copyText(textOf(known.text));
  };
  const save = () => {
    const known = output();
    if (!known) return;
    const ending = known.format === 'ir' ? 'scir' : known.format === 'yaml' ? 'manifest.yaml' : 'scai';
    const content = known.format === 'ir' ? fromBase64(textOf(known.text)) : textOf(known.text);
    download(
      `${props.name}.${ending}`,
      content,
      known.format === 'ir' ? 'application/octet-stream' : 'text/plain',
    );
  };
  return (
    <>
      <Show when={props.preview.took()}>
        {(ms) => (
          <span class={`row small muted took ${props.preview.busy() ? 'busy' : ''}`}>
            <Icon name={props.preview.diagnostics().errors > 0 ? 'error' : 'check'} size={14} />
            {duration(ms())}
            <Show when={props.preview.answeredBy()}>{(who) => <span>{t(`preview.by.${who()}`)}</span>}</Show>
          </span>
        )}
      </Show>
      <span class="divider" />
      <Segments
        label={t('format')}
        items={FORMATS}
        value={props.preview.format()}
        onChange={props.preview.setFormat}
      />
      <span class="divider" />
      <IconButton
        icon="copy"
        label={t('copy')}
        disabled={!output()}
        onClick={copy}
      />
      <IconButton icon="download" label={t('download')} disabled={!output()} onClick={save} />
    </>
  );
}

/** S5: what the flow compiles to; errors stand above the last good output, which is greyed. */
export function PreviewPane(props: {
  preview: PreviewStore;
  session: CanvasSession;
  onGo: (id: string) => void;
}): JSX.Element {
  const output = () => props.preview.output();
  const format = createMemo(() => output()?.format);
  const isEmpty = () => props.session.store.nodeOrder.length === 0;
  const module = createMemo(() => {
    const known = output();
    if (known?.format !== 'ir') return undefined;
    try {
      return readBundle(fromBase64(textOf(known.text)));
    } catch (error) {
      return { error: error instanceof Error ? error.message : String(error) };
    }
  });
  const linkOf = (key: string, value: unknown) =>
    (key === 'node_id' || key === 'id') && typeof value === 'string' && props.session.store.nodes[value]
      ? () => props.onGo(value)
      : undefined;
  return (
    <div class="preview">
      <Show when={props.preview.failure()}>
        {(reason) => <div class="bar warning">{t('check.failed', { reason: reason() })}</div>}
      </Show>
      <Show when={output()?.stale}>
        <div class="bar error">{t('preview.stale')}</div>
      </Show>
      <Switch
        fallback={
          <div class="empty">
            {isEmpty() ? t('preview.empty') : props.preview.busy() ? '' : t('preview.errors')}
          </div>
        }
      >
        <Match when={output()?.format === 'ir' && module() !== undefined}>
          <div class={`scroll grow ir ${output()?.stale ? 'stale' : ''}`}>
            <JsonTree value={module()} open={2} linkOf={linkOf} />
          </div>
        </Match>
        <Match when={format()} keyed>
          <Show when={output()}>{(known) => <PreviewText output={known()} session={props.session} />}</Show>
        </Match>
      </Switch>
    </div>
  );
}

/** The compiled text; a change of it reaches the editor as the lines that changed. */
function PreviewText(props: { output: Output; session: CanvasSession }): JSX.Element {
  const [view, setView] = createSignal<CodeView>();
  const first = untrack(() => props.output.text);
  followText(view, () => props.output.text, first.serial);
  if (untrack(() => props.output.format) === 'yaml') followSelection(view, props);
  return (
    <div class={`grow preview-text ${props.output.stale ? 'stale' : ''}`}>
      <CodeEditor
        value={textOf(first)}
        mode={props.output.format === 'yaml' ? 'yaml' : 'expr'}
        label={t('preview')}
        commits="settled"
        readOnly
        fill
        lineNumbers
        onCommit={() => undefined}
        handle={setView}
      />
    </div>
  );
}

function followText(view: () => CodeView | undefined, text: () => LineText, first: number): void {
  let serial = first;
  createEffect(() => {
    const editor = view();
    const next = text();
    if (!editor || next.serial === serial) return;
    if (next.edit?.base === serial) editor.setLines(next.edit);
    else editor.setText(textOf(next));
    ({ serial } = next);
  });
}

/** Tints the step that is selected on the canvas. */
function followSelection(
  view: () => CodeView | undefined,
  props: { output: Output; session: CanvasSession },
): void {
  const chosen = createMemo(() => Object.keys(props.session.editor.selection)[0]);
  let lit: LineRange | undefined;
  const light = (id: string | undefined, look: 'reveal' | 'stay') => {
    lit = id === undefined ? undefined : rangeOf(props.output.text.lines, id);
    view()?.light(lit, look);
  };
  createEffect(on([chosen, view], ([id]) => light(id, 'reveal')));
  createEffect(
    on(
      () => props.output.text,
      ({ edit }) => {
        const moved = edit && lit && movedRange(lit, edit);
        if (moved) lit = moved;
        else light(chosen(), 'stay');
      },
      { defer: true },
    ),
  );
}
