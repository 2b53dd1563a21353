"""What a model on this computer gives: seconds, a chain, values, calls, and nothing left behind.

`python -m tests.bench.local WEIGHTS.gguf`, on a machine that does nothing else. A cassette of the
chain is recorded and replayed. The kernel is a process of its own, and is killed at the end.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from qwen_magic import Asking, Session, Settings
from qwen_magic.local.running import noted

__all__ = ["main"]

CHAIN = (
    "My name is Alice, and I teach physics in Rome. Answer in one sentence.",
    "What do I teach? One sentence.",
    "In which city? One sentence.",
    "Name one law of my subject, in one sentence.",
    "What is my name? One sentence.",
)
REVIEWS = (
    "Two stars: the battery is terrible.", "Wonderful, five stars!", "It is okay. Three stars.",
    "One star. It broke on the first day.", "Four stars, a fine phone.", "五颗星，质量很好。",
    "两颗星，用了两天就坏了。", "Five stars from the whole family!", "Three stars, rather slow.",
    "Great sound, poor screen: three stars.",
)  # fmt: skip
CITIES = ("Rome", "Paris", "Berlin", "Tokyo", "Cairo", "Lima", "Oslo", "Delhi", "Madrid", "Dublin")
SHAPE = "mood: good|bad|mixed, stars: 1..5"


def get_temperature(city: str) -> str:
    """Look up how warm it is in a city now, in degrees."""
    return f"{10 + CITIES.index(city) if city in CITIES else 7} degrees"


def main(weights: str) -> None:
    """Ask in a process of its own, kill it, and tell what is left."""
    with tempfile.TemporaryDirectory() as folder:
        env = os.environ | {"QWEN_MAGIC_HOME": folder, "TMPDIR": folder}
        command = [sys.executable, "-m", "tests.bench.local", weights, folder]
        with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) as kernel:
            lines = kernel.stdout or ()
            last = ""
            for line in lines:
                if line.startswith("{"):
                    last = line
                    break
                print(line, end="", flush=True)
            kernel.send_signal(signal.SIGKILL)
        if last:
            print(f"after kill -9: {_left(Path(folder), json.loads(last)['pid'])}")


def _left(folder: Path, server: int) -> str:
    until = time.monotonic() + 30
    while time.monotonic() < until and Path(f"/proc/{server}").exists():
        time.sleep(0.05)
    waited = 30 - (until - time.monotonic())
    state = "still runs" if Path(f"/proc/{server}").exists() else f"ended in {waited:.1f} s"
    files = [path.name for path in folder.rglob("*") if path.suffix not in {".db", ".lock"}]
    return f"the server {state}; files: {', '.join(sorted(files))}"


def _kernel(weights: str, folder: str) -> None:
    settings = Settings(region="local", local_model=weights, approve="always")
    with Session(settings) as session:
        print(f"cores {os.cpu_count()}, load {os.getloadavg()[0]:.1f}, {Path(weights).name}")
        for number in (1, 2):
            print(f"answer {number}: first token after {_first_token(session):.1f} s", flush=True)
    cassette = str(Path(folder) / "lesson.jsonl")
    _chain(Settings(region="local", local_model=weights, record=cassette), "recorded")
    _chain(Settings(replay=cassette), "replayed")
    with Session(settings) as session:
        _values(session)
        _calls(session)
        _rows(session)
    print(json.dumps({"pid": noted(settings.wish.folder)[0].pid}), flush=True)
    time.sleep(600)


def _first_token(session: Session) -> float:
    begun = time.monotonic()
    for turn in session.stream("What is a prime number?", asking=Asking(new=True)):
        if turn.text:
            return time.monotonic() - begun
    return time.monotonic() - begun


def _chain(settings: Settings, how: str) -> None:
    read, begun = [], time.monotonic()
    with Session(settings) as session:
        for question in CHAIN:
            usage = session.ask(question, asking=Asking(max_output_tokens=60)).usage
            if usage is not None:
                read.append(f"{usage.input_tokens - usage.cached_tokens} of {usage.input_tokens}")
    print(
        f"chain, {how} in {time.monotonic() - begun:.1f} s, read anew: {', '.join(read)}",
        flush=True,
    )


def _values(session: Session) -> None:
    begun, valid = time.monotonic(), 0
    for review in REVIEWS:
        turn = session.ask(review, schema=SHAPE, asking=Asking(new=True))
        valid += turn.value["stars"] in range(1, 6) and not turn.corrections
    print(f"values: {valid} of 10 fit at once, in {time.monotonic() - begun:.1f} s", flush=True)


def _calls(session: Session) -> None:
    begun, called, ended, right = time.monotonic(), 0, 0, 0
    how: dict[str, Any] = {"tools": [get_temperature], "asking": Asking(new=True)}
    for number, city in enumerate(CITIES):
        turn = session.ask(f"How warm is it in {city} now?", **how)
        calls = turn.tool_calls
        called += any(city in getattr(call, "arguments", "") for call in calls)
        ended += turn.ended
        right += str(10 + number) in turn.text
    told = f"{called} called, {ended} ended, {right} last sentences right"
    print(f"functions: of 10, {told}, in {time.monotonic() - begun:.1f} s", flush=True)


def _rows(session: Session) -> None:
    rows = [{"text": f"{review} ({number})"} for number in range(4) for review in REVIEWS]
    for most in (1, None):
        begun = time.monotonic()
        made = session.map("{{text}}", rows, schema=SHAPE, concurrency=most, fresh=True)
        made.wait()
        pace = len(rows) / (time.monotonic() - begun)
        told = f"{pace:.2f} rows/s, {made.progress().concurrency} at once, {made.counts}"
        print(f"map, {'found out' if most is None else 'one at a time'}: {told}", flush=True)


if __name__ == "__main__":
    if len(sys.argv) > 2:
        _kernel(sys.argv[1], sys.argv[2])
    else:
        main(sys.argv[1])
