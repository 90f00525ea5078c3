"""Journal, state and forks of executions over HTTP (08 section 8.10)."""

import time
import unittest

from tests.support.model_server import ModelServer, support_answers
from tests.support.scaiflow import Server, query

EXECUTIONS = "/v1/modules/scaicore/executions"
QUESTION = {"message": {"text": "Where is my order 17?"}}


class Forks(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.models = ModelServer(support_answers)
        cls.addClassCleanup(cls.models.close)
        cls.server = Server(env=cls.models.env())
        cls.addClassCleanup(cls.server.close)
        cls.deployment = cls.server.deploy_example("customer-support", at_endpoint)
        result = cls.server.invoke(cls.deployment["core_id"], QUESTION)
        cls.origin = result["execution_id"]

    def fork(self, body, status=201):
        reply = self.server.post(f"{EXECUTIONS}/{self.origin}/fork", body)
        self.assertEqual(reply.status, status, reply)
        return reply.json["data"] if status < 300 else reply.json["error"]

    def ended(self, execution_id):
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            record = self.server.get(f"{EXECUTIONS}/{execution_id}").json["data"]
            if record["status"] in ("completed", "failed", "suspended"):
                return record
        self.fail("the fork did not end")

    def journal(self, execution_id):
        return self.server.get(f"{EXECUTIONS}/{execution_id}/journal").json["data"]["items"]

    def state(self, seq):
        return self.server.get(f"{EXECUTIONS}/{self.origin}/state" + query(seq=seq)).json["data"]

    def test_a_state_shows_what_was_known_and_asked_then(self):
        first = self.state(1)
        self.assertEqual(first["effects"][0]["node_id"], "node_classify")
        self.assertIn("messages", first["effects"][0]["request"])
        self.assertNotIn("classify", first["scope"])
        self.assertIn("classify", self.state(2)["scope"])

    def test_nothing_recorded_is_paid_twice(self):
        before, rows = len(self.models.requests), self.journal(self.origin)
        answer = {"block_id": "node_respond", "result": {"answer": "x", "citations": [], "confidence": 0.1}}
        found = self.fork({"answer": answer, "dry_run": True}, status=200)
        self.assertEqual((found["mode"], found["reusable"]), ("replay", 2))
        made = self.fork({"answer": answer})
        record = self.ended(made["execution_id"])
        self.assertEqual(record["status"], "suspended")
        self.assertEqual(record["waiting_on"][0]["node_id"], "node_review")
        self.assertEqual(record["forked_from"], {"execution_id": self.origin, "seq": len(rows)})
        self.assertEqual(len(self.models.requests), before)
        self.assertEqual(self.journal(self.origin), rows)
        reused = [r["node_id"] for r in self.journal(record["execution_id"]) if r.get("reused_from")]
        self.assertEqual(reused, ["node_classify", "node_kb_search"])

    def test_a_prefix_asks_what_was_open(self):
        before = len(self.models.requests)
        made = self.fork({"at_seq": len(self.journal(self.origin)) - 1})
        self.assertIn(self.ended(made["execution_id"])["status"], ("completed", "suspended"))
        self.assertEqual(len(self.models.requests), before + 1)

    def test_another_version_reuses_what_is_as_it_was(self):
        before = len(self.models.requests)
        made = self.fork({"core_version": self.deployment["version"]})
        self.ended(made["execution_id"])
        self.assertEqual(len(self.models.requests), before)

    def test_what_does_not_fit_is_refused(self):
        for body, field in [
            ({"at_seq": 999}, "at_seq"),
            ({"at_seq": "x"}, "at_seq"),
            ({"ir_hash": "0" * 64}, "ir_hash"),
            ({"core_version": "9.9.9"}, "core_version"),
            ({"input": []}, "input"),
            ({"on_mismatch": "maybe"}, "on_mismatch"),
            ({"memory": "mine"}, "memory"),
            ({"breakpoints": [1]}, "breakpoints"),
            ({"answer": {"block_id": "nowhere", "result": 1}}, "answer.block_id"),
        ]:
            error = self.fork(body, status=422)
            self.assertEqual(error["code"], "VALIDATION_ERROR")
            self.assertEqual(error["details"][0]["field"], field)
        missing = self.server.post(f"{EXECUTIONS}/exec_none/fork", {})
        self.assertEqual((missing.status, missing.json["error"]["code"]), (404, "EXECUTION_NOT_FOUND"))
        wrong = self.server.post(f"{EXECUTIONS}/{self.origin}/debug", {"action": "hold"})
        self.assertEqual(wrong.status, 422, wrong)


def at_endpoint(document):
    """Both models of the example at the provider that the test serves."""
    for model in document["config"]["core_identity"]["models"]:
        model.update(ref="openai", model="gpt-4o", fallback=[])


if __name__ == "__main__":
    unittest.main()
