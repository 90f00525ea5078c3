import type { FlowDocument } from '../model/flow';
import type { Answer } from './http';
import { call, callFull } from './http';
import type {
  AuthConfig,
  CompileFormat,
  CompileResult,
  Deployment,
  DeployResult,
  Diagnostic,
  FlowDetail,
  FlowSummary,
  FlowVersion,
  Me,
  ModelInfo,
  Page,
  TestReport,
  VersionInfo,
} from './types';

/** The ScaiFlow API of 09 §4, one function per endpoint the canvas uses. */

const flowPath = (id: string): string => `/v1/flows/${encodeURIComponent(id)}`;

export const authConfig = (): Promise<AuthConfig> => call('/v1/auth/config');
export const me = (): Promise<Me> => call('/v1/me');
export const serverVersion = (): Promise<VersionInfo> => call('/v1/version');

export interface FlowQuery {
  search?: string | undefined;
  sort?: 'updated_at' | 'created_at' | 'name' | undefined;
  order?: 'asc' | 'desc' | undefined;
  limit?: number;
  offset?: number;
}

export const listFlows = (query: FlowQuery): Promise<Page<FlowSummary>> =>
  call('/v1/flows', { query: { ...query } });

export const getFlow = (id: string): Promise<Answer<FlowDetail>> => callFull(flowPath(id));

export interface FlowBody {
  name: string;
  description?: string | null;
  content: FlowDocument;
}

export const createFlow = (body: FlowBody): Promise<Answer<FlowDetail>> =>
  callFull('/v1/flows', { method: 'POST', json: body, idempotencyKey: crypto.randomUUID() });

export interface SaveBody extends Partial<FlowBody> {
  bump?: 'patch' | 'minor' | 'major';
  note?: string;
}

/** Saves under the ETag that was read; 412 when somebody else saved meanwhile. */
export const saveFlow = (id: string, body: SaveBody, etag: string | undefined): Promise<Answer<FlowDetail>> =>
  callFull(flowPath(id), { method: 'PUT', json: body, ifMatch: etag });

export const deleteFlow = (id: string): Promise<null> => call(flowPath(id), { method: 'DELETE' });

export const listVersions = (id: string): Promise<Page<FlowVersion>> =>
  call(`${flowPath(id)}/versions`, { query: { limit: 200 } });

export const getVersion = (id: string, version: string): Promise<FlowVersion & { content: FlowDocument }> =>
  call(`${flowPath(id)}/versions/${encodeURIComponent(version)}`);

export const restoreVersion = (id: string, version: string): Promise<Answer<FlowDetail>> =>
  callFull(`${flowPath(id)}/versions/${encodeURIComponent(version)}/restore`, { method: 'POST', json: {} });

export const compileFlow = (
  content: FlowDocument,
  format: CompileFormat,
  signal?: AbortSignal,
): Promise<CompileResult> => call('/v1/flows/compile', { method: 'POST', json: { content, format }, signal });

export interface ValidateResult {
  valid: boolean;
  diagnostics: Diagnostic[];
}

export const validateFlow = (content: FlowDocument, signal?: AbortSignal): Promise<ValidateResult> =>
  call('/v1/flows/validate', { method: 'POST', json: { content }, signal });

export const runTests = (
  id: string,
  body: { names?: string[]; content?: FlowDocument },
): Promise<TestReport> => call(`${flowPath(id)}/run-tests`, { method: 'POST', json: body });

export interface DeployBody {
  publish_as_model?: boolean;
  version?: string;
}

export const deployFlow = (id: string, body: DeployBody): Promise<DeployResult> =>
  call(`${flowPath(id)}/deploy`, { method: 'POST', json: body, idempotencyKey: crypto.randomUUID() });

export const listDeployments = (id: string): Promise<Page<Deployment>> =>
  call(`${flowPath(id)}/deployments`, { query: { limit: 100 } });

export const listModels = async (): Promise<ModelInfo[]> =>
  (await call<{ data: ModelInfo[] }>('/v1/scaigrid/models')).data;
