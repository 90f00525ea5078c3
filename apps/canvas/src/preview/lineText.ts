/** Lines [from, to) of the former text give way to `lines`. */
export interface LineEdit {
  from: number;
  to: number;
  lines: readonly string[];
}

/** A text as it came: whole, or as an edit of the one that the asker said it has. */
export interface LineText {
  readonly serial: number;
  readonly lines: readonly string[];
  /** What made it from the text `base`; undefined when it came as a whole. */
  readonly edit?: LineEdit & { base: number };
}

export function wholeText(text: string, serial: number): LineText {
  return { serial, lines: text.split('\n') };
}

export function editedText(former: LineText, edit: LineEdit, serial: number): LineText {
  const { lines } = former;
  const next = lines.slice(0, edit.from).concat(edit.lines, lines.slice(edit.to));
  return { serial, lines: next, edit: { ...edit, base: former.serial } };
}

export function textOf(text: LineText): string {
  return text.lines.join('\n');
}
