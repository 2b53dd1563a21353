"""Bringing up a server of our own, on a thread of its own: the weights, then the process."""

from __future__ import annotations

from threading import Event, Thread
from typing import TYPE_CHECKING, TypeAlias

from qwen_magic.errors import QwenError, RequestError
from qwen_magic.local.fetching import fetched
from qwen_magic.local.running import shared
from qwen_magic.local.weights import OnDisk, size_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from qwen_magic.local.leases import Lease
    from qwen_magic.local.servers import Found
    from qwen_magic.local.wishes import Wish

__all__ = ["Work"]

Remember: TypeAlias = "Callable[[Wish, Found, Lease], None]"


class Work(Thread):
    """Fetches weights and starts a server, aside.

    Args:
        wish: What is to be served.
        remember: Takes the server and its lease.

    Attributes:
        told: What is going on.
        left: To be set once nobody waits any more.
        error: Why nothing came of it.
    """

    def __init__(self, wish: Wish, remember: Remember) -> None:
        super().__init__(name="qwen_magic local", daemon=True)
        self._wish, self._remember = wish, remember
        self.told: str = "Looking for a model on this computer"
        self.left: Event = Event()
        self.error: QwenError | None = None

    def run(self) -> None:
        """Work, and note how it ended."""
        try:
            self._serve()
        except QwenError as error:
            self.error = error
        except InterruptedError:
            pass
        except OSError as error:
            self.error = RequestError(f"the model cannot be started: {error}", hint="ask again")

    def _tell(self, words: str) -> None:
        self.told = words

    def _serve(self) -> None:
        weights = self._wish.named
        if not isinstance(weights, OnDisk):
            allowed = self._wish.download
            weights = fetched(weights, self.left, self._tell, allowed=allowed)
        self.told = f"Loading {weights.name}, {size_of(weights.path.stat().st_size)}"
        running, lease = shared(self._wish.folder, weights, self._wish.idle, self.left)
        found = running.found()
        if found is None or self.left.is_set():
            lease.close()
        else:
            self._remember(self._wish, found, lease)
