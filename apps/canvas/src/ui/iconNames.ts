/** The symbols of icons.svg, without their `kind-` and `ui-` prefixes. iconNames.test.ts keeps both equal. */
export const KIND_ICONS = [
  'entry_api', 'entry_webhook', 'entry_schedule', 'llm_rigid', 'llm_guarded', 'llm_flexible',
  'logic_decision', 'logic_loop', 'logic_parallel', 'tool_plugin', 'tool_http', 'data_variable_set',
  'checkpoint', 'queue_publish', 'queue_consume', 'hitl_review', 'hitl_decision', 'queue_escalation',
  'compute_provision', 'compute_exec', 'compute_file_upload', 'compute_file_download',
  'compute_destroy', 'subflow_call',
] as const;

export const UI_ICONS = [
  'search', 'chevron-right', 'chevron-down', 'chevron-left', 'plus', 'minus', 'close', 'check', 'play',
  'pause', 'stop', 'step-over', 'step-into', 'step-out', 'deploy', 'share', 'undo', 'redo', 'more',
  'copy', 'download', 'filter', 'sort', 'clock', 'fork', 'flows', 'runs', 'inbox', 'catalog',
  'settings', 'help', 'warning', 'error', 'map', 'fit', 'user', 'group', 'expand', 'eye', 'test',
  'grip', 'link', 'flag', 'dock', 'keyboard', 'arrow-up', 'arrow-down', 'enter', 'trash', 'upload',
  'history', 'refresh', 'lock', 'info',
] as const;

export type KindIcon = (typeof KIND_ICONS)[number];
export type UiIcon = (typeof UI_ICONS)[number];
