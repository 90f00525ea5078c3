"""kill -9 at the worst moments: whatever was acknowledged ends exactly once, with the right output."""

import collections
import http.client
import os
import random
import threading
import unittest

from tests.sim import flows
from tests.sim.counting_server import CountingServer
from tests.sim.ledger import (GRID, check_order, checkpoints, executions, invoke_async, kinds_by_execution,
                              outcome, resolve)
from tests.support.model_server import ModelServer
from tests.support.scaiflow import Server

INVOCATIONS = int(os.environ.get("SIM_INVOCATIONS", "200"))
THREADS = 20
KILLS = int(os.environ.get("SIM_KILLS", "20"))
SEED = int(os.environ.get("SIM_SEED", random.randrange(1 << 32)))
ARRIVAL_S = 30
RELAY_BLOCKS = 4  # three nodes and the flow's return


def deploy(server, document):
    flow = server.create_flow(document)
    reply = server.post(f"/v1/flows/{flow['id']}/deploy")
    assert reply.status == 200, reply
    return reply.json["core_id"]


class WaitingForTheOutside(unittest.TestCase):
    """Killed while one execution waits for an answer that only the outside can give."""

    def serve(self, env=None):
        server = Server(env=env)
        self.addCleanup(server.close)
        return server

    def world(self):
        world = CountingServer()
        self.addCleanup(world.close)
        return world

    def check_output(self, record, answer):
        self.assertEqual((record["status"], record["output"]), ("completed", {"answer": answer}))

    def wait_for_call(self, world):
        self.assertTrue(world.arrived.acquire(timeout=ARRIVAL_S), "no call arrived")

    def test_a_model_call_is_made_again(self):
        with ModelServer(lambda request: "It was " + request["messages"][-1]["content"]) as models:
            server = self.serve(models.env())
            core = deploy(server, flows.asks_a_model())
            models.hold()
            started = invoke_async(server, core, "tea").json["data"]
            self.wait_for_call(models)
            server.restart()
            self.wait_for_call(models)
            models.release()
            record = outcome(server, started["execution_id"])
            self.check_output(record, "It was Repeat: tea")
            self.assertEqual([e["execution_id"] for e in executions(server, core)], [started["execution_id"]])
            check_order(self, kinds_by_execution(server, core)[started["execution_id"]])
            self.assertEqual(len(models.requests), 2)
            self.assertEqual(models.requests[0], models.requests[1])

    def test_an_outside_call_keeps_its_key(self):
        world = self.world()
        server = self.serve()
        core = deploy(server, flows.relay(world.url))
        world.hold()
        started = invoke_async(server, core, "tea").json["data"]
        for _ in range(3):
            self.wait_for_call(world)
            server.restart()
        self.wait_for_call(world)
        world.release()
        record = outcome(server, started["execution_id"])
        self.check_output(record, "done tea!!")
        counts = collections.Counter((call.path, call.key) for call in world.calls)
        calls_made = sorted((path, n) for (path, _), n in counts.items())
        self.assertEqual(calls_made, [("/first", 4), ("/second", 1)])
        for _, key in counts:
            self.assertTrue(key.startswith(started["execution_id"] + ":"), key)

    def test_an_at_most_once_call_is_not_made_again(self):
        world = self.world()
        server = self.serve()
        core = deploy(server, flows.at_most_once(world.url))
        world.hold()
        started = invoke_async(server, core, "tea").json["data"]
        self.wait_for_call(world)
        server.restart()
        record = outcome(server, started["execution_id"])
        self.assertEqual((record["status"], record["error"]["type"]), ("failed", "EffectOutcomeUnknown"))
        self.assertEqual(len(world.calls), 1)


class Suspended(unittest.TestCase):
    def setUp(self):
        self.world = CountingServer()
        self.addCleanup(self.world.close)
        self.server = Server()
        self.addCleanup(self.server.close)
        self.core = deploy(self.server, flows.asks_a_person(self.world.url))
        self.started = self.server.invoke(self.core, {"message": "tea"})
        self.assertEqual(self.started["status"], "suspended", self.started)

    def check_the_end(self):
        record = outcome(self.server, self.started["execution_id"])
        self.assertEqual((record["status"], record["output"]), ("completed", {"answer": "tea approve!"}))
        check_order(self, kinds_by_execution(self.server, self.core)[self.started["execution_id"]])
        self.assertEqual(len({call.key for call in self.world.calls}), 1)

    def test_the_answer_may_come_after_the_restart(self):
        before = checkpoints(self.server, self.core)
        self.server.restart()
        self.assertEqual(checkpoints(self.server, self.core), before)
        self.assertEqual(len(before), 1)
        self.assertEqual(resolve(self.server, before[0]["id"], "approve").status, 200)
        self.check_the_end()
        self.assertEqual(len(self.world.calls), 1)
        self.assertEqual(resolve(self.server, before[0]["id"], "reject").status, 409)

    def test_an_acknowledged_answer_is_not_lost(self):
        [checkpoint] = checkpoints(self.server, self.core)
        self.assertEqual(resolve(self.server, checkpoint["id"], "approve").status, 200)
        self.server.restart()
        self.check_the_end()
        self.assertEqual(checkpoints(self.server, self.core), [])


