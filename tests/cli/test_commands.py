"""The commands of the real binary: what they print, write and return (docs/reference/cli.md)."""

import http.server
import json
import os
import pathlib
import pty
import re
import select
import shutil
import subprocess
import tempfile
import threading
import unittest
import zipfile

import jsonschema

from tests.support.scaiflow import BINARY, EXAMPLES, Server, example

FLOWS = pathlib.Path(__file__).resolve().parents[1] / "flows"
BROKEN = """{"id": "f", "name": "F", "version": "1.0.0",
  "nodes": [{"id": "n", "type": "entry_api", "label": "Größe", "position": {"x": 0, "y": 0}}],
  "edges": [{"id": "e1", "type": "sequential", "source": {"node": "n"}, "target": {"node": "m"}}],
  "config": {"core_identity": {"models": [{"role": "a", "ref": "b", "model": "c"}]}}}
"""


def plain(text):
    """Text without colours."""
    return re.sub("\033\\[[0-9;]*m", "", text)


class Command(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def run_cli(self, *args, stdin="", env=None):
        clean = {key: value for key, value in os.environ.items() if not key.startswith(("SCAI", "CLICOLOR"))}
        return subprocess.run(
            [BINARY, *map(str, args)],
            input=stdin,
            capture_output=True,
            text=True,
            encoding="utf-8",
            cwd=self.folder,
            env={**clean, **(env or {})},
            timeout=60,
        )

    def check(self, done, code, out=None, err=None):
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        if out is not None:
            self.assertEqual(done.stdout, out)
        if err is not None:
            self.assertEqual(done.stderr, err)

    def write(self, name, content):
        path = self.folder / name
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return path


class Usage(Command):
    def test_help_lists_every_command(self):
        done = self.run_cli("help")
        self.check(done, 0, err="")
        for name in (
            "serve",
            "validate",
            "compile",
            "diff",
            "merge",
            "fmt",
            "publish",
            "schema",
            "completion",
        ):
            self.assertIn(f"       scaiflow {name}", done.stdout)
        self.assertEqual(self.run_cli("--help").stdout, done.stdout)

    def test_wrong_words_are_usage(self):
        self.check(self.run_cli(), 2, out="")
        self.check(self.run_cli("paint"), 2, out="")
        done = self.run_cli("compile", "x", "--format", "xml")
        self.check(done, 2, out="")
        self.assertTrue(done.stderr.startswith("scaiflow compile: option '--format' is yaml, ir or scai\n"))
        self.assertIn("A is missing", self.run_cli("merge", "x").stderr)

    def test_a_command_tells_its_options(self):
        self.assertIn("  --check  write nothing", self.run_cli("fmt", "--help").stdout)


class Problems(Command):
    def test_one_line_each_where_no_person_reads(self):
        line = "error[F103]: edge 'e1': unknown target node 'm' (edges[0].target)\n"
        self.check(self.run_cli("validate", "-", stdin=BROKEN), 1, out="", err=line)

    def test_colour_quotes_the_place(self):
        path = self.write("bad.json", BROKEN)
        done = self.run_cli("validate", path.name, "--color", "always")
        self.check(done, 1, out="")
        self.assertIn("\033[1;31merror[F103]\033[0m", done.stderr)
        lines = plain(done.stderr).splitlines()
        self.assertEqual(lines[1], "  --> bad.json:3:83")
        mark = lines[3].index("^") - lines[2].index("|"), lines[3].count("^")
        self.assertEqual(lines[2][lines[2].index("|") :][mark[0] :][: mark[1]], '{"node": "m"}')

    def test_colour_can_be_asked_for_and_refused(self):
        forced = {"CLICOLOR_FORCE": "1"}
        self.assertIn("\033[", self.run_cli("validate", "-", stdin=BROKEN, env=forced).stderr)
        done = self.run_cli("validate", "-", "--color=never", stdin=BROKEN, env=forced)
        self.assertNotIn("\033[", done.stderr)

    def test_text_that_is_no_json_is_quoted_too(self):
        done = self.run_cli("validate", "-", "--color=always", stdin='{\n  "ä": tru\n}')
        lines = plain(done.stderr).splitlines()
        self.assertEqual(lines[1:4], ["  --> standard input:2:9", ' 2 |   "ä": tru', "   |        ^"])

    def test_a_long_line_is_cut_around_the_place(self):
        flow = {"metadata": {"description": "ß" * 5000}, **json.loads(BROKEN)}
        text = json.dumps(flow, ensure_ascii=False)
        done = self.run_cli("validate", "-", "--color=always", stdin=text)
        lines = plain(done.stderr).splitlines()
        self.assertLess(len(lines[2]), 120)
        at = lines[3].index("^")
        self.assertTrue(lines[2][at:].startswith('{"node": "m"}'), lines)

    def test_a_terminal_obeys_no_text_of_a_flow(self):
        evil = BROKEN.replace('"node": "m"', '"node": "\\u001b[2J"')
        done = self.run_cli("validate", "-", stdin=evil)
        self.assertIn("unknown target node '\\x1b[2J'", done.stderr)


class Json(Command):
    def test_validate(self):
        report = json.loads(self.run_cli("validate", "-", "--json", stdin=BROKEN).stdout)
        self.assertEqual(list(report), ["ok", "errors", "diagnostics"])
        self.assertFalse(report["ok"])
        self.assertEqual(report["diagnostics"][0]["code"], "F103")
        self.assertEqual(report["diagnostics"][0]["path"], "edges[0].target")

    def test_compile(self):
        done = self.run_cli(
            "compile", EXAMPLES / "echo-agent.flow.json", "--format=ir", "--out=e.scir", "--json"
        )
        self.check(done, 0, err="")
        report = json.loads(done.stdout)
        self.assertEqual((report["ok"], report["path"], report["bytes"]), (True, "e.scir", 1191))
        self.assertEqual(report["sha256"][:8], "802af644")
        failed = self.run_cli("compile", "-", "--out=x.yaml", "--json", stdin=BROKEN)
        self.check(failed, 1, err="")
        self.assertNotIn("path", json.loads(failed.stdout))
        self.assertFalse((self.folder / "x.yaml").exists())
        self.check(self.run_cli("compile", "-", "--json", stdin=BROKEN), 2, out="")

    def test_run_tests_takes_names(self):
        names = [test["name"] for test in example("customer-support")["tests"]]
        path = EXAMPLES / "customer-support.flow.json"
        both = self.run_cli("run-tests", path, "--name", names[0], "--name", names[1], "--json")
        self.assertEqual([row["name"] for row in json.loads(both.stdout)["results"]], names)


class Fmt(Command):
    def test_rewrites_what_is_not_canonical(self):
        canonical = (EXAMPLES / "echo-agent.flow.json").read_text()
        path = self.write("a.flow.json", example("echo-agent"))
        self.check(self.run_cli("fmt", path.name, "--check"), 1, out="not formatted a.flow.json\n")
        self.assertNotEqual(path.read_text(), canonical)
        self.check(self.run_cli("fmt", path.name), 0, out="formatted a.flow.json\n")
        self.assertEqual(path.read_text(), canonical)
        self.check(self.run_cli("fmt", path.name, path.name, "--check"), 0, out="")

    def test_standard_input_goes_to_standard_output(self):
        canonical = (EXAMPLES / "echo-agent.flow.json").read_text()
        self.check(self.run_cli("fmt", "-", stdin=json.dumps(example("echo-agent"))), 0, out=canonical)

    def test_touches_nothing_that_is_no_flow(self):
        path = self.write("a.json", "{")
        self.check(self.run_cli("fmt", path.name), 1, out="")
        self.assertEqual(path.read_text(), "{")
        self.check(self.run_cli("fmt", "none.json"), 2)


class Diff(Command):
    def setUp(self):
        super().setUp()
        flow = example("customer-support")
        self.before = self.write("a.json", flow)
        flow["nodes"][3]["config"]["guidance"] = "Answer in plain words of the customer."
        flow["nodes"].pop()
        self.after = self.write("b.json", flow)

    def test_for_people(self):
        done = self.run_cli("diff", "a.json", "b.json")
        self.check(done, 1, err="")
        self.assertIn("- node node_closed", done.stdout)
        self.assertIn(
            '~ node node_respond "Respond"\n'
            "    config.guidance: Answer in [-the language-]{+plain words+} of the customer.\n",
            done.stdout,
        )
        self.check(self.run_cli("diff", "a.json", "a.json"), 0, out="", err="")
        self.assertIn("\033[31m", self.run_cli("diff", "a.json", "b.json", "--color=always").stdout)

    def test_for_scripts(self):
        report = json.loads(self.run_cli("diff", "a.json", "b.json", "--json").stdout)
        self.assertEqual(report["counts"], {"added": 0, "removed": 1, "changed": 1})
        self.assertEqual(
            [row["path"] for row in report["changes"]],
            ["nodes[node_closed]", "nodes[node_respond]"],
        )

    def test_what_cannot_be_read_is_no_difference(self):
        self.write("c.json", "[")
        self.check(self.run_cli("diff", "a.json", "c.json"), 2, out="")


class Merge(Command):
    def flow(self, **labels):
        flow = example("echo-agent")
        for node in flow["nodes"]:
            node["label"] = labels.get(node["id"], node["label"])
        return flow

    def test_edits_of_different_places(self):
        self.write("base.json", self.flow())
        self.write("a.json", self.flow(node_entry="A"))
        self.write("b.json", self.flow(node_echo="B"))
        done = self.run_cli("merge", "base.json", "a.json", "b.json")
        self.check(done, 0, err="")
        self.assertEqual(json.loads(done.stdout), self.flow(node_entry="A", node_echo="B"))

    def test_a_conflict_is_told_and_the_document_written(self):
        self.write("base.json", self.flow())
        self.write("a.json", self.flow(node_echo="A"))
        self.write("b.json", self.flow(node_echo="B"))
        done = self.run_cli("merge", "base.json", "a.json", "b.json", "--out", "m.json")
        line = 'conflict[changed_both]: nodes[node_echo].label: a has "A", b has "B"; a stands\n'
        self.check(done, 1, out="", err=line)
        self.assertEqual(json.loads((self.folder / "m.json").read_text()), self.flow(node_echo="A"))
        report = json.loads(self.run_cli("merge", "base.json", "a.json", "b.json", "--json").stdout)
        self.assertEqual(list(report), ["document", "conflicts", "settled"])
        self.assertEqual(report["conflicts"][0]["at"], ["nodes", "node_echo", "label"])

    def git(self, *args):
        options = [
            "-c",
            "user.name=t",
            "-c",
            "user.email=t@example.com",
            "-c",
            "commit.gpgsign=false",
        ]
        return subprocess.run(
            ["git", *options, *args],
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def commit(self, **labels):
        self.write("x.flow.json", json.dumps(self.flow(**labels)))
        self.assertEqual(self.git("commit", "-qam", "edit").returncode, 0)

    @unittest.skipUnless(shutil.which("git"), "git is not installed")
    def test_as_the_driver_of_git(self):
        self.git("init", "-q", "-b", "main")
        self.git("config", "merge.scaiflow.driver", f"{BINARY} merge --out %A %O %A %B")
        self.write(".gitattributes", "*.flow.json merge=scaiflow\n")
        self.write("x.flow.json", json.dumps(self.flow()))
        self.git("add", ".")
        self.assertEqual(self.git("commit", "-qm", "first").returncode, 0)
        self.git("checkout", "-qb", "other")
        self.commit(node_echo="B")
        self.git("checkout", "-q", "main")
        self.commit(node_entry="A")
        # Both sides changed the only line of the file: without the driver this is a conflict.
        merged = self.git("merge", "-q", "other")
        self.assertEqual(merged.returncode, 0, merged.stdout + merged.stderr)
        found = json.loads((self.folder / "x.flow.json").read_text())
        self.assertEqual(found, self.flow(node_entry="A", node_echo="B"))
        self.git("checkout", "-q", "other")
        self.commit(node_echo="C")
        self.git("checkout", "-q", "main")
        self.commit(node_echo="D")
        self.assertEqual(self.git("merge", "other").returncode, 1)
        self.assertIn("x.flow.json", self.git("diff", "--name-only", "--diff-filter=U").stdout)


class Publish(Command):
    def test_writes_the_package(self):
        self.write("README.md", "# Echo\n")
        path = EXAMPLES / "echo-agent.flow.json"
        done = self.run_cli("publish", path, "--readme", "README.md", "--description", "Says it again.")
        self.check(done, 0, err="")
        self.assertRegex(
            done.stdout, r"^wrote echo-agent-0\.1\.0\.scaipkg \(\d+ bytes\)\nsha256=[0-9a-f]{64}\n$"
        )
        with zipfile.ZipFile(self.folder / "echo-agent-0.1.0.scaipkg") as package:
            self.assertIsNone(package.testzip())
            self.assertEqual(package.namelist(), ["flow.json", "manifest.yaml", "package.json", "README.md"])
            self.assertEqual(package.read("flow.json"), path.read_bytes())
            self.assertEqual(package.read("manifest.yaml"), (EXAMPLES / "echo-agent.yaml").read_bytes())
            text = package.read("package.json").decode()
            for row in package.infolist():
                self.assertEqual((row.create_system, row.create_version, row.extract_version), (3, 10, 10))
                self.assertEqual((row.date_time, row.external_attr), ((1980, 1, 1, 0, 0, 0), 0o100644 << 16))
        about = json.loads(text)
        self.assertEqual(text, json.dumps(about, sort_keys=True, separators=(",", ":")) + "\n")
        self.assertEqual(about["created_from"], {"flow_id": "flow_echo_agent", "flow_version": "1.0.0"})
        self.assertEqual(about["description"], "Says it again.")
        self.assertEqual(about["author_id"], "ScaiFlow")

    def test_names_what_does_not_fit(self):
        path = EXAMPLES / "echo-agent.flow.json"
        self.check(self.run_cli("publish", path, "--package-id", "No Slug"), 2, out="")
        self.check(self.run_cli("publish", path, "--version", "one"), 2, out="")
        self.check(self.run_cli("publish", path, "--readme", "none.md"), 2, out="")
        self.check(self.run_cli("publish", "-", stdin=BROKEN), 1, out="")
        self.assertEqual(list(self.folder.iterdir()), [])


class Deploy(Command):
    """Against the grid inside a server of ours, over HTTP: the wire is the same (08)."""

    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.close)

    def deploy(self, *args, key=None, form="auto", **changes):
        path = self.write("flow.json", {**example("echo-agent"), **changes})
        env = {"SCAIFLOW_DEPLOY_FORMAT": form, "SCAIGRID_BASE_URL": f"http://127.0.0.1:{self.server.port}/"}
        if key != "":
            env["SCAIGRID_API_KEY"] = key or self.server.token
        return self.run_cli("deploy", path.name, *args, env=env)

    def test_makes_a_core_and_publishes_it(self):
        done = self.deploy()
        self.check(done, 0, err="")
        core_id, slug = re.fullmatch(r"core_id=(\S+)\npublished_slug=(\S+)\n", done.stdout).groups()
        core = self.server.get(f"/v1/modules/scaicore/cores/{core_id}").json["data"]
        self.assertEqual(core["status"], "running")
        again = json.loads(self.deploy("--json").stdout)
        self.assertEqual((again["ok"], again["core_id"], again["published_slug"]), (True, core_id, slug))

    def test_publishes_only_what_is_wanted(self):
        done = self.deploy("--no-publish-as-model", id="flow_quiet", name="Quiet")
        self.check(done, 0)
        self.assertRegex(done.stdout, r"^core_id=\S+\n$")
        self.check(self.deploy("--no-publish-as-model", "--publish-as-model"), 2, out="")

    def test_sends_a_bundle_to_a_grid_that_reads_no_manifest(self):
        done = self.deploy("--no-publish-as-model", form="bundle", id="flow_bundled", name="Bundled")
        self.check(done, 0, err="")
        core_id = re.fullmatch(r"core_id=(\S+)\n", done.stdout)[1]
        core = self.server.get(f"/v1/modules/scaicore/cores/{core_id}").json["data"]
        self.assertEqual((core["slug"], core["runtime_mode"]), ("bundled", "api"))
        self.assertEqual(core["metadata"]["scaiflow_meta"]["source_id"], "flow_bundled")
        said = self.server.invoke(core_id, {"message": "hi"})
        self.assertEqual(said["status"], "completed", said)

    def test_tells_what_the_grid_refuses(self):
        done = self.deploy(key="sgk_unknown")
        self.check(done, 1, out="")
        self.assertTrue(done.stderr.startswith("error[scaicore_create_failed]: "), done.stderr)
        self.assertNotIn("sgk_unknown", done.stderr)
        self.check(self.deploy(key=""), 2, out="")

    def test_a_grid_that_is_not_there(self):
        done = self.deploy("--base-url", "http://127.0.0.1:9")
        self.check(done, 1, out="")
        self.assertTrue(done.stderr.startswith("error[scaicore_create_failed]: "), done.stderr)

    def grid(self, answer):
        """The address of a grid whose POSTs are answered by a function of path, headers and body."""

        class Grid(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, data = answer(self.path, self.headers, body)
                body = json.dumps(data).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_args):
                pass

        grid = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Grid)
        threading.Thread(target=grid.serve_forever, daemon=True).start()
        self.addCleanup(grid.server_close)
        self.addCleanup(grid.shutdown)
        return f"http://127.0.0.1:{grid.server_address[1]}"

    def test_asks_again_when_the_grid_is_busy(self):
        keys = []

        def busy(path, headers, _body):
            keys.append((path, headers["Idempotency-Key"]))
            return 503 if len(keys) == 1 else 201, {"data": {"id": "core_1", "status": "running"}}

        done = self.deploy("--no-publish-as-model", "--base-url", self.grid(busy))
        self.check(done, 0, out="core_id=core_1\n", err="")
        self.assertEqual(len(keys), 2)
        self.assertEqual(keys[0], keys[1])

    def test_falls_back_to_a_bundle(self):
        source = {"instance": {"mode": "entity", "entity_key": "user"}, "metadata": {}}
        for status, message, asked in [
            (415, "send JSON", ["yaml", "form", "json"]),
            (422, "no such format", ["yaml", "form", "json"]),
            (422, "verifier error: x", ["yaml"]),
        ]:
            seen = []

            def old(path, headers, body):
                kind = {"a/yaml": "yaml", "m/form": "form", "a/json": "json"}[
                    re.sub(r"^(.)\w*/(\w{4}).*$", r"\1/\2", headers["Content-Type"])
                ]
                seen.append(kind)
                if kind == "yaml":
                    return status, {"status": "error", "error": {"code": "X", "message": message}}
                if kind == "form":
                    self.assertTrue(path.endswith("/parse-bundle"))
                    self.assertIn(b"\r\n\r\nSCIR", body)
                    return 200, {"data": {"source": source, "summary": {"name": "Old"}}}
                core = json.loads(body)
                self.assertEqual((core["source"], core["name"]), (source, "Old"))
                self.assertEqual((core["concurrency_mode"], core["entity_key_field"]), ("entity", "user"))
                return 201, {"data": {"core_id": "core_2"}}

            done = self.deploy("--no-publish-as-model", "--base-url", self.grid(old))
            self.assertEqual((seen, done.returncode), (asked, 0 if len(asked) == 3 else 1), done)

    def test_a_flow_with_errors_sends_nothing(self):
        self.check(self.deploy("--base-url", "http://127.0.0.1:9", edges=[{"id": "e"}]), 1, out="")


