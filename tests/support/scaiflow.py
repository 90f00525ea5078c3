"""The real binary on a loopback port, and a client for it."""

import http.client
import json
import os
import pathlib
import queue
import re
import signal
import subprocess
import tempfile
import threading
import urllib.parse

BINARY = os.environ.get(
    "SCAIFLOW_BINARY", str(pathlib.Path(__file__).resolve().parents[2] / "build/scaiflow")
)
EXAMPLES = pathlib.Path(__file__).resolve().parents[1] / "flows/examples"


def example(name):
    """One of the three example flows, as a document."""
    return json.loads((EXAMPLES / f"{name}.flow.json").read_text())


class Reply:
    """Status, headers (lower case) and body of an answer."""

    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"{self.status} {self.body[:2000]!r}"


class Server:
    """`scaiflow serve` in a folder of its own; `restart` keeps the folder, `kill` is kill -9."""

    def __init__(self, env=None, data_dir=None, arguments=()):
        self._folder = None if data_dir else tempfile.TemporaryDirectory(prefix="scaiflow-test-")
        self.data_dir = pathlib.Path(data_dir or self._folder.name) / "data"
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("SCAIFLOW_")}
        self._env = {**inherited, "SCAIFLOW_LOG_LEVEL": "warn", **(env or {})}
        self._arguments = list(arguments)
        self.port = 0
        self.start()

    def start(self):
        command = [
            BINARY,
            "serve",
            "--port",
            str(self.port),
            "--data-dir",
            str(self.data_dir),
            *self._arguments,
        ]
        self.process = subprocess.Popen(
            command,
            env=self._env,
            cwd=self.data_dir.parent,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        self.output, ready = [], queue.Queue()
        self._reader = threading.Thread(target=self._read, args=(self.process.stdout, ready), daemon=True)
        self._reader.start()
        url = ready.get(timeout=30)
        if url is None:
            self.process.wait()
            raise RuntimeError("the server ended at once:\n" + "".join(self.output))
        match = re.search(r"http://127\.0\.0\.1:(\d+)/#token=(\S+)", url)
        self.port, self.token = int(match.group(1)), match.group(2)

    def _read(self, stream, ready):
        with stream:
            for line in stream:
                self.output.append(line)
                if "/#token=" in line:
                    ready.put(line)
        ready.put(None)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self._reader.join()

    def stop(self):
        """SIGTERM; gives the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=30)

    def restart(self):
        if self.process.poll() is None:
            self.kill()
        self.start()

    def close(self):
        if self.process.poll() is None:
            self.kill()
        if self._folder:
            self._folder.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def request(self, method, path, body=None, headers=None, token=True, timeout=60):
        """One request on its own connection. `body`: bytes or text as they are, anything else as JSON."""
        send = dict(headers or {})
        names = {name.lower() for name in send}
        if body is not None and not isinstance(body, (bytes, str)):
            body = json.dumps(body)
            if "content-type" not in names:
                send["Content-Type"] = "application/json"
        if token and "authorization" not in names:
            send["Authorization"] = f"Bearer {self.token if token is True else token}"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request(method, path, body.encode() if isinstance(body, str) else body, send)
            answer = connection.getresponse()
            return Reply(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def get(self, path, **options):
        return self.request("GET", path, **options)

    def post(self, path, body=None, **options):
        return self.request("POST", path, body, **options)

    def put(self, path, body=None, **options):
        return self.request("PUT", path, body, **options)

    def delete(self, path, **options):
        return self.request("DELETE", path, **options)

    def create_flow(self, document, name=None):
        reply = self.post("/v1/flows", {"name": name or document["name"], "content": document})
        assert reply.status == 201, reply
        return reply.json

    def deploy_example(self, name, change=None):
        """Creates and deploys an example; `change(document)` may alter it first. Gives the deployment."""
        document = example(name)
        if change:
            change(document)
        flow = self.create_flow(document)
        reply = self.post(f"/v1/flows/{flow['id']}/deploy")
        assert reply.status == 200, reply
        return {**reply.json, "flow_id": flow["id"]}

    def invoke(self, core_id, input_, headers=None, **members):
        reply = self.post(
            f"/v1/modules/scaicore/cores/{core_id}/invoke", {"input": input_, **members}, headers=headers
        )
        assert reply.status in (200, 202), reply
        return reply.json["data"]


def query(**members):
    return "?" + urllib.parse.urlencode(members)
