"""A restart does not depend on how many executions are suspended: they cost no time and no memory."""

import http.client
import json
import pathlib
import threading
import time
import unittest

from tests.sim import flows
from tests.sim.ledger import GRID, outcome, resolve
from tests.sim.test_kill import deploy
from tests.support.scaiflow import Server

SUSPENDED = 2000
THREADS = 8
SERVING_S_MAX = 1.0
RSS_GROWTH_MB_MAX = 10


def rss_mb(process):
    status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) / 1024


def restarted(server):
    """Seconds from the start of the process to the first answer, and its memory then."""
    server.kill()
    begun = time.monotonic()
    server.start()
    assert server.get("/v1/flows").status == 200
    return time.monotonic() - begun, rss_mb(server.process)


def invoke_many(server, core, count):
    """`count` invocations on one kept connection."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    headers = {"Authorization": f"Bearer {server.token}", "Content-Type": "application/json"}
    for number in range(count):
        body = json.dumps({"input": {"message": f"m{number}"}})
        connection.request("POST", f"{GRID}/cores/{core}/invoke", body, headers)
        result = json.loads(connection.getresponse().read())["data"]
        assert result["status"] == "suspended", result
    connection.close()


class ManySuspended(unittest.TestCase):
    def test_a_restart_serves_at_once(self):
        with Server() as server:
            core = deploy(server, flows.asks_a_person())
            few_s, few_mb = restarted(server)
            threads = [threading.Thread(target=invoke_many, args=(server, core, SUSPENDED // THREADS))
                       for _ in range(THREADS)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            many_s, many_mb = restarted(server)
            print(f"restart: {few_s:.3f} s, {few_mb:.0f} MB with none suspended; "
                  f"{many_s:.3f} s, {many_mb:.0f} MB with {SUSPENDED}")
            self.assertLess(many_s, few_s + SERVING_S_MAX)
            self.assertLess(many_mb, few_mb + RSS_GROWTH_MB_MAX)
            self.check_all_wait(server, core)

    def check_all_wait(self, server, core):
        runtime = server.get(f"{GRID}/cores/{core}/runtime").json["data"]
        self.assertEqual((runtime["suspended"], runtime["pending_checkpoints"]), (SUSPENDED, SUSPENDED))
        page = server.get(f"/v1/scaicore/checkpoints?core_id={core}&limit=1").json["data"]["checkpoints"]
        self.assertEqual(resolve(server, page[0]["id"], "approve").status, 200)
        record = outcome(server, page[0]["execution_id"])
        self.assertEqual((record["status"], record["output"]), ("completed", {"answer": "approve"}))


if __name__ == "__main__":
    unittest.main()
