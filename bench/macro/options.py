"""The options that every comparison takes."""

import argparse
import pathlib
from dataclasses import dataclass

ROOT = pathlib.Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Options:
    """`smoke`: one short round without a peer, to see that the benchmark itself works."""

    smoke: bool
    rounds: int
    seconds: int
    cache: pathlib.Path


def parse(description):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--smoke", action="store_true", help="one round of one second, no peer")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=5, help="length of one round")
    parser.add_argument("--cache", type=pathlib.Path, default=ROOT / "build/peers", help="where peers live")
    given = parser.parse_args()
    rounds, seconds = (1, 1) if given.smoke else (given.rounds, given.seconds)
    return Options(given.smoke, rounds, seconds, given.cache.resolve())