class Burst:
    """Many callers that repeat their requests with the same key until acknowledged, while the server dies."""

    def __init__(self, server, core):
        self._server, self._core = server, core
        self._lock = threading.Condition()
        self._todo = list(range(INVOCATIONS))
        self._up = threading.Event()
        self._up.set()
        self.acknowledged = {}

    def run(self, moments):
        callers = [threading.Thread(target=self._caller) for _ in range(THREADS)]
        for caller in callers:
            caller.start()
        for moment in moments:
            with self._lock:
                self._lock.wait_for(lambda at=moment: len(self.acknowledged) >= at, timeout=60)
            self._up.clear()
            self._server.restart()
            self._up.set()
        for caller in callers:
            caller.join()

    def _caller(self):
        while True:
            with self._lock:
                if not self._todo:
                    return
                number = self._todo.pop()
            execution_id = self._invoke(number)
            with self._lock:
                self.acknowledged[number] = execution_id
                self._lock.notify_all()

    def _invoke(self, number):
        while True:
            self._up.wait()
            try:
                key = {"Idempotency-Key": f"burst-{number}"}
                reply = invoke_async(self._server, self._core, f"m{number}", key)
            except (OSError, http.client.HTTPException):
                continue
            if reply.status in (200, 202):
                return reply.json["data"]["execution_id"]
            if reply.status != 503:
                raise AssertionError(f"invocation {number}: {reply}")


class KilledInABurst(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        print(f"SIM_SEED={SEED}")
        draw = random.Random(SEED)
        cls.moments = sorted(draw.sample(range(1, INVOCATIONS), min(KILLS, INVOCATIONS - 1)))
        cls.world = CountingServer()
        cls.addClassCleanup(cls.world.close)
        cls.server = Server()
        cls.addClassCleanup(cls.server.close)
        cls.core = deploy(cls.server, flows.relay(cls.world.url))
        cls.burst = Burst(cls.server, cls.core)
        cls.burst.run(cls.moments)
        cls.records = {number: outcome(cls.server, id_) for number, id_ in cls.burst.acknowledged.items()}

    def told(self):
        return f"seed {SEED}, killed after {self.moments} acknowledgements"

    def test_every_caller_was_acknowledged(self):
        self.assertEqual(sorted(self.burst.acknowledged), list(range(INVOCATIONS)), self.told())

    def test_each_ends_with_its_own_output(self):
        for number, record in self.records.items():
            self.assertEqual((record["status"], record["output"]),
                             ("completed", {"answer": f"done m{number}!!"}), self.told())

    def test_one_key_made_one_execution(self):
        listed = [e["execution_id"] for e in executions(self.server, self.core)]
        self.assertEqual(sorted(listed), sorted(self.burst.acknowledged.values()), self.told())

    def test_events_tell_one_start_and_one_end(self):
        kinds = kinds_by_execution(self.server, self.core)
        self.assertEqual(set(kinds), set(self.burst.acknowledged.values()), self.told())
        for of_one in kinds.values():
            check_order(self, of_one)
            self.assertEqual(of_one.count("block.entered"), RELAY_BLOCKS, self.told())

    def test_each_effect_has_one_key_and_one_request(self):
        bodies = collections.defaultdict(set)
        for call in self.world.calls:
            bodies[call.path, call.key].add(call.body["text"])
        self.assertEqual(len(bodies), 2 * INVOCATIONS, self.told())
        self.assertTrue(all(len(texts) == 1 for texts in bodies.values()), self.told())
        texts = {path: sorted(t for (p, _), s in bodies.items() if p == path for t in s)
                 for path in ("/first", "/second")}
        self.assertEqual(texts["/first"], sorted(f"m{n}" for n in range(INVOCATIONS)))
        self.assertEqual(texts["/second"], sorted(f"m{n}!" for n in range(INVOCATIONS)))

    def test_a_recorded_result_is_never_fetched_again(self):
        """A second call shows that the first one's result was committed: no first call comes after it."""
        gone_on = set()
        for call in self.world.calls:
            execution_id = call.key.split(":")[0]
            if call.path == "/second":
                gone_on.add(execution_id)
            else:
                self.assertNotIn(execution_id, gone_on, self.told())

    def test_only_a_crash_repeats_a_call(self):
        counts = collections.Counter(call.key for call in self.world.calls)
        print(f"{sum(counts.values())} calls for {len(counts)} effects, {len(self.moments)} kills")
        self.assertLessEqual(max(counts.values()), 1 + len(self.moments), self.told())

    def test_journals_have_no_gap(self):
        for execution_id in random.Random(SEED).sample(sorted(self.burst.acknowledged.values()), 20):
            path = f"{GRID}/executions/{execution_id}/journal?limit=500"
            items = self.server.get(path).json["data"]["items"]
            self.assertEqual([item["seq"] for item in items], list(range(1, len(items) + 1)), self.told())
            self.assertEqual([item["type"] for item in items].count("Started"), 1)


if __name__ == "__main__":
    unittest.main()
