"""A review through the queue with kill -9 between each two steps, and what flows take from queues."""

import unittest

from tests.sim import flows
from tests.sim.ledger import GRID, check_order, checkpoints, invoke_async, kinds_by_execution, outcome
from tests.support.scaiflow import Server, query

SCOPE = "/v1/modules/scaiqueue/scopes/desk"
SECTIONS = [
    {"type": "context", "title": "What", "content": "{{message}}"},
    {"type": "input", "field": "amount", "kind": "number", "required": True},
    {"type": "decision", "field": "decision", "options": ["approve", "reject"]},
]


def in_scope(document, *queues):
    document["config"]["scaiqueue"] = {
        "scope": "desk",
        "queues": [{"slug": slug, "display_name": slug} for slug in queues],
    }
    return document


def review_flow():
    nodes = [
        ("node_rev", "hitl_review", {"queue": "reviews", "sections": SECTIONS}),
        (
            "node_tell",
            "queue_publish",
            {
                "queue": "decided",
                "message_type": "decided",
                "payload": {"decision": "{{rev.decision}}", "amount": "{{rev.amount}}"},
            },
        ),
    ]
    document = flows.chain("Reviewed", nodes, {"decision": "{{rev.decision}}", "amount": "{{rev.amount}}"})
    return in_scope(document, "reviews", "decided")


class Killed(unittest.TestCase):
    def setUp(self):
        self.server = Server()
        self.addCleanup(self.server.close)

    def deploy(self, document):
        flow = self.server.create_flow(document)
        reply = self.server.post(f"/v1/flows/{flow['id']}/deploy")
        self.assertEqual(reply.status, 200, reply)
        return reply.json["core_id"]

    def post(self, path, body=None):
        reply = self.server.post(path, body or {})
        self.assertIn(reply.status, (200, 201, 202), reply)
        return reply.json["data"]

    def messages(self, queue, **filters):
        reply = self.server.get(f"{SCOPE}/queues/{queue}/messages" + query(limit=500, **filters))
        return reply.json["data"]["items"]

    def test_between_each_two_steps_of_a_review(self):
        core = self.deploy(review_flow())
        self.server.restart()
        started = self.server.invoke(core, {"message": "a chair"})
        self.assertEqual(started["status"], "suspended", started)
        self.server.restart()
        [message] = self.messages("reviews")
        self.assertEqual((message["state"], message["correlation_id"]), ("pending", started["checkpoint_id"]))
        path = f"{SCOPE}/queues/reviews/messages"
        [claimed] = self.post(f"{path}/claim", {"visibility_timeout_s": 600})["items"]
        self.server.restart()
        token = {"claim_token": claimed["claim_token"]}
        self.post(f"{path}/{message['id']}/extend", {**token, "visibility_timeout_s": 600})
        self.server.restart()
        result = {"decision": "approve", "amount": 7}
        done = self.post(f"{path}/{message['id']}/complete", {**token, "result": result})
        self.assertEqual(done["state"], "completed")
        self.server.restart()
        record = outcome(self.server, started["execution_id"])
        self.assertEqual((record["status"], record["output"]), ("completed", result), record)
        check_order(self, kinds_by_execution(self.server, core)[started["execution_id"]])
        self.assertEqual(checkpoints(self.server, core), [])
        self.assertEqual([m["body"] for m in self.messages("decided")], [result])
        again = self.server.post(f"{path}/{message['id']}/complete", {**token, "result": result})
        self.assertEqual((again.status, again.json["error"]["code"]), (409, "SCAIQUEUE_CLAIM_LOST"))

    def test_an_answer_that_was_acknowledged_at_the_moment_of_death(self):
        """Neither door loses it: the message's, and the checkpoint's."""
        core = self.deploy(review_flow())
        for door in ("queue", "checkpoint"):
            started = self.server.invoke(core, {"message": door})
            [message] = self.messages("reviews", state="pending")
            result = {"decision": "reject", "amount": 1}
            if door == "queue":
                self.post(f"{SCOPE}/queues/reviews/messages/{message['id']}/review", {"result": result})
            else:
                self.post(f"{GRID}/checkpoints/{started['checkpoint_id']}/resolve", {"resolution": result})
            self.server.restart()
            record = outcome(self.server, started["execution_id"])
            self.assertEqual(record["output"], result, door)
            self.assertEqual(self.messages("reviews", state="pending"), [])

    def test_what_a_flow_takes_from_a_queue_is_taken_once(self):
        """A waiting consumer is killed again and again; each message is taken by one execution."""
        nodes = [
            ("node_get", "queue_consume", {"queue": "jobs", "timeout": "60s"}),
            ("node_put", "queue_publish", {"queue": "done", "payload": {"job": "{{get.message.body}}"}}),
        ]
        core = self.deploy(
            in_scope(flows.chain("Worker", nodes, {"job": "{{get.message.body}}"}), "jobs", "done")
        )
        started = [invoke_async(self.server, core, f"w{n}").json["data"]["execution_id"] for n in range(6)]
        for number in range(6):
            if number % 2:
                self.server.restart()
            self.post(f"{SCOPE}/queues/jobs/messages", {"body": number})
        outputs = [outcome(self.server, execution_id)["output"]["job"] for execution_id in started]
        self.assertEqual(sorted(outputs), list(range(6)))
        self.assertEqual(sorted(m["body"]["job"] for m in self.messages("done")), list(range(6)))
        self.assertEqual({m["state"] for m in self.messages("jobs")}, {"completed"})


if __name__ == "__main__":
    unittest.main()
