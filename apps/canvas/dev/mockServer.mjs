// A stand-in for the server while the canvas is looked at without one: keeps everything in memory,
// plays one run.
// Started by hand: node dev/mockServer.mjs [port]. Not part of the product.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { setTimeout as after } from 'node:timers/promises';

const port = Number(process.argv[2] ?? 8001);
const example = (name) =>
  JSON.parse(readFileSync(new URL(`../src/pages/examples/${name}.flow.json`, import.meta.url), 'utf8'));
const yaml = process.env.MOCK_YAML ? readFileSync(process.env.MOCK_YAML, 'utf8') : 'core:\n  name: mock\n';
const now = () => new Date().toISOString();
const ago = (minutes) => new Date(Date.now() - minutes * 60_000).toISOString();
let serial = 1;

const deployment = (version, minutes, status = 'succeeded', more = {}) => ({
  id: `dep_${serial++}`,
  version,
  core_id: 'core_support',
  published_slug: null,
  status,
  deployed_at: ago(minutes),
  step: 'record',
  ...more,
});
function makeFlow(content, more) {
  const id = `flow_${String(serial++).padStart(26, '0')}`;
  return {
    id,
    name: content.name,
    description: content.metadata?.description ?? null,
    owner_id: 'user_local',
    tenant_id: 'local',
    version: content.version,
    created_at: ago(9000),
    updated_at: ago(4),
    revision: 1,
    access: 'admin',
    last_deployment: null,
    content: { ...content, id },
    versions: [],
    ...more,
  };
}
const support = example('customer-support');
const flows = process.env.MOCK_EMPTY
  ? []
  : [
      makeFlow(
        { ...support, version: '1.0.3' },
        { updated_at: ago(4), last_deployment: deployment('1.0.2', 122) },
      ),
      makeFlow(
        { ...example('expense-approver'), version: '2.1.0' },
        {
          updated_at: ago(38),
          last_deployment: deployment('2.1.0', 1, 'running', { step: 'Ensuring queues' }),
        },
      ),
      makeFlow(
        {
          ...support,
          name: 'Invoice Reconciliation',
          version: '0.9.4',
          nodes: support.nodes.slice(0, 5),
          edges: support.edges.slice(0, 4),
        },
        {
          description: 'Matches bank lines to open invoices in a sandbox and drafts the ledger',
          updated_at: ago(64),
          last_deployment: deployment('0.9.4', 60, 'failed', { step: 'at queue ensure · 403' }),
        },
      ),
      makeFlow(
        { ...example('echo-agent') },
        { name: 'Hello World', updated_at: ago(1600), last_deployment: deployment('1.0.0', 18_000) },
      ),
      makeFlow(
        { ...example('echo-agent'), name: 'Untitled Flow' },
        { description: null, updated_at: ago(20_000) },
      ),
    ];
const me = {
  sub: 'user_local',
  tenant_id: 'local',
  tenant_slug: 'acme',
  email: 'eline@acme.org',
  display_name: 'Eline de Vries',
  groups: ['support'],
  auth_mode: 'local',
  permissions: [
    'scaicore:manage',
    'scaicore:view',
    'scaicore:checkpoint_resolve',
    'scaicore:debug',
    'modules:use',
  ],
  admin_role: null,
  roles: [],
  expires_at: null,
};
const core = {
  id: 'core_support',
  core_id: 'core_support',
  slug: 'customer-support-agent',
  name: 'Customer Support Agent',
  tenant_slug: 'acme',
  status: 'running',
  ir_hash: 'h1',
  version: '1.0.2',
  metadata: { scaiflow_meta: { source_id: flows[0]?.id, source_version: '1.0.3' } },
};
const sections = support.nodes.find((n) => n.id === 'node_review').config.sections.map((s) => ({ ...s }));
sections[0].content =
  'The parcel came open and two of the four cups are broken. I have photos. ' +
  'This was a birthday present, so I want this solved before Friday. Order 20418.';
sections[1].content = 'complaint, urgency high';
sections[2].default =
  'I am sorry that two of your cups arrived broken.\n\n' +
  'Your new tracking number follows by e-mail within the hour.';
