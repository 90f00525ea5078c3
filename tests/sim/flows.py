"""Small flows for the crash tests: an entry and a chain of nodes behind it."""

MESSAGE = {"message": "string"}


def chain(name, nodes, output):
    """A flow document of one API entry followed by `nodes`: (id, type, config) in order."""
    entry = {"id": "node_entry", "type": "entry_api", "label": "Entry", "position": {"x": 0, "y": 0},
             "config": {"input_schema": MESSAGE}, "inputs": [],
             "outputs": [{"id": "out_request", "label": "request", "type": "object"}]}
    rest = [{"id": id_, "type": type_, "label": id_, "position": {"x": 260 * (n + 1), "y": 0},
             "config": config, "inputs": [{"id": "in", "label": "in", "type": "object"}],
             "outputs": [{"id": "out", "label": "result", "type": "object"}]}
            for n, (id_, type_, config) in enumerate(nodes)]
    ports = [("node_entry", "out_request")] + [(node["id"], "out") for node in rest]
    edges = [{"id": f"edge_{n}", "type": "sequential", "source": {"node": source, "port": port},
              "target": {"node": node["id"], "port": "in"}}
             for n, ((source, port), node) in enumerate(zip(ports, rest))]
    models = [{"role": "primary", "ref": "openai", "model": "gpt-4o-mini"}]
    return {"$schema": "https://scailabs.com/schemas/scaiflow/v2.json", "id": "flow_new", "name": name,
            "version": "1.0.0", "scaicore_target": "0.2", "nodes": [entry, *rest], "edges": edges,
            "variables": [],
            "config": {"core_identity": {"name": name, "models": models}, "publish_as_model": False,
                       "output": output}}


def http_call(url, text, **config):
    return {"method": "POST", "url": url, "body": {"text": text}, **config}


def relay(url):
    """Two outside calls in a row; the answer to `m` is `m!!`, and `done m!!` after a template."""
    return chain("Relay", [
        ("node_first", "tool_http", http_call(f"{url}/first", "{{message}}")),
        ("node_second", "tool_http", http_call(f"{url}/second", "{{first.body.text}}")),
        ("node_last", "llm_rigid", {"template": "done {{second.body.text}}"}),
    ], {"answer": "{{last}}"})


def asks_a_model():
    return chain("Asks a Model", [("node_ask", "llm_flexible", {"goal": "Repeat: {{message}}"})],
                 {"answer": "{{ask}}"})


def asks_a_person(url=None):
    """Waits for a person; with `url` an outside call is made once they have answered."""
    nodes = [("node_gate", "hitl_decision", {"prompt": "May {{message}} pass?"})]
    if url:
        nodes.append(("node_after", "tool_http", http_call(f"{url}/after", "{{message}} {{gate.decision}}")))
    return chain("Asks a Person", nodes, {"answer": "{{after.body.text}}" if url else "{{gate.decision}}"})


def at_most_once(url):
    call = http_call(f"{url}/only", "{{message}}", at_most_once=True)
    return chain("At Most Once", [("node_only", "tool_http", call)], {"answer": "{{only.body.text}}"})


def templates(name):
    """Three nodes that touch nothing outside."""
    return chain(name, [("node_a", "llm_rigid", {"template": "a {{message}}"}),
                        ("node_b", "llm_rigid", {"template": "b {{a}}"}),
                        ("node_c", "llm_rigid", {"template": "c {{b}}"})], {"answer": "{{c}}"})
