from __future__ import annotations

import errno
import runpy
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from qwen_magic import locking

if TYPE_CHECKING:
    from pathlib import Path


def test_one_holds_it_until_its_file_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with path.open("a+b") as first, path.open("a+b") as second:
        assert locking.locked(first.fileno())
        assert not locking.locked(second.fileno())
        first.close()
        assert locking.locked(second.fileno())


@pytest.mark.skipif(sys.platform == "win32", reason="has locks of its own")
@pytest.mark.parametrize("code", [errno.ENOLCK, errno.ENOTSUP, errno.EINVAL])
def test_where_there_are_no_locks_nobody_waits_for_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(code, "No locks available")

    monkeypatch.setattr("fcntl.flock", refuse)
    with (tmp_path / "lock").open("a+b") as file:
        assert locking.locked(file.fileno())


def test_windows_locks_a_byte_that_nobody_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[int] = []

    def take(file: int, mode: int, count: int) -> None:
        assert (mode, count) == (2, 1)
        if held:
            raise PermissionError
        held.append(file)

    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setitem(sys.modules, "msvcrt", SimpleNamespace(locking=take, LK_NBLCK=2))
    locked = runpy.run_path(locking.__file__)["locked"]
    path = tmp_path / "lock"
    path.write_bytes(b"one line\n")
    with path.open("a+b", buffering=0) as file:
        assert locked(file.fileno())
        assert file.tell() > 1_000_000
        assert not locked(file.fileno())
        file.write(b"another\n")
    assert path.read_bytes() == b"one line\nanother\n"
