"""Schedules, webhooks and `api` paths over HTTP (08 §8.7, §8.11)."""

import datetime
import hashlib
import hmac
import http.client
import json
import sqlite3
import time
import unittest

from tests.support.cores import CORES, asks, make_core, returns, trigger
from tests.support.scaiflow import Server, query

EXECUTIONS = "/v1/modules/scaicore/executions"


def below(url):
    """The path of an absolute URL."""
    return "/" + url.split("/", 3)[3]


def ms(text):
    return int(datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000)


class Triggers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.close)

    def triggers(self, core):
        reply = self.server.get(f"{CORES}/{core['id']}/triggers")
        self.assertEqual(reply.status, 200, reply)
        return {item["name"]: item for item in reply.json["data"]["items"]}

    def hook(self, name, body, environment=None, verification=None, **members):
        """A Core with a webhook; gives the Core and the path of its URL."""
        core = make_core(self.server, name, body, [trigger("webhook", **members)], environment)
        if verification:
            patched = self.server.request(
                "PATCH", f"{CORES}/{core['id']}/triggers/entry", {"verification": verification}
            )
            self.assertEqual(patched.status, 200, patched)
        return core, below(self.triggers(core)["entry"]["url"])


class Listing(Triggers):
    def test_every_kind_shows_what_belongs_to_it(self):
        core = make_core(
            self.server,
            "All Kinds",
            returns("x"),
            [
                trigger("api", "call", path="/orders/{id}", method="GET"),
                trigger("webhook", "hook"),
                trigger("schedule", "tick", cron="0 3 * * *", timezone="Europe/Amsterdam"),
            ],
        )
        shown = self.triggers(core)
        self.assertTrue(shown["call"]["url"].endswith(f"/cores/{core['id']}/api/orders/{{id}}"))
        self.assertRegex(shown["hook"]["url"], r"/v1/hooks/hook_[0-9a-z]{26}$")
        self.assertGreater(ms(shown["tick"]["next_due_at"]), time.time() * 1000)
        self.assertEqual((shown["tick"]["skipped"], shown["tick"]["last_fired_at"]), (0, None))
        self.assertEqual(core["triggers"], list(shown.values()))
        runtime = self.server.get(f"{CORES}/{core['id']}/runtime").json["data"]
        self.assertEqual(
            runtime["schedules"],
            [{"trigger": "tick", "next_due_at": shown["tick"]["next_due_at"], "last_fired_at": None}],
        )

    def test_refusals(self):
        core = make_core(self.server, "Refusals", returns("x"), [trigger("webhook"), trigger("api", "call")])
        base = f"{CORES}/{core['id']}/triggers"
        no_secret = {"verification": {"type": "github", "secret": "absent"}}
        for method, path, body, code in [
            ("GET", f"{CORES}/core_none/triggers", None, "CORE_NOT_FOUND"),
            ("PATCH", f"{base}/none", {"enabled": False}, "TRIGGER_NOT_FOUND"),
            ("PATCH", f"{base}/entry", {"enabled": "no"}, "VALIDATION_ERROR"),
            ("PATCH", f"{base}/call", {"enabled": False}, "VALIDATION_ERROR"),
            ("PATCH", f"{base}/call", no_secret, "VALIDATION_ERROR"),
            ("PATCH", f"{base}/entry", no_secret, "VALIDATION_ERROR"),
            ("PATCH", f"{base}/entry", {"verification": {"type": "rot13"}}, "VALIDATION_ERROR"),
            ("POST", f"{base}/none/fire", {}, "TRIGGER_NOT_FOUND"),
            ("POST", f"{base}/entry/fire", {"input": 1}, "VALIDATION_ERROR"),
            ("POST", f"{base}/call/rotate", {}, "VALIDATION_ERROR"),
            ("PATCH", f"{base}/entry", "{", "MALFORMED_REQUEST"),
        ]:
            reply = self.server.request(method, path, body, headers={"Content-Type": "application/json"})
            self.assertEqual(reply.json["error"]["code"], code, (method, path, reply))
            self.assertEqual(self.server.request(method, path, body, token=False).status, 401)

    def test_a_rotated_url_stops_at_once(self):
        core, path = self.hook("Rotated", returns("x"))
        self.assertEqual(self.server.post(path, {}, token=False).status, 200)
        rotated = self.server.post(f"{CORES}/{core['id']}/triggers/entry/rotate").json["data"]
        self.assertEqual(self.server.post(path, {}, token=False).json["error"]["code"], "HOOK_NOT_FOUND")
        self.assertEqual(self.server.post(below(rotated["url"]), {}, token=False).json, "x")

    def test_a_hook_keeps_its_url_over_redeployments_and_goes_with_its_core(self):
        core, path = self.hook("Kept", returns("one"), {"s": {"type": "secret", "value": "shh"}})
        base = f"{CORES}/{core['id']}"
        bearer = {"verification": {"type": "bearer", "secret": "s"}}
        self.assertEqual(self.server.request("PATCH", f"{base}/triggers/entry", bearer).status, 200)
        source = core["source"]
        source["flows"][0]["body"] = returns("two")
        self.assertEqual(self.server.put(base, {"source": source}).status, 200)
        self.assertEqual(self.server.post(path, {}, token=False).status, 401)
        self.assertEqual(self.server.post(path, {}, token="shh").json, "two")
        self.server.post(f"{base}/pause")
        self.assertEqual(self.server.post(path, {}, token="shh").json["error"]["code"], "CORE_NOT_RUNNING")
        self.server.post(f"{base}/stop")
        self.assertEqual(self.server.delete(base).status, 204)
        self.assertEqual(self.server.post(path, {}, token="shh").status, 404)

    def test_firing_by_hand(self):
        core = make_core(
            self.server,
            "By Hand",
            returns({"entry": "{{trigger.entry}}", "manual": "{{trigger.manual}}", "x": "{{trigger.x}}"}),
            [trigger("schedule", "tick", cron="0 0 1 1 *")],
        )
        fired = self.server.post(f"{CORES}/{core['id']}/triggers/tick/fire", {"input": {"x": 7}})
        self.assertEqual(fired.status, 202, fired)
        execution = ended(self.server, fired.json["data"]["execution_id"])
        self.assertEqual(execution["output"], {"entry": "tick", "manual": True, "x": 7})
        self.assertEqual(execution["trigger"], {"kind": "schedule", "name": "tick"})


