import type { JSX } from 'solid-js';
import { createMemo, createResource, createSignal, Show } from 'solid-js';
import { asApiError } from '../../api/http';
import type { ForkBody, ForkPreview } from '../../api/debug';
import { forkExecution, previewFork } from '../../api/debug';
import type { CoreVersion } from '../../api/cores';
import type { Json, JsonObject } from '../../model/flow';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { count } from '../../ui/format';
import { Icon } from '../../ui/Icon';
import { t } from '../../ui/i18n';
import { Select } from '../../ui/Select';
import { Segments } from '../../ui/Tabs';
import { CodeEditor } from '../code/CodeEditor';
import { isObject, jsonText, parseJson } from '../widgets/codecs';

/** A step whose recorded answer may be replaced. */
export interface Answerable {
  key: string;
  blockId: string;
  occurrence: number;
  label: string;
  value: Json | undefined;
}

interface ForkDialogProps {
  open: boolean;
  executionId: string;
  seq: number;
  last: number;
  input: JsonObject;
  answers: Answerable[];
  /** Tokens that a fork as previewed does not pay again; undefined where that is not known. */
  saved: (preview: ForkPreview | undefined) => number | undefined;
  /** The step to begin with, by its key. */
  chosen: string | undefined;
  versions: CoreVersion[];
  irHash: string | undefined;
  /** Compiles and posts the present draft; its ir_hash. Undefined where there is none. */
  draft: (() => Promise<string>) | undefined;
  nodeInfo: (id: string) => { label: string };
  onClose: () => void;
  onForked: (executionId: string) => void;
}

/** Fork from here (12 §13.3): what to change, and what that would reuse and call. */
export function ForkDialog(props: ForkDialogProps): JSX.Element {
  return (
    <Show when={props.open}>
      <OpenFork {...props} />
    </Show>
  );
}

const AS_RECORDED = 'recorded';
const DRAFT = 'draft';
const NONE = 'none';

/** The parts of the dialog as one body for the server; undefined while one of them is no JSON. */
function createForm(props: ForkDialogProps) {
  const [input, setInput] = createSignal(jsonText(props.input));
  const [set, setSet] = createSignal('{}');
  const [answered, setAnswered] = createSignal(props.chosen ?? NONE);
  const initial = () => props.answers.find((each) => each.key === answered())?.value;
  const [answer, setAnswer] = createSignal(jsonText(initial()));
  const [version, setVersion] = createSignal(AS_RECORDED);
  const [mismatch, setMismatch] = createSignal<'live' | 'stop'>('live');
  const [memory, setMemory] = createSignal<'sandbox' | 'live'>('sandbox');
  const choose = (key: string) => {
    setAnswered(key);
    setAnswer(jsonText(initial()));
  };
  const answerBody = () => {
    const target = props.answers.find((each) => each.key === answered());
    if (!target || answer() === jsonText(target.value)) return undefined;
    const parsed = parseJson(answer());
    if (!parsed.ok) return null;
    return { block_id: target.blockId, occurrence: target.occurrence, result: parsed.value };
  };
  const body = async (): Promise<ForkBody | undefined> => {
    const given = parseJson(input());
    const changed = parseJson(set());
    const replaced = answerBody();
    if (!given.ok || !isObject(given.value) || !changed.ok || !isObject(changed.value) || replaced === null)
      return undefined;
    const hash = version() === DRAFT ? await props.draft?.() : version();
    return {
      at_seq: props.seq,
      on_mismatch: mismatch(),
      memory: memory(),
      ...(input() === jsonText(props.input) ? {} : { input: given.value }),
      ...(Object.keys(changed.value).length > 0 ? { set: changed.value } : {}),
      ...(replaced ? { answer: replaced } : {}),
      ...(hash === undefined || hash === AS_RECORDED ? {} : { ir_hash: hash }),
    };
  };
  return {
    input,
    setInput,
    set,
    setSet,
    answered,
    choose,
    answer,
    setAnswer,
    version,
    setVersion,
    mismatch,
    setMismatch,
    memory,
    setMemory,
    body,
    /** Changes with whatever the server should be asked about again. */
    stamp: () =>
      [input(), set(), answered(), answer(), version(), mismatch(), memory(), props.seq].join('\n'),
  };
}

type Form = ReturnType<typeof createForm>;

function OpenFork(props: ForkDialogProps): JSX.Element {
  const form = createForm(props);
  const [busy, setBusy] = createSignal(false);
  const [failure, setFailure] = createSignal<string>();
  const [preview] = createResource(form.stamp, async () => {
    const body = await form.body();
    return body && previewFork(props.executionId, body);
  });
  const go = async () => {
    setBusy(true);
    setFailure(undefined);
    try {
      const body = await form.body();
      if (body) props.onForked((await forkExecution(props.executionId, body)).execution_id);
    } catch (error) {
      setFailure(asApiError(error).message);
    } finally {
      setBusy(false);
    }
  };
  const refused = () => failure() ?? (preview.error ? asApiError(preview.error).message : undefined);
  return (
    <Dialog
      open
      width="wide"
      onClose={props.onClose}
      title={t('fork.title', { n: props.seq, of: props.last })}
      foot={
        <>
          <Found
            preview={preview.error ? undefined : preview.latest}
            saved={props.saved}
            nodeInfo={props.nodeInfo}
            refused={refused()}
          />
          <div class="grow" />
          <Button size="large" onClick={props.onClose}>
            {t('cancel')}
          </Button>
          <Button
            size="large"
            look="primary"
            icon="fork"
            disabled={busy() || preview.error !== undefined || preview.latest === undefined}
            onClick={() => void go()}
          >
            {t('fork')}
          </Button>
        </>
      }
    >
      <div class="fork-form">
        <Edits form={form} answers={props.answers} />
        <Ways form={form} versions={props.versions} irHash={props.irHash} draft={props.draft !== undefined} />
      </div>
    </Dialog>
  );
}

