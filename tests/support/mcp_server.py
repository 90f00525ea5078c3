"""A scripted MCP server: over HTTP in this process, or over stdio as a program of its own.

`python3 -m tests.support.mcp_server --era old|new` speaks in lines on stdin and stdout.
"""

import http.server
import json
import os
import sys
import threading

TOOLS = [
    {"name": name, "inputSchema": {"type": "object"}}
    for name in ("echo", "structured", "parts", "broken", "pid", "exit")
]


def text(value):
    return {"content": [{"type": "text", "text": value}]}


def tool_result(params):
    """What each tool gives; raises KeyError for one that is not there."""
    arguments = params.get("arguments", {})
    return {
        "echo": lambda: text(json.dumps({"args": arguments, "key": params["_meta"]["idempotencyKey"]})),
        "structured": lambda: {**text("shown"), "structuredContent": {"n": 1}},
        "parts": lambda: {"content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]},
        "broken": lambda: {**text("it broke"), "isError": True},
        "pid": lambda: text(str(os.getpid())),
        "exit": lambda: os._exit(3),
    }[params["name"]]()


def respond(message, era):
    """The response to a message; nothing for a notification."""
    if "id" not in message:
        return None
    method, params = message["method"], message.get("params", {})
    out = {"jsonrpc": "2.0", "id": message["id"]}
    if method == "server/discover" and era == "new":
        return {**out, "result": {"supportedVersions": ["2026-07-28"], "capabilities": {"tools": {}}}}
    if method == "initialize" and era == "old":
        return {**out, "result": {"protocolVersion": params["protocolVersion"], "capabilities": {}}}
    if method == "tools/list":
        return {**out, "result": {"tools": TOOLS}}
    if method == "tools/call":
        try:
            return {**out, "result": tool_result(params)}
        except KeyError:
            return {**out, "error": {"code": -32602, "message": f"Unknown tool: {params['name']}"}}
    return {**out, "error": {"code": -32601, "message": "Method not found"}}


class McpServer:
    """Streamable HTTP. The old era keeps a session; `forget` ends it. `sse` answers as a stream of events."""

    def __init__(self, era="new", sse=False):
        self.era, self.sse = era, sse
        self.requests = []
        self.session = 0
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self._server.server_address[1]}/mcp"

    def methods(self):
        return [message["method"] for message, _ in self.requests]

    def forget(self):
        self.session += 1

    def close(self):
        self._server.shutdown()
        self._server.server_close()

    def _handler(self):
        owner = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def _send(self, status, body=b"", kind="application/json", headers=()):
                self.send_response(status)
                for name, value in headers:
                    self.send_header(name, value)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_POST(self):
                message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                owner.requests.append(
                    (message, {name.lower(): value for name, value in self.headers.items()})
                )
                begins = message["method"] in ("initialize", "server/discover")
                if (
                    owner.era == "old"
                    and not begins
                    and self.headers["Mcp-Session-Id"] != f"s{owner.session}"
                ):
                    return self._send(404)
                response = respond(message, owner.era)
                if response is None:
                    return self._send(202)
                headers = [("Mcp-Session-Id", f"s{owner.session}")] if owner.era == "old" else []
                data = json.dumps(response)
                if owner.sse:
                    progress = {"jsonrpc": "2.0", "method": "notifications/progress", "params": {}}
                    data = f"data: {json.dumps(progress)}\n\nevent: message\ndata: {data}\n\n"
                kind = "text/event-stream" if owner.sse else "application/json"
                self._send(200, data.encode(), kind, headers)

        return Handler


def main():
    era = sys.argv[sys.argv.index("--era") + 1]
    for line in sys.stdin:
        response = respond(json.loads(line), era)
        if response is not None:
            print(json.dumps(response), flush=True)


if __name__ == "__main__":
    main()
