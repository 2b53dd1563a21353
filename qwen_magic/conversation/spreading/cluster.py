"""The cluster's permits: given out by the scheduler, so that the loss of any worker gives back what it held.

An actor of Dask's lives on a worker and is lost with it. So this one lives on the scheduler; the first
worker that asks puts it there.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

import msgspec
from distributed.diagnostics.plugin import SchedulerPlugin
from distributed.protocol.pickle import dumps

from qwen_magic.conversation.spreading.permits import Asking, Lease, Permits

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Cluster", "PermitsPlugin"]

_NAME = "qwen_magic permits"
_LEASE = "qwen_magic_lease"
_PAUSE = 0.2  # seconds, if the scheduler did not answer


class PermitsPlugin(SchedulerPlugin):
    """Gives out permits, on the scheduler."""

    name = _NAME

    def __init__(self) -> None:
        self.permits: Permits = Permits()

    async def start(self, scheduler: Any) -> None:  # noqa: ANN401
        """Listen to workers."""
        scheduler.handlers[_LEASE] = self.lease

    def lease(self, asking: bytes) -> bytes:
        """Answer one worker."""
        found = msgspec.msgpack.decode(asking, type=Asking)
        return msgspec.msgpack.encode(self.permits.lease(found, time.monotonic()))

    def remove_worker(self, scheduler: Any, worker: str, **_: Any) -> None:  # noqa: ANN401, ARG002
        """Take back what a lost worker held."""
        self.permits.lost(worker)


class Cluster:
    """Lends what the scheduler gives out.

    Args:
        worker: The Dask worker of this process.
    """

    def __init__(self, worker: Any) -> None:  # noqa: ANN401
        self._worker = worker
        self._is_there = False

    @property
    def holder(self) -> str:
        """The worker's address."""
        return str(self._worker.address)

    def lend(self, asking: Asking, then: Callable[[Lease | None], None]) -> None:
        """Ask the scheduler, over the worker's own connection."""
        self._worker.loop.add_callback(self._lend, asking, then)

    async def _lend(self, asking: Asking, then: Callable[[Lease | None], None]) -> None:
        scheduler = self._worker.scheduler
        try:
            if not self._is_there:
                plugin = dumps(PermitsPlugin())
                await scheduler.register_scheduler_plugin(
                    plugin=plugin, name=_NAME, idempotent=True
                )
                self._is_there = True
            answer = await getattr(scheduler, _LEASE)(asking=msgspec.msgpack.encode(asking))
        except Exception:  # noqa: BLE001 - it may be back soon; whoever waits asks again
            self._is_there = False
            await asyncio.sleep(_PAUSE)
            then(None)
        else:
            then(msgspec.msgpack.decode(answer, type=Lease))
