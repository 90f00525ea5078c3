import type { FlowDocument } from '../model/flow';

/** Wire shapes of 09 §4 and 08 §8. Members the server may leave out are optional. */

export type AccessLevel = 'view' | 'edit' | 'deploy' | 'admin';

export interface LastDeployment {
  id: string;
  version: string | null;
  core_id: string | null;
  published_slug: string | null;
  status: 'running' | 'succeeded' | 'failed';
  deployed_at: string;
  /** Beside the list's own members: where it stands or stopped. */
  step?: string;
  error?: { error: string; message: string } | null;
}

export interface FlowSummary {
  id: string;
  name: string;
  description: string | null;
  owner_id: string;
  tenant_id: string;
  version: string;
  created_at: string;
  updated_at: string;
  revision: number;
  access: AccessLevel;
  last_deployment: LastDeployment | null;
}

export interface FlowDetail extends FlowSummary {
  content: FlowDocument;
  skipped?: unknown[];
}

export interface Page<T> {
  items: T[];
  total: number;
}

export interface FlowVersion {
  version: string;
  created_at: string;
  created_by: string;
  bytes: number;
  origin: 'create' | 'save' | 'merge' | 'restore';
  restored_from: string | null;
  note: string | null;
  contributors: string[] | null;
}

export interface Diagnostic {
  severity: 'error' | 'warning' | 'info';
  code: string;
  message: string;
  path: string | null;
  node_id: string | null;
  edge_id: string | null;
  fix?: string | null;
}

export type CompileFormat = 'yaml' | 'ir' | 'scai';

export interface CompileResult {
  format: CompileFormat;
  body: string | null;
  errors: string[];
  diagnostics: Diagnostic[];
}

export interface DeployResult {
  core_id: string;
  published_slug: string | null;
  deployment_id: string;
  version: string;
  deployed_at: string;
  ir_hash: string;
  warnings: string[];
}

export interface Deployment {
  id: string;
  flow_id: string | null;
  version: string | null;
  core_id: string | null;
  published_slug: string | null;
  status: 'running' | 'succeeded' | 'failed';
  step: string;
  error: ({ error: string; message: string } & Record<string, unknown>) | null;
  warnings: string[];
  deployed_by: string;
  deployed_at: string;
  finished_at: string | null;
  ir_hash: string | null;
}

export interface AuthConfig {
  auth_mode: 'local' | 'scaikey' | 'oidc' | 'dev_token';
  provider_name: string | null;
  auth_disabled: boolean | null;
}

export interface Me {
  sub: string;
  tenant_id: string;
  tenant_slug: string;
  email: string | null;
  display_name: string | null;
  permissions: string[];
  groups: string[];
  auth_mode: string;
  expires_at: string | null;
}

export interface VersionInfo {
  name: string;
  version: string;
  commit: string;
  /** Which compiler the server holds: equal to that of the page when they are built alike. */
  compiler?: string;
  schema: number;
}

export type RunStatus = 'queued' | 'running' | 'suspended' | 'completed' | 'failed' | 'cancelled';

export interface RunError {
  type: string;
  message: string;
  code?: string | null;
  location?: { node_id?: string | null; block_id?: string | null } | null;
}

export interface Usage {
  input_tokens: number;
  output_tokens: number;
  cost: number | string | null;
}

export interface RunResult {
  execution_id: string;
  status: RunStatus;
  output: unknown;
  error: RunError | null;
  checkpoint_id: string | null;
  checkpoint_ids: string[];
  instance_key: string | null;
  duration_ms: number | null;
  usage: Usage | null;
}

export interface WaitingOn {
  kind: string;
  node_id: string | null;
  since: string;
  checkpoint_id?: string | null;
  due_at?: string | null;
}

export interface Execution extends RunResult {
  core_id: string;
  core_slug: string;
  ir_hash: string;
  version: string | null;
  flow_name: string;
  trigger: { kind: string; name: string } | null;
  input?: unknown;
  parent_execution_id: string | null;
  forked_from: { execution_id: string; seq: number } | null;
  invoked_by: string | null;
  journal_seq: number;
  waiting_on: WaitingOn[];
  created_at: string;
  started_at: string | null;
  suspended_at: string | null;
  finished_at: string | null;
}

export interface Core {
  id: string;
  core_id: string;
  slug: string;
  name: string;
  status: string;
  ir_hash: string;
  version: string;
  source?: Record<string, unknown>;
  metadata: Record<string, unknown>;
}

export type Priority = 'low' | 'normal' | 'high' | 'critical';

export interface Checkpoint {
  id: string;
  core_id: string;
  execution_id: string;
  flow_name: string;
  checkpoint_type: string;
  prompt: string | null;
  options: string[];
  assignee_raw: string | null;
  assignee_type: string;
  assignee_resolved: { type: string; value: string; display: string | null } | null;
  context: Record<string, unknown> | null;
  status: 'pending' | 'resolved' | 'expired' | 'cancelled';
  priority: Priority;
  expires_at: string | null;
  expiry_action: string | null;
  resolution: unknown;
  resolved_by: string | null;
  resolved_at: string | null;
  node_id: string | null;
  queue_message_id: string | null;
  /** Of reviews: where they went and the rendered form. */
  queue?: string | null;
  scope?: string | null;
  hitl_spec?: { sections?: ReviewSection[] } | null;
  created_at: string;
  comment: string | null;
}

export interface ContextSection {
  type: 'context';
  title: string;
  content: unknown;
}
export interface InputSection {
  type: 'input';
  field: string;
  label?: string;
  kind?: 'text' | 'textarea' | 'number' | 'bool' | 'date' | 'select';
  required?: boolean;
  default?: unknown;
  options?: string[];
}
export interface DecisionSection {
  type: 'decision';
  field?: string;
  label?: string;
  options: (string | { id: string; label: string })[];
}
export type ReviewSection = ContextSection | InputSection | DecisionSection;

export interface RuntimeEvent {
  id?: string;
  type: string;
  core_id: string;
  timestamp: string;
  payload: Record<string, unknown>;
}

export interface TestReport {
  passed: number;
  failed: number;
  results: {
    name: string;
    status: 'passed' | 'failed' | 'error';
    message: string | null;
    duration_ms: number;
    output: unknown;
    visited: string[];
  }[];
}

export interface ModelInfo {
  slug: string;
  display_name: string;
  modality: string | null;
  context_window: number | null;
}

export interface JournalRecord {
  seq: number;
  type: string;
  at: string;
  block_id: string | null;
  node_id: string | null;
  occurrence: number | null;
  body: unknown;
  bytes: number;
  reused_from?: string;
}
