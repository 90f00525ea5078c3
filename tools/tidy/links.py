"""Links of the documentation lead somewhere: files, headings, and paths named in code spans."""

import re
from pathlib import PurePosixPath

from tools.tidy.source import Problem, pages

FENCE = re.compile(r"^(```|~~~).*?^\1", re.M | re.S)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
SPAN = re.compile(r"`[^`\n]*`")
NAMED = re.compile(r"`((?:[\w.-]+/)*[\w.-]+\.md)`")
OUTSIDE = re.compile(r"[a-z][a-z0-9+.-]*:|//")


def blank(match):
    return re.sub(r"[^\n]", " ", match[0])


def anchors(text):
    """What `#...` may name in a page, by the rule of common Markdown renderers."""
    found = {}
    for heading in re.findall(r"^#{1,6} +(.+?) *$", FENCE.sub(blank, text), re.M):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        slug = re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")
        count = found.get(slug, -1) + 1
        found[slug] = count
    return set(found) | {f"{slug}-{n}" for slug, count in found.items() for n in range(1, count + 1)}


def resolve(path, target):
    """The path that a link in `path` means, or None where it leaves the repository."""
    parts = []
    for part in (PurePosixPath(path).parent / target).parts:
        if part == ".." and not parts:
            return None
        parts = parts[:-1] if part == ".." else parts + [part]
    return "/".join(parts)


def check_link(root, path, text, target):
    """What is wrong with one link, or None."""
    file, _, anchor = target.partition("#")
    found = path if not file else resolve(path, file)
    if found is None or not (root / found).exists():
        return f"{target} leads nowhere"
    if anchor and found.endswith(".md"):
        page = text if found == path else (root / found).read_text(encoding="utf-8")
        if anchor not in anchors(page):
            return f"{target}: {found} has no such heading"
    return None


def check_page(root, path):
    text = (root / path).read_text(encoding="utf-8")
    prose = FENCE.sub(blank, text)
    found = []
    for match in LINK.finditer(SPAN.sub(blank, prose)):
        if not OUTSIDE.match(match[1]):
            found.append((match.start(), check_link(root, path, text, match[1])))
    for match in NAMED.finditer(prose):
        near = (PurePosixPath(path).parent / match[1]).as_posix()
        if "/" in match[1] and not any((root / place).is_file() for place in (match[1], near)):
            found.append((match.start(), f"{match[1]} is not there"))
    return [
        Problem(path, prose.count("\n", 0, place) + 1, "link", message) for place, message in found if message
    ]


def check_links(root):
    return [problem for path in pages(root) for problem in check_page(root, path)]
