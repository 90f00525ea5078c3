import type { JSX } from 'solid-js';
import { createSignal, Show } from 'solid-js';
import { t } from '../ui/i18n';
import { CodeEditor } from './code/CodeEditor';
import type { PanelPlace } from './FieldView';
import { isObject, jsonText, parseJson } from './widgets/codecs';

/** A node of a kind that this version does not know: its config as JSON, so that nothing is lost. */
export function UnknownKind(props: { place: PanelPlace }): JSX.Element {
  const [problem, setProblem] = createSignal('');
  const commit = (text: string) => {
    const parsed = parseJson(text);
    if (parsed.ok && isObject(parsed.value ?? {})) {
      setProblem('');
      props.place.session.writes.replaceNodeConfig(
        props.place.node().id,
        isObject(parsed.value) ? parsed.value : {},
      );
    } else setProblem(parsed.ok ? t('problem.object') : parsed.message);
  };
  return (
    <div class="panel-section">
      <div class="field">
        <span class="field-label">{t('unknownKind', { type: props.place.node().type })}</span>
        <CodeEditor
          value={jsonText(props.place.node().config)}
          mode="json"
          label={t('config')}
          commits="settled"
          minRows={8}
          maxRows={24}
          readOnly={props.place.readOnly()}
          invalid={problem() !== ''}
          onCommit={commit}
        />
        <Show when={problem()}>
          <span class="field-error">{problem()}</span>
        </Show>
      </div>
    </div>
  );
}
