"""``python -m bench [NAME ...]``: runs all benches, or those named; prints each table and writes it to ``bench/results``."""

from __future__ import annotations

import argparse
import importlib
import sys
import time
from dataclasses import replace
from pathlib import Path

from bench.chosen import STROKES
from bench.machine import machine
from bench.report import Measured, write

NAMES = ("validation", "throughput", "memory", "history", "latency", "burst", "statistics", "false_alarms", "effects", STROKES, "dashboard")
RESULTS = Path(__file__).parent / "results"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one or more of {', '.join(NAMES)}; all, if none is named")
    parser.add_argument("--out", type=Path, default=RESULTS, help="where the results go")
    given = parser.parse_args(arguments)
    unknown = sorted(set(given.names) - set(NAMES))
    if unknown:
        parser.error(f"there is no bench {', '.join(unknown)}; there are {', '.join(NAMES)}")
    for name in given.names or NAMES:
        data = machine()
        measured = _run(name)
        write(given.out, data, [measured])
        print(measured.markdown(), flush=True)
    print(f"written to {given.out}")
    return 0


def _run(name: str) -> Measured:
    print(f"{name} ...", file=sys.stderr, flush=True)
    begun = time.perf_counter()
    measured = importlib.import_module(f"bench.{name}").run()
    return replace(measured, seconds=time.perf_counter() - begun)


if __name__ == "__main__":
    sys.exit(main())
