#!/usr/bin/env python3
"""Three durable steps behind one HTTP call: ours against Restate, each step journalled before the next.

Ours: three calls of plugin `kv`, each result a record of its own; and, for what determinism buys, the same
three texts as pure nodes, which need one record in all.
"""

import contextlib
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))

from bench.macro import options
from bench.macro.flows import durable_steps
from bench.macro.invoke_vs_node_red import ANSWER, check, deploy_document, invocation
from bench.macro.measure import Load, alternate, compare, detail, drivers_of
from bench.macro.peers.restate_peer import Restate, install
from tests.sim.flows import templates
from tests.support.scaiflow import Server

CONNECTIONS = (32, 128)
PEER = "Restate"


def compared(server, peer):
    """name -> (port, load)."""
    found = {}
    for name, document in (
        ("ours, three effects", durable_steps("Bench Steps")),
        ("ours, three pure nodes", templates("Bench Pure")),
    ):
        load = invocation(server, deploy_document(server, document))
        check(server.port, load, lambda body: body["data"]["output"])
        found[name] = server.port, load
    if peer:
        load = Load("POST", "/flow/run", body=json.dumps({"input": {"message": "hello"}}))
        check(peer.port, load, lambda body: body)
        found[PEER] = peer.port, load
    return found


def main():
    given = options.parse(__doc__.splitlines()[0])
    with Server() as server, contextlib.ExitStack() as stack:
        peer = None if given.smoke else stack.enter_context(Restate(install(given.cache)))
        loads = compared(server, peer)
        for connections in CONNECTIONS[:1] if given.smoke else CONNECTIONS:
            seen = alternate(drivers_of(loads, connections, given.seconds), given.rounds)
            theirs = seen[PEER].per_s if peer else None
            for name in list(loads)[:2]:
                compare(
                    f"{name}, {connections} connections, against {PEER}",
                    seen[name].per_s,
                    theirs,
                    "/s",
                    "10.00",
                )
            for who, outcome in seen.items():
                detail(who, outcome)


if __name__ == "__main__":
    main()
