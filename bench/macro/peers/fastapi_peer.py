"""Debian's FastAPI behind uvicorn with uvloop and httptools, two workers: one for each core."""

import hashlib
import json
import os
import pathlib
import sqlite3
import subprocess
import tempfile

from bench.macro.measure import family, free_port, wait_until_serving

HERE = pathlib.Path(__file__).resolve().parent
PYTHON = "/usr/bin/python3"
FLOW_ID = "flow_peer"
TOKEN = "peer-token-0123456789abcdef0123456789ab"
TABLE = """create table flows(id text primary key, name text, description text, owner_id text, tenant_id text,
  version text, created_at text, updated_at text, revision int, storage_key text, content_sha256 text,
  deleted_at int)"""


class FastApi:
    """Serves one stored flow document; `start_s` says how long it took to answer."""

    def __init__(self, document):
        self._folder = tempfile.TemporaryDirectory(prefix="scaiflow-peer-")
        self._fill(pathlib.Path(self._folder.name), document)
        self.port = free_port()
        env = {**os.environ, "PEER_FOLDER": self._folder.name, "PEER_TOKEN": TOKEN}
        self._process = subprocess.Popen(
            [PYTHON, "-m", "uvicorn", "--app-dir", str(HERE / "app"), "flows_app:app",
             "--port", str(self.port), "--workers", "2",
             "--loop", "uvloop", "--http", "httptools", "--log-level", "error"],
            env=env, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
        self.start_s = wait_until_serving(self._process, self.port, "/health")

    @staticmethod
    def _fill(folder, document):
        data = json.dumps(document, indent=2).encode()
        (folder / "flow.json").write_bytes(data)
        with sqlite3.connect(folder / "peer.db") as database:
            database.execute(TABLE)
            at = "2026-01-01T00:00:00.000Z"
            row = (FLOW_ID, document["name"], document["metadata"].get("description"), at, at, "flow.json",
                   hashlib.sha256(data).hexdigest())
            database.execute("insert into flows values"
                             " (?, ?, ?, 'local', 'local', '1.0.0', ?, ?, 1, ?, ?, null)", row)

    @property
    def pids(self):
        return family(self._process.pid)

    def close(self):
        self._process.terminate()
        self._process.wait(timeout=30)
        self._folder.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
