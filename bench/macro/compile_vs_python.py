#!/usr/bin/env python3
"""The table of 06 §11 beside a Python program that validates the same documents with pydantic and writes
manifests of the same content with PyYAML. Both sides: one thread, bytes to bytes, median, processor time."""

import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time
from typing import Any, Literal, Optional

import pydantic
import yaml

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))

from bench.macro.options import ROOT, parse

# Milliseconds and MiB that 06 §11 allows: validate, YAML, IR, import, peak memory over the input.
TABLE = {
    10: (0.3, 0.5, 0.4, 1, 2),
    100: (1.5, 3, 2, 6, 4),
    1000: (12, 25, 18, 60, 20),
    10000: (150, 300, 220, 700, 200),
}
GOALS = {"SafeDumper": 40, "CSafeDumper": 6}


class Part(pydantic.BaseModel):
    class Config:
        extra = "allow"


class Point(Part):
    x: float
    y: float


class Port(Part):
    id: str
    label: Optional[str] = None
    type: str = "object"


class Node(Part):
    id: str
    type: str
    label: str
    position: Point
    config: dict[str, Any] = {}
    inputs: list[Port] = []
    outputs: list[Port] = []


class End(Part):
    node: str
    port: Optional[str] = None


class Edge(Part):
    id: str
    type: Literal["sequential", "conditional", "data"]
    source: End
    target: End
    condition: Optional[str] = None


class Model(Part):
    role: str
    ref: str
    model: str


class Identity(Part):
    models: list[Model]


class FlowConfig(Part):
    core_identity: Identity


class Flow(Part):
    id: str
    name: str
    version: str
    nodes: list[Node]
    edges: list[Edge]
    config: FlowConfig


def validated(data):
    validate = getattr(Flow, "model_validate", None) or Flow.parse_obj
    return validate(json.loads(data))


def median_ms(rounds, work):
    def once():
        started = time.thread_time()
        work()
        return (time.thread_time() - started) * 1e3

    once()
    return statistics.median(once() for _ in range(rounds))


def peer_ms(folder, nodes, dumper, rounds):
    """Bytes in, bytes out, as the seed's own program would do it."""
    data = (folder / f"flow_{nodes}.json").read_bytes()
    manifest = yaml.load((folder / f"flow_{nodes}.yaml").read_bytes(), Loader=yaml.CSafeLoader)

    def compile_flow():
        validated(data)
        yaml.dump(manifest, Dumper=dumper, sort_keys=False, allow_unicode=True).encode()

    return median_ms(rounds, compile_flow)


def print_wasm(folder, rounds):
    """The same documents by the module that the page runs, on the wall's clock."""
    table = subprocess.run(
        ["node", ROOT / "bench/macro/compile_wasm.mjs", folder, str(rounds)],
        check=True,
        capture_output=True,
        text=True,
    )
    for row in map(json.loads, table.stdout.splitlines()):
        cells = [f"{name} {row[f'{name}_ms']:.2f}" for name in ("validate", "yaml", "ir", "import")]
        print(f'{row["nodes"]} nodes, WebAssembly, ms: ' + ", ".join(cells))


def print_row(row, peak):
    seen = (row["validate_ms"], row["yaml_ms"], row["ir_ms"], row["import_ms"], peak)
    names = ("validate ms", "yaml ms", "ir ms", "import ms", "peak MiB")
    cells = [
        f"{name} {value:.2f} (at most {most})" for name, value, most in zip(names, seen, TABLE[row["nodes"]])
    ]
    print(f'{row["nodes"]} nodes, {row["document_bytes"]} bytes: ' + ", ".join(cells))
    print(f'  floor: bytes copied {row["copy_ms"]:.3f} ms, document parsed as JSON {row["parse_ms"]:.2f} ms')
    return all(value <= most for value, most in zip(seen, TABLE[row["nodes"]]))


def main():
    options = parse(__doc__)
    program = ROOT / "build-bench/bench/compile_table"
    print(f"compile_vs_python: pydantic {pydantic.VERSION}, PyYAML {yaml.__version__}")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        rounds = 1 if options.smoke else 20
        table = subprocess.run([program, folder, str(rounds)], check=True, capture_output=True, text=True)
        rows = [json.loads(line) for line in table.stdout.splitlines()]
        within = True
        for row in rows:
            document = folder / f'flow_{row["nodes"]}.json'
            peak = subprocess.run([program, document], check=True, capture_output=True, text=True).stdout
            within = print_row(row, float(peak)) and within
        print(f'compile_vs_python: {"within" if within else "NOT within"} the table of 06')
        print_wasm(folder, rounds)
        if options.smoke:
            return
        ours = next(row["yaml_ms"] for row in rows if row["nodes"] == 1000)
        for dumper, goal in GOALS.items():
            peer = peer_ms(folder, 1000, getattr(yaml, dumper), max(3, options.rounds))
            print(
                f"compile_vs_python ({dumper}): ours {ours:.1f} ms, peer {peer:.1f} ms, "
                f"ratio {peer / ours:.1f} (goal {goal})"
            )


if __name__ == "__main__":
    sys.exit(main())
