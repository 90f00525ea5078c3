import type { JSX } from 'solid-js';
import { createEffect, createMemo, createSignal, Match, on, onMount, Show, Switch } from 'solid-js';
import type { JsonObject } from '../../model/flow';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { t } from '../../ui/i18n';
import { JsonTree } from '../../ui/JsonTree';
import { jsonText, parseJson } from '../widgets/codecs';
import { CodeEditor } from './CodeEditor';
import type { Evaluated, Expressions, Finding, Scope } from './scope';
import { modeOf } from './scope';
import { startValues } from './tryOut';

interface TryProps {
  label: string;
  text: string;
  isTemplate: boolean;
  scope: Scope | undefined;
  expressions: Expressions;
  onClose: () => void;
  /** Keeps the text that was tried; absent where nothing may be changed. */
  onKeep?: ((text: string) => void) | undefined;
}

/** Evaluates a text with values that one can change; nothing reaches the flow before it is kept. */
export function TryDialog(props: TryProps): JSX.Element {
  const [text, setText] = createSignal(props.text);
  const last = props.expressions.lastValues();
  const [given, setGiven] = createSignal('{}');
  onMount(async () => {
    const names = (await props.scope?.names()) ?? [];
    if (given() === '{}') setGiven(jsonText(startValues(props.text, names, last)));
  });
  const values = createMemo(() => {
    const parsed = parseJson(given() || '{}');
    if (!parsed.ok) return { problem: parsed.message };
    const { value } = parsed;
    const isObject = value !== null && typeof value === 'object' && !Array.isArray(value);
    return isObject ? { object: value } : { problem: t('try.noObject') };
  });
  const answer = createAnswer(props, text, () => values().object);
  return (
    <Dialog
      open
      onClose={props.onClose}
      width="wide"
      title={t('try.title', { field: props.label })}
      foot={<Foot {...props} now={text()} />}
    >
      <div class="stack try" style={{ gap: '12px' }}>
        <CodeEditor
          value={text()}
          mode={props.isTemplate ? 'template' : 'expr'}
          label={props.label}
          commits="keystroke"
          minRows={2}
          maxRows={10}
          scope={() => props.scope}
          onCommit={setText}
        />
        <div class="field">
          <div class="field-label">
            <span class="name">{t('try.values')}</span>
            <span>{t(last ? 'try.ofLastRun' : 'try.samples')}</span>
          </div>
          <CodeEditor
            value={given()}
            mode="json"
            label={t('try.values')}
            commits="keystroke"
            minRows={4}
            maxRows={14}
            invalid={values().problem !== undefined}
            onCommit={setGiven}
          />
          <Show when={values().problem}>
            {(reason) => <span class="field-error">{t('try.badValues', { reason: reason() })}</span>}
          </Show>
        </div>
        <div class="field" role="status">
          <div class="field-label">
            <span class="name">{t('try.result')}</span>
          </div>
          <Result answer={answer()} />
        </div>
      </div>
    </Dialog>
  );
}

function Foot(props: TryProps & { now: string }): JSX.Element {
  const keep = () => {
    props.onKeep?.(props.now);
    props.onClose();
  };
  return (
    <>
      <div class="grow" />
      <Show when={props.onKeep && props.now !== props.text}>
        <Button onClick={keep}>{t('try.keep')}</Button>
      </Show>
      <Button look="primary" onClick={props.onClose}>
        {t('close')}
      </Button>
    </>
  );
}

/** The newest answer; that of an older text never takes its place. */
function createAnswer(props: TryProps, text: () => string, values: () => JsonObject | undefined) {
  const [answer, setAnswer] = createSignal<Evaluated>();
  let asked = 0;
  const ask = async () => {
    const known = values();
    if (!known) return;
    const own = (asked += 1);
    const refused = (error: unknown): Evaluated => ({
      failure: { code: '', message: error instanceof Error ? error.message : String(error), offset: 0 },
    });
    const found = await props.expressions
      .evaluate(text(), modeOf(text(), props.isTemplate), known)
      .catch(refused);
    if (own === asked) setAnswer(found);
  };
  createEffect(on([text, values], () => void ask()));
  return answer;
}

function Result(props: { answer: Evaluated | undefined }): JSX.Element {
  const findings = (): readonly Finding[] =>
    props.answer?.problems ?? (props.answer?.failure ? [props.answer.failure] : []);
  return (
    <Switch>
      <Match when={findings()[0]} keyed>
        {(finding) => (
          <div class="field-error">
            {t('try.at', { message: finding.message, place: finding.offset + 1 })}{' '}
            <span class="diag-code">{finding.code}</span>
          </div>
        )}
      </Match>
      <Match when={props.answer}>
        {(known) => (
          <div class="try-result">
            <JsonTree value={known().value} open={2} />
          </div>
        )}
      </Match>
    </Switch>
  );
}
