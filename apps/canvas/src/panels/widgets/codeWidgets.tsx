import type { JSX } from 'solid-js';
import { createEffect, createMemo, createSignal, on, Show } from 'solid-js';
import { Dialog } from '../../ui/Dialog';
import { count } from '../../ui/format';
import { Icon } from '../../ui/Icon';
import { t } from '../../ui/i18n';
import { CodeEditor } from '../code/CodeEditor';
import type { CodeView } from '../code/codeView';
import { tokenEstimate } from '../code/complete';
import { jsonText, parseJson, textOf, textValue } from './codecs';
import type { WidgetProps } from './types';
import { emptyMeans, isInvalid, scopeOf } from './types';

/** One line of the expression language. */
export function ExprWidget(props: WidgetProps): JSX.Element {
  const text = () => textOf(props.value);
  return (
    <CodeEditor
      value={text()}
      mode="expr"
      label={props.field.label}
      commits="settled"
      singleLine
      maxRows={6}
      placeholder={emptyMeans(props.field)}
      readOnly={props.place.readOnly()}
      invalid={isInvalid(props)}
      scope={() => scopeOf(props)}
      problems={props.place.problems()}
      onCommit={(value) => props.onChange(textValue(value))}
    />
  );
}

/** One line of text with placeholders. */
export function TemplateWidget(props: WidgetProps): JSX.Element {
  const text = () => textOf(props.value);
  return (
    <CodeEditor
      value={text()}
      mode="template"
      label={props.field.label}
      commits="settled"
      singleLine
      maxRows={6}
      placeholder={emptyMeans(props.field)}
      readOnly={props.place.readOnly()}
      invalid={isInvalid(props)}
      scope={() => scopeOf(props)}
      problems={props.place.problems()}
      onCommit={(value) => props.onChange(textValue(value))}
    />
  );
}

/** Longer text with placeholders, kept with each key. */
export function AreaWidget(props: WidgetProps): JSX.Element {
  const text = () => textOf(props.value);
  return (
    <CodeEditor
      value={text()}
      mode="template"
      label={props.field.label}
      commits="keystroke"
      prose
      minRows={2}
      maxRows={10}
      placeholder={emptyMeans(props.field)}
      readOnly={props.place.readOnly()}
      invalid={isInvalid(props)}
      scope={() => scopeOf(props)}
      problems={props.place.problems()}
      onCommit={(value) => props.onChange(textValue(value))}
    />
  );
}

/** A prompt: placeholders completed, tokens estimated, a dialog for long ones. */
export function PromptWidget(props: WidgetProps): JSX.Element {
  const [large, setLarge] = createSignal(false);
  let view: CodeView | undefined;
  const text = () => textOf(props.value);
  const keep = (value: string) => props.onChange(props.field.required ? value : textValue(value));
  const insert = () => {
    view?.insert('{{');
    view?.offerNames();
  };
  const editor = (size: 'panel' | 'dialog') => (
    <CodeEditor
      value={text()}
      mode="template"
      label={props.field.label}
      commits="keystroke"
      prose
      minRows={size === 'panel' ? 4 : 18}
      maxRows={size === 'panel' ? 12 : 28}
      readOnly={props.place.readOnly()}
      invalid={isInvalid(props)}
      placeholder={emptyMeans(props.field) || props.field.help}
      scope={() => scopeOf(props)}
      problems={props.place.problems()}
      onCommit={keep}
      handle={(made) => {
        if (size === 'panel') view = made;
      }}
      foot={
        <>
          <span>{t('tokens', { n: tokenEstimate(text()), count: count(tokenEstimate(text())) })}</span>
          <span class="grow" />
          <Show when={size === 'panel'}>
            <button type="button" class="quiet" onClick={insert}>
              <code>{'{{'}</code> {t('insertName')}
            </button>
            <button type="button" class="quiet" aria-label={t('expand')} onClick={() => setLarge(true)}>
              <Icon name="expand" size={14} />
            </button>
          </Show>
        </>
      }
    />
  );
  return (
    <>
      {editor('panel')}
      <Dialog open={large()} onClose={() => setLarge(false)} width="huge" title={props.field.label}>
        {editor('dialog')}
      </Dialog>
    </>
  );
}

/** JSON with placeholders in its strings; what is not JSON yet stays here and is not written. */
export function JsonWidget(props: WidgetProps): JSX.Element {
  const [own, setOwn] = createSignal<string>();
  const [problem, setProblem] = createSignal('');
  const shown = createMemo(() => own() ?? jsonText(props.value));
  createEffect(
    on(
      () => props.value,
      () => {
        setOwn(undefined);
        setProblem('');
      },
      { defer: true },
    ),
  );
  const commit = (text: string) => {
    const parsed = parseJson(text);
    setOwn(text);
    setProblem(parsed.ok ? '' : parsed.message);
    if (parsed.ok && JSON.stringify(parsed.value) !== JSON.stringify(props.value))
      props.onChange(parsed.value);
  };
  return (
    <div class="field">
      <CodeEditor
        value={shown()}
        mode="json"
        label={props.field.label}
        commits="settled"
        minRows={2}
        maxRows={14}
        readOnly={props.place.readOnly()}
        invalid={problem() !== '' || isInvalid(props)}
        placeholder={emptyMeans(props.field)}
        scope={() => scopeOf(props)}
        onCommit={commit}
      />
      <Show when={problem()}>
        <span class="field-error">{t('json.notKept', { reason: problem() })}</span>
      </Show>
    </div>
  );
}
