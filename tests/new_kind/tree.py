#!/usr/bin/env python3
"""Steps 1 to 3 of docs/adding-a-kind.md for the kinds of this folder, in a copy of the sources.

tree.py FOLDER    writes kinds/, contracts/ and all that tools/gen makes of them below FOLDER
"""

import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NEW_KINDS = Path(__file__).resolve().parent / "kinds"
sys.path.insert(0, str(ROOT / "tools/gen"))

import generate


def make(folder):
    """The outputs of the generator: {path: text}."""
    for name in ("kinds", "contracts", "tests/flows"):
        shutil.copytree(ROOT / name, folder / name, dirs_exist_ok=True)
    shutil.copytree(NEW_KINDS, folder / "kinds", dirs_exist_ok=True)
    outputs = generate.collect(folder)
    for path, text in outputs.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return outputs


if __name__ == "__main__":
    make(Path(sys.argv[1]))
