#!/usr/bin/env python3
"""GET /v1/flows/{id} of the Customer Support example: ours against FastAPI doing the same work."""

import contextlib
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))

from bench.macro import options
from bench.macro.measure import Load, alternate, ask, compare, detail, drivers_of
from bench.macro.peers.fastapi_peer import FLOW_ID, TOKEN, FastApi
from tests.support.scaiflow import Server, example

CONNECTIONS = (32, 64)
GOALS = {None: "3.00", "FastAPI": "3.00", "FastAPI, document not parsed": "none"}


def check(port, load, document):
    status, body = ask(port, load)
    answer = json.loads(body)
    if status != 200 or answer["content"]["nodes"] != document["nodes"]:
        raise RuntimeError(f"not the answer to measure: {status} {body[:500]!r}")


def loads(server, flow_id, peer):
    """name -> (port, load) of everything that is compared."""
    found = {"ours": (server.port, Load("GET", f"/v1/flows/{flow_id}", server.token))}
    if peer:
        found["FastAPI"] = (peer.port, Load("GET", f"/v1/flows/{FLOW_ID}", TOKEN))
        found["FastAPI, document not parsed"] = (peer.port, Load("GET", f"/lean/flows/{FLOW_ID}", TOKEN))
    return found


def main():
    given = options.parse(__doc__.splitlines()[0])
    document = example("customer-support")
    with Server() as server, contextlib.ExitStack() as stack:
        peer = None if given.smoke else stack.enter_context(FastApi(document))
        flow = server.create_flow(document)
        compared = loads(server, flow["id"], peer)
        for port, load in compared.values():
            check(port, load, document)
        for connections in CONNECTIONS[-1:] if given.smoke else CONNECTIONS:
            seen = alternate(drivers_of(compared, connections, given.seconds), given.rounds)
            for name in list(compared)[1:] or [None]:
                compare(f"read a flow, {connections} connections, against {name or 'nobody'}",
                        seen["ours"].per_s, name and seen[name].per_s, "/s", GOALS[name])
            for name, outcome in seen.items():
                detail(name, outcome)


if __name__ == "__main__":
    main()