class Schema(Command):
    def validator(self):
        schema = json.loads(self.run_cli("schema").stdout)
        jsonschema.Draft202012Validator.check_schema(schema)
        return jsonschema.Draft202012Validator(schema)

    def test_is_a_schema_that_the_examples_fit(self):
        validator = self.validator()
        for path in sorted(EXAMPLES.glob("*.flow.json")):
            self.assertEqual(list(validator.iter_errors(json.loads(path.read_text()))), [], path.name)

    def test_golden_flows_fit_unless_they_are_wrong(self):
        validator = self.validator()
        fits = 0
        for path in sorted(FLOWS.glob("*/*.flowtest")):
            sections = re.split(r"^--- (\w+).*\n", path.read_text(encoding="utf-8"), flags=re.M)
            parts = dict(zip(sections[1::2], sections[2::2]))
            if "flow" not in parts or "error[" in parts.get("diagnostics", ""):
                continue
            fits += 1
            document = json.loads(self.run_cli("fmt", "-", stdin=parts["flow"]).stdout)
            errors = [
                f"{list(error.path)}: {error.message[:200]}" for error in validator.iter_errors(document)
            ]
            self.assertEqual(errors, [], path.name)
        self.assertGreater(fits, 20)

    def test_refuses_a_broken_flow(self):
        flow = example("echo-agent")
        del flow["nodes"][0]["type"]
        self.assertNotEqual(list(self.validator().iter_errors(flow)), [])


