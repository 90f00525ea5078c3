/** A flow of `count` nodes as authors build them: prompts, calls, templates, branches that meet, loops. */
export function mixedFlow(count) {
  const nodes = [];
  const edges = [];
  let last;
  const add = (type, label, config, outputs = ['out']) => {
    const n = nodes.length;
    const position = { x: (n % 25) * 300, y: Math.floor(n / 25) * 200 };
    const inputs = n === 0 ? [] : [{ id: 'in' }];
    nodes.push({ id: `node_${n}`, type, label: `${label} ${n}`, position, config, inputs,
      outputs: outputs.map((id) => ({ id })) });
    return `node_${n}`;
  };
  const link = (from, port, to, condition) => {
    const edge = { id: `edge_${edges.length}`, type: condition ? 'conditional' : 'sequential',
      source: { node: from, port }, target: { node: to, port: 'in' } };
    edges.push(condition ? { ...edge, condition } : edge);
  };
  const follow = (id, port = 'out') => {
    if (last) link(last.id, last.port, id);
    last = { id, port };
  };
  const saying = (text) => add('llm_rigid', 'Say', { template: text });
  const tail = `${'with some care for the reader, '.repeat(4)}about {{message}}`;
  const schema = { category: 'enum[question, order]', confidence: 'float' };
  const straight = [
    () => add('llm_flexible', 'Classify', { goal: `Classify ${tail}`, output_schema: schema }),
    () => add('tool_http', 'Post', { method: 'POST', url: 'https://example.org/items/{{message}}',
      body: { text: `About ${tail}` } }),
    () => add('tool_plugin', 'Keep',
      { plugin: 'kv', method: 'set', args: { key: 'k', value: `Keep ${tail}` } }),
    () => add('llm_guarded', 'Answer', { goal: `Answer ${tail}`, guard: 'message.length > 3' }),
    () => saying(`Say ${tail}`),
  ];
  const branch = () => {
    const split = add('logic_decision', 'If', { style: 'if' }, ['out_yes', 'out_no']);
    follow(split);
    const [yes, no, both] = ['yes', 'no', 'both'].map((word) => saying(`${word} {{message}}`));
    link(split, 'out_yes', yes, 'message.length > 3');
    link(split, 'out_no', no, 'else');
    link(yes, 'out', both);
    link(no, 'out', both);
    last = { id: both, port: 'out' };
  };
  const loop = () => {
    const item = `item_${nodes.length}`;
    const id = add('logic_loop', 'Each', { collection: 'items', item_name: item }, ['body', 'done']);
    follow(id, 'done');
    link(id, 'body', saying(`at {{${item}}}`));
  };
  const input = { message: 'string', items: 'array[string]' };
  follow(add('entry_api', 'In', { input_schema: input }, ['out_request']), 'out_request');
  for (let turn = 0; nodes.length + 11 <= count; turn += 1) {
    for (const make of straight) follow(make());
    branch();
    loop();
  }
  while (nodes.length < count) follow(saying('the end'));
  const model = { role: 'primary', ref: 'scaigrid', model: 'a/b' };
  return { id: 'flow_bench', name: 'Bench', version: '1.0.0', scaicore_target: '0.2', nodes, edges,
    variables: [], config: { core_identity: { name: 'Bench', models: [model] } } };
}
