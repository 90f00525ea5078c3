// A flow that asks a model about each row of a list.
const step = (id, type, label, x, y, config) => ({ id, type, label, position: { x, y }, config });

export const EACH_ROW = {
  id: 'flow_each_row', name: 'Each row', version: '1.0.0',
  nodes: [
    step('node_entry', 'entry_api', 'Rows come in', 0, 100, {}),
    step('node_loop', 'logic_loop', 'Each row', 320, 100, { collection: 'rows', item_name: 'row' }),
    step('node_ask', 'llm_flexible', 'Name it', 640, 20, {
      goal: 'Name row {{row}}', result_binding: 'named', output_schema: { word: 'string', letters: 'int' },
    }),
    step('node_say', 'llm_rigid', 'Write it', 960, 20, {
      template: '{{named.word}}!', result_binding: 'line',
    }),
    step('node_end', 'llm_rigid', 'Sum up', 640, 240, { template: 'done', result_binding: 'sum' }),
  ],
  edges: [
    ['node_entry', undefined, 'node_loop'], ['node_loop', 'body', 'node_ask'],
    ['node_ask', undefined, 'node_say'], ['node_say', undefined, 'node_loop'],
    ['node_loop', 'done', 'node_end'],
  ].map(([from, port, to], index) => ({
    id: `edge_${index}`, type: 'sequential', source: { node: from, ...(port ? { port } : {}) },
    target: { node: to },
  })),
  config: { core_identity: { models: [{ role: 'primary', ref: 'openai', model: 'gpt-4o' }] } },
};

/** Says each row's name in capitals and how many letters it has. */
export function rowAnswer(request) {
  const [, row = ''] = /Name row (\w+)/.exec(JSON.stringify(request.messages)) ?? [];
  return { word: row.toUpperCase(), letters: row.length };
}

/** Saves and deploys a document and runs it to its end; gives the ids. */
export async function deployAndRun(server, flow, input) {
  const made = await server.post('/v1/flows', { name: flow.name, content: flow });
  const flowId = made.body.id;
  const deployed = await server.post(`/v1/flows/${flowId}/deploy`, {});
  if (deployed.status !== 200) throw new Error(JSON.stringify(deployed.body));
  const place = `/v1/modules/scaicore/cores/${deployed.body.core_id}/invoke`;
  const { data } = (await server.post(place, { input })).body;
  return { flowId, executionId: data.execution_id };
}
