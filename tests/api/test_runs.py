"""Instance modes, calls between Cores and their cancellation over HTTP (07 §11, §12, §15)."""

import http.client
import json
import threading
import unittest

from tests.support.cores import CORES, asks, make_core, returns, trigger
from tests.support.model_server import ModelServer
from tests.support.scaiflow import Server, query
from tests.api.test_models import MODEL, flexible

EXECUTIONS = "/v1/modules/scaicore/executions"


def call(core, id="call", **members):
    return {
        "kind": "core_call",
        "id": id,
        "result_binding": id,
        "source_location": {"node_id": f"node_{id}"},
        "target": f"core://local/{core['slug']}",
        "input_bindings": {"x": "trigger.x"},
        **members,
    }


class Runs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.models = ModelServer(lambda request: "done")
        cls.addClassCleanup(cls.models.close)
        cls.server = Server(env=cls.models.env())
        cls.addClassCleanup(cls.server.close)

    def execution(self, id):
        return self.server.get(f"{EXECUTIONS}/{id}").json["data"]

    def ended(self, id):
        """The execution when its stream has ended."""
        stream = self.server.get(f"{EXECUTIONS}/{id}/stream").body.decode()
        self.assertIn("event: end", stream)
        return self.execution(id)

    def children(self, id):
        return self.server.get(EXECUTIONS + query(parent=id)).json["data"]["items"]


class NestedCalls(Runs):
    def test_asynchronous_calls_are_awaited(self):
        leaf = make_core(self.server, "Leaf", returns({"twice": "{{trigger.x * 2}}"}), [trigger("api")])
        body = [
            call(leaf, "one", is_async=True),
            call(leaf, "two", is_async=True),
            {
                "kind": "await_responses",
                "id": "both",
                "result_binding": "both",
                "source_location": {},
                "calls": "[one, two]",
                "mode": "all",
            },
            *returns("{{both}}"),
        ]
        root = make_core(self.server, "Root", body, [trigger("api")])
        result = self.server.invoke(root["id"], {"x": 4})
        self.assertEqual(result["output"], [{"twice": 8}, {"twice": 8}], result)
        children = self.children(result["execution_id"])
        self.assertEqual([child["status"] for child in children], ["completed"] * 2)

    def test_a_suspended_callee_suspends_its_caller_and_both_go_on(self):
        leaf = make_core(self.server, "Asked", asks("Sure?", ["yes"]), [trigger("api")])
        root = make_core(self.server, "Asker", [call(leaf), *returns("{{call}}")], [trigger("api")])
        result = self.server.invoke(root["id"], {"x": 1})
        [child] = self.children(result["execution_id"])
        pending = self.server.get(
            "/v1/modules/scaicore/checkpoints" + query(execution_id=child["execution_id"])
        )
        checkpoint = pending.json["data"]["items"][0]["id"]
        done = self.server.post(
            f"/v1/modules/scaicore/checkpoints/{checkpoint}/resolve", {"resolution": "yes"}
        )
        self.assertEqual(done.status, 200, done)
        self.assertEqual(self.ended(result["execution_id"])["output"], "yes")

    def test_cancelling_cascades_to_what_was_called(self):
        leaf = make_core(self.server, "Waits", asks("Sure?", ["yes"]), [trigger("api")])
        middle = make_core(self.server, "Middle", [call(leaf), *returns("x")], [trigger("api")])
        body = [call(middle, "later", is_async=True), call(middle, "now"), *returns("x")]
        root = make_core(self.server, "Top", body, [trigger("api")])
        id = self.server.invoke(root["id"], {"x": 1}, wait_ms=0)["execution_id"]
        watched = self.suspended_leaves(id, 2)
        self.assertEqual(self.server.post(f"{EXECUTIONS}/{id}/cancel", {}).status, 202)
        self.assertEqual(self.ended(id)["status"], "cancelled")
        for each in watched:
            self.assertEqual(self.ended(each)["status"], "cancelled", each)
        again = self.server.post(f"{EXECUTIONS}/{id}/cancel", {})
        self.assertEqual((again.status, again.json["error"]["code"]), (409, "CORE_STATE_CONFLICT"))

    def suspended_leaves(self, id, count):
        """Ids of everything below an execution, once `count` leaves are suspended."""
        while True:
            children = [child["execution_id"] for child in self.children(id)]
            leaves = [leaf for child in children for leaf in self.children(child)]
            if len([leaf for leaf in leaves if leaf["status"] == "suspended"]) == count:
                return children + [leaf["execution_id"] for leaf in leaves]

    def test_a_callee_that_fails_or_is_not_there(self):
        leaf = make_core(self.server, "Fails Below", returns("{{ 1 / 0 }}"), [trigger("api")])
        root = make_core(self.server, "Above", [call(leaf), *returns("x")], [trigger("api")])
        error = self.server.invoke(root["id"], {"x": 1})["error"]
        self.assertEqual((error["type"], error["code"]), ("CoreCallError", "failed"))
        lost = make_core(self.server, "Lost", [call({"slug": "nowhere"}), *returns("x")], [trigger("api")])
        self.assertEqual(self.server.invoke(lost["id"], {"x": 1})["error"]["code"], "not_found")


