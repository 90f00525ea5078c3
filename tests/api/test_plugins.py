"""Plugins of `[runtime.plugins]`: MCP over HTTP and stdio, and the HTTP bridge (07 §10)."""

import http.server
import json
import pathlib
import sys
import threading
import time
import unittest

from tests.support.cores import CORES, make_core, module, returns, trigger
from tests.support.mcp_server import McpServer
from tests.support.scaiflow import Server

ROOT = str(pathlib.Path(__file__).resolve().parents[2])


def caller(server, name, alias, method):
    """A Core whose flow calls one method of a plugin."""
    body = [
        {
            "kind": "try",
            "id": "guard",
            "result_binding": "out",
            "source_location": {},
            "body": [
                {
                    "kind": "rigid",
                    "id": "call",
                    "source_location": {"node_id": "node_call"},
                    "statements": [
                        {
                            "kind": "plugin_call",
                            "plugin": alias,
                            "method": method,
                            "args": {"x": "{{trigger.x}}"},
                            "result_binding": "got",
                        },
                        {"kind": "expression", "expression": "got"},
                    ],
                }
            ],
            "catches": [
                {
                    "error": "*",
                    "binding": "problem",
                    "body": [
                        {
                            "kind": "rigid",
                            "id": "caught",
                            "source_location": {},
                            "statements": [{"kind": "expression", "expression": "problem"}],
                        }
                    ],
                }
            ],
        },
        *returns("{{out}}"),
    ]
    plugins = [{"alias": alias, "endpoint": f"plugin://{alias}"}]
    return make_core(server, name, body, [trigger("api")], plugins=plugins)


class Bridge:
    """A plugin that is called over the bridge; `answer(request) -> (status, body)`."""

    def __init__(self, answer):
        self.requests = []
        owner = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                owner.requests.append((body, dict(self.headers)))
                status, sent = answer(body)
                self.send_response(status)
                self.end_headers()
                self.wfile.write(json.dumps(sent).encode())

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/"

    def close(self):
        self._server.shutdown()
        self._server.server_close()


def bridge_answer(body):
    return {
        "ok": (200, {"result": {"seen": body["args"]}}),
        "own": (200, {"error": {"code": "stock_empty", "message": "none left", "retryable": True}}),
        "refused": (400, {}),
        "down": (503, {}),
        "odd": (200, ["neither"]),
    }[body["method"]]


