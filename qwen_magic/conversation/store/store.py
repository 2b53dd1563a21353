"""ChainStore keeps notebooks, chains and turns across restarts; the only way to the database."""

from __future__ import annotations

import hashlib
import time
import uuid
from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import replace

from qwen_magic.conversation.chains.resuming import resumed
from qwen_magic.conversation.store import chain_rows, left_rows, notebook_rows, turn_rows, used_rows
from qwen_magic.conversation.store.database import Database
from qwen_magic.conversation.store.lanes import Lanes
from qwen_magic.conversation.store.ledger import Ledger
from qwen_magic.conversation.store.notebook_rows import Notebook
from qwen_magic.conversation.store.partials import Written, pieces
from qwen_magic.conversation.store.remote import Remote
from qwen_magic.conversation.store.spent_rows import end
from qwen_magic.conversation.store.ways import Ways

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from qwen_magic.conversation.chains.identity import CellsAt, Seen
    from qwen_magic.conversation.chains.resuming import Saved
    from qwen_magic.conversation.chains.tree import ChainLine, Line, Node, Tree
    from qwen_magic.conversation.store.schema import Rows
    from qwen_magic.conversation.turn.records import Chain, Record
    from qwen_magic.conversation.turn.turn import Turn

__all__ = ["ChainStore"]

_GAP = 0.02  # seconds between two writes of a growing turn, at least
_BELIEVED = 24 * 3600.0  # seconds for which we believe a server
_LEFT = "the kernel ended before the answer did"


