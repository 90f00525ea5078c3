"""Queues by HTTP (08 section 8.13): scopes, messages, claims, forms, rules, audit."""

import threading
import unittest

from tests.support.scaiflow import Server, query

BASE = "/v1/modules/scaiqueue"


class Queues(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.close)

    def setUp(self):
        self.slug = self.id().rsplit(".", 1)[-1].replace("_", "-")[:60].strip("-")
        reply = self.server.post(f"{BASE}/scopes", {"slug": self.slug, "display_name": "Test"})
        self.assertEqual(reply.status, 201, reply)
        self.scope = f"{BASE}/scopes/{self.slug}"

    def queue(self, slug="q", **fields):
        reply = self.server.post(f"{self.scope}/queues", {"slug": slug, "display_name": slug, **fields})
        self.assertEqual(reply.status, 201, reply)
        return f"{self.scope}/queues/{slug}/messages"

    def publish(self, messages, body, **fields):
        reply = self.server.post(messages, {"body": body, **fields})
        self.assertEqual(reply.status, 201, reply)
        return reply.json["data"]

    def claim(self, messages, **fields):
        reply = self.server.post(f"{messages}/claim", fields)
        self.assertEqual(reply.status, 200, reply)
        return reply.json["data"]["items"]

    def check_error(self, reply, status, code):
        self.assertEqual((reply.status, reply.json["error"]["code"]), (status, code), reply)

    def test_scope_and_queue_records(self):
        scope = self.server.get(self.scope).json["data"]
        self.assertEqual((scope["status"], scope["queue_count"]), ("active", 5))
        self.queue(consumer_mode="priority", max_retries=2)
        queue = self.server.get(f"{self.scope}/queues/q").json["data"]
        self.assertEqual(
            (queue["ordering"], queue["consumer_mode"], queue["max_retries"]), ("priority", "competing", 2)
        )
        self.assertEqual(
            (queue["visibility_timeout_s"], queue["depth_pending"], queue["is_system"]), (60, 0, False)
        )
        self.assertEqual(self.server.get(f"{BASE}/queues/{queue['id']}").json["data"]["slug"], "q")
        self.check_error(self.server.post(f"{self.scope}/queues", {"slug": "q"}), 409, "SLUG_CONFLICT")
        self.check_error(self.server.post(f"{BASE}/scopes", {"slug": self.slug}), 409, "SLUG_CONFLICT")
        self.check_error(self.server.post(f"{BASE}/scopes", {"slug": "Not A Slug"}), 422, "VALIDATION_ERROR")
        patched = self.server.request("PATCH", f"{self.scope}/queues/q", {"max_depth": 9})
        self.assertEqual(patched.json["data"]["max_depth"], 9)
        self.check_error(
            self.server.request("PATCH", f"{self.scope}/queues/q", {"ordering": "fifo"}),
            422,
            "VALIDATION_ERROR",
        )
        self.assertEqual(
            self.server.request("PATCH", self.scope, {"display_name": "New"}).json["data"]["display_name"],
            "New",
        )

    def test_the_documented_cycle(self):
        messages = self.queue()
        sent = self.publish(
            messages, {"n": 1}, correlation_id="order-7", labels=["a=b", "c"], idempotency_key="key-1"
        )
        self.assertEqual(
            (sent["state"], sent["attempts"], sent["labels"]), ("pending", 0, {"a": "b", "c": "true"})
        )
        self.assertEqual(
            (sent["priority_tier"], sent["content_type"], sent["idempotency_key"]),
            ("normal", "application/json", "key-1"),
        )
        again = self.server.post(messages, {"body": {"n": 1}, "idempotency_key": "key-1"})
        self.assertEqual((again.status, again.json["data"]["id"]), (200, sent["id"]))
        self.check_error(
            self.server.post(messages, {"body": 2, "idempotency_key": "key-1"}),
            409,
            "SCAIQUEUE_IDEMPOTENCY_CONFLICT",
        )
        [claimed] = self.claim(messages, visibility_timeout_s=30)
        self.assertEqual((claimed["id"], claimed["state"], claimed["attempts"]), (sent["id"], "claimed", 1))
        self.assertRegex(claimed["claim_token"], "^[0-9a-f]{32}$")
        self.assertNotIn("claim_token", self.server.get(f"{messages}/{sent['id']}").json["data"])
        self.assertEqual(self.claim(messages), [])
        wrong = self.server.post(f"{messages}/{sent['id']}/complete", {"claim_token": "0" * 32})
        self.check_error(wrong, 409, "SCAIQUEUE_CLAIM_LOST")
        token = {"claim_token": claimed["claim_token"]}
        more = self.server.post(f"{messages}/{sent['id']}/extend", {**token, "visibility_timeout_s": 600})
        self.assertGreater(more.json["data"]["claim_expires_at"], claimed["claim_expires_at"])
        self.assertEqual(
            self.server.post(f"{messages}/{sent['id']}/release", token).json["data"]["state"], "pending"
        )
        [claimed] = self.claim(messages)
        done = self.server.post(
            f"{messages}/{sent['id']}/complete",
            {"claim_token": claimed["claim_token"], "result": {"ok": True}},
        )
        self.assertEqual(
            (done.json["data"]["state"], done.json["data"]["result"]), ("completed", {"ok": True})
        )
        trace = self.server.get(f"{self.scope}/audit/trace/order-7").json["data"]["items"]
        self.assertEqual(
            [line["action"] for line in trace],
            ["published", "claimed", "extended", "released", "claimed", "completed"],
        )
        events = self.server.get("/v1/modules/scaicore/events" + query(type="scaiqueue.")).json["data"][
            "events"
        ]
        self.assertIn(sent["id"], [event["payload"]["message_id"] for event in events])
        listed = self.server.get(
            f"{self.scope}/messages" + query(correlation_id="order-7", state="completed")
        )
        self.assertEqual([item["id"] for item in listed.json["data"]["items"]], [sent["id"]])

    def test_a_failed_message_waits_then_dies(self):
        messages = self.queue(max_retries=1)
        sent = self.publish(messages, 1)
        [claimed] = self.claim(messages)
        token = claimed["claim_token"]
        self.check_error(
            self.server.post(f"{messages}/{sent['id']}/fail", {"claim_token": token}), 422, "VALIDATION_ERROR"
        )
        dead = self.server.post(f"{messages}/{sent['id']}/fail", {"claim_token": token, "reason": "broken"})
        self.assertEqual(
            (dead.json["data"]["state"], dead.json["data"]["failure_reason"]), ("dead_lettered", "broken")
        )
        letters = self.server.get(f"{self.scope}/queues/_dead_letter/messages").json["data"]["items"]
        self.assertEqual([item["id"] for item in letters], [sent["id"]])

    def test_a_waiting_claim_gets_what_comes(self):
        messages = self.queue()
        found = []
        waiting = threading.Thread(target=lambda: found.extend(self.claim(messages, wait_ms=20000)))
        waiting.start()
        sent = self.publish(messages, "at last")
        waiting.join()
        self.assertEqual([item["id"] for item in found], [sent["id"]])

    def test_pages(self):
        messages = self.queue()
        ids = [self.publish(messages, n)["id"] for n in range(5)]
        seen, cursor = [], ""
        while cursor is not None:
            page = self.server.get(messages + query(limit=2, cursor=cursor)).json["data"]
            seen += [item["id"] for item in page["items"]]
            cursor = page["next_cursor"]
        self.assertEqual(sorted(seen), sorted(ids))
        self.check_error(self.server.get(messages + query(cursor="nonsense")), 422, "VALIDATION_ERROR")

    def test_what_is_paused_and_full(self):
        messages = self.queue(max_depth=1)
        self.publish(messages, 1)
        full = self.server.post(messages, {"body": 2})
        self.check_error(full, 429, "SCAIQUEUE_QUEUE_FULL")
        self.assertIn("retry-after", full.headers)
        self.assertEqual(self.server.post(f"{self.scope}/queues/q/pause").json["data"]["status"], "paused")
        self.check_error(self.server.post(f"{messages}/claim", {}), 409, "SCAIQUEUE_QUEUE_PAUSED")
        self.server.post(f"{self.scope}/queues/q/resume")
        self.assertEqual(self.server.post(f"{self.scope}/queues/q/purge").json["data"], {"purged": 1})
        for move, status in (("pause", "paused"), ("drain", "draining"), ("archive", "archived")):
            self.assertEqual(self.server.post(f"{self.scope}/{move}").json["data"]["status"], status)
            self.check_error(self.server.post(messages, {"body": 2}), 409, "SCAIQUEUE_SCOPE_PAUSED")
        self.server.post(f"{self.scope}/resume")
        self.publish(messages, 3)

    def test_forms_patterns_schemas_and_rules(self):
        messages = self.queue()
        self.queue("other")
        spec = {
            "sections": [
                {"type": "context", "title": "T", "content": "For {{who}}"},
                {"type": "input", "field": "amount", "kind": "number", "required": True},
                {"type": "decision", "field": "verdict", "options": ["yes", "no"]},
            ]
        }
        made = self.server.post(f"{self.scope}/hitl-patterns", {"name": "ask", "version": "1", "spec": spec})
        self.assertEqual(made.status, 201, made)
        shown = self.server.post(f"{self.scope}/hitl-patterns/ask/preview", {"params": {"who": "Ann"}})
        self.assertEqual(shown.json["data"]["sections"][0]["content"], "For Ann")
        sent = self.publish(messages, {}, pattern={"name": "ask", "params": {"who": "Bob"}})
        self.assertEqual(sent["hitl_spec"]["sections"][0]["content"], "For Bob")
        review = f"{messages}/{sent['id']}/review"
        self.check_error(
            self.server.post(review, {"result": {"verdict": "yes"}}), 422, "SCAIQUEUE_FORM_INVALID"
        )
        done = self.server.post(review, {"result": {"verdict": "yes", "amount": 3}})
        self.assertEqual(done.json["data"]["result"], {"verdict": "yes", "amount": 3, "decision": "yes"})
        schema = {"type": "object", "required": ["id"]}
        self.assertEqual(self.server.put(f"{self.scope}/schemas/order/1", schema).status, 201)
        self.assertEqual(self.server.get(f"{self.scope}/schemas/order/1").json["data"]["schema"], schema)
        bad = self.server.post(messages, {"body": {}, "labels": {"schema": "order@1"}})
        self.check_error(bad, 422, "VALIDATION_ERROR")
        self.assertEqual(bad.json["error"]["details"][0]["field"], "body.id")
        rules = [
            {
                "name": "r",
                "trigger": "message_published",
                "queue": "q",
                "when": {"message_type": "x"},
                "action": {"kind": "route", "queue": "other"},
            }
        ]
        self.assertEqual(
            self.server.put(
                f"{self.scope}/rules", rules, headers={"Content-Type": "application/json"}
            ).status,
            200,
        )
        self.assertEqual(self.server.get(f"{self.scope}/rules").json["data"], rules)
        routed = self.publish(messages, 1, message_type="x")
        [found] = self.claim(f"{self.scope}/queues/other/messages")
        self.assertEqual(found["id"], routed["id"])

    def test_refusals(self):
        messages = self.queue()
        self.check_error(self.server.get(f"{BASE}/scopes/none"), 404, "SCAIQUEUE_SCOPE_NOT_FOUND")
        self.check_error(self.server.get(f"{self.scope}/queues/none"), 404, "SCAIQUEUE_QUEUE_NOT_FOUND")
        self.check_error(self.server.get(f"{messages}/none"), 404, "SCAIQUEUE_MESSAGE_NOT_FOUND")
        self.check_error(self.server.post(messages, {}), 422, "VALIDATION_ERROR")
        self.check_error(
            self.server.post(messages, {"body": 1, "priority_tier": "max"}), 422, "VALIDATION_ERROR"
        )
        self.check_error(self.server.post(messages, {"body": 1, "deadline": "soon"}), 422, "VALIDATION_ERROR")
        self.check_error(self.server.post(f"{messages}/claim", {"batch_size": 101}), 422, "VALIDATION_ERROR")
        self.check_error(self.server.post(f"{messages}/claim", {"wait_ms": 20001}), 422, "VALIDATION_ERROR")
        self.check_error(self.server.post(f"{messages}/x/complete", {}), 422, "VALIDATION_ERROR")
        self.check_error(self.server.post(f"{self.scope}/explode"), 404, "ROUTE_NOT_FOUND")
        self.check_error(self.server.post(messages, {"body": 1}, token=False), 401, "AUTH_TOKEN_MISSING")
        self.check_error(
            self.server.post(messages, "{", headers={"Content-Type": "application/json"}),
            400,
            "MALFORMED_REQUEST",
        )


if __name__ == "__main__":
    unittest.main()
