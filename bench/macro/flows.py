"""Flows that are measured and not tested."""

from tests.sim.flows import chain


def durable_steps(name):
    """Three effects answered at once, each recorded before the next is begun; the answer is theirs."""
    kv = {"plugin": "kv", "method": "get"}
    document = chain(
        name,
        [
            ("node_a", "tool_plugin", {**kv, "args": {"key": "a {{message}}"}}),
            ("node_b", "tool_plugin", {**kv, "args": {"key": "b {{message}}"}}),
            ("node_c", "tool_plugin", {**kv, "args": {"key": "c {{message}}"}}),
        ],
        {"answer": "c b a {{message}}"},
    )
    document["config"]["plugins"] = [{"alias": "kv", "endpoint": "plugin://kv"}]
    return document


def holds(name, url, text, reads=0):
    """One outside call that answers when the other side likes; `text` is carried in scope. `reads` effects
    that are answered at once come before it."""
    call = {"method": "POST", "url": f"{url}/hold", "body": {"text": "{{message}}"}}
    read = {"plugin": "kv", "method": "get", "args": {"key": "{{message}}"}}
    document = chain(
        name,
        [
            ("node_note", "llm_rigid", {"template": text}),
            *[(f"node_read_{number}", "tool_plugin", read) for number in range(reads)],
            ("node_call", "tool_http", call),
        ],
        {"answer": "{{call.body.text}}"},
    )
    if reads:
        document["config"]["plugins"] = [{"alias": "kv", "endpoint": "plugin://kv"}]
    return document