const checkpoint = (id, more) => ({
  id,
  core_id: 'core_support',
  tenant_id: 'local',
  execution_id: 'exec_0198',
  flow_name: 'Customer Support Agent',
  checkpoint_type: 'hitl_review',
  prompt: 'Human review',
  options: ['send', 'discard'],
  assignee_raw: 'group:support',
  assignee_type: 'group',
  assignee_resolved: { type: 'group', value: 'support', display: 'group:support' },
  context: { message: sections[0].content },
  status: 'pending',
  priority: 'high',
  created_at: ago(108),
  expires_at: new Date(Date.now() + 372 * 60_000).toISOString(),
  expiry_action: 'escalate',
  resolution: null,
  resolved_by: null,
  resolved_at: null,
  node_id: 'node_review',
  queue_message_id: 'm1',
  comment: null,
  hitl_spec: { sections },
  ...more,
});
const checkpoints = [
  checkpoint('c1', {}),
  checkpoint('c2', {
    priority: 'normal',
    context: { message: 'Could you tell me whether the 2024 filter fits the older pump?' },
    created_at: ago(182),
  }),
  checkpoint('c3', {
    prompt: 'Approve expense',
    flow_name: 'Expense Approver',
    priority: 'normal',
    assignee_raw: 'user:eline@acme.org',
    assignee_type: 'user',
    assignee_resolved: { type: 'user', value: 'user_local', display: 'you' },
    context: { request: '€ 1,840.00 · Train and hotel, Hamburg' },
    hitl_spec: null,
    checkpoint_type: 'approval',
    options: ['approve', 'reject'],
  }),
  checkpoint('c4', {
    prompt: 'Clause 14 is uncertain',
    flow_name: 'Contract Intake',
    priority: 'critical',
    assignee_raw: 'group:legal',
    assignee_resolved: null,
    expires_at: new Date(Date.now() + 48 * 60_000).toISOString(),
    context: { clause: 'Either party may terminate for convenience upon …' },
  }),
  checkpoint('c5', {
    prompt: 'Approve range',
    flow_name: 'Release Notes',
    priority: 'low',
    assignee_raw: 'role:release',
    assignee_type: 'role',
    expires_at: null,
    checkpoint_type: 'approval',
    hitl_spec: null,
    context: { range: 'v2.3.0 … v2.4.0 · 61 merged changes' },
    created_at: ago(1500),
  }),
];

const runs = new Map();
const block = (id, kind, more = {}) => ({
  execution_id: '',
  node_id: id,
  block_id: id,
  occurrence: 0,
  fiber: 'f0',
  block_kind: kind,
  ...more,
});
const exit = (id, kind, binding, value, ms) => [
  'scaicore.runtime.block.exited',
  block(id, kind, { result_binding: binding, result_binding_value: JSON.stringify(value), duration_ms: ms }),
];
const words = (
  'Order 17 left our warehouse this morning and should reach you on Wednesday. ' +
  'You can follow it with the link in your confirmation.'
).split(' ');
/** [wait in ms, type, data] of the run that is played. */
function script() {
  return [...searched(), ...answered()];
}

function searched() {
  return [
    [
      0,
      'scaicore.runtime.invocation.started',
      { input: { message: { text: 'Where is order 17?' } }, trigger: { kind: 'api', name: 'entry' } },
    ],
    [30, 'scaicore.runtime.block.entered', block('node_classify', 'flexible')],
    [10, 'effect.started', { effect_id: 'e1', node_id: 'node_classify', kind: 'model', attempt: 1 }],
    [300, 'effect.ended', { effect_id: 'e1', node_id: 'node_classify', status: 'failed' }],
    [20, 'effect.started', { effect_id: 'e1', node_id: 'node_classify', kind: 'model', attempt: 2 }],
    [820, 'effect.ended', { effect_id: 'e1', node_id: 'node_classify', status: 'ok' }],
    [
      5,
      ...exit(
        'node_classify',
        'flexible',
        'classify',
        { category: 'question', urgency: 'low', confidence: 0.9, entities: { order: '17' } },
        1240,
      ),
    ],
    [
      0,
      'block.timing',
      { ...block('node_classify'), queue_us: 30000, step_us: 40000, effect_us: 1120000, commit_us: 30000 },
    ],
    [20, 'scaicore.runtime.block.entered', block('node_kb_search', 'rigid')],
    [
      184,
      ...exit(
        'node_kb_search',
        'rigid',
        'kb_results',
        [
          { path: '/kb/orders.md', score: 0.91, text: 'Orders are shipped within a day.' },
          {
            path: '/kb/tracking.md',
            score: 0.84,
            text: 'The link in the confirmation shows where a parcel is.',
          },
        ],
        184,
      ),
    ],
    [
      0,
      'block.timing',
      { ...block('node_kb_search'), queue_us: 2000, step_us: 9000, effect_us: 168000, commit_us: 5000 },
    ],
  ];
}

