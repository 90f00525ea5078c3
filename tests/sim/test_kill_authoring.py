"""kill -9 while flows are saved and deployed: nothing half-written, and the next save and deploy work."""

import hashlib
import http.client
import itertools
import json
import os
import random
import threading
import unittest

from tests.sim import flows
from tests.support.scaiflow import Server

WRITERS = 8
KILLS = int(os.environ.get("SIM_AUTHORING_KILLS", "5"))
SEED = int(os.environ.get("SIM_SEED", random.randrange(1 << 32)))


def killed_after(server, count, writer):
    """Runs `writer(number, acknowledge)` in threads and kills the server `count` acknowledgements later."""
    lock = threading.Condition()
    acknowledged = []

    def acknowledge(what):
        with lock:
            acknowledged.append(what)
            lock.notify_all()

    def work(number):
        try:
            writer(number, acknowledge)
        except (OSError, http.client.HTTPException):
            return

    threads = [threading.Thread(target=work, args=(number,)) for number in range(WRITERS)]
    for thread in threads:
        thread.start()
    with lock:
        lock.wait_for(lambda: len(acknowledged) >= count, timeout=60)
    server.kill()
    for thread in threads:
        thread.join()
    server.start()
    return acknowledged


class Authoring(unittest.TestCase):
    def setUp(self):
        print(f"SIM_SEED={SEED}")
        self.random = random.Random(SEED)
        self.server = Server()
        self.addCleanup(self.server.close)
        self.flows = [self.server.create_flow(flows.templates(f"Flow {n}")) for n in range(WRITERS)]

    def path(self, number):
        return f"/v1/flows/{self.flows[number]['id']}"


class KilledWhileSaving(Authoring):
    def test_every_acknowledged_save_is_whole(self):
        saved = [{"1.0.0"} for _ in range(WRITERS)]
        for _ in range(KILLS):
            moment = self.random.randint(1, 40)
            for number, version in killed_after(self.server, moment, self.save_until_the_end):
                saved[number].add(version)
        for number in range(WRITERS):
            self.check_versions(number, saved[number])

    def save_until_the_end(self, number, acknowledge):
        content = self.flows[number]["content"]
        for round_ in itertools.count():
            content["nodes"][1]["config"]["template"] = f"a{round_} {{{{message}}}}"
            reply = self.server.put(self.path(number), {"content": content})
            assert reply.status == 200, reply
            acknowledge((number, reply.json["version"]))

    def check_versions(self, number, acknowledged):
        versions = self.server.get(f"{self.path(number)}/versions?limit=500").json["items"]
        listed = {version["version"] for version in versions}
        self.assertLessEqual(acknowledged, listed, SEED)
        current = self.server.get(self.path(number)).json
        self.assertEqual(current["version"], versions[0]["version"])
        for version in versions:
            stored = self.server.data_dir / "storage/objects" / version["storage_key"]
            data = stored.read_bytes()
            self.assertEqual(hashlib.sha256(data).hexdigest(), version["content_sha256"])
            self.assertEqual(json.loads(data)["version"], version["version"])
        reply = self.server.put(self.path(number), {"content": current["content"], "bump": "minor"})
        self.assertEqual(reply.status, 200, reply)


class KilledWhileDeploying(Authoring):
    def test_the_next_deploy_works(self):
        cores = {}
        for _ in range(KILLS):
            moment = self.random.randint(1, 20)
            for number, core_id in killed_after(self.server, moment, self.deploy_until_the_end):
                self.assertEqual(cores.setdefault(number, core_id), core_id, "a flow keeps its Core")
        for number in range(WRITERS):
            self.check_deploy(number, cores)
        listed = self.server.get("/v1/modules/scaicore/cores?limit=500").json["data"]["items"]
        self.assertEqual(len(listed), WRITERS, "one Core for each flow")

    def deploy_until_the_end(self, number, acknowledge):
        while True:
            reply = self.server.post(f"{self.path(number)}/deploy")
            if reply.status == 409:
                self.assertEqual(reply.json["detail"]["error"], "deploy_in_progress")
                return
            assert reply.status == 200, reply
            acknowledge((number, reply.json["core_id"]))

    def check_deploy(self, number, cores):
        reply = self.server.post(f"{self.path(number)}/deploy")
        self.assertEqual(reply.status, 200, f"{reply} seed {SEED}")
        core_id = reply.json["core_id"]
        self.assertEqual(cores.get(number, core_id), core_id)
        result = self.server.invoke(core_id, {"message": "m"})
        self.assertEqual((result["status"], result["output"]), ("completed", {"answer": "c b a m"}))
        rows = self.server.get(f"{self.path(number)}/deployments?limit=500").json["items"]
        self.assertEqual(rows[0]["status"], "succeeded")
        for row in rows:
            self.assertIn(row["status"], ("succeeded", "failed", "running"))
            if row["manifest_sha256"]:
                manifest = self.server.get(f"{self.path(number)}/deployments/{row['id']}/manifest")
                self.assertEqual(hashlib.sha256(manifest.body).hexdigest(), row["manifest_sha256"])


if __name__ == "__main__":
    unittest.main()
