import type { FieldSpec } from 'generated/kinds';
import type { Diagnostic } from '../../api/types';
import type { CanvasSession } from '../../editor/session';
import type { Json, NodeView } from '../../model/flow';
import { namesInScope } from '../code/scope';
import type { ScopeName } from '../code/scope';
import type { Evaluator } from '../code/tryOut';
import type { Mark } from '../code/codeView';

/** Where a field stands: what its widget may look at beyond its own value. */
export interface FieldPlace {
  session: CanvasSession;
  node: () => NodeView;
  readOnly: () => boolean;
  /** Who evaluates expressions on trial; undefined while the compiler is not in the page. */
  evaluator?: (() => Evaluator | undefined) | undefined;
  /** Problems of this field. */
  problems: () => readonly Diagnostic[];
}

export interface WidgetProps {
  field: FieldSpec;
  /** As the document has it; undefined when the field is absent. */
  value: Json | undefined;
  onChange: (value: Json | undefined) => void;
  place: FieldPlace;
}

export function scopeNames(props: WidgetProps): readonly ScopeName[] {
  return namesInScope(props.place.session.store, props.place.node().id, props.field.name);
}

export const isInvalid = (props: WidgetProps): boolean =>
  props.place.problems().some((item) => item.severity === 'error');

/** What an empty field means, as its placeholder. */
export function emptyMeans(field: FieldSpec): string {
  if (field.defaultNote) return field.defaultNote;
  const value = field.default;
  if (value === undefined || value === null || value === '') return '';
  return typeof value === 'object' ? '' : String(value);
}

/**
 * Underlines for messages such as `node 'n': guard: unexpected ')' at 7 in 'a > 0)'` (06 §7, F301 to F311).
 */
export function marksOf(text: string, problems: readonly Diagnostic[]): Mark[] {
  return problems
    .filter((item) => /^F3/.test(item.code))
    .map((item) => {
      const at = Number(/ at (\d+) in '/.exec(item.message)?.[1] ?? NaN);
      const name = /(?:name|function|method|member) '([^']+)'|: '([^']+)' has no/.exec(item.message);
      const word = name?.[1] ?? name?.[2];
      const found = Number.isNaN(at) && word ? text.indexOf(word) : at;
      const from = Number.isNaN(found) || found < 0 ? 0 : Math.min(found, Math.max(0, text.length - 1));
      const length = Number.isNaN(at) ? (word?.length ?? text.length) : 1;
      return {
        from,
        to: Math.min(text.length, from + Math.max(1, length)),
        severity: item.severity === 'error' ? 'error' : 'warning',
        message: `${item.message} (${item.code})`,
      };
    });
}
