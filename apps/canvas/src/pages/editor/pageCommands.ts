import type { Command } from '../../editor/commands';
import { compileFlow } from '../../api/flows';
import { asApiError } from '../../api/http';
import { entrySample } from '../../panels/RunDock';
import { exportSvg } from '../../render/exportSvg';
import { paperOf } from '../../render/paper';
import { download } from '../../ui/Bits';
import { t } from '../../ui/i18n';
import { setUiSettings, uiSettings } from '../../ui/theme';
import { toast } from '../../ui/Toast';
import { asNewFlow, emptyFlowPath, handOver } from '../newFlow';
import { readStored } from '../../api/local';
import type { JsonObject } from '../../model/flow';
import type { EditorPageState } from './editorState';

interface Where {
  state: EditorPageState;
  navigate: (to: string) => void;
}

const always = (): boolean => true;

/** Commands of the page around the canvas (12 §8.2): file, run, docks, regions. */
export function pageCommands(where: Where): Command[] {
  return [...fileCommands(where), ...runCommands(where), ...viewCommands(where)];
}

function command(
  id: string,
  title: string,
  keys: string[],
  run: () => void,
  when: () => boolean = always,
  scope: Command['scope'] = 'anywhere',
): Command {
  return { id, title, keys, scope, when, run };
}

function fileCommands({ state, navigate }: Where): Command[] {
  const { session } = state;
  const name = () => session.store.meta.name.replace(/[^\w-]+/g, '-').toLowerCase();
  return [
    command(
      'file.save',
      t('save'),
      ['Mod+S'],
      () => void state.save(),
      () => !state.readOnly(),
    ),
    command('file.saveCopy', t('saveCopy'), ['Mod+Shift+S'], () => {
      navigate(handOver(asNewFlow(session.toJSON(), t('copyOf', { name: session.store.meta.name }))));
    }),
    command('file.new', t('newFlow'), [], () => navigate(emptyFlowPath())),
    command('file.exportJson', t('exportJson'), [], () =>
      download(`${name()}.flow.json`, `${JSON.stringify(session.toJSON(), null, 2)}\n`, 'application/json'),
    ),
    command('file.import', t('importFile'), [], () => state.requestImport()),
    command('file.exportSvg', t('exportSvg'), [], () =>
      download(`${name()}.svg`, exportSvg(session.store, session.index, paperOf(document)), 'image/svg+xml'),
    ),
    command('file.exportManifest', t('exportManifest'), [], () => void saveManifest(state, name())),
    command(
      'file.versions',
      t('versions'),
      [],
      () => state.setOverlay('versions'),
      () => session.store.meta.flowId !== null,
    ),
    command('file.deploy', t('deploy'), ['Mod+Shift+Enter'], () => state.setOverlay('deploy')),
  ];
}

async function saveManifest(state: EditorPageState, name: string): Promise<void> {
  try {
    const answer = await compileFlow(state.session.toJSON(), 'yaml');
    if (answer.body === null) toast({ text: answer.errors[0] ?? t('preview.errors'), look: 'error' });
    else download(`${name}.manifest.yaml`, answer.body, 'application/yaml');
  } catch (error) {
    toast({ text: asApiError(error).message, look: 'error' });
  }
}

function runCommands({ state }: Where): Command[] {
  const { session } = state;
  const runDraft = () => {
    state.showBottom('run');
    const last = readStored<JsonObject>(`scaiflow_input_${session.toJSON().id}`);
    const input = last ?? session.store.tests[0]?.input ?? entrySample(session);
    void state.run(input, 'draft');
  };
  return [
    command(
      'run.draft',
      t('runDraft'),
      ['Mod+Enter'],
      runDraft,
      () => !state.starting() && state.blocked() === undefined,
    ),
    command('run.tests', t('test'), ['Mod+Alt+Enter'], () => state.showBottom('tests')),
    command('nav.problem', t('nextProblem'), ['F8'], () => state.stepProblem(1)),
    command('nav.problemBack', t('previousProblem'), ['Shift+F8'], () => state.stepProblem(-1)),
  ];
}

function viewCommands({ state }: Where): Command[] {
  return [
    command('palette.open', t('allCommands'), ['Mod+K'], () => state.setOverlay('commands')),
    command('search.flow', t('searchFlow'), ['Mod+F'], () => {
      state.setLeftTab('search');
      setUiSettings({ leftOpen: true });
      focusSearch();
    }),
    command('view.palette', t('palette'), ['N'], () => state.openLeft('palette'), always, 'canvas'),
    command('view.outline', t('outline'), ['O'], () => state.openLeft('outline'), always, 'canvas'),
    command(
      'view.properties',
      t('properties'),
      ['P'],
      () => setUiSettings({ rightOpen: !uiSettings().rightOpen }),
      always,
      'canvas',
    ),
    command(
      'view.problems',
      t('problems'),
      ['Shift+M'],
      () => state.openBottom('problems'),
      always,
      'canvas',
    ),
    command('view.preview', t('preview'), ['Shift+P'], () => state.openBottom('preview'), always, 'canvas'),
    command('view.theme', t('theme.toggle'), [], toggleTheme),
    command('view.focusMode', t('focusMode'), [], toggleDocks),
    command('nav.region', t('nextRegion'), ['F6'], () => focusRegion(1)),
    command('nav.regionBack', t('previousRegion'), ['Shift+F6'], () => focusRegion(-1)),
    command(
      'help.shortcuts',
      t('shortcuts'),
      ['?'],
      () => window.open('/help', '_blank', 'noopener'),
      always,
      'canvas',
    ),
  ];
}

/** The words of the last search are there and taken by the first key. */
function focusSearch(): void {
  requestAnimationFrame(() => document.querySelector<HTMLInputElement>('.search-panel input')?.select());
}

function toggleTheme(): void {
  const isDark =
    getComputedStyle(document.documentElement).colorScheme === 'dark' ||
    (uiSettings().theme === 'system' && matchMedia('(prefers-color-scheme: dark)').matches);
  setUiSettings({ theme: isDark ? 'light' : 'dark' });
}

/** All docks away, or back. */
export function toggleDocks(): void {
  const { leftOpen, rightOpen, bottomOpen } = uiSettings();
  const open = !(leftOpen || rightOpen || bottomOpen);
  setUiSettings({ leftOpen: open, rightOpen: open, bottomOpen: open });
}

/** Moves the focus to the next region that is there: header, left, canvas, right, bottom. */
export function focusRegion(step: 1 | -1): void {
  const regions = [...document.querySelectorAll<HTMLElement>('[data-region]')].filter((region) =>
    region.checkVisibility(),
  );
  const at = regions.findIndex((region) => region.contains(document.activeElement));
  const next = regions[(at + step + regions.length) % regions.length];
  const target = next?.querySelector<HTMLElement>(
    '[role="application"], [role="tab"][aria-selected="true"], a[href], button, input, [tabindex="0"]',
  );
  target?.focus();
}

/**
 * Gives a key press to the page's commands; those that need no Mod or function key are left to whoever is
 * typing.
 */
export function handleKey(state: EditorPageState, event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || state.comparison()) return;
  const origin = event.composedPath()[0];
  const typing =
    origin instanceof HTMLElement && (origin.isContentEditable || origin.matches('input, textarea, select'));
  const mod = event.ctrlKey || event.metaKey;
  if (typing && !/^F\d+$/.test(event.key) && !(mod && /^(s|k|f|enter)$/i.test(event.key))) return;
  const press = { key: event.key, code: event.code, shift: event.shiftKey, mod, alt: event.altKey };
  if (state.session.commands.handle(press, 'anywhere')) event.preventDefault();
}
