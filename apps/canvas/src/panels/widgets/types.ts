import type { FieldSpec } from 'generated/kinds';
import type { Diagnostic } from '../../api/types';
import type { CanvasSession } from '../../editor/session';
import type { Json, NodeView } from '../../model/flow';
import type { Expressions, Scope } from '../code/scope';

/** Where a field stands: what its widget may look at beyond its own value. */
export interface FieldPlace {
  session: CanvasSession;
  node: () => NodeView;
  readOnly: () => boolean;
  /** Who knows expressions; undefined while the compiler is not in the page. */
  expressions?: (() => Expressions | undefined) | undefined;
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

/** What the compiler knows of expressions in the field. */
export const scopeOf = (props: Pick<WidgetProps, 'field' | 'place'>): Scope | undefined =>
  props.place.expressions?.()?.at({ node: props.place.node().id, field: props.field.name });

export const isInvalid = (props: WidgetProps): boolean =>
  props.place.problems().some((item) => item.severity === 'error');

/** What an empty field means, as its placeholder. */
export function emptyMeans(field: FieldSpec): string {
  if (field.defaultNote) return field.defaultNote;
  const value = field.default;
  if (value === undefined || value === null || value === '') return '';
  return typeof value === 'object' ? '' : String(value);
}
