#!/usr/bin/env python3
"""The rows of 07 section 23 that need the whole server, each with its goal; machine rows are in `micro`.

`--suspended N` sets how many executions are asleep in rows 9 and 10 (1 000 000; 10 000 with --smoke).
"""

import argparse
import contextlib
import json
import pathlib
import sqlite3
import statistics
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))

from bench.macro.flows import durable_steps, holds
from bench.macro.invoke_vs_node_red import deploy_document, invocation
from bench.macro.measure import Load, ask, drive, rss_mb
from tests.sim.counting_server import CountingServer
from tests.sim.flows import asks_a_person, templates
from tests.support.scaiflow import Server

GRID = "/v1/modules/scaicore"
KIB = "x" * 1024


def row(number, what, measured, unit, goal):
    print(f"row {number}: {what}: {measured:,.2f} {unit} (goal {goal})", flush=True)


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def timed_ms(call):
    begun = time.perf_counter()
    result = call()
    return (time.perf_counter() - begun) * 1000, result


@contextlib.contextmanager
def database(server):
    with contextlib.closing(sqlite3.connect(server.data_dir / "scaiflow.db", timeout=60)) as opened:
        yield opened


def pages(server):
    """Bytes of the database with everything moved out of the log."""
    with database(server) as db:
        db.execute("pragma wal_checkpoint(truncate)")
        return db.execute("pragma page_count").fetchone()[0] * db.execute("pragma page_size").fetchone()[0]


def throughput(seconds):
    with Server() as server:
        load = invocation(server, deploy_document(server, templates("Row 1")))
        drive(server.port, load, 64, 1)
        outcome = drive(server.port, load, 64, seconds)
        row(1, "durable invoke of 3 pure nodes, 64 connections", outcome.per_s, "/s", "5,000")
        row(1, "  p50", outcome.p50_ms, "ms", "8")
        row(1, "  p99", outcome.p99_ms, "ms", "15")
        document = templates("Row 16")
        document["metadata"] = {"telemetry": "off"}
        quiet = invocation(server, deploy_document(server, document))
        loud = statistics.median(drive(server.port, load, 64, seconds).per_s for _ in range(2))
        off = statistics.median(drive(server.port, quiet, 64, seconds).per_s for _ in range(2))
        row(16, "telemetry full against off", (1 - loud / off) * 100, "% less", "15")
        steps = invocation(server, deploy_document(server, durable_steps("Row 4")))
        outcome = drive(server.port, steps, 128, seconds)
        row(4, "durable steps, many executions", outcome.per_s * 3, "/s", "20,000")


def one_step(rounds):
    with Server() as server:
        core_id = deploy_document(server, durable_steps("Row 5"))
        load = invocation(server, core_id)
        for _ in range(20):
            ask(server.port, load)
        took = [timed_ms(lambda: ask(server.port, load))[0] for _ in range(rounds)]
        row(
            5,
            "an execution of three durable steps alone, per step",
            statistics.median(took) / 4,
            "ms",
            "2 + fsync",
        )


def bytes_written(count):
    with Server() as server:
        core_id = deploy_document(server, templates("Row 6"))
        server.invoke(core_id, {"message": "warm"})
        before = pages(server)
        for number in range(count):
            server.invoke(core_id, {"message": f"m{number}"})
        time_for_timings(server, count + 1)
        row(6, "bytes of a durable trivial execution", (pages(server) - before) / count / 1024, "KiB", "2.5")
        asking = deploy_document(server, asks_a_person())
        before = pages(server)
        for number in range(count):
            server.invoke(asking, {"message": KIB})
        row(
            8, "disk of a suspended execution with 1 KiB", (pages(server) - before) / count / 1024, "KiB", "4"
        )


def time_for_timings(server, count):
    """Waits until the times of all runs are stored."""
    with database(server) as db:
        for _ in range(100):
            if (
                db.execute("select count(distinct execution_id) from mod_scaicore_timings").fetchone()[0]
                >= count
            ):
                return
            threading.Event().wait(0.05)


