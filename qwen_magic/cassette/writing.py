"""The file that an exchange is written to, line by line, by one writer at a time."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from qwen_magic.cassette.tape import FIRST_LINE, is_begun, is_whole, written
from qwen_magic.errors import CassetteError
from qwen_magic.locking import locked

if TYPE_CHECKING:
    from io import FileIO

    from qwen_magic.cassette.tape import Line

__all__ = ["Tape", "unusable"]

_PATIENCE = 2.0  # seconds: an exchange that was just left may still be writing its end
_TICK = 0.02
_FIRST_LINE = 1000
_BLOCK = 64 * 1024


class Tape:
    """A cassette that is open for one exchange.

    Lines reach the file one by one: a killed process leaves whole lines, and perhaps part of one
    more, which the next writer removes.

    Raises:
        CassetteError: It cannot be written, is no cassette, or another writer has it.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        try:
            self._file: FileIO = Path(path).expanduser().open("a+b", buffering=0)
        except (OSError, RuntimeError, ValueError) as error:
            raise unusable(path, "written", error) from error
        try:
            self._take()
            self._begin()
        except OSError as error:
            self.close()
            raise unusable(path, "written", error) from error
        except CassetteError:
            self.close()
            raise

    def write(self, line: Line) -> None:
        """Write a line.

        Raises:
            CassetteError: It cannot be written: the disk is full, for example.
        """
        try:
            self._put(written(line))
        except OSError as error:
            raise unusable(self.path, "written", error) from error

    def close(self) -> None:
        """Let others write."""
        self._file.close()

    def _put(self, data: bytes) -> None:
        while data:
            data = data[self._file.write(data) or 0 :]

    def _take(self) -> None:
        until = time.monotonic() + _PATIENCE
        while not locked(self._file.fileno()):
            if time.monotonic() > until:
                raise CassetteError(
                    f"another question is being recorded into {self.path!r}",
                    hint="let it finish, perhaps in another kernel, or record into another file",
                )
            time.sleep(_TICK)

    def _begin(self) -> None:
        """Make the file end with a whole line."""
        self._file.seek(0)
        if not is_begun(self._file.read(_FIRST_LINE), self.path):
            self._file.truncate(0)
            self._put(FIRST_LINE)
            return
        last = self._last_line()
        if not last or is_whole(last):
            self._put(b"\n" if last else b"")
        else:
            self._file.truncate(self._file.seek(0, os.SEEK_END) - len(last))

    def _last_line(self) -> bytes:
        """Return what follows the last line break."""
        last, place = b"", self._file.seek(0, os.SEEK_END)
        while place and b"\n" not in last:
            begin = max(0, place - _BLOCK)
            self._file.seek(begin)
            last, place = self._file.read(place - begin) + last, begin
        return last.rpartition(b"\n")[2]


def unusable(path: str, what: str, error: Exception) -> CassetteError:
    """Return the error for a file that cannot be read or written."""
    reason = getattr(error, "strerror", None) or str(error)
    check = "check the path, the rights to it and the room there"
    counted = f"its place is counted from {str(Path.cwd())!r}"
    return CassetteError(
        f"the cassette {path!r} cannot be {what}: {reason}",
        hint=check if Path(path).expanduser().is_absolute() else counted,
    )
