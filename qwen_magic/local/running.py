"""Our server as a kernel sees it: one that runs already is shared, else one is started.

Each model's server notes in a file of the reader's folder where it listens. A lock beside it, which
the system lets go with its holder, keeps two kernels from starting two.
"""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
from collections import deque
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from http.client import HTTPConnection, HTTPException
from queue import Empty, SimpleQueue
from threading import Thread
from time import sleep
from typing import TYPE_CHECKING, Any

from qwen_magic.local.faults import crashed, refused, too_large
from qwen_magic.local.finding import asked
from qwen_magic.local.gguf import head_of
from qwen_magic.local.leases import Lease
from qwen_magic.local.machine import ALONE, free_cores, memory
from qwen_magic.local.servers import OURS, Found, Model, with_props
from qwen_magic.local.weights import size_of
from qwen_magic.locking import locked

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from threading import Event

    from qwen_magic.local.weights import OnDisk

__all__ = ["Running", "noted", "shared"]

SLOTS = 4
_CONTEXTS = (16_384, 8_192, 4_096)
_FINE = 200
_SPARE = 300_000_000
_TICK = 0.05


@dataclass(frozen=True, slots=True)
class Running:
    """A server of ours.

    Attributes:
        port: Where it answers.
        control: Where it counts its kernels.
    """

    name: str
    pid: int
    port: int
    control: int
    key: str

    def found(self) -> Found | None:
        """Return what it serves; None if it is gone, and something else may have its port."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=2.0)
        try:
            status, told = asked(connection, "/props", key=self.key)
        except (OSError, HTTPException):
            return None
        finally:
            connection.close()
        if status != _FINE or not isinstance(told, dict) or "total_slots" not in told:
            return None
        base_url = f"http://127.0.0.1:{self.port}/v1"
        return with_props(Found(OURS, base_url, (Model(self.name),), key=self.key), told)


def noted(folder: Path) -> tuple[Running, ...]:
    """Return the servers of this user's kernels, as they noted themselves; some may be gone."""
    return tuple(filter(None, map(_read, sorted(folder.glob("*.json")))))


def shared(folder: Path, weights: OnDisk, idle: float, left: Event) -> tuple[Running, Lease]:
    """Return a model's server and a lease of it; start it if it does not run.

    Args:
        folder: Where servers note themselves.
        weights: What it serves.
        idle: After how many minutes without a question it unloads the model.
        left: Set once nobody waits any more.

    Raises:
        RequestError: It cannot be started.
        InterruptedError: Nobody waits any more.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    note = folder / f"{sha256(weights.identity.encode()).hexdigest()[:16]}.json"
    with _locked(note.with_suffix(".lock"), left):
        if (known := _read(note)) is not None:
            with suppress(OSError):
                return known, Lease(known.control, known.key)
        running = _started(_order(note, weights, idle), left)
        return running, Lease(running.control, running.key)


def _order(note: Path, weights: OnDisk, idle: float) -> dict[str, Any]:
    context = _context(weights.path)
    return {
        "path": str(weights.path.resolve()),
        "name": weights.name,
        "sight": _sight(weights.path),
        "context": context,
        "slots": SLOTS,
        "threads": free_cores(),
        "idle": max(1, round(idle * 60)),
        "key": secrets.token_hex(16),
        "note": str(note),
    }


def _context(path: Path) -> int:
    """Return how many tokens the model may read: as many as there is memory for.

    Raises:
        RequestError: There is not enough for the model itself.
    """
    head, free, size = head_of(path), memory().free, path.stat().st_size + _SPARE
    usable = [min(most, head.context or most) for most in _CONTEXTS]
    fitting = [most for most in usable if not free or size + most * head.token <= free]
    if not fitting:
        raise too_large(size_of(size + usable[-1] * head.token), size_of(free))
    return fitting[0]


def _sight(path: Path) -> str:
    """Return the file beside a model that lets it see, if its name says that it can."""
    name = path.name.lower()
    seeing = "vl" in name or "omni" in name
    beside = sorted(path.parent.glob("mmproj*.gguf")) if seeing else []
    return str(beside[0]) if beside else ""


def _started(order: dict[str, Any], left: Event) -> Running:
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "qwen_magic.local.serving"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        **ALONE,
    )
    logged: deque[str] = deque(maxlen=50)
    lines: SimpleQueue[str] = SimpleQueue()
    Thread(target=_log, args=(process.stderr, logged), daemon=True).start()
    Thread(target=_first_line, args=(process.stdout, lines), daemon=True).start()
    try:
        with suppress(OSError):
            assert process.stdin is not None  # noqa: S101 - for the type checker
            process.stdin.write(json.dumps(order).encode() + b"\n")
            process.stdin.close()
        told = _told(lines, left)
    except BaseException:
        process.kill()
        process.wait()
        raise
    if told.get("port"):
        _reap(process)
        return _running({**told, "name": order["name"], "key": order["key"]})
    code = _ended(process)
    raise refused(str(told["error"]), logged) if "error" in told else crashed(code, logged)


def _told(lines: SimpleQueue[str], left: Event) -> dict[str, Any]:
    while True:
        if left.is_set():
            raise InterruptedError
        with suppress(Empty):
            line = lines.get(timeout=_TICK)
            return json.loads(line) if line else {}


def _ended(process: subprocess.Popen[bytes]) -> int | None:
    try:
        return process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


def _first_line(pipe: Any, lines: SimpleQueue[str]) -> None:  # noqa: ANN401 - a pipe of bytes
    with pipe:
        lines.put(pipe.readline().decode())


def _log(pipe: Any, logged: deque[str]) -> None:  # noqa: ANN401 - a pipe of bytes
    with pipe:
        for line in pipe:
            logged.append(line.decode("utf-8", "replace").strip())


def _reap(process: subprocess.Popen[bytes]) -> None:
    """Take its exit status once it ends, so that it does not stay behind as a zombie."""
    Thread(target=process.wait, daemon=True).start()


def _read(note: Path) -> Running | None:
    with suppress(OSError, ValueError, KeyError, TypeError):
        return _running(json.loads(note.read_text()))
    return None


def _running(told: dict[str, Any]) -> Running:
    ports = {name: int(told[name]) for name in ("pid", "port", "control")}
    return Running(str(told["name"]), key=str(told["key"]), **ports)


@contextmanager
def _locked(path: Path, left: Event) -> Iterator[None]:
    with path.open("a+b") as file:
        while not locked(file.fileno()):
            if left.is_set():
                raise InterruptedError
            sleep(_TICK)
        yield