function answered() {
  return [
    [10, 'scaicore.runtime.block.entered', block('node_respond', 'guarded')],
    ...words.map((word) => [
      90,
      'model.delta',
      { effect_id: 'e2', node_id: 'node_respond', text: `${word} ` },
    ]),
    [
      60,
      ...exit(
        'node_respond',
        'guarded',
        'respond',
        { answer: words.join(' '), citations: ['/kb/orders.md'], confidence: 0.42 },
        2900,
      ),
    ],
    [2, 'scaicore.runtime.block.entered', block('node_decision', 'match')],
    [1, 'scaicore.runtime.block.entered', block('node_review', 'checkpoint')],
    [
      4,
      'status',
      {
        status: 'suspended',
        waiting_on: [{ kind: 'checkpoint', node_id: 'node_review', since: now(), checkpoint_id: 'c1' }],
      },
    ],
  ];
}
function record(run) {
  return {
    execution_id: run.id,
    status: run.status,
    output: run.output ?? null,
    error: null,
    checkpoint_id: null,
    checkpoint_ids: [],
    instance_key: null,
    duration_ms: run.status === 'completed' ? 4310 : null,
    usage: { input_tokens: 1100, output_tokens: 184, cost: '0.0041' },
    core_id: run.core,
    core_slug: 'customer-support-agent',
    ir_hash: 'h1',
    version: '1.0.2',
    flow_name: 'main',
    trigger: { kind: 'api', name: 'entry' },
    input: { message: { text: 'Where is order 17?' } },
    parent_execution_id: null,
    forked_from: null,
    invoked_by: 'user_local',
    journal_seq: 24,
    waiting_on: run.waiting ?? [],
    created_at: run.at,
    started_at: run.at,
    suspended_at: null,
    finished_at: run.status === 'completed' ? now() : null,
  };
}
runs.set('exec_0198', {
  id: 'exec_0198',
  core: 'core_support',
  status: 'suspended',
  at: ago(108),
  waiting: [{ kind: 'checkpoint', node_id: 'node_review', since: ago(108), checkpoint_id: 'c1' }],
});
runs.set('exec_0197', {
  id: 'exec_0197',
  core: 'core_support',
  status: 'completed',
  at: ago(200),
  output: { response: 'It ships today.' },
});
runs.set('exec_0196', { id: 'exec_0196', core: 'core_support', status: 'failed', at: ago(300) });
runs.set('exec_live', { id: 'exec_live', core: 'core_support', status: 'running', at: now() });

function diagnose(content) {
  const found = [];
  const roles = new Set(content.config?.core_identity?.models?.map((m) => m.role));
  const queues = new Set(content.config?.scaiqueue?.queues?.map((q) => q.slug));
  content.nodes.forEach((node, index) => {
    const put = (severity, code, message, field) =>
      found.push({
        severity,
        code,
        message,
        path: `nodes[${index}].config.${field}`,
        node_id: node.id,
        edge_id: null,
      });
    const { llm_role: role, queue } = node.config ?? {};
    if (role && !roles.has(role))
      put(
        'error',
        'F401',
        `llm_role validation failed: node '${node.id}': llm_role='${role}' is not declared`,
        'llm_role',
      );
    if (queue && !queues.has(queue))
      put(
        'warning',
        'F211',
        `node '${node.id}': queue '${queue}' is not declared in config.scaiqueue`,
        'queue',
      );
    if ('goal' in (node.config ?? {}) && !node.config.goal)
      put('error', 'F201', `node '${node.id}': goal is required`, 'goal');
  });
  if (!content.nodes.some((n) => n.type.startsWith('entry_')))
    found.push({
      severity: 'error',
      code: 'F101',
      message: 'flow has no entry-point node',
      path: null,
      node_id: null,
      edge_id: null,
    });
  return found;
}
const text = (s) => {
  const b = Buffer.from(s);
  return Buffer.concat([Buffer.from(b.length < 32 ? [0xa0 | b.length] : [0xd9, b.length]), b]);
};
const bundle = () =>
  Buffer.concat([
    Buffer.from('SCIR'),
    Buffer.from([0, 1, 0x82]),
    text('name'),
    text('mock'),
    text('metadata'),
    Buffer.from([0x81]),
    text('scaiflow_meta'),
    Buffer.from([0x81]),
    text('source_id'),
    text('flow_x'),
  ]);

