#!/usr/bin/env python3
"""From start to serving, and memory when idle: ours against Node-RED and FastAPI in the same run."""

import contextlib
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))

from bench.macro import options
from bench.macro.measure import Load, ask, compare, free_port, rss_mb, wait_until_serving
from bench.macro.peers.fastapi_peer import FastApi
from bench.macro.peers.node_red_peer import NodeRed, install
from tests.support.scaiflow import BINARY, example

STARTS = 10
GOAL_MS, GOAL_MB = 200, 50


class Ours:
    """The binary in a folder that may have been used before."""

    def __init__(self, data_dir):
        self.port = free_port()
        command = [BINARY, "serve", "--port", str(self.port), "--data-dir", str(data_dir)]
        # SCAIFLOW_BINARY is ours; the server would take it for a misspelt setting.
        env = {name: value for name, value in os.environ.items() if not name.startswith("SCAIFLOW_")}
        self.process = subprocess.Popen(command, env={**env, "SCAIFLOW_LOG_LEVEL": "warn"},
                                        stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
        self.start_s = wait_until_serving(self.process, self.port, "/readyz")

    def close(self):
        self.process.terminate()
        self.process.wait(timeout=30)


def started(data_dir):
    with contextlib.closing(Ours(data_dir)) as ours:
        return ours.start_s * 1000


def idle_mb(data_dir):
    """Memory after the page of the canvas and the list of flows were served once."""
    with contextlib.closing(Ours(data_dir)) as ours:
        token = (data_dir / "local_token").read_text().strip()
        for load in (Load("GET", "/index.html"), Load("GET", "/v1/flows", token)):
            status, body = ask(ours.port, load)
            if status != 200:
                raise RuntimeError(f"{load.path}: {status} {body[:200]!r}")
        return rss_mb([ours.process.pid])


def peers(given):
    """name -> (start in ms, idle MB)."""
    if given.smoke:
        return {}
    script = install(given.cache)
    makers = {"Node-RED": lambda: NodeRed(script), "FastAPI": lambda: FastApi(example("echo-agent"))}
    found = {}
    for name, make in makers.items():
        starts = []
        for _ in range(3):
            with make() as peer:
                starts.append(peer.start_s * 1000)
                memory = rss_mb(peer.pids)
        found[name] = statistics.median(starts), memory
    return found


def main():
    given = options.parse(__doc__.splitlines()[0])
    with tempfile.TemporaryDirectory(prefix="scaiflow-bench-") as folder:
        data_dir = pathlib.Path(folder) / "data"
        first = started(data_dir)
        again = [started(data_dir) for _ in range(1 if given.smoke else STARTS)]
        memory = idle_mb(data_dir)
    median = statistics.median(again)
    for name, (start_ms, peer_mb) in (peers(given) or {"nobody": (None, None)}).items():
        compare(f"start to serving, against {name}", median, start_ms, " ms", f"{GOAL_MS} ms", better="lower")
        compare(f"idle memory, against {name}", memory, peer_mb, " MB", f"{GOAL_MB} MB", better="lower")
    print(f"  first start in an empty folder {first:.0f} ms; then {min(again):.0f} to {max(again):.0f} ms")


if __name__ == "__main__":
    main()
