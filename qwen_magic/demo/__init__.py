"""The built-in server that answers without a key or a network."""

from __future__ import annotations

import atexit
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qwen_magic.demo.server import DemoServer

__all__ = ["shared_server"]

_lock = Lock()
_shared: list[DemoServer] = []


def shared_server() -> DemoServer:
    """Return the demo server of this process; the first call starts it."""
    from qwen_magic.demo.server import DemoServer

    with _lock:
        if not _shared:
            _shared.append(DemoServer().start())
            atexit.register(_shared[0].close)
        return _shared[0]
