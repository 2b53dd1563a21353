"""The store's tables, as numbered steps from one version to the next.

Never change a released step; add a new one after it. What the copies of a notebook share
(`contents`) is stored once. `turns` stays narrow: each ask reads the whole tree of a chain.
"""

from __future__ import annotations

import sqlite3
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from qwen_magic.conversation.chains.recognition import digest_of_prompt
from qwen_magic.conversation.turn.records import read_usage

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

__all__ = ["CHAINS", "MIGRATIONS", "VERSION", "Layout", "NewerError", "Rows", "migrate"]

Rows: TypeAlias = sqlite3.Connection
"""The tables of a file, inside a transaction."""

_FIRST = (
    "CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    "INSERT INTO facts VALUES ('salt', lower(hex(randomblob(16))))",
    """CREATE TABLE endpoints (
        base_url TEXT PRIMARY KEY,
        continues INTEGER NOT NULL
    ) WITHOUT ROWID""",
    """CREATE TABLE notebooks (
        id TEXT PRIMARY KEY,
        path TEXT NOT NULL,
        origin TEXT,
        chain TEXT NOT NULL,
        document TEXT,
        used REAL NOT NULL
    ) WITHOUT ROWID""",
    "CREATE INDEX notebooks_by_path ON notebooks (path)",
    """CREATE TABLE cells (
        cell TEXT NOT NULL,
        notebook TEXT NOT NULL REFERENCES notebooks ON DELETE CASCADE,
        deleted INTEGER NOT NULL,
        PRIMARY KEY (cell, notebook)
    ) WITHOUT ROWID""",
    "CREATE INDEX cells_by_notebook ON cells (notebook, deleted)",
    """CREATE TABLE chains (
        id INTEGER PRIMARY KEY,
        notebook TEXT NOT NULL REFERENCES notebooks ON DELETE CASCADE,
        name TEXT NOT NULL,
        head INTEGER,
        UNIQUE (notebook, name)
    )""",
    """CREATE TABLE contents (
        uid TEXT PRIMARY KEY,
        prompt TEXT NOT NULL,
        input TEXT NOT NULL,
        output TEXT NOT NULL,
        response_id TEXT,
        previous_response_id TEXT,
        model TEXT NOT NULL,
        base_url TEXT NOT NULL,
        account TEXT NOT NULL,
        system TEXT,
        usage TEXT NOT NULL,
        tokens INTEGER NOT NULL,
        error TEXT NOT NULL,
        begun REAL NOT NULL,
        ended REAL NOT NULL
    )""",
    """CREATE TABLE turns (
        chain INTEGER NOT NULL REFERENCES chains ON DELETE CASCADE,
        id INTEGER NOT NULL,
        parent INTEGER CHECK (parent < id),
        cell TEXT NOT NULL,
        ask INTEGER NOT NULL,
        status TEXT NOT NULL,
        digest TEXT NOT NULL,
        content TEXT NOT NULL REFERENCES contents,
        PRIMARY KEY (chain, id),
        FOREIGN KEY (chain, parent) REFERENCES turns (chain, id)
    ) WITHOUT ROWID""",
    "CREATE INDEX turns_by_content ON turns (content)",
    """CREATE TABLE partials (
        content TEXT NOT NULL REFERENCES contents ON DELETE CASCADE,
        number INTEGER NOT NULL,
        place INTEGER NOT NULL,
        kind TEXT NOT NULL,
        text TEXT NOT NULL,
        PRIMARY KEY (content, number)
    ) WITHOUT ROWID""",
)

_MOST = 2**63 - 1  # what SQLite takes for a number

_SECOND = ("ALTER TABLE endpoints ADD COLUMN learnt REAL NOT NULL DEFAULT 0",)
_THIRD = (
    "ALTER TABLE turns ADD COLUMN source TEXT NOT NULL DEFAULT ''",
    "UPDATE turns SET source = digest(coalesce((SELECT prompt FROM contents WHERE uid = content), ''))",
    "CREATE INDEX turns_by_source ON turns (source, chain, cell)",
)

