"""The memory that a 1 MB answer takes while it streams, over a process that has only loaded us.

Run by hand: `python tests/bench/memory.py`.
"""

from __future__ import annotations

import re
import time
from contextlib import closing
from pathlib import Path

import qwen_magic  # noqa: F401 - what a kernel has loaded before the first question
from tests.bench.measuring import loopback, print_row

EVENTS, SIZE = 20_000, 53


def megabytes(name: str) -> float:
    found = re.search(rf"{name}:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found is not None
    return int(found[1]) / 1024


def stream(base_url: str) -> int:
    """Read an answer as a live view does: look at the text at most 25 times a second."""
    from qwen_magic.conversation.turn.folding import fold
    from qwen_magic.conversation.turn.turn import Turn
    from qwen_magic.responses.client import Client
    from qwen_magic.responses.endpoint import Endpoint
    from qwen_magic.responses.request import Request

    turn, shown, looked = Turn("?"), "", 0.0
    request = Request("qwen3.7-plus", "Tell me everything.")
    with (
        closing(Client(Endpoint(base_url, proxies=False))) as client,
        closing(client.stream(request)) as batches,
    ):
        for events in batches:
            turn = fold(turn, events)
            if time.monotonic() - looked > 1 / 25:
                shown, looked = turn.text, time.monotonic()
    return max(len(shown), len(turn.text))


def main() -> None:
    with loopback(EVENTS, SIZE) as url:
        idle = megabytes("VmRSS")
        length = stream(url)
        first = megabytes("VmHWM") - idle
        ready = megabytes("VmRSS")
        stream(url)
        second = megabytes("VmHWM") - ready
    beside = f"idle {idle:.0f} MB, {length} characters, a second answer {second:.0f} MB more"
    print_row("8 memory, first answer", f"{first:.0f} MB", beside, "<= 40 MB", reached=first <= 40)


if __name__ == "__main__":
    main()
