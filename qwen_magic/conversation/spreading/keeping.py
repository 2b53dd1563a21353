"""Where the rows of one run are kept: what `Answers` is, with a folder behind it."""

from __future__ import annotations

from threading import Lock, Timer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qwen_magic.conversation.mapping.answers import Answers
    from qwen_magic.conversation.mapping.pace import Learned
    from qwen_magic.conversation.spreading.folder import Folder
    from qwen_magic.conversation.tables.records import Outcome

__all__ = ["Kept"]

_BATCH = 500  # rows
_SOON = 1.0  # seconds after which rows are written, however few


class Kept:
    """Keep the rows of one run in a folder, in batches.

    Args:
        folder: Where they go; what others have added is read now.
        local: Where this computer lists its runs, and what it learned of a server's pace.
    """

    def __init__(self, folder: Folder, local: Answers) -> None:
        self._folder = folder
        self._local = local
        self._copy = folder.answers
        self._listed = 0
        self._waiting: list[tuple[bytes, Outcome]] = []
        self._written: list[tuple[bytes, Outcome]] = []
        self._names: list[str] = []
        self._lock = Lock()
        self._timer: Timer | None = None
        self._error: Exception | None = None
        folder.sync()

    def begin(self, notebook: str = "", name: str = "", about: str = "{}") -> int:
        """Note that a run begins, here, too; return its number."""
        self._listed = self._local.begin(notebook, name, about)
        return self._copy.begin(notebook, name, about)

    def add(self, run: int, outcomes: Sequence[tuple[bytes, Outcome]]) -> None:
        """Keep how rows ended; the answered ones go to the folder soon.

        Raises:
            Exception: The folder could not be written a moment ago.
        """
        self._copy.add(run, outcomes)
        with self._lock:
            if self._error is not None:
                raise self._error
            self._waiting += [one for one in outcomes if one[1].status == "completed"]
            is_full = len(self._waiting) >= _BATCH
            if self._waiting and not is_full and self._timer is None:
                self._timer = Timer(_SOON, self._in_time)
                self._timer.daemon = True
                self._timer.start()
        if is_full:
            self.flush()

    def flush(self) -> None:
        """Write what waits."""
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            if not self._waiting:
                return
            self._names.append(self._folder.write(self._waiting))
            self._written += self._waiting
            self._waiting = []

    def _in_time(self) -> None:
        try:
            self.flush()
        except Exception as error:  # noqa: BLE001 - told to who adds next
            self._error = error

    def close(self) -> None:
        """Write the rest, and one file in the place of all."""
        self.flush()
        if self._error is not None:
            raise self._error
        if len(self._names) > 1:
            self._folder.join(self._names, self._written)
        self._names, self._written = [], []

    def statuses(
        self, run: int, digests: Sequence[bytes], *, fresh: bool = False
    ) -> dict[bytes, tuple[str, bool]]:
        """Return the status of those that have ended, as `Answers` does."""
        return self._copy.statuses(run, digests, fresh=fresh)

    def outcomes(self, run: int, digests: Sequence[bytes], *, fresh: bool = False) -> list[Outcome]:
        """Return how these rows ended, as `Answers` does."""
        return self._copy.outcomes(run, digests, fresh=fresh)

    def note(self, run: int, state: str, counts: str, pace: tuple[str, Learned]) -> None:
        """Note how far a run is; at its end, write the rest."""
        self._copy.note(run, state, counts, pace)
        self._local.note(self._listed, state, counts, pace)
        if state != "running":
            self.close()

    def learned(self, asked: str) -> Learned:
        """Return what was learned where this was asked."""
        return self._local.learned(asked)