function Edits(props: { form: Form; answers: Answerable[] }): JSX.Element {
  const form = props.form;
  const options = createMemo(() => [
    { value: NONE, label: t('fork.answer.none') },
    ...props.answers.map((each) => ({ value: each.key, label: each.label })),
  ]);
  return (
    <div class="fork-edits">
      <Field label={t('input')} note={t('fork.input.note')}>
        <JsonField label={t('input')} value={form.input()} onChange={form.setInput} rows={4} />
      </Field>
      <Field label={t('fork.answer')} note={t('fork.answer.note')}>
        <Select label={t('fork.answer')} value={form.answered()} options={options()} onChange={form.choose} />
        <Show when={form.answered() !== NONE}>
          <JsonField label={t('answer')} value={form.answer()} onChange={form.setAnswer} rows={4} />
        </Show>
      </Field>
      <Field label={t('fork.set')} note={t('fork.set.note')}>
        <JsonField label={t('fork.set')} value={form.set()} onChange={form.setSet} rows={2} />
      </Field>
    </div>
  );
}

function Ways(props: {
  form: Form;
  versions: CoreVersion[];
  irHash: string | undefined;
  draft: boolean;
}): JSX.Element {
  const form = props.form;
  const options = createMemo(() => [
    { value: AS_RECORDED, label: t('fork.version.recorded') },
    ...props.versions
      .filter((each) => each.ir_hash !== props.irHash)
      .map((each) => ({ value: each.ir_hash, label: `v${each.version}`, note: each.ir_hash.slice(0, 8) })),
    ...(props.draft ? [{ value: DRAFT, label: t('fork.version.draft') }] : []),
  ]);
  return (
    <div class="fork-ways">
      <Field label={t('fork.version')} note="">
        <Select
          label={t('fork.version')}
          value={form.version()}
          options={options()}
          onChange={form.setVersion}
        />
      </Field>
      <Field label={t('fork.mismatch')} note={t('fork.mismatch.note')}>
        <Segments
          label={t('fork.mismatch')}
          value={form.mismatch()}
          onChange={form.setMismatch}
          items={[
            { id: 'live', label: t('fork.mismatch.live') },
            { id: 'stop', label: t('fork.mismatch.stop') },
          ]}
        />
      </Field>
      <Field label={t('memory')} note={t('fork.memory.note')}>
        <Segments
          label={t('memory')}
          value={form.memory()}
          onChange={form.setMemory}
          items={[
            { id: 'sandbox', label: t('fork.memory.sandbox') },
            { id: 'live', label: t('fork.memory.live') },
          ]}
        />
      </Field>
    </div>
  );
}

function Field(props: { label: string; note: string; children: JSX.Element }): JSX.Element {
  return (
    <div class="fork-field">
      <div class="field-label" aria-hidden="true">
        {props.label}
      </div>
      {props.children}
      <Show when={props.note !== ''}>
        <div class="small muted">{props.note}</div>
      </Show>
    </div>
  );
}

function JsonField(props: {
  label: string;
  value: string;
  rows: number;
  onChange: (text: string) => void;
}): JSX.Element {
  const problem = () => {
    const parsed = parseJson(props.value);
    return parsed.ok ? undefined : parsed.message;
  };
  return (
    <>
      <CodeEditor
        value={props.value}
        mode="json"
        label={props.label}
        commits="settled"
        minRows={props.rows}
        maxRows={10}
        invalid={problem() !== undefined}
        onCommit={props.onChange}
      />
      <Show when={problem()}>{(text) => <div class="field-error">{text()}</div>}</Show>
    </>
  );
}

/** How much of the record holds, and what would be called. */
function Found(props: {
  preview: ForkPreview | undefined;
  saved: ForkDialogProps['saved'];
  refused: string | undefined;
  nodeInfo: (id: string) => { label: string };
}): JSX.Element {
  const first = () => {
    const each = props.preview?.mismatches[0];
    if (!each) return '';
    const step = each.node_id ? props.nodeInfo(each.node_id).label : each.block_id;
    return t(each.reason === 'changed' ? 'fork.first.changed' : 'fork.first.open', { step });
  };
  return (
    <Show
      when={props.refused}
      fallback={
        <Show when={props.preview} fallback={<span class="muted">{t('fork.looking')}</span>}>
          {(found) => (
            <div class="fork-found" role="status">
              <span class="row text-success" style={{ gap: '6px' }}>
                <Icon name="check" />
                {t('fork.reused', { n: found().reusable })}
                <Show when={props.saved(found())}>
                  {(tokens) => <span class="muted">{t('fork.saved', { n: count(tokens()) })}</span>}
                </Show>
              </span>
              <span class="muted">
                {found().live === 0 ? t('fork.noCall') : t('fork.calls', { n: found().live, step: first() })}
              </span>
            </div>
          )}
        </Show>
      }
    >
      {(text) => <span class="field-error cut" role="alert">{text()}</span>}
    </Show>
  );
}
