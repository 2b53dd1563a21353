"""Take turns, take the median, and say what it is to be held against."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["alternated", "essayist", "loopback", "median_ratio", "print_row"]

LOOPBACK = Path(__file__).with_name("loopback.py")
PACING = "tests.bench.pacing"


def alternated(rounds: int, **runs: Callable[[], object]) -> dict[str, list[float]]:
    """Run each in turn, over and over, and return the seconds that each took; the first is a warm-up."""
    taken: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds + 1):
        for name, run in runs.items():
            began = time.perf_counter()
            run()
            taken[name].append(time.perf_counter() - began)
    return {name: seconds[1:] for name, seconds in taken.items()}


def median_ratio(these: list[float], those: list[float]) -> float:
    """Return the median of the ratios of runs that followed each other."""
    return median(this / that for this, that in zip(these, those, strict=True))


def print_row(what: str, measured: str, beside: str, bar: str, *, reached: bool) -> None:
    print(f"{'ok  ' if reached else 'MISS'} {what}: {measured} | {beside} | bar {bar}", flush=True)


@contextmanager
def loopback(events: int, size: int = 8) -> Iterator[str]:
    """Serve an answer of so many deltas from another process; yield its base URL."""
    command = [sys.executable, str(LOOPBACK), str(events), str(size)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            yield f"http://127.0.0.1:{server.stdout.readline().strip()}/v1"
        finally:
            server.kill()


@contextmanager
def essayist() -> Iterator[str]:
    """Serve texts at a steady pace from another process; yield its address."""
    command = [sys.executable, "-m", PACING]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            yield server.stdout.readline().strip()
        finally:
            server.kill()