class Breakpoints(Runs):
    def test_a_paused_run_says_where_it_stands(self):
        core = make_core(self.server, "Paused", flexible("hi"), [trigger("api")], models=[MODEL])
        block = core["source"]["flows"][0]["body"][0]
        node = block["source_location"]["node_id"]
        for place in (block["id"], node):
            paused = self.server.invoke(core["id"], {}, debug={"breakpoints": [place]})
            self.assertEqual(paused["status"], "suspended")
            [waits] = self.execution(paused["execution_id"])["waiting_on"]
            self.assertEqual((waits["kind"], waits["node_id"]), ("debug", node))
            going = f"{EXECUTIONS}/{paused['execution_id']}/debug"
            self.assertEqual(self.server.post(going, {"action": "continue"}).status, 200)
            self.assertEqual(self.ended(paused["execution_id"])["status"], "completed")


class Instances(Runs):
    def entity(self, name, body, **instance):
        return make_core(
            self.server,
            name,
            body,
            [trigger("api")],
            instance={"mode": "entity", "entity_key": "user", **instance},
            memory=[{"name": "count", "type": "int", "default": 0}],
            models=[MODEL],
        )

    def counting(self):
        return [
            {
                "kind": "rigid",
                "id": "count",
                "source_location": {},
                "statements": [
                    {"kind": "memory_set", "field": "count", "value": "memory.count + 1"},
                    {"kind": "return", "value": "{{memory.count}}"},
                ],
            }
        ]

    def test_each_entity_has_its_own_memory(self):
        core = self.entity("Per User", self.counting())
        outputs = [self.server.invoke(core["id"], {"user": u})["output"] for u in ("a", "b", "a")]
        self.assertEqual(outputs, [1, 1, 2])
        missing = self.server.post(f"{CORES}/{core['id']}/invoke", {"input": {}})
        self.assertEqual((missing.status, missing.json["error"]["code"]), (422, "VALIDATION_ERROR"))
        memory = f"{CORES}/{core['id']}/memory"
        items = self.server.get(memory + query(instance_key="a")).json["data"]["items"]
        self.assertEqual([(item["field"], item["value"]) for item in items], [("count", 2)])

    def test_one_of_an_entity_runs_at_a_time_and_others_are_not_held_up(self):
        core = self.entity("Busy", flexible("hi"))
        self.models.hold()
        try:
            first = self.server.invoke(core["id"], {"user": "a"}, wait_ms=0)
            second = self.server.invoke(core["id"], {"user": "a"}, wait_ms=0)
            other = self.server.invoke(core["id"], {"user": "b"}, wait_ms=0)
            states = [self.execution(r["execution_id"])["status"] for r in (first, second, other)]
            self.assertEqual(states, ["running", "queued", "running"])
        finally:
            self.models.release()
        for each in (first, second, other):
            self.assertEqual(self.ended(each["execution_id"])["status"], "completed")

    def test_more_instances_than_allowed(self):
        core = self.entity("Rejects", self.counting(), max_active_instances=1, overflow="reject")
        self.assertEqual(self.server.invoke(core["id"], {"user": "a"})["output"], 1)
        refused = self.server.post(f"{CORES}/{core['id']}/invoke", {"input": {"user": "b"}})
        self.assertEqual((refused.status, refused.json["error"]["code"]), (429, "INSTANCE_LIMIT_REACHED"))
        self.assertEqual(self.server.invoke(core["id"], {"user": "a"})["output"], 2)
        runtime = self.server.get(f"{CORES}/{core['id']}/runtime").json["data"]
        self.assertEqual(runtime["active_instances"], 1)

        core = self.entity("Makes Room", self.counting(), max_active_instances=1)
        outputs = [self.server.invoke(core["id"], {"user": u})["output"] for u in ("a", "b", "a")]
        self.assertEqual(outputs, [1, 1, 2])

        core = self.entity("Waits", self.counting(), max_active_instances=1, overflow="queue")
        self.server.invoke(core["id"], {"user": "a"})
        waits = self.server.invoke(core["id"], {"user": "b"}, wait_ms=0)
        self.assertEqual(waits["status"], "queued")

    def test_a_singleton_counts_all(self):
        core = make_core(
            self.server,
            "Single",
            self.counting(),
            [trigger("api")],
            instance={"mode": "singleton"},
            memory=[{"name": "count", "type": "int", "default": 0}],
        )
        results = []

        def run():
            results.append(self.server.invoke(core["id"], {})["output"])

        threads = [threading.Thread(target=run) for _ in range(8)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        self.assertEqual(sorted(results), list(range(1, 9)))

    def test_a_core_runs_no_more_than_its_limit(self):
        limits = {"resource_limits": {"max_concurrent_executions": 1}}
        core = make_core(self.server, "Narrow", flexible("hi"), [trigger("api")], models=[MODEL], core=limits)
        self.models.hold()
        try:
            first = self.server.invoke(core["id"], {}, wait_ms=0)
            second = self.server.invoke(core["id"], {}, wait_ms=0)
            self.assertEqual((first["status"], second["status"]), ("running", "queued"))
        finally:
            self.models.release()
        self.assertEqual(self.ended(second["execution_id"])["status"], "completed")


class Rates(unittest.TestCase):
    def test_the_windows_and_their_headers(self):
        with Server(env={"SCAIFLOW_GRID_RATE_USER": "4", "SCAIFLOW_GRID_RATE_KEY": "2"}) as server:
            key = server.post("/v1/api-keys", {"name": "k"}).json["data"]["key"]
            seen = [server.get(CORES, token=key) for _ in range(3)]
            self.assertEqual([reply.status for reply in seen], [200, 200, 429])
            left = [reply.headers["x-scaigrid-ratelimit-remaining"] for reply in seen]
            self.assertEqual(left, ["1", "0", "0"])
            self.assertEqual(seen[0].headers["x-scaigrid-ratelimit-limit"], "2")
            self.assertEqual(seen[2].json["error"]["code"], "RATE_LIMITED")
            self.assertIn(int(seen[2].headers["retry-after"]), range(1, 61))
            self.assertEqual([server.get(CORES).status for _ in range(2)], [200, 429])

    def test_nobody_is_limited_on_their_own_machine(self):
        with Server() as server:
            reply = server.get(CORES)
            self.assertNotIn("x-scaigrid-ratelimit-limit", reply.headers)


class Settings(unittest.TestCase):
    def test_a_module_that_is_off_answers_nothing(self):
        with Server(env={"SCAIFLOW_GRID_MODULES": "scaicore"}) as server:
            states = {item["id"]: item["status"] for item in server.get("/v1/modules").json["data"]}
            self.assertEqual(
                states, {"scaicore": "active", "scaiqueue": "disabled", "scaibunker": "disabled"}
            )
            self.assertEqual(server.get(CORES).status, 200)
            for path in ("scaiqueue/scopes", "scaibunker/bunkers"):
                refused = server.get(f"/v1/modules/{path}")
                self.assertEqual((refused.status, refused.json["error"]["code"]), (403, "MODULE_NOT_ENABLED"))
        with Server(env={"SCAIFLOW_GRID_MODULES": "scaiqueue"}) as server:
            for path in (CORES, "/v1/hooks/hook_x", "/mcp/local/x"):
                self.assertEqual(server.post(path, {}).status, 403, path)
            self.assertEqual(server.get("/v1/modules/scaiqueue/scopes").status, 200)

    def test_no_more_streams_than_may_be_open(self):
        with Server(env={"SCAIFLOW_EVENTS_STREAMS_MAX": "2"}) as server:
            opened = [self.stream(server) for _ in range(2)]
            self.assertEqual([reply.status for _, reply in opened], [200, 200])
            third, reply = self.stream(server)
            self.assertEqual(reply.status, 503)
            third.close()
            opened[0][0].close()
            while reply.status == 503:
                third, reply = self.stream(server)
                if reply.status == 503:
                    third.close()
            self.assertEqual(reply.status, 200)
            third.close()
            opened[1][0].close()

    def stream(self, server):
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
        headers = {"Authorization": f"Bearer {server.token}"}
        connection.request("GET", "/v1/modules/scaicore/events/stream", headers=headers)
        return connection, connection.getresponse()


class Memory(Runs):
    def test_looking_and_editing(self):
        core = make_core(
            self.server,
            "Remembers",
            returns("{{memory.notes}}"),
            [trigger("api")],
            memory=[{"name": "notes", "type": "map[string, string]", "default": {}}],
        )
        base = f"{CORES}/{core['id']}/memory"
        self.assertEqual(self.server.put(f"{base}/notes/a", {"value": "one"}).status, 200)
        [item] = self.server.get(base + query(field="notes")).json["data"]["items"]
        self.assertEqual((item["key"], item["value"]), ("a", "one"))
        self.server.put(f"{base}/notes/b", {"value": "more"})
        paged, cursor = [], ""
        while cursor is not None:
            page = self.server.get(base + query(limit=1, cursor=cursor)).json["data"]
            paged, cursor = paged + [item["key"] for item in page["items"]], page["next_cursor"]
        self.assertEqual(paged, ["a", "b"])
        self.assertEqual(self.server.delete(f"{base}/notes/b").status, 204)
        stale = self.server.put(f"{base}/notes/a", {"value": "two", "expect_version": item["version"] + 1})
        self.assertEqual((stale.status, stale.json["error"]["code"]), (409, "CORE_STATE_CONFLICT"))
        self.assertEqual(self.server.invoke(core["id"], {})["output"], {"a": "one"})
        self.assertEqual(self.server.delete(f"{base}/notes/a").status, 204)
        self.assertEqual(self.server.get(base).json["data"]["items"], [])
        self.assertEqual(self.server.put(f"{base}/notes/a", {}).status, 422)
        self.assertEqual(self.server.get(f"{CORES}/core_none/memory").status, 404)
        self.assertEqual(self.server.get(base, token=False).status, 401)
        key = self.server.post("/v1/api-keys", {"name": "k", "permissions": ["scaicore:manage"]}).json["data"]
        for method, path in [("GET", base), ("PUT", f"{base}/notes/a"), ("DELETE", f"{base}/notes/a")]:
            self.assertEqual(self.server.request(method, path, {"value": 1}, token=key["key"]).status, 403)


class CoreParts(Runs):
    def test_plugin_entries(self):
        core = make_core(
            self.server,
            "With Plugins",
            returns("x"),
            [trigger("api")],
            plugins=[{"alias": "store", "endpoint": "plugin://kv"}],
        )
        base = f"{CORES}/{core['id']}/plugins"
        [item] = self.server.get(base).json["data"]["items"]
        self.assertEqual(item, {"alias": "store", "endpoint": "plugin://kv", "config": {}})
        checked = self.server.post(f"{base}/store/check").json["data"]
        self.assertTrue(checked["ok"])
        self.assertIn("get", checked["methods"])
        made = self.server.post(base, {"alias": "more", "config": {"a": 1}})
        self.assertEqual((made.status, made.json["data"]["endpoint"]), (201, "plugin://more"))
        unserved = self.server.post(f"{base}/more/check").json["data"]
        self.assertFalse(unserved["ok"])
        self.assertIsNotNone(unserved["error"])
        changed = self.server.put(f"{base}/more", {"endpoint": "plugin://http"}).json["data"]
        self.assertEqual((changed["endpoint"], changed["config"]), ("plugin://http", {"a": 1}))
        for method, path, body, status in [
            ("POST", base, {"alias": "more"}, 409),
            ("POST", base, {"alias": "no good"}, 422),
            ("POST", base, {"alias": "x", "endpoint": "http://x"}, 422),
            ("PUT", f"{base}/none", {}, 404),
            ("PUT", f"{base}/more", {"config": 1}, 422),
            ("DELETE", f"{base}/none", None, 404),
            ("POST", f"{base}/none/check", {}, 404),
            ("GET", f"{CORES}/core_none/plugins", None, 404),
        ]:
            self.assertEqual(self.server.request(method, path, body).status, status, (method, path, body))
            self.assertEqual(self.server.request(method, path, body, token=False).status, 401)
        self.assertEqual(self.server.delete(f"{base}/more").status, 204)

    def test_plugins_of_a_core_body(self):
        core = make_core(
            self.server,
            "Plugin List",
            returns("x"),
            [trigger("api")],
            plugins=[{"alias": "store", "endpoint": "plugin://kv"}],
            core={"plugins": [{"alias": "web", "endpoint": "plugin://http", "config": {"a": 1}}]},
        )
        store = {"alias": "store", "endpoint": "plugin://kv", "config": {}}
        web = {"alias": "web", "endpoint": "plugin://http", "config": {"a": 1}}
        path = f"{CORES}/{core['id']}"
        self.assertEqual(self.server.get(path).json["data"]["plugins"], [web, store])
        changed = self.server.put(path, {"plugins": [store, {**web, "config": {}}]}).json["data"]
        self.assertEqual(changed["plugins"], [store, {**web, "config": {}}])
        self.assertEqual(self.server.put(path, {"plugins": []}).json["data"]["plugins"], [store])
        self.assertEqual(self.server.put(path, {"name": "Renamed"}).json["data"]["plugins"], [store])
        for wrong in ({}, [web, web], [{"alias": "no good"}], [{"alias": "x", "endpoint": "x"}], [1]):
            self.assertEqual(self.server.put(path, {"plugins": wrong}).status, 422, wrong)

    def test_a_bundle_is_read_before_a_core_is_made_of_it(self):
        core = make_core(self.server, "Bundled", returns("x"), [trigger("api")])
        bundle = self.server.get(f"{CORES}/{core['id']}/bundle").body

        def parse(data, name="file"):
            head = f'--X\r\nContent-Disposition: form-data; name="{name}"; filename="f"\r\n\r\n'.encode()
            return self.server.post(
                f"{CORES}/parse-bundle",
                head + data + b"\r\n--X--\r\n",
                headers={"Content-Type": "multipart/form-data; boundary=X"},
            )

        for data in (bundle, json.dumps(core["source"]).encode()):
            parsed = parse(data).json["data"]
            self.assertEqual(parsed["source"], core["source"])
            self.assertEqual(
                (parsed["summary"]["name"], parsed["summary"]["flows"], parsed["summary"]["has_triggers"]),
                ("Bundled", ["main"], True),
            )
        for data, message in [
            (b"hello", "not a SCIR bundle and not JSON"),
            (b"SCIR\x00", "IR deserialization failed: "),
            (b"{}", "IR deserialization failed: "),
        ]:
            refused = parse(data)
            self.assertEqual((refused.status, refused.json["error"]["code"]), (422, "VALIDATION_ERROR"))
            self.assertTrue(refused.json["error"]["message"].startswith(message), refused)
        self.assertEqual(parse(b"x", name="other").status, 422)
        self.assertEqual(parse(b"x" * 10_485_761).status, 413)
        self.assertEqual(self.server.post(f"{CORES}/parse-bundle", {}).status, 415)
        self.assertEqual(self.server.post(f"{CORES}/parse-bundle", {}, token=False).status, 401)


if __name__ == "__main__":
    unittest.main()