def ended(server, execution_id):
    """The execution when its stream has ended."""
    with_end = server.get(f"{EXECUTIONS}/{execution_id}/stream").body.decode()
    assert "event: end" in with_end, with_end
    return server.get(f"{EXECUTIONS}/{execution_id}").json["data"]


class Hooks(Triggers):
    def test_the_input_of_each_kind_of_body(self):
        _, path = self.hook("Inputs", returns("{{trigger}}"), path="/in/{kind}", method="ANY")
        path = path.replace("{kind}", "a%20b")

        def sent(method, body, content_type=None, more=""):
            headers = {"Content-Type": content_type} if content_type else {}
            reply = self.server.request(method, path + more, body, headers=headers, token=False)
            self.assertEqual(reply.status, 200, reply)
            value = reply.json
            return {k: v for k, v in value.items() if k != "_http"}, value["_http"]

        got, http_part = sent("POST", '{"a":1}', "application/json", "?q=1")
        self.assertEqual(got, {"a": 1})
        self.assertEqual((http_part["path"], http_part["params"]), ("/in/a%20b", {"kind": "a b"}))
        self.assertEqual((http_part["method"], http_part["query"]), ("POST", {"q": "1"}))
        self.assertEqual(http_part["remote_addr"], "127.0.0.1")
        self.assertEqual(sent("POST", "[1]", "application/json")[0], {"body": [1]})
        form = "application/x-www-form-urlencoded"
        self.assertEqual(sent("POST", "a=1&b=x+y", form)[0], {"a": "1", "b": "x y"})
        self.assertEqual(sent("PUT", "plain", "text/plain")[0], {"body": "plain"})
        self.assertEqual(sent("GET", None, None, "?a=1&b=2")[0], {"a": "1", "b": "2"})
        self.assertEqual(sent("DELETE", None)[0], {})
        blob = sent("PATCH", b"\xff\xfe", "image/png")[0]["body"]
        digest = hashlib.sha256(b"\xff\xfe").hexdigest()
        self.assertEqual(blob, {"blob_id": digest, "content_type": "image/png", "size": 2})
        multipart = (
            '--X\r\nContent-Disposition: form-data; name="note"\r\n\r\nhi\r\n'
            '--X\r\nContent-Disposition: form-data; name="file"; filename="a.bin"\r\n'
            "Content-Type: image/gif\r\n\r\nGIF\r\n--X--\r\n"
        )
        got, _ = sent("POST", multipart, "multipart/form-data; boundary=X")
        self.assertEqual(got["note"], "hi")
        self.assertEqual((got["file"]["filename"], got["file"]["size"]), ("a.bin", 3))

    def test_what_does_not_fit(self):
        core, path = self.hook("Unfit", returns("x"), path="/in", method="POST")
        stem = path.removesuffix("/in")
        for method, where, body, content_type, status, code in [
            ("POST", stem, "{}", "application/json", 404, "HOOK_NOT_FOUND"),
            ("POST", stem + "/other", "{}", "application/json", 404, "HOOK_NOT_FOUND"),
            ("POST", stem + "/in/more", "{}", "application/json", 404, "HOOK_NOT_FOUND"),
            ("POST", "/v1/hooks/hook_none", "{}", "application/json", 404, "HOOK_NOT_FOUND"),
            ("GET", path, None, "application/json", 405, "METHOD_NOT_ALLOWED"),
            ("POST", path, "{", "application/json", 400, "MALFORMED_REQUEST"),
            ("POST", path, "x", "multipart/form-data; boundary=X", 400, "MALFORMED_REQUEST"),
        ]:
            reply = self.server.request(method, where, body, {"Content-Type": content_type}, token=False)
            self.assertEqual((reply.status, reply.json["error"]["code"]), (status, code), reply)
            if code != "ROUTE_NOT_FOUND":
                self.assertEqual(
                    reply.headers["content-security-policy"], "sandbox; default-src 'none'", reply
                )
        self.assertEqual(self.server.get(path, token=False).headers["allow"], "POST")
        self.assertEqual(self.server.request("HEAD", path, token=False).status, 405)
        url = f"{CORES}/{core['id']}/triggers/entry"
        self.server.request("PATCH", url, {"enabled": False})
        self.assertEqual(self.server.post(path, {}, token=False).status, 404)
        self.server.request("PATCH", url, {"enabled": True})
        self.assertEqual(self.server.post(path, {}, token=False).status, 200)

    def test_answers(self):
        composed = {
            "status": 201,
            "headers": {"X-Flow": "yes", "Set-Cookie": "a=1", "Content-Security-Policy": "none"},
            "body": "made",
        }
        _, path = self.hook("Composed", returns({"_response": composed}))
        reply = self.server.post(path, {}, token=False)
        self.assertEqual((reply.status, reply.body, reply.headers["x-flow"]), (201, b"made", "yes"))
        self.assertTrue(reply.headers["content-type"].startswith("text/plain"))
        self.assertNotIn("set-cookie", reply.headers)
        self.assertEqual(reply.headers["content-security-policy"], "sandbox; default-src 'none'")
        self.assertEqual(reply.headers["x-content-type-options"], "nosniff")

        _, path = self.hook("Plain", returns({"n": 1}))
        self.assertEqual(self.server.post(path, {}, token=False).json, {"n": 1})
        later = self.server.post(path, {}, headers={"Prefer": "respond-async"}, token=False)
        self.assertEqual((later.status, set(later.json)), (202, {"execution_id", "status"}))

        _, path = self.hook("Asking", asks("Sure?", ["yes"]))
        asked = self.server.post(path, {}, token=False)
        self.assertEqual((asked.status, asked.json["status"]), (202, "suspended"))

        broken = returns("{{ 1 / 0 }}")
        _, path = self.hook("Broken", broken)
        failed = self.server.post(path, {}, token=False)
        self.assertEqual((failed.status, failed.json["error"]["code"]), (500, "EXECUTION_FAILED"))
        self.assertEqual(failed.json["error"]["details"]["type"], "ExpressionError")

    def test_a_repeated_delivery_gets_the_first_outcome(self):
        _, path = self.hook("Repeated", returns("{{trigger.n}}"))
        key = {"Idempotency-Key": "delivery-1"}
        first = self.server.post(path, {"n": 1}, headers=key, token=False)
        again = self.server.post(path, {"n": 2}, headers=key, token=False)
        self.assertEqual((first.json, again.json), (1, 1))
        self.assertEqual(first.headers["x-execution-id"], again.headers["x-execution-id"])

    def test_verification(self):
        secret = {"s": {"type": "secret", "value": "topsecret"}}
        signed = lambda body: "sha256=" + hmac.new(b"topsecret", body, hashlib.sha256).hexdigest()
        _, path = self.hook(
            "Signed", returns("{{trigger._http.headers}}"), secret, {"type": "github", "secret": "s"}
        )
        headers = {"Content-Type": "application/json", "X-GitHub-Delivery": "d1", "Cookie": "a=1"}
        good = {**headers, "X-Hub-Signature-256": signed(b'{"a":1}')}
        reply = self.server.post(path, b'{"a":1}', headers=good, token=False)
        self.assertEqual(reply.status, 200, reply)
        self.assertNotIn("x-hub-signature-256", reply.json)
        self.assertNotIn("cookie", reply.json)
        self.assertEqual(reply.json["x-github-delivery"], "d1")
        for sent in ({**good, "X-Hub-Signature-256": signed(b'{"a":2}')}, headers):
            refused = self.server.post(path, b'{"a":1}', headers=sent, token=False)
            self.assertEqual((refused.status, refused.json["error"]["code"]), (401, "AUTH_TOKEN_INVALID"))
        again = self.server.post(path, b'{"a":1}', headers=good, token=False)
        self.assertEqual(again.headers["x-execution-id"], reply.headers["x-execution-id"])

        core, path = self.hook("Members", returns("in"), None, {"type": "grid"})
        self.assertEqual(self.server.post(path, {}, token=False).status, 401)
        self.assertEqual(self.server.post(path, {}, token="x" * 43).status, 401)
        self.assertEqual(self.server.post(path, {}).json, "in")

        core, path = self.hook("Unset", returns("in"), secret, {"type": "bearer", "secret": "s"})
        self.assertEqual(self.server.put(f"{CORES}/{core['id']}", {"environment": {}}).status, 200)
        gone = self.server.post(path, {}, token="topsecret")
        self.assertEqual((gone.status, gone.json["error"]["code"]), (503, "SERVICE_UNAVAILABLE"))

    def test_an_answer_that_comes_late_and_a_rate(self):
        with Server(env={"SCAIFLOW_HOOKS_RATE_PER_MINUTE": "2"}) as server:
            core = make_core(server, "Rated", returns("x"), [trigger("webhook")])
            url = server.get(f"{CORES}/{core['id']}/triggers").json["data"]["items"][0]["url"]
            replies = [server.post(below(url), {}, token=False) for _ in range(3)]
            self.assertEqual([reply.status for reply in replies], [200, 200, 429])
            self.assertEqual(replies[2].json["error"]["code"], "RATE_LIMITED")
            self.assertIn(int(replies[2].headers["retry-after"]), range(1, 61))


