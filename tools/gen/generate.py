#!/usr/bin/env python3
"""Writes generated/ (and the reference docs) from kinds/ and contracts/.

`generate.py` writes every output; `generate.py --check` writes nothing and fails if an output differs
from what is on disk. Each emit_*.py returns {path: text}; this file alone touches the disk.
"""
import argparse
import sys
from pathlib import Path

import emit_diagnostics
import emit_diagnostics_docs
import emit_errors
import emit_expressions
import emit_ir
import emit_kinds_cpp
import emit_kinds_docs
import emit_kinds_ts
import emit_limits
import emit_metrics
import emit_plugins
import emit_schema
import emit_settings

ROOT = Path(__file__).resolve().parents[2]
EMITTERS = [emit_diagnostics, emit_diagnostics_docs, emit_errors, emit_expressions, emit_ir, emit_kinds_cpp,
            emit_kinds_docs, emit_kinds_ts, emit_limits, emit_metrics, emit_plugins, emit_schema,
            emit_settings]


def collect(root):
    outputs = {}
    for emitter in EMITTERS:
        for path, text in emitter.emit(root).items():
            assert path not in outputs, f"two emitters write {path}"
            outputs[path] = text
    return outputs


def stale(root, outputs):
    def differs(path, text):
        file = root / path
        return not file.is_file() or file.read_text(encoding="utf-8") != text

    return sorted(path for path, text in outputs.items() if differs(path, text))


def write(root, paths, outputs):
    for path in paths:
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(outputs[path], encoding="utf-8")
        print(f"wrote {path}")


def main(argv):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="fail if an output is not fresh")
    arguments = parser.parse_args(argv)
    outputs = collect(ROOT)
    paths = stale(ROOT, outputs)
    if not arguments.check:
        write(ROOT, paths, outputs)
        return 0
    for path in paths:
        print(f"{path}:1: generated: not fresh; run tools/gen/generate.py")
    return 1 if paths else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
