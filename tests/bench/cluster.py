"""A map on a Dask cluster of 4 processes, one of them killed: `python -m tests.bench.cluster [SHAPES] [ROWS]`.

SHAPES are `100`, `300`, `100-30-200` and so on: the server's limit in requests a second, or as it changes
every 15 seconds. All workers together must stay below it, and no row may be lost.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

WORKERS, PARTITIONS = 4, 20
LIMITED = Path(__file__).parent / "limited.py"


@contextmanager
def limited(told: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Serve with limits; yield the address, and what asks for the counts."""
    command = [sys.executable, str(LIMITED), json.dumps(told)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        stdin, stdout = process.stdin, process.stdout
        port = int(stdout.readline())

        def counts() -> dict[str, Any]:
            stdin.write("\n")
            stdin.flush()
            found: dict[str, Any] = json.loads(stdout.readline())
            return found

        try:
            yield f"http://127.0.0.1:{port}/v1", counts
        finally:
            stdin.close()


def limit_of(shape: str) -> list[list[float]]:
    steps = [float(step) for step in shape.split("-")]
    return [[15 * number, step] for number, step in enumerate(steps)]


def measure(shape: str, rows: int, kill: int) -> None:
    import dask.dataframe as dd
    import pandas as pd  # type: ignore[import-untyped]
    from distributed import Client, LocalCluster

    from qwen_magic import Session, Settings

    table = pd.DataFrame({"text": [f"row {number}" for number in range(rows)]})
    lazy = dd.from_pandas(table, npartitions=PARTITIONS)
    with (
        limited({"limit": limit_of(shape), "latency": 0.5}) as (address, counts),
        tempfile.TemporaryDirectory() as folder,
        LocalCluster(n_workers=WORKERS, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster) as client,
        Session(Settings(base_url=address)) as session,
    ):
        pids = list(client.run(os.getpid).values())
        timers = [
            Timer(4.0 * (n + 1), os.kill, (pid, signal.SIGKILL))
            for n, pid in enumerate(pids[:kill])
        ]
        for timer in timers:
            timer.start()
        began = time.perf_counter()
        asked: Any = session.map("Is this good? {{text}}", lazy, cache=f"file://{folder}")
        found = asked.compute()
        seconds = time.perf_counter() - began
        told = counts()
    lost = rows - int((found["status"] == "completed").sum())
    total = told["taken"] + told["refused"]
    steady = list(told["by_second"].values())[1:-1]
    print(
        f"limit {shape:>10}/s  killed {kill}  rows {rows}  {seconds:5.1f} s  lost {lost}"
        f"  asked twice {told['twice']}  rejected {told['refused'] / total:.1%}"
        f"  taken {sum(steady) / max(1, len(steady)):.1f}/s"
    )
    print("  by second:", list(told["by_second"].values()), told["refused_by_second"])


if __name__ == "__main__":
    shapes = (sys.argv[1] if len(sys.argv) > 1 else "100").split(",")
    size = int(sys.argv[2]) if len(sys.argv) > 2 else 2000
    killed = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    home = tempfile.mkdtemp()
    os.environ["QWEN_MAGIC_HOME"] = home
    for one in shapes:
        measure(one, size, killed)
