"""The names of the store's files, and what can be told of one without opening it as a database.

Files are numbered, and the highest number is the one in use: where one is damaged, the next is
begun, and all processes find it. A file that a newer version of this package wrote keeps its name
for that version; an older one uses names of its own, so that neither loses sight of its chains.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["is_cut", "make_private", "named", "newest", "next_to"]

_MAGIC = b"SQLite format 3\x00"
_HEADER = 100


def named(folder: Path, number: int, version: int | None = None) -> Path:
    """Return a file's path; with a version, it is that of this version alone."""
    stem = "chains" if version is None else f"chains.v{version}"
    return folder / (f"{stem}.sqlite3" if number == 1 else f"{stem}-{number}.sqlite3")


def newest(folder: Path, version: int | None = None) -> tuple[Path, int]:
    """Return the file in use, which may not exist yet, and its number."""
    number = 1
    while named(folder, number + 1, version).exists():
        number += 1
    return named(folder, number, version), number


def next_to(folder: Path, damaged: Path, version: int | None = None) -> tuple[Path, int]:
    """Return the file that takes the place of a damaged one, which another process may use already."""
    file, number = newest(folder, version)
    return (named(folder, number + 1, version), number + 1) if file == damaged else (file, number)


def make_private(file: Path) -> bool:
    """Make the file and its folder, for its owner's eyes only; return whether it is new.

    What SQLite puts beside the file gets the same permissions.

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
    """Return whether a file is no database, or is shorter than it says.

    Pages that are about to be written stand in a journal first; beside one, nothing can be told.
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
    knows = header[24:28] == header[92:96]  # else the number of pages is not to be trusted
    is_short = knows and size < pages * (page if page > 1 else 65536)
    return is_short and not _has_journal(file)


def _has_journal(file: Path) -> bool:
    beside = (file.with_name(file.name + end) for end in ("-wal", "-journal"))
    return any(journal.exists() and journal.stat().st_size for journal in beside)