class Refusal {
  constructor(status, error, message, more = {}) {
    Object.assign(this, { status, body: { detail: { error, message, ...more } } });
  }
}
const flowOf = (id) =>
  flows.find((f) => f.id === id) ??
  (() => {
    throw new Refusal(404, 'not_found', 'no such flow');
  })();
const summary = ({ content: _c, versions: _v, ...rest }) => rest;
const detail = (flow) => ({
  ...summary(flow),
  content: { ...flow.content, version: flow.version, name: flow.name },
});
const bump = (v) => v.replace(/\d+$/, (n) => String(Number(n) + 1));

const routes = [
  ['GET', '/v1/auth/config', () => ({ auth_mode: 'local', provider_name: null, auth_disabled: false })],
  ['GET', '/v1/me', () => me],
  ['GET', '/v1/version', () => ({ name: 'scaiflow', version: '0.1.0', commit: 'mockmockmock', schema: 1 })],
  [
    'GET',
    '/v1/flows',
    ({ query }) => {
      const items = flows
        .filter((f) => f.name.toLowerCase().includes((query.get('search') ?? '').toLowerCase()))
        .map(summary);
      return { items, total: items.length };
    },
  ],
  [
    'POST',
    '/v1/flows',
    ({ body }) => {
      const flow = makeFlow(body.content, {
        name: body.name,
        description: body.description ?? null,
        updated_at: now(),
      });
      flows.unshift(flow);
      flow.versions.push(flow.version);
      return { status: 201, body: detail(flow), etag: '"r1.a"' };
    },
  ],
  [
    'POST',
    '/v1/flows/validate',
    ({ body }) => {
      const diagnostics = diagnose(body.content);
      return { valid: !diagnostics.some((d) => d.severity === 'error'), diagnostics };
    },
  ],
  [
    'POST',
    '/v1/flows/compile',
    ({ body }) => {
      const diagnostics = diagnose(body.content);
      const failed = diagnostics.some((d) => d.severity === 'error');
      return {
        format: body.format,
        body: failed ? null : body.format === 'ir' ? bundle().toString('base64') : yaml,
        errors: [],
        diagnostics,
      };
    },
  ],
  [
    'GET',
    '/v1/flows/:id',
    ({ id }) => ({ status: 200, body: detail(flowOf(id)), etag: `"r${flowOf(id).revision}.a"` }),
  ],
  [
    'PUT',
    '/v1/flows/:id',
    ({ id, body, headers }) => {
      const flow = flowOf(id);
      if (
        headers['if-match'] &&
        headers['if-match'] !== '*' &&
        headers['if-match'] !== `"r${flow.revision}.a"`
      )
        throw new Refusal(412, 'version_mismatch', 'somebody else saved', {
          current_version: flow.version,
          updated_by: 'user_mara',
          updated_at: ago(2),
        });
      Object.assign(flow, {
        name: body.name ?? flow.name,
        content: { ...body.content, id },
        version: bump(flow.version),
        revision: flow.revision + 1,
        updated_at: now(),
      });
      flow.versions.push(flow.version);
      return { status: 200, body: detail(flow), etag: `"r${flow.revision}.a"` };
    },
  ],
  [
    'DELETE',
    '/v1/flows/:id',
    ({ id }) => {
      flows.splice(flows.indexOf(flowOf(id)), 1);
      return { status: 204 };
    },
  ],
  [
    'GET',
    '/v1/flows/:id/versions',
    ({ id }) => {
      const items = ['1.0.3', '1.0.2', '1.0.1', '1.0.0'].map((version, i) => ({
        version,
        created_at: ago(4 + i * 700),
        created_by: 'user_local',
        bytes: 13000 - i * 400,
        origin: i === 3 ? 'create' : 'save',
        restored_from: i === 1 ? '1.0.0' : null,
        note: i === 0 ? 'Shorter answers' : null,
        contributors: null,
      }));
      flowOf(id);
      return { items, total: items.length };
    },
  ],
  ['GET', '/v1/flows/:id/versions/:v', ({ id }) => ({ version: '1.0.2', content: flowOf(id).content })],
  [
    'POST',
    '/v1/flows/:id/run-tests',
    ({ body }) => ({
      passed: 1,
      failed: 1,
      results: body.content.tests.map((test, i) => ({
        name: test.name,
        status: i === 0 ? 'passed' : 'failed',
        message: i === 0 ? null : 'output: expected true, got false',
        duration_ms: 12 + i,
        output: { response: 'It ships today.' },
        visited: ['node_classify', 'node_kb_search', 'node_respond'],
      })),
    }),
  ],
  [
    'POST',
    '/v1/flows/:id/deploy',
    async ({ id }) => {
      await after(1500);
      const flow = flowOf(id);
      flow.last_deployment = deployment(flow.version, 0);
      return {
        core_id: 'core_support',
        published_slug: 'scaicore/acme/customer-support-agent',
        deployment_id: flow.last_deployment.id,
        version: flow.version,
        deployed_at: now(),
        ir_hash: 'h1',
        warnings: [],
      };
    },
  ],
  [
    'GET',
    '/v1/flows/:id/deployments',
    ({ id }) => {
      const items = ['1.0.2', '1.0.1'].map((v, i) => ({
        ...deployment(v, 122 + i * 3000, i ? 'failed' : 'succeeded'),
        step: i ? 'queues' : 'record',
        error: i ? { error: 'scaiqueue_auth', message: 'needs scaiqueue:manage' } : null,
        flow_id: id,
        deployed_by: 'user_local',
        finished_at: now(),
        warnings: [],
        ir_hash: i ? 'h0' : 'h1',
      }));
      return { items, total: 2 };
    },
  ],
  [
    'GET',
    '/v1/scaigrid/models',
    () => ({
      data: ['openai/gpt-4o', 'openai/gpt-4o-mini', 'scailabs/poolnoodle-omni'].map((slug) => ({
        slug,
        display_name: slug,
        modality: 'chat',
        context_window: 128000,
      })),
    }),
  ],
  ['GET', '/v1/scaiqueue/scopes', () => ({ data: [{ id: 's1', slug: 'support', display_name: 'Support' }] })],
  ['GET', '/v1/scaicore/cores', () => ({ data: { items: [core], next_cursor: null } })],
  ['GET', '/v1/scaicore/cores/:id', () => ({ data: core })],
  ['POST', '/v1/modules/scaicore/cores', () => ({ status: 201, body: { status: 'ok', data: core } })],
  [
    'POST',
    '/v1/scaicore/cores/:id/invoke',
    () => {
      const id = `exec_${serial++}`;
      runs.set(id, { id, core: 'core_support', status: 'running', at: now() });
      return { status: 202, body: { data: record(runs.get(id)) } };
    },
  ],
  [
    'GET',
    '/v1/scaicore/executions',
    ({ query }) => ({
      data: {
        items: [...runs.values()]
          .reverse()
          .map(record)
          .filter((r) => !query.get('status') || r.status === query.get('status')),
        next_cursor: null,
      },
    }),
  ],
  [
    'GET',
    '/v1/scaicore/executions/:id',
    ({ id }) => ({
      data: record(
        runs.get(id) ??
          (() => {
            throw new Refusal(404, 'not_found', 'no such run');
          })(),
      ),
    }),
  ],
  [
    'GET',
    '/v1/scaicore/executions/:id/journal',
    () => ({
      data: {
        items: script().map(([, type, data], i) => ({
          seq: i + 1,
          type: type.replace('scaicore.runtime.', ''),
          at: now(),
          block_id: data.block_id ?? null,
          node_id: data.node_id ?? null,
          occurrence: 0,
          body: data,
          bytes: JSON.stringify(data).length,
        })),
        next_cursor: null,
      },
    }),
  ],
  ['POST', '/v1/scaicore/executions/:id/cancel', () => ({ status: 202, body: {} })],
  [
    'GET',
    '/v1/scaicore/events',
    ({ query }) => {
      let at = Date.now() - 108 * 60_000;
      return {
        data: {
          events: script().map(([wait, type, data]) => ({
            type,
            core_id: 'core_support',
            timestamp: new Date((at += wait)).toISOString(),
            payload: { ...data, execution_id: query.get('execution_id') },
          })),
          next_cursor: 'x',
        },
      };
    },
  ],
  [
    'GET',
    '/v1/scaicore/checkpoints',
    () => ({ data: { checkpoints: checkpoints.filter((c) => c.status === 'pending'), next_cursor: null } }),
  ],
  ['GET', '/v1/scaicore/checkpoints/:id', ({ id }) => ({ data: checkpoints.find((c) => c.id === id) })],
  [
    'POST',
    '/v1/scaicore/checkpoints/:id/:act',
    ({ id }) => {
      const c = checkpoints.find((x) => x.id === id);
      if (c.status !== 'pending') throw new Refusal(409, 'upstream_error', 'already resolved by Mara');
      c.status = 'resolved';
      return { data: {} };
    },
  ],
];

