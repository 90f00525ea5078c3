#!/usr/bin/env python3
"""Runs the tiers of tests one after the other and adds up what they counted.

Each tier is a function that gives a Count and prints the output of what failed.
The last line is `N passed, N failed`; the exit code is 1 when anything failed or counted nothing.
What the machine cannot test is listed before it with the reason; --no-skips makes it a failure.
"""

import argparse
import collections
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


class Count:
    """What a tier counted. Skipped tests are neither passed nor failed: each has its reason."""

    def __init__(self, passed=0, failed=0, skipped=()):
        self.passed, self.failed, self.skipped = passed, failed, list(skipped)

    def __add__(self, other):
        return Count(self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped)

    def __str__(self):
        skipped = f", {len(self.skipped)} skipped" if self.skipped else ""
        return f"{self.passed} passed, {self.failed} failed{skipped}"


def python_tests(folder, build):
    """unittest in `folder`; the binary under test is named by SCAIFLOW_BINARY."""
    env = {
        "SCAIFLOW_BINARY": str(build / "scaiflow"),
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    top = ["-t", "."] if folder.startswith("tests/") else []
    command = [sys.executable, "-m", "unittest", "discover", "-v", "-s", folder, "-p", "test_*.py", *top]
    done = run(command, env=env)
    total = re.search(r"^Ran (\d+) tests?", done.stdout, re.M)
    bad = re.search(r"^FAILED \((.*)\)", done.stdout, re.M)
    failed = sum(int(n) for n in re.findall(r"(?:failures|errors)=(\d+)", bad.group(1))) if bad else 0
    # A class that skips as a whole counts once, and not among those that ran.
    skips = re.findall(r"^(\w+) .*\.\.\. skipped (['\"])(.*)\2$", done.stdout, re.M)
    passed = int(total.group(1)) - failed - sum(name != "setUpClass" for name, _, _ in skips) if total else 0
    return Count(passed, failed or int(passed <= 0), [reason for _, _, reason in skips])


def tidy(build):
    count = python_tests("tools/gen", build) + python_tests("tools/tidy", build)
    for check in ("tools/gen/generate.py", "--check"), ("tools/tidy/tidy.py",):
        bad = int(run([sys.executable, *check]).returncode != 0)
        count += Count(1 - bad, bad)
    return count


def gtest_report(path):
    """One test program's: each test that ran, and why others did not."""
    suite = xml.parse(path).getroot()
    failed = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
    skipped = [(case.get("message") or "").split("\n")[-1] for case in suite.iter("skipped")]
    return Count(int(suite.get("tests")) - failed - len(skipped), failed, skipped)


def unit(build):
    """Builds everything, then ctest: unit, golden and conformance tests, each test counted."""
    if run(["ninja", "-C", str(build)]).returncode != 0:
        return Count(0, 1)
    count = Count()
    with tempfile.TemporaryDirectory() as folder:
        env = {"GTEST_OUTPUT": f"xml:{folder}/"}
        done = run(
            ["ctest", "--test-dir", str(build), "-j2", "--output-on-failure", "--timeout", "600"], env=env
        )
        for report in pathlib.Path(folder).glob("*.xml"):
            count += gtest_report(report)
        if done.returncode != 0 and count.failed == 0:
            count.failed = 1  # a program that crashed leaves no report
    return count


def canvas(_build):
    with tempfile.TemporaryDirectory() as folder:
        report = pathlib.Path(folder) / "vitest.json"
        types = run(["npm", "run", "--silent", "check"], cwd=ROOT / "apps/canvas")
        done = run(
            ["npx", "vitest", "run", "--reporter=default", "--reporter=json", f"--outputFile.json={report}"],
            cwd=ROOT / "apps/canvas",
        )
        bad_types = int(types.returncode != 0)
        count = Count(1 - bad_types, bad_types)
        if not report.exists():
            return count + Count(0, 1)
        counts = json.loads(report.read_text())
        failed = counts["numFailedTests"] or int(done.returncode != 0)
        skipped = ["skipped in its source"] * counts["numPendingTests"]
        return count + Count(counts["numPassedTests"], failed, skipped)


def api(build):
    """The real binary: its commands, and its server on loopback."""
    return python_tests("tests/cli", build) + python_tests("tests/api", build)


def sim(build):
    return python_tests("tests/sim", build)


def e2e(build):
    """The journeys in real Chromium, by node's own test runner."""
    files = sorted(str(path) for path in (ROOT / "tests/e2e").glob("*.test.mjs"))
    done = run(
        ["node", "--test", "--test-concurrency=1", "--test-reporter=tap", *files],
        env={"SCAIFLOW_BINARY": str(build / "scaiflow")},
    )
    passed, failed, skipped = (
        int(found.group(1)) if (found := re.search(rf"^# {word} (\d+)", done.stdout, re.M)) else 0
        for word in ("pass", "fail", "skipped")
    )
    crashed = int(done.returncode != 0 or passed == 0)
    return Count(passed, failed or crashed, ["skipped in its source"] * skipped)


TIERS = {"tidy": tidy, "unit": unit, "canvas": canvas, "api": api, "sim": sim, "e2e": e2e}


def show_skipped(reasons):
    for reason, times in collections.Counter(reasons).most_common():
        print(f"{times} skipped: {reason}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build-dir", type=pathlib.Path, required=True)
    parser.add_argument("--only", choices=TIERS)
    parser.add_argument("--sanitize", action="store_true")
    parser.add_argument("--no-skips", action="store_true", help="what this machine cannot test is a failure")
    args = parser.parse_args()
    names = ["unit"] if args.sanitize else [args.only] if args.only else list(TIERS)
    total = Count()
    for name in names:
        begun = time.monotonic()
        print(f"== {name}", flush=True)
        count = TIERS[name](args.build_dir)
        print(f"== {name}: {count} in {time.monotonic() - begun:.0f} s", flush=True)
        total += count
    show_skipped(total.skipped)
    failed = total.failed + (len(total.skipped) if args.no_skips else 0)
    print(f"{total.passed} passed, {failed} failed")
    return 1 if failed or not total.passed else 0


if __name__ == "__main__":
    sys.exit(main())
