#!/usr/bin/env python3
"""Writes the function that tells which compiler this is: a hash of the sources of the pure half.

    compiler_identity.py ROOT OUT.cpp FOLDER...

The binary and the WebAssembly module are built apart; equal identities mean that they compile alike.
"""

import hashlib
import pathlib
import sys

ENDINGS = {".cpp", ".h", ".inc"}


def sources(root, folders):
    for folder in folders:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in ENDINGS and not path.stem.endswith("_test"):
                yield path


def identity(root, folders):
    total = hashlib.sha256()
    for path in sources(root, folders):
        total.update(path.relative_to(root).as_posix().encode() + b"\0")
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()[:16]


def main(root, out, folders):
    out.write_text(
        '#include "apps/compiler/identity.h"\n\n'
        f'std::string_view scaiflow::compiler::identity() {{ return "{identity(root, folders)}"; }}\n'
    )


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3:])
