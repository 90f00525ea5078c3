"""Reads the golden files of the compiler: `# comment`, then sections `--- name`."""

import json
import re
from dataclasses import dataclass

FOLDERS = ("kinds", "tests/flows")
LINE = re.compile(
    r"(?P<severity>error|warning)\[(?P<code>\w+)\]: (?P<message>.*?)(?: \((?P<path>[a-z/]\S*)\))?"
    r"(?: node=\S+)?(?: edge=\S+)?(?: fix: .*)?"
)


@dataclass(frozen=True)
class Case:
    path: str
    comment: str
    sections: dict

    @property
    def source(self):
        return self.sections.get("flow") or self.sections.get("manifest", "")

    def document(self):
        """The flow as JSON, or None where it is none: a manifest, or a text that is broken on purpose."""
        try:
            return json.loads(self.sections.get("flow", ""))
        except (json.JSONDecodeError, RecursionError):
            return None

    def findings(self):
        """{severity, code, message, path} of each line of the section `diagnostics`."""
        lines = self.sections.get("diagnostics", "").splitlines()
        return [match.groupdict() for match in map(LINE.fullmatch, lines) if match]


def parse(path, text):
    comment, *parts = re.split(r"^--- ", text, flags=re.M)
    sections = {}
    for part in parts:
        name, _, body = part.partition("\n")
        sections[name.strip()] = body
    return Case(path, comment.removeprefix("# ").strip(), sections)


def read(root, path):
    return parse(path, (root / path).read_text(encoding="utf-8"))


def read_all(root):
    found = [
        str(file.relative_to(root)) for folder in FOLDERS for file in (root / folder).rglob("*.flowtest")
    ]
    return [read(root, path) for path in sorted(found)]
