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


def shared_server(speed: float = 1.0) -> DemoServer:
    """Return the demo server of this process; the first call starts it.

    Args:
        speed: 1 is a pace one can read at, 2 twice as fast, 0 gives answers at once.
    """
    from qwen_magic.demo.server import PACE, DemoServer

    with _lock:
        if not _shared:
            _shared.append(DemoServer().start())
            atexit.register(_shared[0].close)
        _shared[0].pace = PACE / speed if speed else 0.0
        return _shared[0]
