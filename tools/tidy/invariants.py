"""docs/reference/invariants.md names tests that exist."""
import re

from tools.tidy.source import Problem

PAGE = "docs/reference/invariants.md"
COUNT = 35
NAMED = re.compile(r"`([\w./-]+\.(?:cpp|py|case|ts))(?:::(\w+))?`")


def defines(text, name):
    """Whether a test of that name stands in a C++ or Python file."""
    return re.search(rf"\bTEST(?:_F|_P)?\(\s*\w+,\s*{name}\s*\)|\bdef {name}\(", text) is not None


def check_invariants(root):
    page = root / PAGE
    if not page.is_file():
        return []
    found, seen = [], []
    for number, line in enumerate(page.read_text(encoding="utf-8").split("\n"), 1):
        row = re.match(r"\| (\d+) \|", line)
        if not row:
            continue
        seen.append(int(row[1]))
        tests = NAMED.findall(line)
        if not tests and "Open" not in line:
            found.append(Problem(PAGE, number, "invariant", "names neither a test nor what is open"))
        for path, name in tests:
            file = root / path
            if not file.is_file():
                found.append(Problem(PAGE, number, "invariant", f"{path} is missing"))
            elif name and not defines(file.read_text(encoding="utf-8"), name):
                found.append(Problem(PAGE, number, "invariant", f"{path} has no test {name}"))
    if seen and seen != list(range(1, COUNT + 1)):
        found.append(Problem(PAGE, 1, "invariant", f"rows 1 to {COUNT}, each once, in order"))
    return found