async function stream(response, id) {
  const fast = id !== 'exec_live' && !/^exec_\d{1,3}$/.test(id);
  response.writeHead(200, { 'Content-Type': 'text/event-stream' });
  let at = Date.parse(runs.get(id)?.at ?? now());
  let n = 0;
  for (const [wait, type, data] of script()) {
    if (!fast) await after(wait);
    at += wait;
    const body = type.startsWith('scaicore.')
      ? { type, core_id: 'core_support', timestamp: new Date(at).toISOString(), payload: data }
      : { at: new Date(at).toISOString(), ...data };
    response.write(`id: ${++n}\nevent: ${type}\ndata: ${JSON.stringify(body)}\n\n`);
  }
  if (runs.get(id))
    Object.assign(runs.get(id), {
      status: 'suspended',
      waiting: [
        { kind: 'checkpoint', node_id: 'node_review', since: fast ? ago(100) : now(), checkpoint_id: 'c1' },
      ],
    });
}

function match(method, path) {
  for (const [verb, pattern, run] of routes) {
    const names = [];
    const test = new RegExp(
      `^${pattern.replace(/:(\w+)/g, (_, name) => {
        names.push(name);
        return '([^/]+)';
      })}$`,
    );
    const hit = verb === method && test.exec(path);
    if (hit)
      return {
        run,
        params: Object.fromEntries(names.map((name, i) => [name, decodeURIComponent(hit[i + 1])])),
      };
  }
  return undefined;
}

