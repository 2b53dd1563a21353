"""`%load_ext qwen_magic`, once IPython and ipykernel are loaded; each time in a fresh process.

Run by hand: `python tests/bench/load.py [ROUNDS]`.
"""

from __future__ import annotations

import subprocess
import sys
from statistics import median

from tests.bench.measuring import print_row

SCRIPT = """
import sys, time, types
import ipykernel.ipkernel, ipykernel.zmqshell
from IPython.core.interactiveshell import InteractiveShell
ip = InteractiveShell.instance()
empty = types.ModuleType("empty")
empty.load_ipython_extension = lambda ip: None
sys.modules["empty"] = empty
name = sys.argv[1]
began, busy = time.perf_counter(), time.process_time()
problem = ip.run_line_magic("load_ext", name)
print(time.perf_counter() - began, time.process_time() - busy, problem or "", sep="|")
heavy = {"httpx", "ipywidgets", "markdown_it", "pygments.lexers.python"} & set(sys.modules)
print("loaded early:", ", ".join(sorted(heavy)) or "nothing heavy")
"""


def load(extension: str) -> tuple[float, float, str]:
    """Return the seconds one load took, how many it was busy, and what it loaded too early."""
    command = [sys.executable, "-c", SCRIPT, extension]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    taken, loaded = done.stdout.strip().splitlines()[-2:]
    seconds, busy, problem = taken.split("|")
    if problem:
        sys.exit(f"%load_ext {extension}: {problem}")
    return float(seconds), float(busy), loaded


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    taken = [(load("qwen_magic"), load("empty")) for _ in range(rounds)]
    ours = median(ours[0] for ours, _ in taken) * 1000
    busy = median(ours[1] for ours, _ in taken) * 1000
    floor = median(floor[0] for _, floor in taken) * 1000
    beside = f"busy {busy:.0f} ms, an empty extension {floor:.1f} ms; {taken[0][0][2]}"
    print_row("6 %load_ext", f"{ours:.0f} ms", beside, "<= 60 ms", reached=ours <= 60)


if __name__ == "__main__":
    main()
