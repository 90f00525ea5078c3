"""Reads source files and finds the functions in them, well enough for size rules: no full parser."""
import ast
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

CPP = {".cpp", ".h"}
SCRIPT = {".ts", ".tsx", ".mjs", ".js"}
PYTHON = {".py"}
CODE = CPP | SCRIPT | PYTHON
SKIPPED = {"node_modules", "dist", "build", ".git", "__pycache__", "generated"}


@dataclass(frozen=True)
class Problem:
    path: str
    line: int
    rule: str
    message: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.rule}: {self.message}"


@dataclass(frozen=True)
class Function:
    name: str
    first: int
    last: int

    @property
    def length(self):
        return self.last - self.first + 1


def is_skipped(path):
    parts = Path(path).parts
    return any(part in SKIPPED or part.startswith("build-") for part in parts)


def tracked(root):
    """All files below root as relative paths, sorted; what git ignores is left out where git is there."""
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=root, capture_output=True,
                            text=True, check=False)
    if listed.returncode == 0:
        return sorted(path for path in listed.stdout.splitlines() if (Path(root) / path).is_file())
    return sorted(str(file.relative_to(root)) for file in Path(root).rglob("*") if file.is_file())


def files(root):
    """Code files below root."""
    return [path for path in tracked(root) if Path(path).suffix in CODE and not is_skipped(path)]


def pages(root):
    """Markdown files below root."""
    return [path for path in tracked(root) if Path(path).suffix == ".md" and not is_skipped(path)]


def is_test(path):
    name = Path(path).name
    return (path.startswith("tests/") or "/tests/" in path or name.startswith("test_") or ".test." in name
            or name.endswith("_test.cpp"))


TOKEN = re.compile(
    r"//[^\n]*|/\*.*?\*/"                                 # comments
    r"|R\"(?P<tag>[^()\\\s]*)\(.*?\)(?P=tag)\""           # raw strings
    r"|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'"        # strings, characters
    r"|`(?:\\.|[^`\\])*`"                                 # template literals
    r"|(?<=[(,=:!&|?])\s*/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n])+/[a-z]*",  # regular expressions
    re.S)
DIGIT_SEPARATOR = re.compile(r"(?<=[0-9a-fA-F])'(?=[0-9a-fA-F])")


def blank(text):
    """`text` with its characters replaced by spaces; line breaks stay."""
    return re.sub(r"[^\n]", " ", text)


def without_literals(text, language):
    """The text with comments and literals blanked, every line break in place."""
    if language == "cpp":
        text = DIGIT_SEPARATOR.sub(" ", text)

    def replace(match):
        token = match.group(0)
        if language == "cpp" and not token.startswith(("/", '"', "'", "R")):
            return token
        if language == "cpp" and token.lstrip().startswith("/") and not token.startswith(("//", "/*")):
            return token
        return blank(token)

    return TOKEN.sub(replace, text)


def without_preprocessor(text):
    """Directives, with their continuation lines, blanked."""
    directive = re.compile(r"^[ \t]*#(?:[^\n\\]|\\.|\\\n)*", re.M | re.S)
    return directive.sub(lambda match: blank(match.group(0)), text)


LABEL = re.compile(r"^\s*(?:public|private|protected)\s*:(?!:)")
CONTROL = re.compile(r"^(if|for|while|switch|catch|do|else|try|return|co_return|case|default|new|throw)\b")
TYPE = re.compile(r"^(?:template\s*<.*>\s*)?(?:export\s+)?(?:default\s+)?(?:abstract\s+)?"
                  r"(?:class|struct|union|enum|interface)\b", re.S)
CPP_FUNCTION = re.compile(r"\)\s*(?:const|noexcept|override|final|mutable|&&?|\s|->\s*[\w:<>,&*\s]+"
                          r"|requires\b.*)*(?::\s*[^:].*)?$", re.S)
SCRIPT_FUNCTION = re.compile(r"=>\s*$|\bfunction\b[^;]*\)\s*(?::[^;]+)?$"
                             r"|^[\w\s#*\[\].]+\([^;]*\)\s*(?::[^;=]+)?$", re.S)


def assigned_outside(header):
    """True when `=` stands outside brackets: an initialiser, no function header."""
    depth = 0
    for index, char in enumerate(header):
        depth += (char in "([<") - (char in ")]>")
        is_plain = char == "=" and header[index - 1:index] not in ("=", "!", "<", ">")
        if is_plain and depth <= 0 and header[index + 1:index + 2] not in ("=", ">"):
            return "operator" not in header
    return False


def opens(header, language, inside):
    """What a `{` behind `header` opens: namespace, type, function, init or other."""
    text = header.strip()
    if inside == "function":
        return "other"
    if re.match(r"(?:inline\s+)?namespace\b|extern\s*$|declare\s+(global|module)\b", text):
        return "namespace"
    if TYPE.match(text) and (language != "cpp" or not text.endswith(")")):
        return "type"
    if CONTROL.match(text):
        return "other"
    if language == "cpp":
        if re.search(r"\)\s*(?:noexcept\s*)?:[^:]", text) and re.search(r"[\w>]$", text):
            return "init"
        return "function" if CPP_FUNCTION.search(text) and not assigned_outside(text) else "other"
    if re.match(r"(?:describe|suite)\b", text):
        return "namespace"
    if text.count("(") > text.count(")") and not text.endswith("=>"):
        return "init"
    return "function" if SCRIPT_FUNCTION.search(text) else "other"


def name_of(header):
    """The word in front of the parameters, for messages."""
    text = re.sub(r"\s+", " ", header.strip())
    found = re.search(r"(?:function\s+|const\s+|let\s+)?([\w~:]+)\s*(?:=|\(|<)", text)
    return found.group(1) if found else text[:40] or "function"


def braced_functions(text, language):
    """Outermost functions of C++ or TypeScript; nested ones count as lines of theirs."""
    code = without_literals(text, language)
    code = without_preprocessor(code) if language == "cpp" else code
    found, stack, start = [], [], 0
    inside = "namespace"
    for index, char in enumerate(code):
        if char == "{":
            header = LABEL.sub(lambda match: blank(match.group(0)), code[start:index])
            kind = opens(header, language, inside)
            first = start + len(header) - len(header.lstrip())
            stack.append((kind, inside, first, header, start))
            inside = "function" if kind == "function" else inside if kind in ("init", "other") else kind
            start = index + 1
        elif char == "}" and stack:
            kind, inside, first, header, opened = stack.pop()
            start = opened if kind == "init" else index + 1
            if kind == "function":
                lines = [code.count("\n", 0, place) + 1 for place in (first, index)]
                found.append(Function(name_of(header), *lines))
        elif char == ";":
            start = index + 1
    return found


def python_functions(text):
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return []
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    nodes = [node for node in ast.walk(tree) if isinstance(node, kinds)]
    return [Function(node.name, node.lineno, node.end_lineno) for node in nodes]


def functions(path, text):
    suffix = Path(path).suffix
    if suffix in PYTHON:
        return python_functions(text)
    return braced_functions(text, "cpp" if suffix in CPP else "script")
