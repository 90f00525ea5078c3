#!/usr/bin/env python3
"""Puts the files of a folder into the binary: writes an assembler file with their bytes and a C++ table.

    embed.py FOLDER OUT_DIR    ->  OUT_DIR/canvas_bytes.S, OUT_DIR/canvas_table.cpp

Text files are packed as well, where packing saves a tenth. An absent or empty folder gives an empty table.
"""

import gzip
import pathlib
import sys

PACKED = {".html", ".js", ".css", ".svg", ".json", ".wasm", ".webmanifest"}


def packed(path):
    """gzip with a fixed time, so that equal files give equal bytes; empty when it does not pay."""
    if path.suffix not in PACKED:
        return b""
    data = path.read_bytes()
    small = gzip.compress(data, 9, mtime=0)
    return small if len(small) < len(data) * 0.9 else b""


def blob(name, path):
    return (
        f"  .global {name}\n  .global {name}_end\n  .balign 16\n{name}:\n"
        f'  .incbin "{path}"\n{name}_end:\n'
    )


def main(folder, out):
    files = (
        sorted(p for p in folder.rglob("*") if p.is_file() and p.suffix != ".map") if folder.is_dir() else []
    )
    out.mkdir(parents=True, exist_ok=True)
    assembler = ["  .section .rodata\n"]
    declarations, rows = [], []
    entries = sorted(("/" + path.relative_to(folder).as_posix(), path) for path in files)
    for number, (name, path) in enumerate(entries):
        small = packed(path)
        views = []
        for suffix, data_path in (("", path), ("_gz", out / f"{number}.gz")):
            if suffix and not small:
                views.append("{}")
                continue
            if suffix:
                data_path.write_bytes(small)
            symbol = f"scaiflow_canvas_{number}{suffix}"
            assembler.append(blob(symbol, data_path))
            declarations.append(f'extern "C" const char {symbol}[], {symbol}_end[];')
            views.append(f"view({symbol}, {symbol}_end)")
        rows.append(f'    {{"{name}", {views[0]}, {views[1]}}},')
    assembler.append('  .section .note.GNU-stack,"",%progbits\n')
    (out / "canvas_bytes.S").write_text("".join(assembler))
    table = [
        '#include "apps/api/canvas_files.h"',
        "",
        *declarations,
        "",
        "namespace scaiflow::api {",
        "namespace {",
        "[[maybe_unused]] std::string_view view(const char* begin, const char* end) {",
        "  return {begin, static_cast<std::size_t>(end - begin)};",
        "}",
        "}  // namespace",
        "",
        "const CanvasFile canvas_files[] = {",
        *rows,
        "    {},",
        "};",
        f"const std::size_t canvas_file_count = {len(rows)};",
        "}  // namespace scaiflow::api",
        "",
    ]
    (out / "canvas_table.cpp").write_text("\n".join(table))


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve())
