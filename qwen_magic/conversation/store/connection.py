"""Connections to SQLite: to the store's file, or to a database in memory."""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import ExitStack, closing, contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from qwen_magic.conversation.store.schema import CHAINS, Layout, NewerError, Rows, migrate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path, PurePath

__all__ = ["BUSY", "HASTE", "Connection", "code_of", "connected", "hurried", "in_memory", "uri_of"]

HASTE = 0.02  # seconds between two looks at a file that another process holds
BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}

_PATIENCE = 5.0  # seconds to wait for another process that writes
_UPDATE = 120.0  # seconds to wait for one that brings a large file up to date
_LARGEST_COPY = 256 * 2**20
_SIZE = ("page_count", "page_size")
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


def connected(file: Path, layout: Layout = CHAINS) -> Rows:
    """Return a connection to a file, its tables up to date."""
    connection = sqlite3.connect(
        file,
        timeout=_PATIENCE,
        isolation_level=None,
        check_same_thread=False,
        factory=Connection,
    )
    try:
        _prepared(connection, layout)
        _use_wal(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def in_memory(source: Path | None, layout: Layout = CHAINS) -> Rows:
    """Return a database in memory, with what can be read from a file."""
    uri = uri_of(source.absolute()) if source else ""
    for query in ("mode=ro", "immutable=1") if uri else ():
        with suppress(sqlite3.Error, OSError, NewerError):
            return _copied(f"{uri}?{query}", layout)
    return _prepared(_memory(), layout)


def uri_of(file: PurePath) -> str:
    r"""Return a file's URI for SQLite, which takes no host in it: `\\host\share` is a path."""
    uri = file.as_uri()
    return uri if uri.startswith("file:///") else uri.replace("file://", "file:////", 1)


def _copied(uri: str, layout: Layout) -> Rows:
    with closing(sqlite3.connect(uri, uri=True)) as file, ExitStack() as undo:
        copy = undo.enter_context(closing(_memory()))
        pages, size = (file.execute(f"PRAGMA {name}").fetchone()[0] for name in _SIZE)
        if pages * size <= _LARGEST_COPY:
            file.backup(copy)
        _prepared(copy, layout)
        undo.pop_all()
    return copy


def _memory() -> Rows:
    return sqlite3.connect(
        ":memory:", isolation_level=None, check_same_thread=False, factory=Connection
    )


def _prepared(connection: Rows, layout: Layout) -> Rows:
    migrate(connection, layout, patiently=partial(_waiting, connection, _UPDATE))
    connection.execute("PRAGMA synchronous = NORMAL")  # with WAL, only a power cut loses turns
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


def _use_wal(connection: Rows) -> None:
    """Switch to WAL, so readers and a writer never wait; SQLite's timeout ignores this step."""
    for _ in range(int(_PATIENCE / HASTE)):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as exc:
            if code_of(exc) not in BUSY:
                raise
            time.sleep(HASTE)
        else:
            return


@contextmanager
def hurried(connection: Rows) -> Iterator[None]:
    """Wait only a moment for another process that writes."""
    with _waiting(connection, HASTE):
        yield


@contextmanager
def _waiting(connection: Rows, seconds: float) -> Iterator[None]:
    connection.execute(f"PRAGMA busy_timeout = {int(seconds * 1000)}")
    try:
        yield
    finally:
        with suppress(sqlite3.Error):
            connection.execute(f"PRAGMA busy_timeout = {int(_PATIENCE * 1000)}")


def code_of(exc: Exception) -> int:
    """Return SQLite's primary result code, or 0."""
    return int(getattr(exc, "sqlite_errorcode", 0)) & 0xFF