class ChainStore:
    """Keep turns where the next kernel finds them.

    No method ever gets in the way of an answer: if the file fails, another one or memory takes its
    place, and `told` says so. Several threads and several processes may use it.

    Args:
        folder: Where the file is; None keeps everything in memory.
        clock: Tells the time, in seconds since the epoch.

    Attributes:
        lanes, ways: Who is asking in each chain, and how models were brought to give values.
        remote, ledger: What it knows of the server's side of its chains, and what they have cost.
    """

    def __init__(self, folder: Path | None, *, clock: Callable[[], float] = time.time) -> None:
        self.lanes: Lanes = Lanes()
        self._database = Database(folder)
        self.remote: Remote = Remote(self._database, clock)
        self.ways: Ways = Ways(self._database, clock)
        self.ledger: Ledger = Ledger(self._database, clock)
        self._clock = clock
        self._growing: dict[str, tuple[float, tuple[Written, ...]]] = {}

    @property
    def file(self) -> Path | None:
        """The file in use; None before the first use, and for memory."""
        return self._database.file

    def now(self) -> float:
        """Return the time, in seconds since the epoch."""
        return self._clock()

    def told(self) -> str:
        """Return what to tell the reader about the store, once; mostly nothing."""
        note, self._database.note = self._database.note, ""
        return note

    def close(self) -> None:
        """Close the file; the next use opens it again. What was in memory is lost."""
        self._database.close()

    # Notebooks

    def notebook(self, seen: Seen, cells_at: CellsAt, *, held: str = "") -> Notebook:
        """Return which notebook asks, and note which cells it has now.

        Args:
            seen: What can be seen of it.
            cells_at: Reads the cells of the notebook at another path.
            held: The id found earlier in this kernel's life; it holds until the kernel ends. The
                kernel of a renamed notebook still tells the old path, which another may take.
        """
        return self._database.run(partial(self._enter, seen=seen, cells_at=cells_at, held=held))

    def delete_cells(self, notebook: str, cells: Iterable[str]) -> Notebook:
        """Note that cells were deleted; the file may not show it yet."""

        def work(rows: Rows) -> Notebook:
            notebook_rows.delete_cells(rows, notebook, cells)
            return notebook_rows.fetch(rows, notebook)

        return self._database.run(work)

    def _enter(self, rows: Rows, seen: Seen, cells_at: CellsAt, held: str) -> Notebook:
        number = held or notebook_rows.enter(rows, seen, cells_at, Notebook(uuid.uuid4().hex))
        if held:
            notebook_rows.add(rows, held, seen.path)
        else:
            left_rows.interrupt(rows, number, _LEFT)
        notebook_rows.note(rows, number, seen)
        return notebook_rows.fetch(rows, number)

    # Chains

    def chains(self, notebook: str) -> tuple[ChainLine, ...]:
        """Return a notebook's chains, sorted by name."""
        return self._database.read(partial(chain_rows.chains, notebook=notebook))

    def switch(self, chain: Chain) -> None:
        """Make a chain its notebook's current one; begin it if there is none."""
        self._database.run(partial(chain_rows.switch, chain=chain))

    def rename(self, chain: Chain, name: str) -> None:
        """Give a chain another name.

        Raises:
            RequestError: There is no such chain, or the new name is taken.
        """
        self._database.run(partial(chain_rows.rename, chain=chain, name=name))

    def fork(self, chain: Chain, name: str) -> None:
        """Begin a chain under another name with this chain's turns.

        Raises:
            RequestError: The name is taken.
        """
        self._database.run(partial(chain_rows.fork, chain=chain, name=name))

    def delete(self, chain: Chain) -> None:
        """Delete a chain for good; its notebook goes back to `main` if it was the current one.

        Raises:
            RequestError: There is no such chain.
        """
        self._database.run(partial(chain_rows.delete, chain=chain))

    def move(self, chain: Chain, head: int | None) -> None:
        """Make a turn the head of a chain; with None, the chain has no head."""
        self._database.run(partial(chain_rows.move, chain=chain, head=head))

    def tree(self, chain: Chain) -> Tree:
        """Return the tree of a chain; an empty one if it has no turn."""
        return self._database.read(partial(turn_rows.tree, chain=chain))

    def path(self, chain: Chain, since: float) -> tuple[tuple[Node, ...], frozenset[str]]:
        """Return the turns that the chain's next one continues, and the cells that asked since."""
        return self._database.read(partial(turn_rows.path, chain=chain, since=since))

    def rename_cells(self, chain: Chain, names: Mapping[str, str]) -> None:
        """Give the cells of a chain's turns other names, by their old ones."""
        self._database.run(partial(turn_rows.rename_cells, chain=chain, names=names))

    def lines(self, chain: Chain) -> dict[int, Line]:
        """Return how each turn's question begins, and its tokens, by the turn's id."""
        return self._database.read(partial(turn_rows.lines, chain=chain))

    def used(self, path: str) -> used_rows.Used:
        """Return which models answered, and which chains the notebooks at a path have."""
        return self._database.read(partial(used_rows.used, path=path))

    # Turns

    def read(self, chain: Chain, ids: Iterable[int]) -> tuple[Record, ...]:
        """Return turns with their contents; one that was cut short holds what had arrived."""
        return self._database.read(partial(turn_rows.read, chain=chain, ids=tuple(ids)))

    def begin(self, record: Record) -> Record:
        """Store a turn about to be asked; return it with its id and the time."""
        record = replace(record, uid=uuid.uuid4().hex, begun=self._clock())
        return self._database.run(partial(turn_rows.begin, record=record))

    def grow(self, record: Record, turn: Turn) -> None:
        """Store as much of a growing answer as has arrived, at most fifty times a second.

        If the kernel is killed, nothing is lost that was given here a moment before. Call it again
        while nothing arrives, each time `Session.stream` yields.
        """
        now = time.monotonic()
        last, written = self._growing.get(record.uid, (0.0, ()))
        if now - last < _GAP:
            return
        news, grown = pieces(written, turn.items)
        if not news or self._database.attempt(partial(turn_rows.grow, uid=record.uid, pieces=news)):
            self._growing[record.uid] = (now, grown)

    def end(self, record: Record, turn: Turn) -> Record:
        """Store how a turn ended, or that the server works on; a good one becomes the head."""
        self._growing.pop(record.uid, None)
        record = record.brought(turn, self._clock())
        return self._database.run(partial(end, record=record))

    def resume(self, saved: Sequence[Saved], like: Record) -> tuple[Record, ...]:
        """Add the turns of a notebook's file to a chain, the last as its head; return the new ones.

        Args:
            saved: The turns, in the file's order.
            like: A record of the chain, with all that they share.
        """
        now = self._clock()

        def work(rows: Rows) -> tuple[Record, ...]:
            length, known = turn_rows.answered(rows, like.chain)
            found = resumed(saved, length, known, replace(like, begun=now, ended=now))
            added = [replace(record, uid=uuid.uuid4().hex) for record in found.records]
            records = tuple(turn_rows.begin(rows, record) for record in added)
            if found.head:
                chain_rows.move(rows, like.chain, found.head)
            return records

        return self._database.run(work)

    # Servers

    def continues(self, base_url: str) -> bool:
        """Return whether a server may continue a response by its id.

        If it said that it never does, we believe it for a day: a try costs one refused request.
        """
        query = "SELECT continues, learnt FROM endpoints WHERE base_url = ?"
        found = self._database.read(lambda rows: rows.execute(query, (base_url,)).fetchone())
        continues, learnt = found or (True, 0.0)
        return bool(continues) or not 0 <= self._clock() - learnt < _BELIEVED

    def learn(self, base_url: str, *, continues: bool) -> None:
        """Remember whether a server continues a response by its id."""
        statement = "INSERT OR REPLACE INTO endpoints VALUES (?, ?, ?)"
        values = (base_url, continues, self._clock())
        self._database.run(lambda rows: rows.execute(statement, values))

    def account(self, key: str) -> str:
        """Return what stands for a key: it tells keys apart but reveals none."""
        query = "SELECT value FROM facts WHERE name = 'salt'"
        salt = self._database.read(lambda rows: rows.execute(query).fetchone()[0])
        return hashlib.sha256(f"{salt}{key}".encode()).hexdigest()[:16] if key else ""
