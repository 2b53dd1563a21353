"""The store's SQLite file, or a database in memory if no file can be used.

It never blocks asking. If a file is damaged, or a newer version wrote it, it stays as it is, and
another file beside it is used. If no file can be written (a full disk, a read-only folder), the
store goes on in memory with what it can read. It tells each such step once.

Several processes may use the file at once (WAL). A `sqlite3` connection refuses other threads
by default; here all threads of a process share one, behind a lock.
"""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import suppress
from threading import RLock
from typing import TYPE_CHECKING, TypeVar

from qwen_magic.conversation.store.connection import (
    BUSY,
    HASTE,
    code_of,
    connected,
    hurried,
    in_memory,
)
from qwen_magic.conversation.store.files import is_cut, make_private, newest, next_to
from qwen_magic.conversation.store.schema import CHAINS, Layout, NewerError, Rows
from qwen_magic.errors import QwenError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["DamagedError", "Database"]

T = TypeVar("T")

_MOST_FILES = 9  # damaged ones in a row; then memory
_DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR}


class DamagedError(Exception):
    """The file holds what cannot be true."""


class Database:
    """Do pieces of work on the store's file, each as one transaction.

    Args:
        folder: Where the file is; None keeps everything in memory.
        layout: What it holds.

    Attributes:
        file: The file in use, or None for memory.
        note: What to tell the reader, once.
    """

    def __init__(self, folder: Path | None, layout: Layout = CHAINS) -> None:
        self.file: Path | None = None
        self.note: str = ""
        self._folder = folder
        self._layout = layout
        self._version: int | None = None  # set if a newer version uses the plain name
        self._connection: Rows | None = None
        self._process = os.getpid()
        self._lock = RLock()

    def run(self, work: Callable[[Rows], T], *, begin: str = "BEGIN IMMEDIATE") -> T:
        """Do the work in a transaction; if the file fails, do it again elsewhere.

        Raises:
            QwenError: It fails in memory, too, or the work itself raises it.
        """
        with self._lock:
            while True:
                try:
                    return self._once(work, begin)
                except (sqlite3.Error, OSError, DamagedError, NewerError) as exc:
                    self._retreat(exc)

    def read(self, work: Callable[[Rows], T]) -> T:
        """Do work that writes nothing; otherwise like `run`."""
        return self.run(work, begin="BEGIN")

    def attempt(self, work: Callable[[Rows], object]) -> bool:
        """Do the work unless another process keeps it waiting; return whether it was done."""
        with self._lock:
            try:
                with hurried(self._opened()):
                    self._once(work)
            except (sqlite3.Error, OSError, DamagedError, NewerError) as exc:
                if code_of(exc) not in BUSY:
                    self._retreat(exc)
                return False
            return True

    def close(self) -> None:
        """Close the file; the next piece of work opens it again. What was in memory is lost."""
        with self._lock:
            connection, self._connection = self._connection, None
            if connection is not None and self._process == os.getpid():  # else it was inherited
                with suppress(sqlite3.Error):
                    connection.close()

    def _once(self, work: Callable[[Rows], T], begin: str = "BEGIN IMMEDIATE") -> T:
        connection = self._opened()
        try:
            connection.execute(begin)
            result = work(connection)
            connection.execute("COMMIT")
        finally:
            if connection.in_transaction:
                with suppress(sqlite3.Error):
                    connection.execute("ROLLBACK")
        return result

    def _opened(self) -> Rows:
        is_stale = self._process != os.getpid() or (self.file and not self.file.exists())
        if self.file is not None and is_stale:
            self.close()
        if self._connection is None:
            self._process = os.getpid()
            self._connection = self._open() if self._folder else in_memory(None, self._layout)
        return self._connection

    def _open(self) -> Rows:
        assert self._folder is not None  # noqa: S101 - for the type checker
        self.file, _ = newest(self._folder, self._version, stem=self._layout.stem)
        if is_cut(self.file):
            time.sleep(HASTE)  # another process may be about to write the rest
            if is_cut(self.file):
                raise DamagedError
        if make_private(self.file) and self._version is not None:
            self.note = (
                f"A newer qwen_magic wrote the store; this one uses {self.file.name} beside it"
            )
        return connected(self.file, self._layout)

    def _retreat(self, exc: Exception) -> None:
        """Turn to another file, or to memory.

        Raises:
            QwenError: There is nothing to turn to.
        """
        if self._folder is None:
            raise QwenError(f"the turn cannot be kept: {exc}", hint="restart the kernel") from exc
        self.close()
        if isinstance(exc, NewerError) and self._version is None:
            self._version = self._layout.version
            return
        is_damaged = isinstance(exc, DamagedError) or code_of(exc) in _DAMAGE
        if not (is_damaged and self.file and self._begin_next(self.file)):
            self._forget_file(exc)

    def _begin_next(self, damaged: Path) -> bool:
        """Begin another file beside a damaged one; return whether that can be done."""
        assert self._folder is not None  # noqa: S101 - for the type checker
        file, number = next_to(self._folder, damaged, self._version, stem=self._layout.stem)
        try:
            is_new = number <= _MOST_FILES and make_private(file)
        except OSError:
            return False
        if is_new:
            self.note = (
                f"The store {damaged} is damaged; it is kept as it is, "
                f"and {self._layout.kept} are kept in {file.name} from now on"
            )
        return number <= _MOST_FILES

    def _forget_file(self, exc: Exception) -> None:
        """Go on in memory, with what can still be read."""
        source, self.file, self._folder = self.file, None, None
        self._connection = in_memory(source, self._layout)
        kept = f"{self._layout.kept} are kept until the kernel ends"
        self.note = f"The store cannot be used ({exc}); {kept}"
