"""The names of the store's files, and what a file shows without being opened as a database.

Files are numbered, and the highest number is in use: if a file is damaged, the next one is begun,
and all processes find it. A file that a newer version of this package wrote keeps its name for
that version. The older version then uses its own names, so neither loses its chains.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qwen_magic.conversation.store.schema import CHAINS

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["is_cut", "make_private", "named", "newest", "next_to"]

_MAGIC = b"SQLite format 3\x00"
_HEADER = 100


def named(
    folder: Path, number: int, version: int | None = None, *, stem: str = CHAINS.stem
) -> Path:
    """Return a file's path; with a version, the path that this version alone uses."""
    stem = stem if version is None else f"{stem}.v{version}"
    return folder / (f"{stem}.sqlite3" if number == 1 else f"{stem}-{number}.sqlite3")


def newest(
    folder: Path, version: int | None = None, *, stem: str = CHAINS.stem
) -> tuple[Path, int]:
    """Return the file in use, which may not exist yet, and its number."""
    number = 1
    while named(folder, number + 1, version, stem=stem).exists():
        number += 1
    return named(folder, number, version, stem=stem), number


def next_to(
    folder: Path, damaged: Path, version: int | None = None, *, stem: str = CHAINS.stem
) -> tuple[Path, int]:
    """Return the file that replaces a damaged one; another process may use it already."""
    file, number = newest(folder, version, stem=stem)
    if file != damaged:
        return file, number
    return named(folder, number + 1, version, stem=stem), number + 1


def make_private(file: Path) -> bool:
    """Make the file and its folder, for their owner alone; return whether the file is new.

    SQLite gives the files that it puts beside it the same permissions.

    Raises:
        OSError: The folder cannot be made or written.
    """
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        file.touch(mode=0o600, exist_ok=False)
    except FileExistsError:
        return False
    return True


def is_cut(file: Path) -> bool:
    """Return whether a file is no database, or is shorter than its header says.

    SQLite writes pages to a journal first; while there is one, the size tells nothing.
    File format: https://www.sqlite.org/fileformat2.html#the_database_header
    """
    if not file.exists() or _has_journal(file):
        return False
    with file.open("rb") as opened:
        header = opened.read(_HEADER)
    size = file.stat().st_size
    if not size:
        return False
    if len(header) < _HEADER or not header.startswith(_MAGIC):
        return True
    page = int.from_bytes(header[16:18])
    pages = int.from_bytes(header[28:32])
    knows = header[24:28] == header[92:96]  # else the number of pages may be wrong
    is_short = knows and size < pages * (page if page > 1 else 65536)
    return is_short and not _has_journal(file)


def _has_journal(file: Path) -> bool:
    beside = (file.with_name(file.name + end) for end in ("-wal", "-journal"))
    return any(journal.exists() and journal.stat().st_size for journal in beside)
