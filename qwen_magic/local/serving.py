"""The process that answers: llama.cpp's own server, from the wheels of xllamacpp.

`python -m qwen_magic.local.serving` reads its order from standard input, one line of JSON, and tells
in another what became of it. It is a process of its own so that it can crash, and be ended, alone.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from qwen_magic.local.leases import Leases

__all__ = ["main"]

_CACHE = 512  # MiB of prompts that are kept beside those being answered


def main() -> None:
    """Serve until no kernel is left."""
    order = json.loads(sys.stdin.readline())
    said = os.dup(1)
    os.dup2(2, 1)  # llama.cpp may print
    try:
        server = _server(order)
    except Exception as error:  # noqa: BLE001 - whatever it was, the kernel tells it
        _say(said, {"error": f"{type(error).__name__}: {error}"})
        return
    leases = Leases(order["key"])
    noted = {
        "pid": os.getpid(),
        "port": urlsplit(server.listening_address).port,
        "control": leases.port,
    }
    _note(Path(order["note"]), {**noted, "key": order["key"], "name": order["name"]})
    _say(said, noted)
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.dup2(null, 2)  # whoever started it may be gone
    leases.wait()
    _forget(Path(order["note"]))
    os._exit(0)  # a model that is answering or loading does not hold it up


def _server(order: dict[str, Any]) -> Any:  # noqa: ANN401 - xllamacpp has no annotations
    import xllamacpp

    given = xllamacpp.CommonParams()
    given.model.path = order["path"]
    given.model_alias = {order["name"]}
    if order.get("sight"):
        given.mmproj.path = order["sight"]
    given.port, given.api_keys = 0, [order["key"]]
    given.ui = given.endpoint_slots = False
    given.cors_origins = "http://127.0.0.1"
    given.n_ctx, given.n_parallel, given.kv_unified = order["context"], order["slots"], True
    given.cpuparams.n_threads = given.cpuparams_batch.n_threads = order["threads"]
    given.cache_ram_mib = _CACHE
    given.sleep_idle_seconds = order["idle"]
    given.verbosity = 1
    return xllamacpp.Server(given)


def _say(to: int, words: dict[str, Any]) -> None:
    with suppress(OSError):
        os.write(to, json.dumps(words).encode() + b"\n")
    os.close(to)


def _note(path: Path, words: dict[str, Any]) -> None:
    """Let other kernels of this user find the server; nobody else can read its key."""
    beside = path.with_suffix(f".{os.getpid()}")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(words, file)
    beside.replace(path)


def _forget(path: Path) -> None:
    with suppress(OSError, ValueError):
        if json.loads(path.read_text())["pid"] == os.getpid():
            path.unlink()


if __name__ == "__main__":
    main()
