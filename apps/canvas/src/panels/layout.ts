import type { FieldSpec, KindSpec } from 'generated/kinds';
import type { Json, JsonObject } from '../model/flow';
import { INLINE, LARGE } from './widgets/registry';

/** How the fields of a kind are laid out in the property panel (12 §10). Pure. */

export interface PanelSection {
  /**
   * `small` = label and control on one line each; `large` = one field on its own; `folded` = closed at
   * first.
   */
  look: 'small' | 'large' | 'folded';
  fields: FieldSpec[];
}

export interface PanelLayout {
  sections: PanelSection[];
  /** Behind "More": neither required nor set, from the sixth on. */
  more: FieldSpec[];
}

const OPEN_FIRST = 5;
/** Drawn in the head of the panel. */
const IN_HEAD = new Set(['result_binding']);

const present = (config: JsonObject, field: FieldSpec): boolean => {
  const value = config[field.name] ?? (field.alias ? config[field.alias] : undefined);
  return (
    value !== undefined && value !== null && !(typeof value === 'object' && Object.keys(value).length === 0)
  );
};

/** True unless `visible_when` names another field with another value. */
export function isVisible(field: FieldSpec, config: JsonObject, kind: KindSpec): boolean {
  return Object.entries(field.visibleWhen ?? {}).every(([name, values]) =>
    values.includes(String(effective(kind, config, name))),
  );
}

/** True when the field is required now. */
export function isRequired(field: FieldSpec, config: JsonObject, kind: KindSpec): boolean {
  if (field.requiredUnless !== undefined) return config[field.requiredUnless] === undefined;
  if (field.requiredWhen === undefined) return field.required;
  return Object.entries(field.requiredWhen).every(([name, values]) =>
    values.includes(String(effective(kind, config, name))),
  );
}

function effective(kind: KindSpec, config: JsonObject, name: string): Json | undefined {
  return config[name] ?? (kind.fields.find((other) => other.name === name)?.default as Json | undefined);
}

/**
 * Sections for a config. `opened` is the config as it was when the panel opened: a field that gets its
 * first value stays where it is until the node is opened anew, so that nothing moves under the cursor.
 */
export function layoutOf(kind: KindSpec, config: JsonObject, opened: JsonObject = config): PanelLayout {
  const sections: PanelSection[] = [];
  const more: FieldSpec[] = [];
  const visible = kind.fields.filter((field) => !IN_HEAD.has(field.name) && isVisible(field, config, kind));
  visible.forEach((field, index) => {
    const required = isRequired(field, config, kind);
    const isLate = index >= OPEN_FIRST || field.common === true;
    if (isLate && !required && !present(opened, field)) more.push(field);
    else place(sections, field, isLate && !required && index > OPEN_FIRST);
  });
  return { sections, more };
}

function place(sections: PanelSection[], field: FieldSpec, late: boolean): void {
  const last = sections[sections.length - 1];
  if (LARGE.has(field.widget)) sections.push({ look: late ? 'folded' : 'large', fields: [field] });
  else if (last?.look === 'small') last.fields.push(field);
  else sections.push({ look: 'small', fields: [field] });
}

export const isInline = (field: FieldSpec): boolean => INLINE.has(field.widget);