createServer(async (request, response) => {
  const url = new URL(request.url, 'http://x');
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const reply = (status, body, headers = {}) => {
    response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
    response.end(body === undefined ? '' : JSON.stringify(body));
  };
  const streamed = /^\/v1\/scaicore\/executions\/([^/]+)\/stream$/.exec(url.pathname);
  if (streamed) return stream(response, streamed[1]);
  if (url.pathname !== '/v1/auth/config' && !request.headers.authorization)
    return reply(401, { detail: { error: 'not_authenticated', message: 'no credential' } });
  const found = match(request.method, url.pathname);
  if (!found)
    return reply(404, { detail: { error: 'not_found', message: `${request.method} ${url.pathname}` } });
  try {
    const isJson = (request.headers['content-type'] ?? '').includes('json');
    const answer = await found.run({
      ...found.params,
      query: url.searchParams,
      headers: request.headers,
      body: isJson && chunks.length ? JSON.parse(Buffer.concat(chunks)) : undefined,
    });
    if (answer && typeof answer.status === 'number')
      reply(answer.status, answer.body, answer.etag ? { ETag: answer.etag } : {});
    else reply(200, answer);
  } catch (error) {
    if (error instanceof Refusal) reply(error.status, error.body);
    else reply(500, { detail: { error: 'internal_error', message: String(error) } });
  }
}).listen(port, '127.0.0.1', () => process.stdout.write(`mock on http://127.0.0.1:${port}\n`));
