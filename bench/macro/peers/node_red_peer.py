"""Node-RED from npm with one flow: HTTP in, three nodes that compute a text, HTTP response. All in memory."""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile

from bench.macro.measure import family, free_port, wait_until_serving

VERSION = "4.1.15"
SETTINGS = """module.exports = {
  uiHost: '127.0.0.1', uiPort: Number(process.env.PEER_PORT), httpAdminRoot: false, flowFile: 'flows.json',
  telemetry: { enabled: false }, logging: { console: { level: 'fatal', metrics: false, audit: false } },
};
"""
FLOW = [
    {"id": "tab", "type": "tab", "label": "peer"},
    {"id": "in", "type": "http in", "z": "tab", "url": "/invoke", "method": "post", "wires": [["a"]]},
    {"id": "health", "type": "http in", "z": "tab", "url": "/health", "method": "get", "wires": [["out"]]},
    {"id": "a", "type": "function", "z": "tab", "outputs": 1, "wires": [["b"]],
     "func": "msg.text = 'a ' + msg.payload.input.message;\nreturn msg;"},
    {"id": "b", "type": "template", "z": "tab", "field": "text", "fieldType": "msg", "format": "handlebars",
     "syntax": "mustache", "template": "b {{{text}}}", "output": "str", "wires": [["c"]]},
    {"id": "c", "type": "function", "z": "tab", "outputs": 1, "wires": [["out"]],
     "func": "msg.payload = {answer: 'c ' + msg.text};\nreturn msg;"},
    {"id": "out", "type": "http response", "z": "tab", "statusCode": "", "wires": []},
]


def install(cache):
    """Installs Node-RED below `cache` once; gives its start script."""
    folder = pathlib.Path(cache) / f"node-red-{VERSION}"
    script = folder / "node_modules/node-red/red.js"
    if not script.exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        subprocess.run(["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(folder),
                        f"node-red@{VERSION}"], check=True)
    return script


class NodeRed:
    """Serves `POST /invoke` {input: {message}} -> {answer}; `start_s` is how long it took to answer."""

    def __init__(self, script):
        self._folder = tempfile.TemporaryDirectory(prefix="scaiflow-peer-")
        folder = pathlib.Path(self._folder.name)
        (folder / "settings.js").write_text(SETTINGS)
        (folder / "flows.json").write_text(json.dumps(FLOW))
        self.port = free_port()
        env = {**os.environ, "PEER_PORT": str(self.port), "NODE_ENV": "production"}
        self._process = subprocess.Popen(
            ["node", str(script), "-u", str(folder), "-s", str(folder / "settings.js")], env=env,
            stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
        self.start_s = wait_until_serving(self._process, self.port, "/health")

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
