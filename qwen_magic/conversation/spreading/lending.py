"""Where a process gets its permits: from the cluster that it works for, or from itself."""

from __future__ import annotations

import sys
import time
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Any

from qwen_magic.conversation.spreading.leasing import LeasedPace, Stock
from qwen_magic.conversation.spreading.permits import Permits

if TYPE_CHECKING:
    from collections.abc import Callable

    from qwen_magic.conversation.mapping.pace import Learned
    from qwen_magic.conversation.spreading.leasing import Lender
    from qwen_magic.conversation.spreading.permits import Asking, Lease

__all__ = ["Alone", "is_cancelled", "pace_at", "worker_here"]

_STOCKS: dict[tuple[str, str, int, bool], Stock] = {}
_OPENING = Lock()


class Alone:
    """Lends to the engines of this process alone."""

    holder = "here"

    def __init__(self) -> None:
        self._permits = Permits()
        self._lock = Lock()

    def lend(self, asking: Asking, then: Callable[[Lease | None], None]) -> None:
        """Give out permits at once."""
        with self._lock:
            lease = self._permits.lease(asking, time.monotonic())
        then(lease)


@cache
def _alone() -> Alone:
    return Alone()


def pace_at(where: str, most: int, learned: Learned, *, shared: bool) -> LeasedPace:
    """Return the pace of one more engine: one limit for the cluster, if there is one, else for this process.

    Args:
        where: The endpoint and the model.
        most: How many rows may be in flight.
        learned: What is known of the server.
        shared: Whether `most` counts in all processes together.
    """
    worker = worker_here()
    holder = _alone().holder if worker is None else worker.address
    key = (holder, where, most, shared)
    with _OPENING:
        if key not in _STOCKS:
            _STOCKS[key] = Stock(_lender(worker), where, most, shared, learned)
        return LeasedPace(_STOCKS[key])


def _lender(worker: Any) -> Lender:  # noqa: ANN401 - a `distributed.Worker`
    if worker is None:
        return _alone()
    from qwen_magic.conversation.spreading.cluster import Cluster

    return Cluster(worker)


def worker_here() -> Any:  # noqa: ANN401 - a `distributed.Worker`
    """Return the Dask worker whose task this is; None if it is none's."""
    if "distributed.worker" not in sys.modules:
        return None
    from distributed import get_worker

    try:
        return get_worker()
    except ValueError:
        return None


def is_cancelled(worker: Any, task: Any) -> bool:  # noqa: ANN401
    """Return whether nobody waits any more for a worker's task."""
    found = worker.state.tasks.get(task)
    return found is None or found.state == "cancelled"
