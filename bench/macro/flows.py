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


def holds(name, url, text):
    """One outside call that answers when the other side likes; `text` is carried in scope."""
    call = {"method": "POST", "url": f"{url}/hold", "body": {"text": "{{message}}"}}
    return chain(
        name,
        [("node_note", "llm_rigid", {"template": text}), ("node_call", "tool_http", call)],
        {"answer": "{{call.body.text}}"},
    )
