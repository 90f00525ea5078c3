import type { RunState } from '../../debugger/runState';
import type { FindUses, Renamed } from '../../editor/renameResult';
import type { FlowStore } from '../../editor/types';
import type { Json, JsonObject } from '../../model/flow';
import type { WasmPreview } from '../../preview/wasmClient';
import { t } from '../../ui/i18n';
import type { TypeTree } from './typeTree';

/** What the compiler in the page knows of expressions where they stand (12 §10.1). */

/** Where a text stands: a field of a node, or the condition of an edge. */
export type Spot = { node: string; field: string } | { edge: string };

export type Mode = 'expression' | 'template';

export interface ScopeName {
  name: string;
  /** Null where it is open. */
  type: TypeTree | null;
  /** Where it comes from, for the reader. */
  origin: string;
}

export interface Finding {
  code: string;
  message: string;
  /** Units of the text before it. */
  offset: number;
}

/** What the module's `evaluate` answers: one of the three. */
export interface Evaluated {
  value?: Json;
  problems?: Finding[];
  failure?: Finding;
}

/** The names at a spot, and what a text would be there. A compiler that is gone knows nothing. */
export interface Scope {
  /** In the order of 03 §7. */
  names: () => Promise<readonly ScopeName[]>;
  typeOf: (expression: string) => Promise<TypeTree | null>;
  problems: (text: string, mode: Mode) => Promise<readonly Finding[]>;
}

/** What the compiler does for the editors of expressions. */
export interface Expressions {
  /** What has to change in the flow when these names are replaced. */
  rename: FindUses;
  at: (spot: Spot) => Scope;
  evaluate: (text: string, mode: Mode, values: JsonObject) => Promise<Evaluated>;
  /** Names bound by the run that was looked at last. */
  lastValues: () => JsonObject | undefined;
}

/** A text field of class E is a template as soon as it holds a placeholder (04 §1). */
export const modeOf = (text: string, isTemplate: boolean): Mode =>
  isTemplate || text.includes('{{') ? 'template' : 'expression';

interface NameAnswer {
  name: string;
  origin: 'local' | 'fixed' | 'variable' | 'binding' | 'trigger' | 'input';
  type: TypeTree | null;
  node: string | null;
}

/** Undefined while the compiler is not in the page. */
export function expressionsOf(
  compiler: Pick<WasmPreview, 'ask'> | undefined,
  store: Pick<FlowStore, 'nodes'>,
  run: () => RunState | undefined,
): Expressions | undefined {
  if (!compiler) return undefined;
  const ask = (name: string, args: unknown) => compiler.ask(name, args).catch(() => undefined);
  const named = ({ name, type, origin, node }: NameAnswer): ScopeName => ({
    name,
    type,
    origin: (node === null ? undefined : store.nodes[node]?.label) ?? t(`origin.${origin}`),
  });
  return {
    at: (spot) => ({
      names: async () => (((await ask('scope', spot))?.['names'] as NameAnswer[]) ?? []).map(named),
      typeOf: async (text) =>
        ((await ask('expr', { text, mode: 'expression', ...spot }))?.['type'] as TypeTree | null) ?? null,
      problems: async (text, mode) =>
        ((await ask('expr', { text, mode, ...spot }))?.['problems'] as Finding[]) ?? [],
    }),
    rename: (names) => ask('rename', { names }) as Promise<Renamed | undefined>,
    evaluate: (text, mode, values) =>
      compiler.ask('evaluate', { text, mode, values }) as Promise<Evaluated>,
    lastValues: () => {
      const ran = run();
      return ran && ran.entries > 0 ? ({ input: ran.input, ...ran.scope } as JsonObject) : undefined;
    },
  };
}
