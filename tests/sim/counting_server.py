"""A scripted outside world: an HTTP server that keeps every call it gets, by its Idempotency-Key."""

import http.server
import json
import sys
import threading
from dataclasses import dataclass


@dataclass(frozen=True)
class Call:
    """One request as it came: its key, path and JSON body."""

    key: str
    path: str
    body: dict


class Server(http.server.ThreadingHTTPServer):
    """Callers that are killed in the middle of a request are what it is for: nothing is said about them."""

    request_queue_size = 1024  # a burst must not overflow it: a dropped connection looks like a slow answer

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class CountingServer:
    """Answers `POST /...` {text} with {text: text + "!"}, so a result says how often it was carried on.

    `hold` keeps answers waiting and `release` lets them go; `arrived` is released once for each call.
    """

    def __init__(self):
        self._calls = []
        self._lock = threading.Lock()
        self._open = threading.Event()
        self._open.set()
        self.arrived = threading.Semaphore(0)
        self._server = Server(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def calls(self):
        with self._lock:
            return list(self._calls)

    def hold(self):
        self._open.clear()

    def release(self):
        self._open.set()

    def close(self):
        self.release()
        self._server.shutdown()
        self._server.server_close()

    def _handler(self):
        owner = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                with owner._lock:
                    owner._calls.append(Call(self.headers.get("Idempotency-Key"), self.path, body))
                owner.arrived.release()
                owner._open.wait(60)
                self._answer(json.dumps({"text": body["text"] + "!"}).encode())

            def _answer(self, data):
                try:
                    self.send_response(200)
                    self.send_header("Content-Type", "application/json")
                    self.send_header("Content-Length", str(len(data)))
                    self.end_headers()
                    self.wfile.write(data)
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True

        return Handler
