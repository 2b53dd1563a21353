"""A connection to SQLite that nobody has to close."""

from __future__ import annotations

import os
import sqlite3
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Connection"]

_INHERITED: list[Connection] = []  # a forked process must not close what it did not open


class Connection(sqlite3.Connection):
    """Closes itself when its last owner is gone, in any thread, if nobody closed it before.

    It takes no lock to do so: garbage may be collected while any lock is held.
    """

    _process = 0

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - the base's
        super().__init__(*args, **options)
        self._process = os.getpid()

    def __del__(self, getpid: Callable[[], int] = os.getpid) -> None:  # globals may be gone by then
        if self._process == getpid():
            self.close()
        elif self._process:  # else it could not be opened
            _INHERITED.append(self)