def start_many(server, core_id, count, message):
    """Asynchronous invocations from 8 callers."""
    path = f"{GRID}/cores/{core_id}/invoke"
    body = json.dumps({"input": {"message": message}, "mode": "async"})

    def call(times):
        for _ in range(times):
            status, answer = ask(server.port, Load("POST", path, server.token, body))
            assert status in (200, 202), answer

    callers = [threading.Thread(target=call, args=(count // 8,)) for _ in range(8)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()


def run_until_held(server, core_id, count, records):
    """Starts executions and waits until all records are there: each is then held by its call."""
    before = records_of(server)
    start_many(server, core_id, count, "m")
    wait_for(lambda: records_of(server) >= before + count * records)


def running(few, many):
    """Memory is the slope between two counts, so that what the first executions warm is not counted."""
    with contextlib.closing(CountingServer()) as world, Server() as server:
        core_id = deploy_document(server, holds("Row 7", world.url, KIB))
        server.get("/v1/flows")
        row(7, "idle memory", rss_mb([server.process.pid]), "MB", "50")
        world.hold()
        run_until_held(server, core_id, few, 1)
        base = rss_mb([server.process.pid])
        run_until_held(server, core_id, many - few, 1)
        each = (rss_mb([server.process.pid]) - base) * 1024 / (many - few)
        row(7, f"memory of each of {many:,} running executions", each, "KiB", "6")
        world.release()


def recovery(count):
    with contextlib.closing(CountingServer()) as world, Server() as server:
        core_id = deploy_document(server, holds("Row 11", world.url, KIB, reads=49))
        world.hold()
        run_until_held(server, core_id, count, 50)
        server.kill()
        begun = time.perf_counter()
        server.start()
        metrics = 'scaiflow_executions_adopted_total{cause="crash"}'
        wait_for(lambda: sample(server, metrics) >= count)
        took = time.perf_counter() - begun
        row(11, f"{count:,} running executions of 50 records continue after", took, "s", "3")
        row(11, "  each second, start included", count / took, "/s", "5,000")
        world.release()


def wait_for(is_so):
    while not is_so():
        threading.Event().wait(0.02)


def records_of(server):
    with database(server) as db:
        return db.execute("select count(*) from mod_scaicore_journal").fetchone()[0]


def sample(server, series):
    _, text = ask(server.port, Load("GET", "/metrics"))
    line = next(line for line in text.decode().splitlines() if line.startswith(series + " "))
    return float(line.split()[1])


def copied(columns, ids):
    """The select list that makes a copy of a row under new ids."""
    return ", ".join(ids.get(name, name) for name in columns)


def put_to_sleep(server, execution_id, count):
    """Copies one suspended execution `count` times, with all its rows but events."""
    own = "printf('exec_%026d', i)"
    tables = {
        "executions": ("id", {"id": own, "root_id": own}),
        "journal": ("execution_id", {"execution_id": own}),
        "checkpoints": ("execution_id", {"id": "printf('%032d', i)", "execution_id": own}),
    }
    with database(server) as db:
        db.executescript("pragma synchronous = off; pragma cache_size = -500000")
        for table, (key, ids) in tables.items():
            name = f"mod_scaicore_{table}"
            columns = [info[1] for info in db.execute(f"pragma table_info({name})")]
            db.execute(
                f"with recursive n(i) as (select 1 union all select i + 1 from n where i < {count}) "
                "insert into "
                f"{name} ({', '.join(columns)}) select {copied(columns, ids)} from n, {name} where {key} = ?",
                (execution_id,),
            )
            db.commit()
        db.execute("pragma wal_checkpoint(truncate)")


def asleep(count, wakes):
    with Server() as server:
        core_id = deploy_document(server, asks_a_person())
        first = server.invoke(core_id, {"message": KIB})
        awake = [server.invoke(core_id, {"message": KIB}) for _ in range(wakes)]
        server.stop()
        put_to_sleep(server, first["execution_id"], count)
        begun = time.perf_counter()
        server.start()
        assert server.get("/v1/flows").status == 200
        row(9, f"start to serving with {count:,} suspended", time.perf_counter() - begun, "s", "1")
        row(9, "  memory", rss_mb([server.process.pid]), "MB", "60")
        listing = f"/v1/scaicore/checkpoints?core_id={core_id}&limit=50"
        server.get(listing)
        row(
            9,
            "  page of checkpoints",
            percentile([timed_ms(lambda: server.get(listing))[0] for _ in range(20)], 0.5),
            "ms",
            "20",
        )
        took = [timed_ms(lambda run=run: wake(server, run))[0] for run in awake]
        row(10, "waking one: resolve to its end, p50", percentile(took, 0.5), "ms", "")
        row(10, "  p99", percentile(took, 0.99), "ms", "10")
        row(9, "  memory after that", rss_mb([server.process.pid]), "MB", "60")


def wake(server, run):
    resolve = f"{GRID}/checkpoints/{run['checkpoint_id']}/resolve"
    body = json.dumps({"resolution": {"decision": "approve"}})
    status, answer = ask(server.port, Load("POST", resolve, server.token, body))
    assert status == 200, answer
    stream = f"{GRID}/executions/{run['execution_id']}/stream"
    status, answer = ask(server.port, Load("GET", stream, server.token))
    assert b"event: end" in answer, answer


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--smoke", action="store_true")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--suspended", type=int, default=0)
    given = parser.parse_args()
    suspended = given.suspended or (10_000 if given.smoke else 1_000_000)
    throughput(1 if given.smoke else given.seconds)
    one_step(20 if given.smoke else 300)
    bytes_written(50 if given.smoke else 2_000)
    running(*((16, 80) if given.smoke else (2_000, 9_600)))
    recovery(80 if given.smoke else 9_600)
    asleep(suspended, 20 if given.smoke else 200)


if __name__ == "__main__":
    main()
