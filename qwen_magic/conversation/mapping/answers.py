"""Answered rows on the disk, by the digest of what was asked, so that none is paid twice.

The file stands beside the chains and is as careful with damage and newer versions. Several
processes may use it at once.
"""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from qwen_magic.conversation.mapping.pace import Learned
from qwen_magic.conversation.store.database import Database
from qwen_magic.conversation.store.schema import Layout, Rows
from qwen_magic.conversation.tables.records import NOT_ASKED, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

__all__ = ["ANSWERS", "Answers", "Run"]

_FIRST = (
    """CREATE TABLE answers (
        id INTEGER PRIMARY KEY,
        digest BLOB NOT NULL UNIQUE,
        run INTEGER NOT NULL,
        answer TEXT NOT NULL,
        input_tokens INTEGER NOT NULL,
        output_tokens INTEGER NOT NULL,
        corrections INTEGER NOT NULL,
        at REAL NOT NULL
    )""",
    """CREATE TABLE failures (
        run INTEGER NOT NULL,
        digest BLOB NOT NULL,
        status TEXT NOT NULL,
        error TEXT NOT NULL,
        input_tokens INTEGER NOT NULL,
        output_tokens INTEGER NOT NULL,
        corrections INTEGER NOT NULL,
        PRIMARY KEY (run, digest)
    ) WITHOUT ROWID""",
    """CREATE TABLE runs (
        id INTEGER PRIMARY KEY,
        notebook TEXT NOT NULL,
        name TEXT NOT NULL,
        about TEXT NOT NULL,
        state TEXT NOT NULL,
        counts TEXT NOT NULL,
        begun REAL NOT NULL,
        ended REAL NOT NULL
    )""",
    "CREATE INDEX runs_by_notebook ON runs (notebook, name)",
    "CREATE TABLE paces (asked TEXT PRIMARY KEY, learned TEXT NOT NULL, at REAL NOT NULL)",
)
_SECOND = ("CREATE INDEX answers_by_run ON answers (run)",)
ANSWERS = Layout("answers", (_FIRST, _SECOND), "answers")

_AT_ONCE = 500  # parameters of one statement
_FOUND = "SELECT digest, answer, input_tokens, output_tokens, corrections, run FROM answers WHERE digest IN ({})"
_FAILED = """SELECT digest, status, error, input_tokens, output_tokens, corrections FROM failures
    WHERE run = ? AND digest IN ({})"""
_ANSWERED = "SELECT digest, run FROM answers WHERE digest IN ({})"
_STATUSES = "SELECT digest, status FROM failures WHERE run = ? AND digest IN ({})"
_BELIEVED = 30 * 24 * 3600.0  # seconds for which a pace is believed


class Run(Struct, frozen=True):
    """One run of a map.

    Attributes:
        about: What the one who began it wanted to know later, as JSON.
        state: running, done, stopped, budget or failed. Running, too, if its process has gone.
        counts: How many rows there are of each kind, as JSON.
        begun, ended: When, in seconds since the epoch; while it runs, when it was last seen.
    """

    id: int
    name: str
    about: str
    state: str
    counts: str
    begun: float
    ended: float