class Plugins(unittest.TestCase):
    cores = {}

    @classmethod
    def setUpClass(cls):
        cls.new, cls.old, cls.sse = McpServer("new"), McpServer("old"), McpServer("new", sse=True)
        cls.bridge = Bridge(bridge_answer)
        for each in (cls.new, cls.old, cls.sse, cls.bridge):
            cls.addClassCleanup(each.close)
        stdio = [sys.executable, "-m", "tests.support.mcp_server", "--era"]
        plugins = {
            "new": {"type": "mcp_http", "url": cls.new.url, "headers": {"X-Key": "env:PLUGIN_KEY"}},
            "old": {"type": "mcp_http", "url": cls.old.url},
            "sse": {"type": "mcp_http", "url": cls.sse.url},
            "away": {"type": "mcp_http", "url": "http://127.0.0.1:9/mcp"},
            "stdio_new": {"type": "mcp_stdio", "command": [*stdio, "new"], "env": {"PYTHONPATH": ROOT}},
            "stdio_old": {"type": "mcp_stdio", "command": [*stdio, "old"], "env": {"PYTHONPATH": ROOT}},
            "missing": {"type": "mcp_stdio", "command": ["/nowhere/at/all"]},
            "bridge": {"type": "http", "url": cls.bridge.url, "headers": {"X-Key": "env:PLUGIN_KEY"}},
        }
        env = {"SCAIFLOW_RUNTIME_PLUGINS": json.dumps(plugins), "PLUGIN_KEY": "k-123"}
        cls.server = Server(env=env)
        cls.addClassCleanup(cls.server.close)

    def call(self, alias, method, x=1):
        name = f"{alias} {method}".replace("_", " ")
        known = self.cores
        if name not in known:
            known[name] = caller(self.server, name, alias, method)["id"]
        result = self.server.invoke(known[name], {"x": x})
        self.assertEqual(result["status"], "completed", result)
        return result["output"]

    def test_every_transport_and_era_gives_the_same(self):
        for alias in ("new", "old", "sse", "stdio_new", "stdio_old"):
            echoed = self.call(alias, "echo", x=7)
            self.assertEqual(echoed["args"], {"x": 7}, alias)
            self.assertRegex(echoed["key"], r"^exec_")
            self.assertEqual(self.call(alias, "structured"), {"n": 1})
            self.assertEqual(len(self.call(alias, "parts")), 2)
            broken = self.call(alias, "broken")
            self.assertEqual((broken["type"], broken["code"]), ("PluginError", "tool_error"))
            self.assertEqual(self.call(alias, "nothing")["code"], "unknown_method")

    def test_the_headers_of_the_stateless_era(self):
        self.call("new", "echo")
        message, headers = [r for r in self.new.requests if r[0]["method"] == "tools/call"][-1]
        self.assertEqual(headers["mcp-method"], "tools/call")
        self.assertIn(headers["mcp-name"], ("echo", "structured", "parts", "broken", "nothing"))
        self.assertEqual(headers["mcp-protocol-version"], "2026-07-28")
        self.assertEqual(headers["x-key"], "k-123")
        meta = message["params"]["_meta"]
        self.assertEqual(meta["io.modelcontextprotocol/protocolVersion"], "2026-07-28")

    def test_a_forgotten_session_is_begun_anew(self):
        self.call("old", "structured")
        self.old.forget()
        self.assertEqual(self.call("old", "structured")["code"], "rejected")
        self.assertEqual(self.call("old", "structured"), {"n": 1})

    def test_a_server_that_is_not_there(self):
        self.assertEqual(self.call("away", "echo")["code"], "unreachable")
        self.assertEqual(self.call("missing", "echo")["code"], "unreachable")

    def test_a_process_that_ends_is_started_again_after_a_pause(self):
        first = self.call("stdio_new", "pid")
        self.assertEqual(self.call("stdio_new", "exit")["code"], "unreachable")
        deadline = time.monotonic() + 20
        again = self.call("stdio_new", "pid")
        while isinstance(again, dict) and time.monotonic() < deadline:
            self.assertEqual(again["code"], "unreachable")
            again = self.call("stdio_new", "pid")
        self.assertNotEqual(str(again), str(first))

    def test_the_bridge(self):
        self.assertEqual(self.call("bridge", "ok", x=5), {"seen": {"x": 5}})
        body, headers = self.bridge.requests[-1]
        self.assertEqual(headers["X-Key"], "k-123")
        self.assertRegex(headers["Idempotency-Key"], r"^exec_")
        self.assertEqual(body["context"]["node_id"], "node_call")
        for method, code in [
            ("own", "stock_empty"),
            ("refused", "rejected"),
            ("down", "unreachable"),
            ("odd", "bad_response"),
        ]:
            self.assertEqual(self.call("bridge", method)["code"], code, method)

    def test_what_an_operator_set_reaches_the_plugin(self):
        for alias, name in [("bridge", "ok"), ("new", "echo"), ("old", "echo")]:
            self.call(alias, name)
            core = self.cores[f"{alias} {name}"]
            set_ = self.server.put(f"{CORES}/{core}/plugins/{alias}", {"config": {"region": "north"}})
            self.assertEqual(set_.status, 200, set_)
            self.call(alias, name)
        self.assertEqual(self.bridge.requests[-1][0]["config"], {"region": "north"})
        for server in (self.new, self.old):
            message = [r for r, _ in server.requests if r["method"] == "tools/call"][-1]
            self.assertEqual(message["params"]["_meta"]["config"], {"region": "north"})

    def test_an_unknown_plugin_keeps_the_core_from_starting(self):
        plugins = [{"alias": "nobody", "endpoint": "plugin://nobody"}]
        source = module("Nobody", returns("x"), [trigger("api")], plugins=plugins)
        made = self.server.post(CORES, {"name": "Nobody", "source": source}).json["data"]
        started = self.server.post(f"{CORES}/{made['id']}/start").json["data"]
        self.assertEqual(
            (started["status"], started["status_reason"]["code"]), ("error", "PLUGIN_UNAVAILABLE")
        )


if __name__ == "__main__":
    unittest.main()
