#!/usr/bin/env python3
"""Keeps the rules of the house: prints `file:line: rule: message` for each breach and exits 1 if any.

    tools/tidy/tidy.py [--root FOLDER] [--only RULE ...] [--coverage] [PATH ...]

`--coverage` also demands that every diagnostic and error code stands in a test. PATH limits the rules that
look at single files to these files or folders.
"""
import argparse
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tools.tidy.invariants import check_invariants
from tools.tidy.layers import DIRECT, EVERYTHING, check_includes
from tools.tidy.links import check_links
from tools.tidy.rules import check_file, enums_of
from tools.tidy.source import CPP, Problem, files, is_test

GOLDEN = (".txt", ".json", ".yaml", ".flowtest", ".case")
README_LINES_MAX = 40
KIND_EXAMPLE = "tests/example.flowtest"
FOLDERS_WITHOUT_LAYER = ("apps/canvas",)


def read(root, path):
    return (root / path).read_text(encoding="utf-8", errors="replace")


def check_readmes(root):
    """Each folder of the house has a README that fits on one screen."""
    found = []
    for folder in (*DIRECT, EVERYTHING, *FOLDERS_WITHOUT_LAYER):
        readme = f"{folder}/README.md"
        if not (root / folder).is_dir():
            continue
        if not (root / readme).is_file():
            found.append(Problem(readme, 1, "readme", "is missing"))
            continue
        count = len(read(root, readme).splitlines())
        if count > README_LINES_MAX:
            found.append(Problem(readme, 1, "readme", f"{count} lines; the limit is {README_LINES_MAX}"))
    return found


def check_kinds(root):
    """Each kind has its description, its text and its example, compiled."""
    found = []
    for folder in sorted(path for path in (root / "kinds").glob("*") if path.is_dir()):
        for name in ("kind.yaml", "doc.md", KIND_EXAMPLE):
            if not (folder / name).is_file():
                found.append(Problem(f"kinds/{folder.name}/{name}", 1, "kind", "is missing"))
        example = folder / KIND_EXAMPLE
        if example.is_file() and "\n--- yaml\ncore:" not in example.read_text(encoding="utf-8"):
            found.append(Problem(f"kinds/{folder.name}/{KIND_EXAMPLE}", 1, "kind",
                                 "has no YAML; run tests/flows/update and tools/gen/generate.py"))
    return found


def check_generated(root):
    """Every generated file equals what the generator writes from the sources now."""
    sys.path.insert(0, str(root / "tools/gen"))
    import generate
    return [Problem(path, 1, "generated", "not fresh; run tools/gen/generate.py")
            for path in generate.stale(root, generate.collect(root))]


def test_text(root):
    """The text of every test: code and golden files."""
    tests = [path for path in files(root) if is_test(path)]
    golden = [str(file.relative_to(root)) for folder in ("tests", "kinds")
              for file in (root / folder).rglob("*") if file.suffix in GOLDEN and "tests" in file.parts]
    return "\n".join(read(root, path) for path in tests + golden)


def check_coverage(root):
    """Each diagnostic and each error code stands in a test."""
    text = test_text(root)
    found = []
    for source in ("contracts/diagnostics.yaml", "contracts/errors.yaml"):
        pattern = re.compile(r"^\s*- (?:id: |\{code: )(\w+)")
        for number, line in enumerate(read(root, source).split("\n"), 1):
            match = pattern.match(line)
            code = match and (match[1].split("_")[0] if "diagnostics" in source else match[1])
            if code and not re.search(rf"\b{code}\b", text):
                found.append(Problem(source, number, "coverage", f"no test produces {code}"))
    return found


def check_files(root, wanted):
    """The rules that look at one file; enums of ours are gathered first, generated ones included."""
    paths = files(root)
    generated = [str(file.relative_to(root)) for file in (root / "generated").rglob("*.h")]
    headers = [path for path in paths if Path(path).suffix in CPP] + generated
    enums = {name for path in headers for name in enums_of(read(root, path))}
    found = []
    for path in paths:
        if wanted and not any(path == prefix or path.startswith(prefix + "/") for prefix in wanted):
            continue
        text = read(root, path)
        found += check_file(path, text, enums) + check_includes(path, text)
    return found


def collect(root, wanted=(), coverage=False):
    found = check_files(root, [path.rstrip("/") for path in wanted])
    if not wanted:
        found += check_readmes(root) + check_kinds(root) + check_links(root) + check_generated(root)
        found += check_invariants(root)
    return found + (check_coverage(root) if coverage else [])


def main(argv):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", type=Path, default=ROOT)
    parser.add_argument("--only", action="append", default=[], metavar="RULE")
    parser.add_argument("--coverage", action="store_true")
    parser.add_argument("paths", nargs="*", metavar="PATH")
    arguments = parser.parse_args(argv)
    found = collect(arguments.root.resolve(), arguments.paths, arguments.coverage)
    found = [problem for problem in found if not arguments.only or problem.rule in arguments.only]
    for problem in sorted(found, key=lambda problem: (problem.path, problem.line, problem.rule)):
        print(problem)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
