"""The pages of docs/ tell the truth: their flows compile without a word, and the tests in them pass."""

import json
import os
import re
import subprocess
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BINARY = os.environ.get("SCAIFLOW_BINARY", str(ROOT / "build/scaiflow"))
BLOCK = re.compile(r"^```json\n(.*?)^```", re.M | re.S)
MODELS = [{"role": "primary", "ref": "openai", "model": "gpt-4o"}]


def flows(page):
    """(line, flow) of each block that is one."""
    text = (ROOT / page).read_text(encoding="utf-8")
    for match in BLOCK.finditer(text):
        value = json.loads(match[1])
        if "nodes" in value:
            yield text.count("\n", 0, match.start()) + 1, value


def complete(flow):
    """The flow with what pages leave out, because the canvas fills it in."""
    nodes = [{"label": node["id"], "position": {"x": 0, "y": 0}, **node} for node in flow["nodes"]]
    config = {"core_identity": {"models": MODELS}, **flow["config"]}
    return {"id": "flow_page", "name": "Page", "version": "1.0.0", **flow, "nodes": nodes, "config": config}


def scaiflow(command, flow):
    return subprocess.run(
        [BINARY, *command, "-"],
        input=json.dumps(flow),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


class Pages(unittest.TestCase):
    def check(self, page, least):
        found = list(flows(page))
        self.assertGreaterEqual(len(found), least)
        for line, flow in found:
            with self.subTest(f"{page}:{line}"):
                done = scaiflow(["validate", "--strict"], complete(flow))
                self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
                tested = scaiflow(["run-tests"], complete(flow))
                self.assertEqual(tested.returncode, 0, tested.stdout + tested.stderr)
                self.assertIn(f"{len(flow.get('tests', []))} passed", tested.stdout)

    def test_the_language(self):
        self.check("docs/language.md", 7)

    def test_what_is_no_flow_is_not_taken_for_one(self):
        broken = {"nodes": [], "edges": [], "config": {}}
        self.assertEqual(scaiflow(["validate"], complete(broken)).returncode, 1)


if __name__ == "__main__":
    unittest.main()
