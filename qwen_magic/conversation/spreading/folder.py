"""A folder of answered rows by URL, which the workers of a cluster share: `s3://…`, `file://…`.

Each worker adds files of its own and changes none, so no two of them meet. What the others have added
is copied into a file on this computer before rows are looked up.
"""

from __future__ import annotations

import tempfile
import time
from functools import cache
from pathlib import Path
from shutil import rmtree
from threading import RLock
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4
from weakref import finalize

import msgspec
from msgspec import Struct

from qwen_magic.conversation.mapping.answers import Answers
from qwen_magic.conversation.tables.records import Outcome
from qwen_magic.errors import RequestError

__all__ = ["Folder", "check_url", "folder_at", "new_word"]

_SUFFIX = ".jsonl"
_AT_ONCE = 64  # files


class _Row(Struct, frozen=True, array_like=True):
    digest: str
    answer: str
    input_tokens: int
    output_tokens: int
    corrections: int


class Folder:
    """Answered rows in a folder, and their copy on this computer.

    Args:
        url: Where it is.

    Attributes:
        answers: The copy.
    """

    def __init__(self, url: str) -> None:
        self._files, self._root = _opened(url)
        place = tempfile.mkdtemp(prefix="qwen_magic")
        self._end = finalize(self, rmtree, place, ignore_errors=True)
        self.answers: Answers = Answers(Path(place))
        self._seen: set[str] = set()
        self._lock = RLock()

    def sync(self) -> None:
        """Copy what others have added."""
        with self._lock:
            new = sorted({*self._listed()} - self._seen)
            for start in range(0, len(new), _AT_ONCE):
                some = new[start : start + _AT_ONCE]
                found = self._files.cat(some, on_error="omit")  # joined meanwhile with others
                for content in (found if isinstance(found, dict) else {"": found}).values():
                    self.answers.add(0, _read(content))
                self._seen.update(some)

    def write(self, some: list[tuple[bytes, Outcome]]) -> str:
        """Add a file; return its name."""
        name = f"{self._root}/t{time.time_ns():020}-{new_word()}{_SUFFIX}"  # newer ones come last
        rows = (
            _Row(digest.hex(), one.answer, one.input_tokens, one.output_tokens, one.corrections)
            for digest, one in some
        )
        content = b"".join(msgspec.json.encode(row) + b"\n" for row in rows)
        part = name.removesuffix(_SUFFIX) + ".part"  # a file takes its name when it is whole
        if "file" in self._files.protocol:
            self._files.pipe_file(part, content)
            self._files.mv(part, name)
        else:
            self._files.pipe_file(name, content)
        with self._lock:
            self._seen.add(name)
        return name

    def join(self, names: list[str], rows: list[tuple[bytes, Outcome]]) -> None:
        """Put one file in the place of several that hold these rows."""
        self.write(rows)
        self._files.rm(names)

    def _listed(self) -> list[str]:
        self._files.invalidate_cache()
        try:
            found = self._files.ls(self._root, detail=False)
        except FileNotFoundError:
            return []
        return [name for name in found if name.endswith(_SUFFIX)]


def new_word() -> str:
    """Return a word that nobody else has."""
    return uuid4().hex


@cache
def folder_at(url: str) -> Folder:
    """Return the folder at a URL; one for this process."""
    return Folder(url)


def check_url(url: str) -> str:
    """Return the URL of a folder; empty for none.

    Raises:
        RequestError: It holds a password, or no library here can open it.
    """
    if not url:
        return ""
    if urlsplit(url).password:
        raise RequestError(
            "the cache's URL holds a password, which every worker's log would show",
            hint="leave it out, and set the environment of each worker",
        )
    _opened(url, create=False)
    return url


def _opened(url: str, *, create: bool = True) -> tuple[Any, str]:
    try:
        from fsspec.core import url_to_fs
    except ImportError as exc:
        raise RequestError("cache= needs fsspec", hint="%pip install 'qwen_magic[dask]'") from exc
    try:
        files, root = url_to_fs(url)
        if create:
            files.makedirs(root, exist_ok=True)
    except (ImportError, ValueError, OSError) as exc:
        raise RequestError(f"the cache {url!r} cannot be used: {exc}") from exc
    return files, str(root).rstrip("/")


def _read(content: bytes) -> list[tuple[bytes, Outcome]]:
    """Return the rows of a file; a line that is none is left out."""
    found = []
    for line in content.splitlines():
        try:
            row = msgspec.json.decode(line, type=_Row)
            digest = bytes.fromhex(row.digest)
        except (msgspec.MsgspecError, ValueError):
            continue
        costs = (row.input_tokens, row.output_tokens, row.corrections)
        found.append((digest, Outcome("completed", row.answer, "", *costs)))
    return found
