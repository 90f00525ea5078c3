"""A published Core as an MCP server, in both eras of the protocol (08 §8.12)."""

import base64
import json
import unittest

from tests.support.cores import CORES, asks, make_core, returns, trigger
from tests.support.scaiflow import Server

NEWEST = "2026-07-28"
VERSION = "io.modelcontextprotocol/protocolVersion"


class Mcp(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.close)

    def published(self, name, body, triggers=None, targets=("mcp",), **members):
        core = make_core(self.server, name, body, triggers or [trigger("api")], **members)
        reply = self.server.post(f"{CORES}/{core['id']}/publish", {"targets": list(targets)})
        self.assertEqual(reply.status, 200, reply)
        self.assertTrue(reply.json["data"]["mcp_url"].endswith(f"/cores/{core['id']}/mcp"))
        return core, f"{CORES}/{core['id']}/mcp"

    def old(self, path, method, params=None, id=1, headers=None, **options):
        message = {"jsonrpc": "2.0", "method": method, "params": params or {}}
        if id is not None:
            message["id"] = id
        return self.server.post(path, message, headers=headers, **options)

    def new(self, path, method, params=None, headers=None, version=NEWEST):
        params = {**(params or {}), "_meta": {**(params or {}).get("_meta", {}), VERSION: version}}
        sent = {"MCP-Protocol-Version": version, "Mcp-Method": method}
        if "name" in params:
            sent["Mcp-Name"] = params["name"]
        message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        return self.server.post(path, message, headers={**sent, **(headers or {})})


class Eras(Mcp):
    def test_the_era_that_begins_with_initialize(self):
        core, path = self.published("Old Era", returns({"said": "{{trigger.x}}"}))
        for asked, agreed in [("2025-06-18", "2025-06-18"), ("1999-01-01", "2025-11-25")]:
            begun = self.old(path, "initialize", {"protocolVersion": asked}).json["result"]
            self.assertEqual(begun["protocolVersion"], agreed)
            self.assertEqual(begun["serverInfo"]["name"], core["slug"])
        self.assertEqual(self.old(path, "notifications/initialized", id=None).status, 202)
        self.assertEqual(self.old(path, "ping").json["result"], {})
        called = self.old(path, "tools/call", {"name": core["slug"], "arguments": {"x": 1}})
        self.assertNotIn("mcp-session-id", called.headers)
        result = called.json["result"]
        self.assertEqual(result["structuredContent"], {"said": 1})
        self.assertEqual(json.loads(result["content"][0]["text"]), {"said": 1})
        self.assertNotIn("resultType", result)

    def test_the_stateless_era(self):
        core, path = self.published("New Era", returns("plain"))
        found = self.new(path, "server/discover").json["result"]
        self.assertIn(NEWEST, found["supportedVersions"])
        listed = self.new(path, "tools/list").json["result"]
        self.assertEqual((listed["ttlMs"], listed["cacheScope"]), (60000, "private"))
        result = self.new(path, "tools/call", {"name": core["slug"], "arguments": {}}).json["result"]
        self.assertEqual((result["resultType"], result["content"][0]["text"]), ("complete", "plain"))
        sentinel = "=?base64?" + base64.b64encode(core["slug"].encode()).decode() + "?="
        named = self.new(path, "tools/call", {"name": core["slug"]}, headers={"Mcp-Name": sentinel})
        self.assertFalse(named.json["result"]["isError"])
        for headers in ({"Mcp-Method": "tools/list"}, {"Mcp-Name": "other"}, {"MCP-Protocol-Version": "x"}):
            wrong = self.new(path, "tools/call", {"name": core["slug"]}, headers=headers)
            self.assertEqual((wrong.status, wrong.json["error"]["code"]), (400, -32020), headers)
        future = self.new(path, "tools/list", version="2099-01-01")
        self.assertEqual((future.status, future.json["error"]["code"]), (400, -32022))
        self.assertEqual(future.json["error"]["data"]["requested"], "2099-01-01")
        self.assertEqual(self.new(path, "initialize").status, 404)

    def test_what_is_not_understood(self):
        _, path = self.published("Strict", returns("x"))
        json_type = {"Content-Type": "application/json"}
        for body, code in [("{", -32700), ("[]", -32600), ('{"jsonrpc":"2.0"}', -32600)]:
            reply = self.server.post(path, body, headers=json_type)
            self.assertEqual((reply.status, reply.json["error"]["code"]), (400, code), body)
        self.assertEqual(self.old(path, "resources/list").json["error"]["code"], -32601)
        self.assertEqual(self.old(path, "tools/call", {"name": "no"}).json["error"]["code"], -32602)
        self.assertEqual(self.server.get(path).status, 405)
        self.assertEqual(self.server.delete(path).status, 405)

    def test_who_may_come(self):
        core, path = self.published("Guarded", returns("x"))
        self.assertEqual(self.old(path, "ping", token=False).status, 401)
        key = self.server.post("/v1/api-keys", {"name": "k", "permissions": ["scaicore:view"]}).json["data"]
        self.assertEqual(self.old(path, "ping", token=key["key"]).status, 403)
        foreign = self.old(path, "ping", headers={"Origin": "https://evil.example"})
        self.assertEqual(foreign.status, 403)
        self.assertEqual(self.old(f"/mcp/local/{core['slug']}", "ping").json["result"], {})
        self.assertEqual(self.old(f"/mcp/other/{core['slug']}", "ping").status, 404)
        self.server.post(f"{CORES}/{core['id']}/unpublish")
        self.assertEqual(self.old(path, "ping").json["error"]["code"], "CORE_NOT_FOUND")

    def test_targets(self):
        core, path = self.published("Both", returns("x"), targets=["mcp", "model"])
        slug = f"scaicore/local/{core['slug']}"
        models = [m["slug"] for m in self.server.get("/v1/models").json["data"]["items"]]
        self.assertIn(slug, models)
        synced = self.server.post(f"{CORES}/{core['id']}/publish/sync", {"targets": ["model"]}).json["data"]
        self.assertIsNone(synced["mcp_url"])
        self.assertEqual(self.old(path, "ping").status, 404)
        wrong = self.server.post(f"{CORES}/{core['id']}/publish/sync", {"targets": ["fax"]})
        self.assertEqual(wrong.json["error"]["code"], "VALIDATION_ERROR")


