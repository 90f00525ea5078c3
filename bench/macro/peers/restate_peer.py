"""Restate from npm with one service: a handler of three durable steps, each journalled and acknowledged."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

from bench.macro.measure import Load, ask, family, free_port

VERSION = "1.7.12"
SERVICE = """import * as restate from '@restatedev/restate-sdk';
Promise.withResolvers ??= function () {  // Node 20 lacks it
  let resolve, reject;
  const promise = new this((good, bad) => { resolve = good; reject = bad; });
  return { promise, resolve, reject };
};
const flow = restate.service({ name: 'flow', handlers: { run: async (ctx, input) => {
  const a = await ctx.run('a', () => 'a ' + input.input.message);
  const b = await ctx.run('b', () => 'b ' + a);
  const c = await ctx.run('c', () => 'c ' + b);
  return { answer: c };
} } });
restate.serve({ services: [flow], port: Number(process.env.PEER_PORT) });
"""


def install(cache):
    """Installs server and SDK below `cache` once; gives the folder."""
    folder = pathlib.Path(cache) / f"restate-{VERSION}"
    if not (folder / "node_modules/@restatedev/restate-server").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        subprocess.run(
            [
                "npm",
                "install",
                "--silent",
                "--no-audit",
                "--no-fund",
                "--ignore-scripts",
                "--prefix",
                str(folder),
                f"@restatedev/restate-server@{VERSION}",
                "@restatedev/restate-sdk",
            ],
            check=True,
        )
    return folder


class Restate:
    """Serves `POST /flow/run` {input: {message}} -> {answer} at its ingress; everything on loopback."""

    def __init__(self, folder):
        self._folder = tempfile.TemporaryDirectory(prefix="scaiflow-peer-")
        self.port, self._admin, node, service = (free_port() for _ in range(4))
        script = folder / "service.mjs"
        script.write_text(SERVICE)
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.STDOUT}
        self._service = subprocess.Popen(
            ["node", str(script)], env={**os.environ, "PEER_PORT": str(service)}, **quiet
        )
        env = {
            **os.environ,
            "RESTATE_BASE_DIR": self._folder.name,
            "RESTATE_DISABLE_TELEMETRY": "true",
            "DO_NOT_TRACK": "1",
            "SCARF_ANALYTICS": "false",
            "RESTATE_LOG_FILTER": "error",
            "RESTATE_INGRESS__BIND_ADDRESS": f"127.0.0.1:{self.port}",
            "RESTATE_ADMIN__BIND_ADDRESS": f"127.0.0.1:{self._admin}",
            "RESTATE_BIND_ADDRESS": f"127.0.0.1:{node}",
            "RESTATE_ADVERTISED_ADDRESS": f"http://127.0.0.1:{node}/",
        }
        binary = folder / "node_modules/@restatedev/restate-server-linux-x64/bin/restate-server"
        self._server = subprocess.Popen([str(binary)], env=env, cwd=self._folder.name, **quiet)
        self._register(f"http://127.0.0.1:{service}")

    def _register(self, service, timeout_s=60):
        """Makes the service known, as soon as the server listens."""
        begun = time.monotonic()
        load = Load("POST", "/deployments", body=json.dumps({"uri": service}))
        while time.monotonic() - begun < timeout_s:
            if self._server.poll() is not None:
                raise RuntimeError(f"restate-server ended with {self._server.returncode}")
            try:
                status, _ = ask(self._admin, load)
            except OSError:
                status = 0
            if status in (200, 201):
                return
            time.sleep(0.05)
        raise RuntimeError("restate-server does not take the service")

    @property
    def pids(self):
        return family(self._server.pid) + family(self._service.pid)

    def close(self):
        for process in (self._server, self._service):
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._folder.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
