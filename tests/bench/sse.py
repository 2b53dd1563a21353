"""Reading a long stream over loopback, beside a bare byte loop and the `openai` package.

Run by hand: `python tests/bench/sse.py [ROUNDS]`. `openai` is installed into a folder of its own.
"""

from __future__ import annotations

import importlib
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import httpx

from qwen_magic.responses.client import Client
from qwen_magic.responses.endpoint import Endpoint
from qwen_magic.responses.request import Request
from tests.bench.measuring import alternated, loopback, median_ratio, print_row

if TYPE_CHECKING:
    from collections.abc import Callable

EVENTS = 20_000
ASKED = Request("qwen3.7-plus", "Tell me everything.")


def bare(base_url: str) -> Callable[[], object]:
    http = httpx.Client(trust_env=False)

    def read() -> int:
        asked = {"model": ASKED.model, "input": ASKED.input, "stream": True}
        with http.stream("POST", f"{base_url}/responses", json=asked) as response:
            return sum(len(chunk) for chunk in response.iter_bytes())

    return read


def ours(base_url: str) -> Callable[[], object]:
    client = Client(Endpoint(base_url, proxies=False))
    return lambda: sum(len(events) for events in client.stream(ASKED))


def sdk(base_url: str) -> Callable[[], object]:
    client = openai().OpenAI(
        base_url=base_url, api_key="none", http_client=httpx.Client(trust_env=False)
    )

    def read() -> int:
        stream = client.responses.create(model=ASKED.model, input=ASKED.input, stream=True)
        return sum(1 for _ in stream)

    return read


def openai() -> Any:  # noqa: ANN401 - a package that is not ours to require
    folder = Path(tempfile.gettempdir()) / "qwen_magic_bench_openai"
    if not (folder / "openai").exists():
        pip = [sys.executable, "-m", "pip", "install", "-q", "--target", str(folder), "openai"]
        subprocess.run(pip, check=True)
    sys.path.append(str(folder))  # behind our own packages: the same httpx for everyone
    return importlib.import_module("openai")


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    with loopback(EVENTS) as url:
        taken = alternated(rounds, bare=bare(url), ours=ours(url), sdk=sdk(url))
    middle = {name: f"{name} {median(seconds):.3f} s" for name, seconds in taken.items()}
    ratio = median_ratio(taken["ours"], taken["bare"])
    what = f"1 reading {EVENTS} events"
    print_row(
        what,
        f"{ratio:.2f} x",
        f"{middle['ours']}, {middle['bare']}",
        "<= 1.4 x",
        reached=ratio <= 1.4,
    )
    ratio = median_ratio(taken["sdk"], taken["ours"])
    what = "2 the same against openai"
    print_row(
        what,
        f"{ratio:.1f} x faster",
        f"{middle['ours']}, {middle['sdk']}",
        ">= 5 x",
        reached=ratio >= 5,
    )


if __name__ == "__main__":
    main()
