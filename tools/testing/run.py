#!/usr/bin/env python3
"""Runs the tiers of tests one after the other and adds up what they counted.

Each tier is a function that yields (passed, failed) and prints the output of what failed.
The last line is `N passed, N failed`; the exit code is 1 when anything failed or counted nothing.
"""

import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as xml

ROOT = pathlib.Path(__file__).resolve().parents[2]


def run(command, cwd=ROOT, env=None):
    """Runs a command; its output is kept and shown only when it failed."""
    merged = {**os.environ, **(env or {})}
    done = subprocess.run(
        command, cwd=cwd, env=merged, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    if done.returncode != 0:
        print(done.stdout[-20000:])
    return done


def python_tests(folder, build):
    """unittest in `folder`; the binary under test is named by SCAIFLOW_BINARY."""
    env = {
        "SCAIFLOW_BINARY": str(build / "scaiflow"),
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    top = ["-t", "."] if folder.startswith("tests/") else []
    done = run([sys.executable, "-m", "unittest", "discover", "-s", folder, "-p", "test_*.py", *top], env=env)
    total = re.search(r"^Ran (\d+) tests?", done.stdout, re.M)
    bad = re.search(r"^FAILED \((.*)\)", done.stdout, re.M)
    failed = sum(int(n) for n in re.findall(r"(?:failures|errors)=(\d+)", bad.group(1))) if bad else 0
    count = int(total.group(1)) if total else 0
    return (count - failed, failed) if count else (0, 1)


def tidy(build):
    counts = [python_tests(folder, build) for folder in ("tools/gen", "tools/tidy")]
    passed, failed = (sum(column) for column in zip(*counts))
    checks = [[sys.executable, "tools/gen/generate.py", "--check"], [sys.executable, "tools/tidy/tidy.py"]]
    bad = sum(run(check).returncode != 0 for check in checks)
    return passed + len(checks) - bad, failed + bad


def unit(build):
    """Builds everything, then ctest: unit, golden and conformance tests, each test counted."""
    if run(["ninja", "-C", str(build)]).returncode != 0:
        return 0, 1
    passed = failed = 0
    with tempfile.TemporaryDirectory() as folder:
        env = {"GTEST_OUTPUT": f"xml:{folder}/"}
        done = run(
            ["ctest", "--test-dir", str(build), "-j2", "--output-on-failure", "--timeout", "600"], env=env
        )
        for report in pathlib.Path(folder).glob("*.xml"):
            suite = xml.parse(report).getroot()
            bad = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
            passed, failed = passed + int(suite.get("tests")) - bad, failed + bad
        if done.returncode != 0 and failed == 0:
            failed = 1  # a program that crashed leaves no report
    return passed, failed


def canvas(_build):
    with tempfile.TemporaryDirectory() as folder:
        report = pathlib.Path(folder) / "vitest.json"
        types = run(["npm", "run", "--silent", "check"], cwd=ROOT / "apps/canvas")
        done = run(
            ["npx", "vitest", "run", "--reporter=default", "--reporter=json", f"--outputFile.json={report}"],
            cwd=ROOT / "apps/canvas",
        )
        bad_types = int(types.returncode != 0)
        if not report.exists():
            return 1 - bad_types, 1 + bad_types
        counts = json.loads(report.read_text())
        failed = counts["numFailedTests"] + bad_types
        if done.returncode != 0 and failed == 0:
            failed = 1
        return counts["numPassedTests"] + 1 - bad_types, failed


def api(build):
    """The real binary: its commands, and its server on loopback."""
    counts = [python_tests(folder, build) for folder in ("tests/cli", "tests/api")]
    passed, failed = (sum(column) for column in zip(*counts))
    return passed, failed


def sim(build):
    return python_tests("tests/sim", build)


def e2e(build):
    """The journeys in real Chromium, by node's own test runner."""
    files = sorted(str(path) for path in (ROOT / "tests/e2e").glob("*.test.mjs"))
    done = run(
        ["node", "--test", "--test-concurrency=1", "--test-reporter=tap", *files],
        env={"SCAIFLOW_BINARY": str(build / "scaiflow")},
    )
    passed = re.search(r"^# pass (\d+)", done.stdout, re.M)
    failed = re.search(r"^# fail (\d+)", done.stdout, re.M)
    if not passed or not failed:
        return 0, 1
    crashed = done.returncode != 0 and failed.group(1) == "0"
    return int(passed.group(1)), max(int(failed.group(1)), int(crashed))


TIERS = {"tidy": tidy, "unit": unit, "canvas": canvas, "api": api, "sim": sim, "e2e": e2e}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build-dir", type=pathlib.Path, required=True)
    parser.add_argument("--only", choices=TIERS)
    parser.add_argument("--sanitize", action="store_true")
    args = parser.parse_args()
    names = ["unit"] if args.sanitize else [args.only] if args.only else list(TIERS)
    total_passed = total_failed = 0
    for name in names:
        begun = time.monotonic()
        print(f"== {name}", flush=True)
        passed, failed = TIERS[name](args.build_dir)
        print(f"== {name}: {passed} passed, {failed} failed in {time.monotonic() - begun:.0f} s", flush=True)
        total_passed, total_failed = total_passed + passed, total_failed + failed
    print(f"{total_passed} passed, {total_failed} failed")
    return 1 if total_failed or not total_passed else 0


if __name__ == "__main__":
    sys.exit(main())
