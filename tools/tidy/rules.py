"""Rules that look at one file at a time."""
import re
from pathlib import Path

from tools.tidy.source import CPP, PYTHON, SCRIPT, Problem, functions, is_test, without_literals

FUNCTION_LINES_MAX = 70
FILE_LINES_MAX = 800
TEST_LINES_MAX = 1000
LINE_CHARS_MAX = 110

SLEEPS = re.compile(r"\bsleep_(?:for|until)\s*\(|\busleep\s*\(|\bnanosleep\s*\("
                    r"|\btime\.sleep\s*\(|(?<![\w.])sleep\s*\("
                    r"|setTimeout\s*\(\s*(?:r|res|resolve|done)\b|\bwaitForTimeout\s*\(")
MARKS = re.compile(r"\b(?:FIX" + r"ME|X" + r"XX)\b|\bTO" + r"DO\b(?!\s*\(#\d+\))")
# Documentation (`///`, `//!`) may show code; a plain comment may not.
COMMENT = {"cpp": r"^\s*//(?![/!])\s?(?P<text>.*)$", "script": r"^\s*//(?![/!])\s?(?P<text>.*)$",
           "python": r"^\s*#\s?(?P<text>.*)$"}
DEAD_BRACED = re.compile(
    r"^(?:[\w.:\[\]*&<>]+(?:->[\w.]+)*\s*(?:\([^)]*\)|(?:[\w:<>*&]+\s+)?=\s*[^=].*);"
    r"|(?:if|for|while|switch)\s*\(.*\)\s*\{?|return\b.*;|\}(?:\s*else\s*\{)?"
    r"|#include\s.*|(?:const|let|auto|import)\s.*;)$")
DEAD_PYTHON = re.compile(r"^(?:def \w+\(.*\):|import [\w.]+|from [\w.]+ import .*|return [\w.]+\(.*\)"
                         r"|print\(.*\)|[\w.]+ = [\w.]+\(.*\))$")
CASE = re.compile(r"\bcase\s+(?:[\w]+::)*(\w+)::\w+\s*:")
THREADS = re.compile(r"\bstd::(?:j)?thread\b(?!::)|\.detach\s*\(\s*\)|\bdetached\b")


def language_of(path):
    suffix = Path(path).suffix
    languages = (("cpp", CPP), ("script", SCRIPT), ("python", PYTHON))
    return next((name for name, suffixes in languages if suffix in suffixes), None)


def check_lines(path, text):
    return [Problem(path, number, "line", f"{len(line)} characters; the limit is {LINE_CHARS_MAX}")
            for number, line in enumerate(text.split("\n"), 1) if len(line) > LINE_CHARS_MAX]


def check_file_size(path, text):
    limit = TEST_LINES_MAX if is_test(path) else FILE_LINES_MAX
    count = text.count("\n") + (not text.endswith("\n"))
    return [Problem(path, 1, "file", f"{count} lines; the limit is {limit}")] if count > limit else []


def check_functions(path, text):
    return [Problem(path, function.first, "function",
                    f"{function.name} has {function.length} lines; the limit is {FUNCTION_LINES_MAX}")
            for function in functions(path, text) if function.length > FUNCTION_LINES_MAX]


def check_sleeps(path, text):
    if not is_test(path) or path.startswith("tools/tidy/"):
        return []
    return [Problem(path, number, "sleep", "tests do not sleep; wait for the event")
            for number, line in enumerate(text.split("\n"), 1) if SLEEPS.search(line)]


def check_marks(path, text):
    return [Problem(path, number, "mark", "write TO" + "DO (#123) with an issue number, or do it")
            for number, line in enumerate(text.split("\n"), 1) if MARKS.search(line)]


def check_dead_code(path, text):
    language = language_of(path)
    if path.startswith("tools/tidy/"):
        return []
    dead = DEAD_PYTHON if language == "python" else DEAD_BRACED
    found = []
    for number, line in enumerate(text.split("\n"), 1):
        match = re.match(COMMENT[language], line)
        if match and dead.match(match["text"].strip()):
            found.append(Problem(path, number, "dead", "commented-out code"))
    return found


def switch_bodies(code):
    """(offset, text) of the body of each switch; nested ones are blanked in the outer text."""
    for match in re.finditer(r"\bswitch\s*\(", code):
        start = code.find("{", match.end())
        depth, index = 0, start
        while 0 <= index < len(code):
            depth += (code[index] == "{") - (code[index] == "}")
            if depth == 0:
                break
            index += 1
        if start >= 0:
            yield start, code[start:index + 1]


def check_defaults(path, text, enums):
    """A switch over one of our enums has no `default:`, so that the compiler names a forgotten case."""
    if language_of(path) != "cpp":
        return []
    code = without_literals(text, "cpp")
    found = []
    for offset, body in switch_bodies(code):
        inner = re.sub(r"\bswitch\s*\([^{]*\{[^{}]*\}", lambda match: " " * len(match.group(0)), body[1:])
        names = set(CASE.findall(inner)) & enums
        default = re.search(r"\bdefault\s*:", inner)
        if names and default:
            line = code.count("\n", 0, offset + 1 + default.start()) + 1
            found.append(Problem(path, line, "default", f"a switch over {sorted(names)[0]} has no default"))
    return found


def check_threads(path, text):
    if language_of(path) != "cpp" or path.startswith("libs/net/") or is_test(path):
        return []
    code = without_literals(text, "cpp")
    return [Problem(path, number, "thread", "threads are started in libs/net only and always joined")
            for number, line in enumerate(code.split("\n"), 1)
            if THREADS.search(line) and not line.lstrip().startswith("#")]


def enums_of(text):
    return set(re.findall(r"\benum\s+class\s+(\w+)", text))


def check_file(path, text, enums):
    rules = (check_lines, check_file_size, check_functions, check_sleeps, check_marks, check_dead_code,
             check_threads)
    return [problem for rule in rules for problem in rule(path, text)] + check_defaults(path, text, enums)