_FOURTH = (
    "ALTER TABLE contents ADD COLUMN echo TEXT NOT NULL DEFAULT '{}'",
    "ALTER TABLE chains ADD COLUMN conversation TEXT",
)

_FIFTH = ("ALTER TABLE contents ADD COLUMN shaped TEXT NOT NULL DEFAULT 'null'",)

_SIXTH = (
    """CREATE TABLE spent (
        uid TEXT PRIMARY KEY,
        notebook TEXT NOT NULL,
        chain TEXT NOT NULL,
        model TEXT NOT NULL,
        begun REAL NOT NULL,
        input INTEGER NOT NULL,
        cached INTEGER NOT NULL,
        output INTEGER NOT NULL,
        reasoning INTEGER NOT NULL
    ) WITHOUT ROWID""",
    "CREATE INDEX spent_by_notebook ON spent (notebook, begun)",
    # A turn that was resumed from a file ends as it begins: another store has its cost.
    """INSERT INTO spent
        SELECT uid, c.notebook, c.name, model, begun, counted(usage, 'input_tokens'),
            counted(usage, 'cached_tokens'), counted(usage, 'output_tokens'),
            counted(usage, 'reasoning_tokens')
        FROM contents JOIN turns ON content = uid JOIN chains c ON c.id = chain
        WHERE ended > begun AND usage != 'null' AND c.notebook NOT LIKE 'replay %'
        GROUP BY uid HAVING c.id = min(c.id)""",
)

# Whoever looks for a turn by one of these must neither read all turns nor their long texts.
_SEVENTH = (
    "CREATE INDEX contents_by_model ON contents (model, begun)",
    "CREATE INDEX contents_by_response ON contents (response_id) WHERE response_id IS NOT NULL",
    "CREATE INDEX contents_in_brief ON contents (uid, begun, tokens, response_id)",
    "CREATE INDEX chains_by_owner ON chains (substr(notebook, -32))",
    "CREATE INDEX turns_by_parent ON turns (chain, parent)",  # each turn that is deleted is looked up
)

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    *(_FIRST, _SECOND, _THIRD, _FOURTH),
    *(_FIFTH, _SIXTH, _SEVENTH),
)
VERSION = len(MIGRATIONS)
"""A file's version (`PRAGMA user_version`) is the number of steps it has taken."""


@dataclass(frozen=True, slots=True)
class Layout:
    """What a file holds.

    Attributes:
        stem: The name it begins with.
        steps: What leads to its tables.
        kept: What a reader calls what is in it.
    """

    stem: str
    steps: tuple[tuple[str, ...], ...]
    kept: str

    @property
    def version(self) -> int:
        """The version that this package writes."""
        return len(self.steps)


CHAINS = Layout("chains", MIGRATIONS, "turns")


class NewerError(Exception):
    """A newer version of this package wrote the file."""


def migrate(
    rows: Rows,
    layout: Layout = CHAINS,
    *,
    patiently: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> None:
    """Bring a file's tables up to date.

    Args:
        rows: The file.
        layout: What it is to hold.
        patiently: Waits long for another process: it may be doing the same, which takes its time.

    Raises:
        NewerError: A newer version of this package wrote them.
    """
    if _version(rows, layout) == layout.version:
        return
    rows.create_function("digest", 1, digest_of_prompt, deterministic=True)
    rows.create_function("counted", 2, _counted, deterministic=True)
    with patiently():
        rows.execute("BEGIN IMMEDIATE")
    for statements in layout.steps[
        _version(rows, layout) :
    ]:  # another process may have been faster
        for statement in statements:
            rows.execute(statement)
    rows.execute(f"PRAGMA user_version = {layout.version}")
    rows.execute("COMMIT")


def _counted(usage: str, name: str) -> int:
    """Return a number of a stored usage: not every SQLite reads JSON."""
    told = read_usage(usage)
    return min(getattr(told, name), _MOST) if told else 0


def _version(rows: Rows, layout: Layout) -> int:
    version = int(rows.execute("PRAGMA user_version").fetchone()[0])
    if version > layout.version:
        raise NewerError
    return version
