"""What a server says happened: executions, events and checkpoints, read page by page and compared."""

import collections

from tests.support.scaiflow import query

GRID = "/v1/modules/scaicore"
RUNTIME = "scaicore.runtime."


def pages(server, path, member, **filters):
    """Every item of a list by cursor; ends at the first page that is empty or has no next one."""
    cursor, items = None, []
    while True:
        wanted = {**filters, "limit": 500, **({"cursor": cursor} if cursor else {})}
        reply = server.get(path + query(**wanted))
        assert reply.status == 200, reply
        data = reply.json["data"]
        items += data[member]
        cursor = data["next_cursor"]
        if not data[member] or not cursor:
            return items


def executions(server, core_id):
    return pages(server, f"{GRID}/executions", "items", core_id=core_id)


def events(server, **filters):
    return pages(server, f"{GRID}/events", "events", **filters)


def checkpoints(server, core_id):
    return pages(server, "/v1/scaicore/checkpoints", "checkpoints", core_id=core_id)


def resolve(server, checkpoint_id, decision):
    path = f"/v1/scaicore/checkpoints/{checkpoint_id}/resolve"
    return server.post(path, {"resolution": {"decision": decision}})


def invoke_async(server, core_id, message, headers=None):
    """Starts an execution; its answer is the acknowledgement."""
    return server.post(f"{GRID}/cores/{core_id}/invoke", {"input": {"message": message}, "mode": "async"},
                       headers=headers)


def outcome(server, execution_id):
    """The record of an execution once it has ended: its stream closes then."""
    server.get(f"{GRID}/executions/{execution_id}/stream", timeout=120)
    return server.get(f"{GRID}/executions/{execution_id}").json["data"]


def kinds_by_execution(server, core_id):
    """execution id -> the runtime events of it in order, without their prefix."""
    found = collections.defaultdict(list)
    for event in events(server, core_id=core_id):
        if event["type"].startswith(RUNTIME):
            found[event["payload"]["execution_id"]].append(event["type"].removeprefix(RUNTIME))
    return found


def check_order(test, kinds):
    """07 section 20.1: started first, one end last, and every entered block exited."""
    test.assertEqual(kinds.count("invocation.started"), 1, kinds)
    test.assertEqual(kinds.count("invocation.completed"), 1, kinds)
    test.assertEqual((kinds[0], kinds[-1]), ("invocation.started", "invocation.completed"))
    test.assertEqual(kinds.count("block.entered"), kinds.count("block.exited"), kinds)