class Tools(Mcp):
    def test_one_tool_per_api_trigger(self):
        params = [
            {"name": "city", "type": "string", "required": True},
            {"name": "days", "type": "int", "required": False},
        ]
        core, path = self.published(
            "Weather", returns("x"), flow={"params": params, "return_type": "{sky: string}"}
        )
        [tool] = self.old(path, "tools/list").json["result"]["tools"]
        self.assertEqual((tool["name"], tool["title"]), (core["slug"], "Weather"))
        self.assertEqual(tool["inputSchema"]["required"], ["city"])
        self.assertEqual(tool["inputSchema"]["properties"]["days"]["type"], "integer")
        self.assertEqual(tool["outputSchema"]["type"], "object")
        missing = self.old(path, "tools/call", {"name": core["slug"], "arguments": {}}).json["result"]
        self.assertTrue(missing["isError"])
        self.assertIn("input.city", missing["content"][0]["text"])

        core, path = self.published("Two", returns("x"), [trigger("api", "one"), trigger("api", "two")])
        names = [tool["name"] for tool in self.old(path, "tools/list").json["result"]["tools"]]
        self.assertEqual(names, [f"{core['slug']}_one", f"{core['slug']}_two"])

    def test_an_entity_needs_its_key(self):
        instance = {"mode": "entity", "entity_key": "user_id"}
        core, path = self.published("Entity", returns("x"), instance=instance)
        [tool] = self.old(path, "tools/list").json["result"]["tools"]
        self.assertEqual(tool["inputSchema"]["required"], ["user_id"])
        call = lambda arguments: self.old(
            path, "tools/call", {"name": core["slug"], "arguments": arguments}
        ).json["result"]
        self.assertTrue(call({})["isError"])
        self.assertFalse(call({"user_id": "u"})["isError"])

    def test_failed_and_suspended_runs(self):
        core, path = self.published("Broken Tool", returns("{{ 1 / 0 }}"))
        failed = self.old(path, "tools/call", {"name": core["slug"]}).json["result"]
        self.assertTrue(failed["isError"])
        self.assertTrue(failed["content"][0]["text"].startswith("ExpressionError: "))
        core, path = self.published("Asking Tool", asks("Sure?", ["yes"]))
        asked = self.old(path, "tools/call", {"name": core["slug"]}).json["result"]
        self.assertEqual(asked["structuredContent"]["status"], "suspended")
        self.assertIn("checkpoint_id", asked["structuredContent"])

    def test_progress(self):
        core, path = self.published("Steps", returns("done"))
        params = {"name": core["slug"], "_meta": {"progressToken": "p1"}}
        reply = self.old(
            path, "tools/call", params, headers={"Accept": "application/json, text/event-stream"}
        )
        self.assertEqual(reply.headers["content-type"], "text/event-stream")
        sent = [
            json.loads(line[6:]) for line in reply.body.decode().splitlines() if line.startswith("data: ")
        ]
        self.assertEqual(sent[-1]["result"]["content"][0]["text"], "done")
        self.assertTrue(all(m["params"]["progressToken"] == "p1" for m in sent[:-1]))


if __name__ == "__main__":
    unittest.main()
