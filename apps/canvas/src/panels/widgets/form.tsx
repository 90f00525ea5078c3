import type { JSX } from 'solid-js';
import { createSignal, For, Show } from 'solid-js';
import { createStore, reconcile } from 'solid-js/store';
import type { ReviewSection } from '../../api/types';
import type { Json, JsonObject } from '../../model/flow';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { t } from '../../ui/i18n';
import type { Scope } from '../code/scope';
import { isObject } from './codecs';
import { FormPreview } from './FormPreview';
import { moved } from './Grip';
import { SectionEditor } from './SectionEditor';
import type { SectionType } from './sections';
import { nameOf, TYPE_TEXT, typeOf } from './sections';
import type { WidgetProps } from './types';
import { scopeOf } from './types';

function sectionsIn(props: WidgetProps): JsonObject[] {
  const given = Array.isArray(props.value)
    ? props.value
    : Array.isArray(props.field.default)
      ? (props.field.default as Json[])
      : [];
  return given.filter(isObject);
}

/**
 * S7: the sections of a review form: a list in the panel, the whole form in a dialog beside its live
 * preview.
 */
export function FormWidget(props: WidgetProps): JSX.Element {
  const [open, setOpen] = createSignal(false);
  const sections = () => sectionsIn(props);
  return (
    <div class="rows">
      <For each={sections()}>
        {(section) => (
          <button type="button" class="form-summary" onClick={() => setOpen(true)}>
            <span class="cut grow">{nameOf(section)}</span>
            <span class="small muted">{t(TYPE_TEXT[typeOf(section)])}</span>
          </button>
        )}
      </For>
      <div>
        <Button onClick={() => setOpen(true)}>{t('editForm')}</Button>
      </div>
      <Dialog open={open()} onClose={() => setOpen(false)} width="huge" title={t('formBuilder')}>
        <FormBuilder
          sections={sections()}
          readOnly={props.place.readOnly()}
          scope={() => scopeOf(props)}
          onChange={(next) => props.onChange(next)}
        />
      </Dialog>
    </div>
  );
}

interface BuilderProps {
  sections: JsonObject[];
  readOnly: boolean;
  scope: () => Scope | undefined;
  onChange: (sections: JsonObject[]) => void;
}

/** A new section of a type, as the list of sections needs it. */
function blankSection(type: SectionType, sections: readonly JsonObject[]): JsonObject {
  switch (type) {
    case 'context':
      return { type, title: t('section.context'), content: '{{input}}' };
    case 'input':
      return { type, field: freeField(sections), kind: 'text', required: false };
    case 'decision':
      return { type, field: 'decision', options: ['approve', 'reject'] };
  }
}

/** The decision stays last: other sections go before it. */
function withSection(type: SectionType, sections: readonly JsonObject[]): JsonObject[] {
  const decision = sections.findIndex((section) => section['type'] === 'decision');
  const at = type === 'decision' || decision < 0 ? sections.length : decision;
  return [...sections.slice(0, at), blankSection(type, sections), ...sections.slice(at)];
}

function FormBuilder(props: BuilderProps): JSX.Element {
  const [values, setValues] = createStore<Record<string, unknown>>({});
  const change = (index: number, section: JsonObject) =>
    props.onChange(props.sections.map((old, at) => (at === index ? section : old)));
  const addable = (): SectionType[] => {
    const hasDecision = props.sections.some((section) => section['type'] === 'decision');
    return hasDecision ? ['context', 'input'] : ['context', 'input', 'decision'];
  };
  return (
    <div class="form-builder">
      <div class="rows">
        <For each={props.sections.map((_, index) => index)}>
          {(index) => (
            <Show when={props.sections[index]}>
              {(section) => (
                <SectionEditor
                  section={section()}
                  readOnly={props.readOnly}
                  scope={props.scope}
                  onChange={(next) => change(index, next)}
                  onMove={(step) => props.onChange(moved(props.sections, index, step))}
                  onRemove={() => props.onChange(props.sections.filter((_, at) => at !== index))}
                />
              )}
            </Show>
          )}
        </For>
        <Show when={!props.readOnly}>
          <div class="row">
            <For each={addable()}>
              {(type) => (
                <Button icon="plus" onClick={() => props.onChange(withSection(type, props.sections))}>
                  {t(TYPE_TEXT[type])}
                </Button>
              )}
            </For>
          </div>
        </Show>
      </div>
      <div class="form-live">
        <div class="field-label">{t('formPreview')}</div>
        <FormPreview
          sections={props.sections as unknown as ReviewSection[]}
          values={values}
          onChange={(field, value) => setValues(field, value)}
          onReset={() => setValues(reconcile({}))}
        />
      </div>
    </div>
  );
}

function freeField(sections: readonly JsonObject[]): string {
  const taken = new Set(sections.map((section) => section['field']));
  let n = 1;
  while (taken.has(`field_${n}`)) n += 1;
  return `field_${n}`;
}