class ApiPaths(Triggers):
    def test_paths_and_methods_choose_the_trigger(self):
        core = make_core(
            self.server,
            "Paths",
            returns(
                {"id": "{{trigger._http.params.id}}", "m": "{{trigger.m}}", "e": "{{trigger._http.method}}"}
            ),
            [
                trigger("api", "one", path="/orders/{id}", method="GET"),
                trigger("api", "two", path="/orders/{id}", method="PUT"),
                trigger("api", "root"),
            ],
        )
        api = f"{CORES}/{core['id']}/api"
        self.assertEqual(self.server.get(f"{api}/orders/7?m=q").json, {"id": "7", "m": "q", "e": "GET"})
        put = self.server.put(f"{api}/orders/8", {"input": {"m": 1}})
        self.assertEqual(put.json, {"id": "8", "m": 1, "e": "PUT"})
        self.assertEqual(self.server.post(api, {"m": 2}).json, {"id": None, "m": 2, "e": "POST"})
        wrong = self.server.delete(f"{api}/orders/7")
        self.assertEqual((wrong.status, wrong.headers["allow"]), (405, "GET, PUT"))
        self.assertEqual(self.server.get(f"{api}/none").json["error"]["code"], "TRIGGER_NOT_FOUND")
        self.assertEqual(self.server.get(f"{CORES}/core_none/api").json["error"]["code"], "CORE_NOT_FOUND")
        self.assertEqual(self.server.get(f"{api}/orders/7", token=False).status, 401)
        bad = self.server.put(f"{api}/orders/8", "{", headers={"Content-Type": "application/json"})
        self.assertEqual(bad.json["error"]["code"], "MALFORMED_REQUEST")

    def test_a_key_is_for_one_request(self):
        core = make_core(self.server, "Keyed", returns("{{trigger.n}}"), [trigger("api")])
        api, key = f"{CORES}/{core['id']}/api", {"Idempotency-Key": "k"}
        self.assertEqual(self.server.post(api, {"n": 1}, headers=key).json, 1)
        replay = self.server.post(api, {"n": 1}, headers=key)
        self.assertEqual((replay.json, replay.headers["idempotent-replay"]), (1, "true"))
        other = self.server.post(api, {"n": 2}, headers=key)
        self.assertEqual(other.json["error"]["code"], "IDEMPOTENCY_CONFLICT")


