"""Cores made straight from IR, for tests of what no example flow has."""

CORES = "/v1/modules/scaicore/cores"


def returns(value):
    """The body of a flow that gives this value."""
    return [
        {
            "kind": "rigid",
            "id": "answer",
            "source_location": {"node_id": "node_answer"},
            "statements": [{"kind": "return", "value": value}],
        }
    ]


def asks(prompt, options):
    """The body of a flow that asks a person and gives the decision."""
    return [
        {
            "kind": "checkpoint",
            "id": "ask",
            "result_binding": "answer",
            "source_location": {"node_id": "node_ask"},
            "checkpoint_type": "approval",
            "prompt": prompt,
            "options": options,
        },
        *returns("{{answer.decision}}"),
    ]


def module(name, body, triggers, **members):
    flow = {"name": "main", "body": body, **members.pop("flow", {})}
    return {
        "name": name,
        "identity": {"name": name, "persona": name},
        "triggers": triggers,
        "flows": [flow],
        **members,
    }


def make_core(server, name, body, triggers=(), environment=None, core=None, **members):
    """A running Core; gives its record. `members` go into the module, `core` into the request."""
    source = module(name, body, list(triggers), **members)
    reply = server.post(
        CORES, {"name": name, "source": source, "environment": environment or {}, **(core or {})}
    )
    assert reply.status == 201, reply
    started = server.post(f"{CORES}/{reply.json['data']['id']}/start")
    assert started.status == 200 and started.json["data"]["status"] == "running", started
    return started.json["data"]


def trigger(kind, name="entry", **members):
    return {"kind": kind, "name": name, "target_flow": "main", **members}
