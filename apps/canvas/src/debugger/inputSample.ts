import type { Json, JsonObject } from '../model/flow';

const DEPTH_MAX = 8;

/** A value to start from for a type text of 04 §4.2 or a field of a schema: empty, but of the right shape. */
export function sampleOf(type: Json | undefined, depth = 0): Json {
  if (depth > DEPTH_MAX) return null;
  if (type !== null && typeof type === 'object' && !Array.isArray(type)) {
    const own = type['type'];
    const described =
      typeof own === 'string' && Object.keys(type).every((key) => key === 'type' || key === 'description');
    return described ? sampleOf(own, depth + 1) : sampleInput(type, depth + 1);
  }
  return typeof type === 'string' ? sampleOfText(type.trim(), depth) : null;
}

function sampleOfText(type: string, depth: number): Json {
  if (type.endsWith('?')) return null;
  if (/^(array|list)\b/.test(type)) return [];
  if (/^map\b/.test(type)) return {};
  const chosen = /^enum\[\s*:?"?([\w-]+)/.exec(type);
  if (chosen?.[1]) return chosen[1];
  if (type.startsWith('{')) return sampleOfFields(type, depth);
  switch (type) {
    case 'int':
    case 'float':
    case 'number':
      return 0;
    case 'bool':
      return false;
    case 'json':
    case 'object':
      return {};
    default:
      return '';
  }
}

/** `{a: string, b?: int}`; members that may be absent are left out. */
function sampleOfFields(type: string, depth: number): JsonObject {
  const members: JsonObject = {};
  for (const part of splitTop(type.slice(1, -1))) {
    const match = /^\s*([A-Za-z_]\w*)(\?)?\s*:\s*(.+)$/s.exec(part);
    if (match?.[1] && match[3] && !match[2]) members[match[1]] = sampleOf(match[3], depth + 1);
  }
  return members;
}

function splitTop(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    const char = text[i] ?? '';
    if ('[{('.includes(char)) depth += 1;
    else if (']})'.includes(char)) depth -= 1;
    else if (char === ',' && depth === 0) {
      parts.push(text.slice(from, i));
      from = i + 1;
    }
  }
  parts.push(text.slice(from));
  return parts.filter((part) => part.trim() !== '');
}

/** An input object for an entry's `input_schema`; `{message: ""}` where it says nothing. */
export function sampleInput(schema: JsonObject | undefined, depth = 0): JsonObject {
  const members: JsonObject = {};
  for (const [name, type] of Object.entries(schema ?? {})) members[name] = sampleOf(type, depth + 1);
  return depth === 0 && Object.keys(members).length === 0 ? { message: '' } : members;
}
