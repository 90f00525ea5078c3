import type { JSX } from 'solid-js';
import { For, Match, Show, Switch as Choose } from 'solid-js';
import type { Checkpoint, ContextSection, InputSection, ReviewSection } from '../api/types';
import { Switch } from '../ui/Bits';
import { Icon } from '../ui/Icon';
import { t } from '../ui/i18n';
import { JsonTree } from '../ui/JsonTree';
import { Select } from '../ui/Select';
import { additions, optionLabel } from './inboxModel';

interface ReviewFormProps {
  item: Checkpoint;
  sections: readonly ReviewSection[];
  values: Readonly<Record<string, unknown>>;
  problems: Readonly<Record<string, 'required' | 'number' | 'option'>>;
  comment: string;
  readOnly: boolean;
  onChange: (field: string, value: unknown) => void;
  onComment: (text: string) => void;
}

const PROBLEM = { required: 'problem.required', number: 'problem.number', option: 'problem.option' } as const;

/** The form of a review in the reading face, 14/22: what was asked, what may be changed, a comment. */
export function ReviewForm(props: ReviewFormProps): JSX.Element {
  const context = () =>
    props.sections.filter((section): section is ContextSection => section.type === 'context');
  const inputs = () => props.sections.filter((section): section is InputSection => section.type === 'input');
  const payload = () => (props.sections.length > 0 ? [] : Object.entries(props.item.context ?? {}));
  return (
    <div class="inbox-form">
      <div class="inbox-section stack" style={{ gap: '20px' }}>
        <Show when={props.sections.length === 0 && props.item.prompt}>
          {(prompt) => <div class="quote">{prompt()}</div>}
        </Show>
        <For each={context()}>
          {(section, index) => (
            <ContextView title={section.title} content={section.content} first={index() === 0} />
          )}
        </For>
        <For each={payload()}>
          {([name, value], index) => (
            <ContextView
              title={optionLabel(name)}
              content={value}
              first={index() === 0 && !props.item.prompt}
            />
          )}
        </For>
      </div>
      <div class="inbox-section ruled stack" style={{ gap: '20px' }}>
        <For each={inputs()}>
          {(input) => (
            <InputView
              input={input}
              value={props.values[input.field]}
              problem={props.problems[input.field]}
              readOnly={props.readOnly}
              onChange={(value) => props.onChange(input.field, value)}
            />
          )}
        </For>
        <Show when={!props.readOnly}>
          <label class="field" style={{ gap: '0' }}>
            <span class="field-label">{t('comment')}</span>
            <input
              class="input"
              style={{ height: '32px' }}
              placeholder={t('comment.hint')}
              value={props.comment}
              onInput={(event) => props.onComment(event.currentTarget.value)}
            />
          </label>
        </Show>
      </div>
    </div>
  );
}

function ContextView(props: { title: string; content: unknown; first: boolean }): JSX.Element {
  const isText = () => typeof props.content !== 'object' || props.content === null;
  return (
    <div>
      <div class="field-label">{props.title}</div>
      <Show when={isText()} fallback={<JsonTree value={props.content} open={2} />}>
        <div
          class={props.first ? 'quote' : ''}
          style={{ 'white-space': 'pre-wrap', 'overflow-wrap': 'anywhere' }}
        >
          {String(props.content ?? '')}
        </div>
      </Show>
    </div>
  );
}

interface InputViewProps {
  input: InputSection;
  value: unknown;
  problem: 'required' | 'number' | 'option' | undefined;
  readOnly: boolean;
  onChange: (value: unknown) => void;
}

function InputView(props: InputViewProps): JSX.Element {
  const label = () => props.input.label ?? optionLabel(props.input.field);
  const draft = () => (typeof props.input.default === 'string' ? props.input.default : '');
  const text = () => (props.value === undefined || props.value === null ? '' : String(props.value));
  return (
    <div>
      <div class="field-label" style={{ 'align-items': 'center' }}>
        <span class="name strong">{label()}</span>
        <Show when={props.input.required}>
          <span>{t('required')}</span>
        </Show>
        <span class="grow" />
        <Show when={draft() !== '' && text() !== draft() && !props.readOnly}>
          <button type="button" class="row small muted" onClick={() => props.onChange(draft())}>
            <Icon name="undo" size={14} />
            {t('backToDraft')}
          </button>
        </Show>
      </div>
      <AnswerControl {...props} label={label()} text={text()} draft={draft()} />
      <Show when={props.problem}>
        {(problem) => (
          <div class="field-error" style={{ 'margin-top': '4px' }}>
            {t(PROBLEM[problem()])}
          </div>
        )}
      </Show>
    </div>
  );
}

/** The control of an input by its kind. */
function AnswerControl(props: InputViewProps & { label: string; text: string; draft: string }): JSX.Element {
  return (
    <Choose
      fallback={
        <input
          class="input"
          style={{ height: '32px' }}
          aria-label={props.label}
          aria-invalid={props.problem !== undefined}
          readonly={props.readOnly}
          type={props.input.kind === 'date' ? 'date' : 'text'}
          inputmode={props.input.kind === 'number' ? 'decimal' : undefined}
          value={props.text}
          onInput={(event) => props.onChange(event.currentTarget.value)}
        />
      }
    >
      <Match when={props.input.kind === 'textarea'}>
        <LongAnswer
          label={props.label}
          text={props.text}
          draft={props.draft}
          readOnly={props.readOnly}
          onChange={props.onChange}
        />
      </Match>
      <Match when={props.input.kind === 'bool'}>
        <Switch
          label={props.label}
          checked={props.value === true}
          disabled={props.readOnly}
          onChange={props.onChange}
        />
      </Match>
      <Match when={props.input.kind === 'select'}>
        <Select
          label={props.label}
          value={props.text === '' ? undefined : props.text}
          disabled={props.readOnly}
          onChange={props.onChange}
          options={(props.input.options ?? []).map((value) => ({ value, label: optionLabel(value) }))}
        />
      </Match>
    </Choose>
  );
}

/** A long text; what was added to the draft is tinted and underlined behind the letters. */
function LongAnswer(props: {
  label: string;
  text: string;
  draft: string;
  readOnly: boolean;
  onChange: (text: string) => void;
}): JSX.Element {
  const pieces = () => additions(props.draft, props.text);
  const changed = () => props.draft !== '' && pieces().some((piece) => piece.added);
  return (
    <div class="answer">
      <div class="answer-text">
        <div class="answer-shade" aria-hidden="true">
          <For each={props.draft === '' ? [{ text: props.text, added: false }] : pieces()}>
            {(piece) => (
              <span class={piece.added && piece.text.trim() !== '' ? 'diff-added' : ''}>{piece.text}</span>
            )}
          </For>
          {'\n'}
        </div>
        <textarea
          aria-label={props.label}
          readonly={props.readOnly}
          value={props.text}
          onInput={(event) => props.onChange(event.currentTarget.value)}
        />
      </div>
      <div class="answer-foot small muted">
        <span>{changed() ? t('additionsUnderlined') : ''}</span>
        <span>{t('words', { n: (props.text.match(/\S+/g) ?? []).length })}</span>
      </div>
    </div>
  );
}
