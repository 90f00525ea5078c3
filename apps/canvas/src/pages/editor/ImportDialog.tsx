import { useNavigate } from '@solidjs/router';
import type { JSX } from 'solid-js';
import { createSignal, For, onMount, Show } from 'solid-js';
import { pasteInto } from '../../editor/commands/edit';
import type { FlowDocument } from '../../model/flow';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { t } from '../../ui/i18n';
import { toast } from '../../ui/Toast';
import { FileDrop } from '../FileDrop';
import { asClipboard, flowFiles, readFlowFile } from '../importFile';
import { asNewFlow, handOver } from '../newFlow';
import type { EditorPageState } from './editorState';

interface Read {
  flow: FlowDocument;
  notes: string[];
}

/**
 * A flow or a manifest from a file, chosen or dropped on the canvas (12 §8.1): a new flow, or its steps in
 * this one. `state.requestImport` opens the chooser.
 */
export function ImportDialog(props: { state: EditorPageState }): JSX.Element {
  const [read, setRead] = createSignal<Read>();
  let chooser: HTMLInputElement | undefined;
  const open = async (file: File | undefined) => {
    if (!file) return;
    const { flow, notes, problem } = await readFlowFile(file);
    if (flow) setRead({ flow, notes: notes ?? [] });
    else toast({ text: t('import.failed', { name: file.name }), note: problem, look: 'error' });
  };
  onMount(() => props.state.onImport(() => chooser?.click()));
  return (
    <>
      <input
        ref={chooser}
        type="file"
        accept={flowFiles}
        hidden
        aria-label={t('importFile')}
        onChange={(event) => {
          void open(event.currentTarget.files?.[0]);
          event.currentTarget.value = '';
        }}
      />
      <FileDrop onFile={(file) => void open(file)} />
      <Show when={read()}>
        {(each) => <Choice state={props.state} read={each()} onClose={() => setRead(undefined)} />}
      </Show>
    </>
  );
}

function Choice(props: { state: EditorPageState; read: Read; onClose: () => void }): JSX.Element {
  const navigate = useNavigate();
  const insert = () => {
    const { context } = props.state.session;
    const { viewport, size } = context.editor;
    const middle = { x: (size.w / 2 - viewport.x) / viewport.k, y: (size.h / 2 - viewport.y) / viewport.k };
    pasteInto({ ...context, pointer: () => context.pointer() ?? middle }, asClipboard(props.read.flow));
    props.onClose();
  };
  return (
    <Dialog
      open
      title={t('import.title', { name: props.read.flow.name })}
      onClose={props.onClose}
      foot={
        <>
          <div class="grow" />
          <Button size="large" onClick={props.onClose}>
            {t('cancel')}
          </Button>
          <Show when={!props.state.readOnly()}>
            <Button size="large" onClick={insert}>
              {t('import.insert')}
            </Button>
          </Show>
          <Button
            size="large"
            look="primary"
            onClick={() => navigate(handOver(asNewFlow(props.read.flow)))}
          >
            {t('import.asNew')}
          </Button>
        </>
      }
    >
      <p class="muted">
        {t('import.holds', { n: props.read.flow.nodes.length, m: props.read.flow.edges.length })}
      </p>
      <For each={props.read.notes}>{(note) => <p class="small text-warning">{note}</p>}</For>
    </Dialog>
  );
}
