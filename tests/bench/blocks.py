"""One long block of each shape: bytes to the browser, growth, and what drawing takes of the kernel.

Run by hand: `python -m tests.bench.blocks [SHAPE...]`. No browser: the messages are counted as they
leave the kernel, with their headers as the websocket carries them.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.bench.measuring import essayist, print_row
from tests.bench.shapes import SHAPES
from tests.notebook.kernels import PATIENCE, Kernel, running

if TYPE_CHECKING:
    from collections.abc import Sequence

SHORT, LONG, LONGEST = 2_000, 8_000, 32_000
_PARTS = ("header", "parent_header", "metadata", "content")
_BUSY = "import time; print(time.process_time())"
_WIDGETS = ("comm_open", "comm_msg", "comm_close")


@dataclass(frozen=True)
class Run:
    """What one answer took: kilobytes of messages, of widgets' content alone, and CPU seconds."""

    kilobytes: float
    content: float
    messages: int
    busy: float


def _asked(kernel: Kernel, shape: str, length: int) -> Run:
    before = float(kernel.run(_BUSY).printed)
    size = content = messages = 0
    request = kernel.start(f"%%qwen --new\n{length} {shape}".rstrip(), cell="a")
    for message in _until_idle(kernel, request):
        size += sum(_size(message[part]) for part in _PARTS)
        messages += 1
        if message["msg_type"] in _WIDGETS:
            content += _size(message["content"])
    busy = float(kernel.run(_BUSY).printed) - before
    return Run(size / 1000, content / 1000, messages, busy)


def _until_idle(kernel: Kernel, request: str) -> Sequence[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while True:
        message = kernel.client.get_iopub_msg(timeout=PATIENCE)
        if message["parent_header"].get("msg_id") != request:
            continue
        found.append(message)
        if message["content"].get("execution_state") == "idle":
            kernel.client.get_shell_msg(timeout=PATIENCE)
            return found


def _size(part: object) -> int:
    return len(json.dumps(part, default=str, ensure_ascii=False).encode())


def _measure(kernel: Kernel, shape: str, bar: int) -> None:
    short, run = (_asked(kernel, shape, length) for length in (SHORT, LONG))
    name = shape or "prose"
    growth = run.content / short.content
    beside = (
        f"{run.kilobytes:.0f} kB with headers in {run.messages} messages, busy {run.busy:.1f} s"
    )
    print_row(
        f"{name}, 8 KB", f"{run.content:.0f} kB", beside, f"<= {bar} kB", reached=run.content <= bar
    )
    print_row(
        f"{name}, growth from 2 KB",
        f"{growth:.2f} x",
        f"busy {run.busy / short.busy:.1f} x",
        "<= 4.5 x",
        reached=growth <= 4.5,
    )


def main() -> None:
    shapes = sys.argv[1:] or ["prose", *SHAPES]
    with (
        essayist() as url,
        running(DASHSCOPE_BASE_URL=f"{url}/v1", DASHSCOPE_API_KEY="-") as kernel,
    ):
        kernel.run("%%qwen --new\n100", cell="a")
        for shape in shapes:
            _measure(kernel, "" if shape == "prose" else shape, 250)
        if "reasoning" in shapes:
            run = _asked(kernel, "reasoning", LONGEST)
            size = run.content
            print_row("reasoning, 32 KB", f"{size:.0f} kB", "", "<= 1000 kB", reached=size <= 1_000)


if __name__ == "__main__":
    main()
