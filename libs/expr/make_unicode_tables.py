#!/usr/bin/env python3
"""Writes unicode_tables.inc from utf8proc: the simple case mappings as runs of code points."""

import ctypes
import ctypes.util
import pathlib

MAX_CODE_POINT = 0x10FFFF
SHARP_S = 0xDF  # utf8proc gives it a capital; the simple mapping of the standard has none


def runs(mapping):
    """[first, last, step, delta]: every `step`-th code point from first to last moves by delta."""
    found = []
    for code in range(MAX_CODE_POINT + 1):
        delta = mapping(code) - code
        if delta == 0:
            continue
        last = found[-1] if found else None
        if last and last[3] == delta and code - last[1] <= 2 and last[2] in (0, code - last[1]):
            last[2] = code - last[1]
            last[1] = code
        else:
            found.append([code, code, 0, delta])
    return [(first, last, step or 1, delta) for first, last, step, delta in found]


def table(name, rows):
    lines = [f"constexpr CaseRun {name}[] = {{"]
    lines += [f"    {{0x{first:x}, 0x{last:x}, {step}, {delta}}}," for first, last, step, delta in rows]
    return "\n".join(lines) + "\n};\n"


def main():
    lib = ctypes.CDLL(ctypes.util.find_library("utf8proc"))
    lower = lib.utf8proc_tolower
    upper = lib.utf8proc_toupper
    text = "// Written by make_unicode_tables.py. Do not edit.\n\n"
    text += table("to_lower_runs", runs(lower)) + "\n"
    text += table("to_upper_runs", runs(lambda code: code if code == SHARP_S else upper(code)))
    pathlib.Path(__file__).with_name("unicode_tables.inc").write_text(text)


if __name__ == "__main__":
    main()