class SchedulesRun(unittest.TestCase):
    """The clock cannot be moved from outside; what is stored as the next tick can, while nobody runs."""

    def setUp(self):
        self.server = Server()
        self.addCleanup(self.server.close)
        self.core = make_core(
            self.server,
            "Clock",
            returns("{{scheduled_at}}"),
            [trigger("schedule", "tick", cron="0 0 1 1 *", timezone="Europe/Amsterdam")],
        )

    def shift_due(self, due_ms):
        self.server.stop()
        with sqlite3.connect(self.server.data_dir / "scaiflow.db") as db:
            db.execute("UPDATE mod_scaicore_schedules SET next_due_at = ?", (due_ms,))
        db.close()
        self.server.start()

    def schedule(self):
        return self.server.get(f"{CORES}/{self.core['id']}/triggers").json["data"]["items"][0]

    def test_a_due_tick_starts_the_flow_by_itself(self):
        due = int(time.time() * 1000) + 300
        self.shift_due(due)
        first = wait_for_event(self.server, self.core["id"], "scaicore.runtime.invocation.completed")
        output = first["payload"]["output"]
        self.assertEqual(ms(output), due)
        shown = self.schedule()
        self.assertEqual(ms(shown["last_fired_at"]), due)
        self.assertEqual(shown["last_execution_id"], first["payload"]["execution_id"])
        self.assertRegex(shown["next_due_at"], r"-12-31T23:00:00.000Z$")

    def test_an_old_tick_is_skipped(self):
        self.shift_due(int(time.time() * 1000) - 61_000)
        deadline = time.monotonic() + 10
        while self.schedule()["skipped"] == 0 and time.monotonic() < deadline:
            pass
        self.assertEqual(self.schedule()["skipped"], 1)
        runs = self.server.get(EXECUTIONS + query(core_id=self.core["id"])).json["data"]["items"]
        self.assertEqual(runs, [])


def wait_for_event(server, core_id, kind):
    """The first stored or coming event of that type, read from the stream."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    path = "/v1/modules/scaicore/events"
    page = server.get(path + query(core_id=core_id, type=kind)).json["data"]
    connection.request(
        "GET",
        f"{path}/stream" + query(core_id=core_id, type=kind, cursor=page["next_cursor"]),
        headers={"Authorization": f"Bearer {server.token}"},
    )
    if page["events"]:
        connection.close()
        return page["events"][0]
    answer = connection.getresponse()
    for line in answer:
        if line.startswith(b"data: "):
            connection.close()
            return json.loads(line[6:])
    raise AssertionError("the stream ended without the event")


if __name__ == "__main__":
    unittest.main()
