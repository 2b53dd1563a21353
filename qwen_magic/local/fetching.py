"""Weights from the Hub: what would be fetched, whether it fits, and the download itself."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic
from typing import TYPE_CHECKING, Any, Self

from qwen_magic.errors import ConsentError, RequestError
from qwen_magic.excerpt import cut
from qwen_magic.local.faults import INSTALL
from qwen_magic.local.machine import ALONE, memory
from qwen_magic.local.weights import OnDisk, size_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from threading import Event

    from qwen_magic.local.weights import Hub

__all__ = ["Offer", "fetched", "offered"]

_SPARE = 300_000_000
_TICK = 0.05
_LONGEST = 300
_ELSE = "start Ollama or LM Studio, set local_model to a GGUF file"
_AGAIN = "ask again: what has arrived is kept"
_MEANINGS: tuple[tuple[str, str, str], ...] = (
    (r"No module named", "no model can be fetched without huggingface_hub", INSTALL),
    (
        r"GatedRepo",
        "the repository {repo} asks for an account",
        "log in with `hf auth login`, or choose another",
    ),
    (
        r"RepositoryNotFound|401|Invalid username",
        "there is no repository {repo}",
        "local_model takes org/repo, or org/repo:Q4_K_M",
    ),
    (r"EntryNotFound|FileNotFound", "{repo} has no such file: {said}", "local_model takes org/repo:NAME"),
    (
        r"[Oo]ffline|LocalEntryNotFound",
        "{repo} is not on this computer, and the Hub is not reached",
        f"{_ELSE}, or check the network and HF_HUB_OFFLINE",
    ),
    (
        r"No space left|Errno 28",
        "the disk is full",
        "free some space; what has arrived is kept",
    ),
    (
        r"Name or service|getaddrinfo|name resolution|nodename|ConnectError|Network is unreachable",
        "{repo} is not on this computer, and the Hub is not reached",
        f"{_ELSE}, or check the network and HF_ENDPOINT",
    ),
    (r"Connect|Timeout|resolve|network|RemoteProtocol|ReadError|Chunked|Incomplete",
     "the download was cut: {said}", _AGAIN),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Offer:
    """What would be fetched.

    Attributes:
        size: In bytes.
        host: From where.
    """

    file: str
    size: int
    host: str

    def __str__(self) -> str:
        return f"{self.file}, {size_of(self.size)} from {self.host}"


def offered(hub: Hub) -> Offer | None:
    """Return what would be fetched; None if it is on the disk already.

    Raises:
        RequestError: The Hub does not have it, or is not reached.
    """
    with _Process(hub) as process:
        told = process.next()
        return None if "path" in told else _offer(told)


def fetched(hub: Hub, left: Event, tell: Callable[[str], None], *, allowed: bool) -> OnDisk:
    """Return the file, fetched if need be.

    Args:
        hub: What is wanted.
        left: Set once nobody waits any more.
        tell: Takes what is going on.
        allowed: Whether it may be fetched.

    Raises:
        ConsentError: It may not, and is not on the disk.
        RequestError: It cannot be fetched, or would not fit.
        InterruptedError: Nobody waits any more.
    """
    tell(f"Looking for {hub.name}")
    with _Process(hub) as process:
        told = process.next(left)
        if "path" not in told:
            offer = _offer(told)
            _check(offer, int(told["free"]))
            if not allowed:
                raise _unasked(offer)
            process.go()
            begun = monotonic()
            while "path" not in (told := process.next(left)):
                tell(_progress(offer, told, monotonic() - begun))
        return OnDisk(Path(told["path"]))


def _offer(told: dict[str, Any]) -> Offer:
    return Offer(str(told["file"]), int(told["size"]), str(told["host"]))


def _check(offer: Offer, free: int) -> None:
    """Refuse what would not fit, before the first byte."""
    if free and offer.size + _SPARE > free:
        raise RequestError(
            f"{offer.file} has {size_of(offer.size)}, and the disk has {size_of(free)} left",
            hint="free some space, or set HF_HOME to a folder on another disk",
        )
    total = memory().total
    if total and offer.size + _SPARE > total:
        raise RequestError(
            f"{offer.file} has {size_of(offer.size)}, and this computer {size_of(total)} of memory",
            hint="set local_model to a smaller model",
        )


def _unasked(offer: Offer) -> ConsentError:
    return ConsentError(
        f"no model server runs on this computer, and {offer} would have to be downloaded",
        hint="%qwen --local load asks and fetches it; %config QwenMagics.local_download = True"
        " allows it; or start Ollama, LM Studio or llama-server, or set local_model to a file",
    )


def _progress(offer: Offer, told: dict[str, Any], seconds: float) -> str:
    done, total = int(told.get("done", 0)), int(told.get("total", 0)) or offer.size
    words = f"Downloading {offer.file}: {size_of(done)} of {size_of(total)}"
    if not done or seconds < 1:
        return words
    left = (total - done) * seconds / done
    return f"{words}, {left / 60:.0f} min left" if left >= 120 else f"{words}, {left:.0f} s left"  # noqa: PLR2004 - seconds


class _Process:
    """The process that fetches; it ends with the block."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._lines: SimpleQueue[str] = SimpleQueue()
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "qwen_magic.local.hub"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            **ALONE,
        )
        Thread(target=self._read, daemon=True).start()
        self._write(json.dumps({"repo": hub.repo, "file": hub.file}))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):
                if pipe is not None:
                    pipe.close()

    def go(self) -> None:
        """Let it fetch."""
        self._write("go")

    def next(self, left: Event | None = None) -> dict[str, Any]:
        """Return its next words.

        Raises:
            RequestError: It says what went wrong, or nothing.
            InterruptedError: Nobody waits any more.
        """
        while True:
            if left is not None and left.is_set():
                raise InterruptedError
            with suppress(Empty):
                line = self._lines.get(timeout=_TICK)
                told: dict[str, Any] = json.loads(line or '{"error": "it ended without a word"}')
                if "error" in told:
                    raise _meant(str(told["error"]), self._hub)
                return told

    def _write(self, line: str) -> None:
        with suppress(OSError):
            assert self._process.stdin is not None  # noqa: S101 - for the type checker
            self._process.stdin.write(f"{line}\n".encode())
            self._process.stdin.flush()

    def _read(self) -> None:
        assert self._process.stdout is not None  # noqa: S101 - for the type checker
        with suppress(ValueError, OSError):  # it was closed
            for line in self._process.stdout:
                self._lines.put(line.decode("utf-8", "replace"))
        self._lines.put("")


def _meant(said: str, hub: Hub) -> RequestError:
    """Return the error for what went wrong, in our words."""
    line = cut(" ".join(said.partition(": ")[2].split()) or said, _LONGEST)
    for pattern, message, hint in _MEANINGS:
        if re.search(pattern, said):
            return RequestError(message.format(repo=hub.repo, said=line), hint=hint)
    return RequestError(f"{hub.name} cannot be fetched: {cut(said, _LONGEST)}", hint=_AGAIN)