class Answers:
    """Keep what was answered.

    Args:
        folder: Where the file is; None keeps everything in memory.
        clock: Tells the time, in seconds since the epoch.
    """

    def __init__(self, folder: Path | None, *, clock: Callable[[], float] = time.time) -> None:
        self._database = Database(folder, ANSWERS)
        self._clock = clock

    @property
    def database(self) -> Database:
        """The file, for what is asked of it elsewhere."""
        return self._database

    def told(self) -> str:
        """Return what to tell the reader about the file, once; mostly nothing."""
        note, self._database.note = self._database.note, ""
        return note

    def close(self) -> None:
        """Close the file; the next use opens it again."""
        self._database.close()

    def begin(self, notebook: str = "", name: str = "", about: str = "{}") -> int:
        """Note that a run begins; return its number."""
        values = (notebook, name, about, "running", "{}", self._clock(), 0.0)
        statement = """INSERT INTO runs (notebook, name, about, state, counts, begun, ended)
            VALUES (?, ?, ?, ?, ?, ?, ?)"""
        return self._database.run(lambda rows: int(rows.execute(statement, values).lastrowid or 0))

    def note(self, run: int, state: str, counts: str, pace: tuple[str, Learned]) -> None:
        """Note how far a run is, or how it ended; and what was learned where it asked."""
        asked, learned = pace
        now = self._clock()

        def work(rows: Rows) -> None:
            values = (state, counts, now, run)
            rows.execute("UPDATE runs SET state = ?, counts = ?, ended = ? WHERE id = ?", values)
            known = (asked, msgspec.json.encode(learned).decode(), now)
            rows.execute("INSERT OR REPLACE INTO paces VALUES (?, ?, ?)", known)

        self._database.run(work)

    def runs(self, notebook: str) -> list[Run]:
        """Return a notebook's runs, the last one first."""
        query = f"SELECT {', '.join(Run.__struct_fields__)} FROM runs WHERE notebook = ? ORDER BY id DESC"  # noqa: S608

        def work(rows: Rows) -> list[Run]:
            return [Run(*found) for found in rows.execute(query, (notebook,))]

        return self._database.read(work)

    def add(self, run: int, outcomes: Sequence[tuple[bytes, Outcome]]) -> None:
        """Keep how rows ended: the answered ones for good, the others for this run."""
        self._database.run(partial(_add, run=run, outcomes=outcomes, now=self._clock()))

    def statuses(
        self, run: int, digests: Sequence[bytes], *, fresh: bool = False
    ) -> dict[bytes, tuple[str, bool]]:
        """Return the status of those that have ended, and whether it was in an earlier run.

        What failed in an earlier run has not ended; if fresh, what was answered has not, either.
        """

        def work(rows: Rows) -> dict[bytes, tuple[str, bool]]:
            found = _selected(rows, _STATUSES, digests, run)
            ended = {digest: (status, False) for digest, status in found}
            for digest, of_run in _selected(rows, _ANSWERED, digests):
                if not fresh or of_run == run:
                    ended[digest] = ("completed", of_run != run)
            return ended

        return self._database.read(work)

    def outcomes(self, run: int, digests: Sequence[bytes], *, fresh: bool = False) -> list[Outcome]:
        """Return how these rows ended, in their order; if fresh, answers of other runs do not count."""
        return self._database.read(partial(_outcomes, run=run, digests=digests, fresh=fresh))

    def failed(self, run: int) -> Iterator[tuple[bytes, Outcome]]:
        """Yield the rows of a run that have no answer."""
        query = """SELECT digest, status, error, input_tokens, output_tokens, corrections
            FROM failures WHERE run = ?"""
        found = self._database.read(lambda rows: rows.execute(query, (run,)).fetchall())
        for digest, status, error, *counts in found:
            yield digest, Outcome(status, "", error, *counts)

    def forget(self, notebook: str | None = None) -> int:
        """Delete the answers that a notebook's runs asked for, or all; return how many."""
        runs = "" if notebook is None else " WHERE run IN (SELECT id FROM runs WHERE notebook = ?)"
        values = () if notebook is None else (notebook,)

        def work(rows: Rows) -> int:
            rows.execute(f"DELETE FROM failures{runs}", values)  # noqa: S608 - our own words
            return rows.execute(f"DELETE FROM answers{runs}", values).rowcount  # noqa: S608

        return self._database.run(work)

    def learned(self, asked: str) -> Learned:
        """Return what was learned where this was asked."""
        query = "SELECT learned, at FROM paces WHERE asked = ?"
        found = self._database.read(lambda rows: rows.execute(query, (asked,)).fetchone())
        if found is None or not 0 <= self._clock() - found[1] < _BELIEVED:
            return Learned()
        return msgspec.json.decode(found[0], type=Learned)


def _add(rows: Rows, run: int, outcomes: Iterable[tuple[bytes, Outcome]], now: float) -> None:
    good, bad = [], []
    for digest, one in outcomes:
        costs = (one.input_tokens, one.output_tokens, one.corrections)
        if one.status == "completed":
            good.append((digest, run, one.answer, *costs, now))
        else:
            bad.append((run, digest, one.status, one.error, *costs))
    rows.executemany(
        """INSERT INTO answers (digest, run, answer, input_tokens, output_tokens, corrections, at)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (digest) DO UPDATE SET run = excluded.run, answer = excluded.answer,
            input_tokens = excluded.input_tokens, output_tokens = excluded.output_tokens,
            corrections = excluded.corrections, at = excluded.at""",
        good,
    )
    rows.executemany("INSERT OR REPLACE INTO failures VALUES (?, ?, ?, ?, ?, ?, ?)", bad)


def _outcomes(rows: Rows, run: int, digests: Sequence[bytes], *, fresh: bool) -> list[Outcome]:
    found: dict[bytes, Outcome] = {}
    for digest, answer, given, came, corrections, of_run in _selected(rows, _FOUND, digests):
        if not fresh or of_run == run:
            known = of_run != run
            found[digest] = Outcome("completed", answer, "", given, came, corrections, known)
    left = [digest for digest in digests if digest not in found]
    for digest, status, error, *counts in _selected(rows, _FAILED, left, run):
        found[digest] = Outcome(status, "", error, *counts)
    return [found.get(digest, NOT_ASKED) for digest in digests]


def _selected(
    rows: Rows, query: str, digests: Sequence[bytes], *values: object
) -> Iterator[tuple[Any, ...]]:
    for start in range(0, len(digests), _AT_ONCE):
        some = digests[start : start + _AT_ONCE]
        yield from rows.execute(query.format(", ".join("?" * len(some))), (*values, *some))
