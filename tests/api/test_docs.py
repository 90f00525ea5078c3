"""The pages of docs/ tell the truth: their flows compile without a word, and the tests in them pass."""

import json
import os
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

from tests.support.scaiflow import Server

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


PAGES = ["README.md", "first-flow.md", "calling.md", "review.md", "providers.md", "../debugging.md"]
SHELL = re.compile(r"^```sh\n(.*?)^```\n(?:\n```text\n(.*?)^```)?", re.M | re.S)
ADDRESS = "http://127.0.0.1:8001"
END = "=== end of block"


def shell_blocks():
    """(page, commands, expected lines) of the guide in reading order."""
    for page in PAGES:
        for match in SHELL.finditer((ROOT / "docs/guide" / page).read_text(encoding="utf-8")):
            yield page, match[1], (match[2] or "").splitlines()


def line_pattern(line):
    """An expected line; `…` stands for anything."""
    return re.compile(".*".join(re.escape(part) for part in line.split("…")))


class Guide(unittest.TestCase):
    """The commands of the guide, typed in order into one shell beside a real server."""

    def run_all(self, server, folder, blocks):
        (folder / "scaiflow").symlink_to(Path(BINARY).resolve())
        (folder / "scaiflow-data").symlink_to(server.data_dir)
        script = "".join(f"{commands}\necho '{END}'\n" for _, commands, _ in blocks)
        script = script.replace(ADDRESS, f"http://127.0.0.1:{server.port}")
        clean = {key: value for key, value in os.environ.items() if not key.startswith("SCAIFLOW_")}
        env = {**clean, "PATH": f"{folder}:{os.environ['PATH']}"}
        done = subprocess.run(
            ["bash", "-eu"],
            input=script,
            cwd=folder,
            env=env,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        self.assertEqual(done.returncode, 0, done.stdout[-2000:] + done.stderr)
        return done.stdout.split(f"{END}\n")

    def test_the_commands_do_what_the_guide_says(self):
        blocks = list(shell_blocks())
        self.assertGreaterEqual(len(blocks), 15)
        with Server() as server, tempfile.TemporaryDirectory() as folder:
            outputs = self.run_all(server, Path(folder), blocks)
        for (page, commands, expected), output in zip(blocks, outputs, strict=False):
            for line in expected:
                with self.subTest(f"{page}: {commands.strip().splitlines()[-1][:60]}"):
                    self.assertRegex(output, line_pattern(line))


if __name__ == "__main__":
    unittest.main()
