#!/usr/bin/env python3
"""HTTP in, three deterministic nodes, reply: ours durable, Node-RED's equivalent in memory.

Every answered invocation of ours must be found completed in the database after `kill -9`.
"""

import contextlib
import json
import pathlib
import sqlite3
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))

from bench.macro import options
from bench.macro.measure import Load, alternate, ask, compare, detail, drivers_of
from bench.macro.peers.node_red_peer import NodeRed, install
from tests.sim.flows import templates
from tests.support.scaiflow import Server

CONNECTIONS = (32, 64)
ANSWER = {"answer": "c b a hello"}
GOAL = "1.00"


def invocation(server, core_id):
    path = f"/v1/modules/scaicore/cores/{core_id}/invoke"
    return Load("POST", path, server.token, json.dumps({"input": {"message": "hello"}}))


def check(port, load, read):
    status, body = ask(port, load)
    if status != 200 or read(json.loads(body)) != ANSWER:
        raise RuntimeError(f"not the answer to measure: {status} {body[:500]!r}")


def completed(server, core_id):
    """Executions of a Core that are completed in the database of a killed server."""
    server.kill()
    with contextlib.closing(sqlite3.connect(server.data_dir / "scaiflow.db")) as database:
        asked = "select count(*) from mod_scaicore_executions where core_id = ? and status = 'completed'"
        return database.execute(asked, (core_id,)).fetchone()[0]


def deploy_document(server, document):
    flow = server.create_flow(document)
    reply = server.post(f"/v1/flows/{flow['id']}/deploy")
    if reply.status != 200:
        raise RuntimeError(f"not deployed: {reply}")
    return reply.json["core_id"]


def measure(server, core_id, peer, given):
    """Prints a comparison for each number of connections; gives how many durable answers there were."""
    ours = invocation(server, core_id)
    check(server.port, ours, lambda body: body["data"]["output"])
    loads = {"ours, durable": (server.port, ours)}
    if peer:
        loads["Node-RED, in memory"] = peer.port, Load("POST", "/invoke", body=ours.body)
        check(*loads["Node-RED, in memory"], lambda body: body)
    answered = 1
    for connections in CONNECTIONS[-1:] if given.smoke else CONNECTIONS:
        seen = alternate(drivers_of(loads, connections, given.seconds), given.rounds)
        theirs = seen["Node-RED, in memory"].per_s if peer else None
        name = f"durable invoke, {connections} connections"
        compare(name, seen["ours, durable"].per_s, theirs, "/s", GOAL)
        for who, outcome in seen.items():
            detail(who, outcome)
        answered += seen["ours, durable"].requests
    return answered


def main():
    given = options.parse(__doc__.splitlines()[0])
    with Server() as server, contextlib.ExitStack() as stack:
        peer = None if given.smoke else stack.enter_context(NodeRed(install(given.cache)))
        core_id = deploy_document(server, templates("Bench Durable"))
        answered = measure(server, core_id, peer, given)
        stored = completed(server, core_id)
        print(f"  after kill -9: {answered:,} answered, {stored:,} completed in the database")
        if stored < answered:
            raise RuntimeError("an answered invocation was lost")


if __name__ == "__main__":
    main()