class Completion(Command):
    def complete(self, *words):
        script = self.run_cli("completion", "bash").stdout
        line = " ".join(f"'{word}'" for word in ("scaiflow", *words))
        script += f"COMP_WORDS=({line}); COMP_CWORD={len(words)}; _scaiflow\n"
        script += "printf '%s\\n' \"${COMPREPLY[@]}\"\n"
        done = subprocess.run(
            ["bash", "-c", script],
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        self.assertEqual(done.stderr, "")
        return sorted(done.stdout.split())

    def test_bash_completes_commands_options_values_and_files(self):
        self.write("one.flow.json", "{}")
        self.assertEqual(self.complete("co"), ["compile", "completion", "config"])
        self.assertEqual(self.complete("compile", "--f"), ["--format"])
        self.assertEqual(self.complete("compile", "--format", ""), ["ir", "scai", "yaml"])
        self.assertEqual(self.complete("completion", ""), ["bash", "fish", "zsh"])
        self.assertEqual(self.complete("validate", "o"), ["one.flow.json"])

    def test_fish_completes_commands_options_values_and_files(self):
        self.write("completion.fish", self.run_cli("completion", "fish").stdout)
        self.write("one.flow.json", "{}")
        cases = {
            "scaiflow co": {"compile", "completion", "config"},
            "scaiflow compile --f": {"--format"},
            "scaiflow compile --format ": {"ir", "scai", "yaml"},
            "scaiflow validate o": {"one.flow.json"},
        }
        for line, expected in cases.items():
            script = f'source completion.fish; complete -C "{line}"'
            done = subprocess.run(
                ["fish", "--no-config", "-c", script],
                cwd=self.folder,
                capture_output=True,
                text=True,
                timeout=60,
                check=True,
            )
            self.assertEqual({found.split("\t")[0] for found in done.stdout.splitlines()}, expected, line)

    def test_zsh_completes_commands_options_values_and_files(self):
        self.write("_scaiflow", self.run_cli("completion", "zsh").stdout)
        self.write("one.flow.json", "{}")
        with Terminal(["zsh", "-f", "-i"], self.folder) as zsh:
            # The quotes keep the echo of what is typed from being taken for the answer.
            zsh.type("fpath=($PWD $fpath); autoload -U compinit; compinit -u -D; echo rea''dy\n", "ready")
            zsh.type("scaiflow valid\t", "validate ")
            for typed, completed in (
                ("scaiflow compile --fo\t", "--format "),
                ("scaiflow compile --format i\t", " ir "),
                ("scaiflow validate o\t", "one.flow.json "),
            ):
                zsh.type(CLEAR_LINE + typed, completed)

    def test_zsh_and_fish_know_every_option(self):
        options = set(re.findall(r"\[--([a-z-]+)", self.run_cli("help").stdout))
        zsh = self.run_cli("completion", "zsh").stdout
        fish = self.run_cli("completion", "fish").stdout
        for option in options:
            self.assertIn(f"--{option}[", zsh)
            self.assertIn(f" -l {option} ", fish)


CLEAR_LINE = "\x15"


class Terminal:
    """A program on a terminal of its own; `type` waits until the terminal shows what is expected."""

    def __init__(self, command, folder):
        self._screen, inner = pty.openpty()
        env = {"TERM": "dumb", "PATH": os.environ["PATH"], "HOME": str(folder), "PS1": "> "}
        self._program = subprocess.Popen(
            command, cwd=folder, env=env, stdin=inner, stdout=inner, stderr=inner, start_new_session=True
        )
        os.close(inner)

    def type(self, keys, expected):
        os.write(self._screen, keys.encode())
        shown = ""
        while expected not in shown:
            ready, _, _ = select.select([self._screen], [], [], 60)
            if not ready:
                raise AssertionError(f"{keys!r} shows {shown!r}, not {expected!r}")
            shown += os.read(self._screen, 4096).decode(errors="replace")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._program.kill()
        self._program.wait()
        os.close(self._screen)


if __name__ == "__main__":
    unittest.main()
