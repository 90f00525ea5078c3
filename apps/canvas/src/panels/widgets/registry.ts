import type { Component } from 'solid-js';
import type { WidgetId } from 'generated/kinds';
import { AreaWidget, ExprWidget, JsonWidget, PromptWidget, TemplateWidget } from './codeWidgets';
import { CronWidget } from './cron';
import { FormWidget } from './form';
import { CommandWidget, ExamplesWidget, OptionsWidget, TagsWidget } from './lists';
import {
  CoreWidget,
  MethodWidget,
  PluginWidget,
  QueueWidget,
  RoleWidget,
  ScopeWidget,
  VariableWidget,
  ZoneWidget,
} from './lookup';
import { ConstraintsWidget, PolicyWidget } from './policy';
import { ArgsWidget, BindingsWidget } from './rows';
import { SchemaWidget } from './schema';
import { DurationWidget, NumberWidget, SelectWidget, TextWidget, ToggleWidget } from './simple';
import type { WidgetProps } from './types';

/** A control for every widget of the kind table; one that is missing does not compile. */
export const WIDGETS: Record<WidgetId, Component<WidgetProps>> = {
  text: TextWidget,
  area: AreaWidget,
  prompt: PromptWidget,
  expr: ExprWidget,
  template: TemplateWidget,
  bindings: BindingsWidget,
  args: ArgsWidget,
  schema: SchemaWidget,
  role: RoleWidget,
  select: SelectWidget,
  number: NumberWidget,
  duration: DurationWidget,
  toggle: ToggleWidget,
  tags: TagsWidget,
  options: OptionsWidget,
  json: JsonWidget,
  form: FormWidget,
  cron: CronWidget,
  zone: ZoneWidget,
  queue: QueueWidget,
  scope: ScopeWidget,
  plugin: PluginWidget,
  method: MethodWidget,
  core: CoreWidget,
  examples: ExamplesWidget,
  policy: PolicyWidget,
  constraints: ConstraintsWidget,
  command: CommandWidget,
  variable: VariableWidget,
};

/** Widgets that fit on the line of their label; the others stand below it. */
export const INLINE: ReadonlySet<WidgetId> = new Set<WidgetId>([
  'text',
  'expr',
  'template',
  'select',
  'number',
  'duration',
  'toggle',
  'zone',
  'queue',
  'scope',
  'plugin',
  'method',
  'core',
  'variable',
]);

/** Widgets whose field is a section of its own, and folds once the first five are passed. */
export const LARGE: ReadonlySet<WidgetId> = new Set<WidgetId>([
  'area',
  'prompt',
  'bindings',
  'args',
  'schema',
  'options',
  'json',
  'form',
  'examples',
  'policy',
  'constraints',
  'command',
  'cron',
  'tags',
]);
