"""However many turns others keep, what one notebook does reads its own: SQLite's plans say so."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from qwen_magic.conversation.chains.identity import Seen
from qwen_magic.conversation.mapping.answers import Answers
from qwen_magic.conversation.mapping.listing import forget_maps, maps_of
from qwen_magic.conversation.mapping.pace import Learned
from qwen_magic.conversation.store.store import ChainStore
from qwen_magic.conversation.tables.records import Outcome
from qwen_magic.conversation.turn.records import Chain, Record
from tests.conversation.store.storing import answer, ask, begun, nowhere, opened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from qwen_magic.conversation.store.database import Database
    from qwen_magic.conversation.store.schema import Rows

_LARGE = re.compile(r"SCAN (turns|t|contents|cells|spent|partials|answers|failures|runs)\b")
_LONG = re.compile(r"SEARCH (contents) USING INDEX sqlite_autoindex_contents_1")
_PLANNED = ("SELECT", "WITH", "UPDATE", "INSERT", "DELETE")


class Plans:
    """The statements that a database ran, and how SQLite finds the rows of each."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._ran: list[str] = []
        database.read(lambda rows: rows.set_trace_callback(self._ran.append))

    def of(self, work: Callable[[], object]) -> str:
        """Do a piece of work; return its plans."""
        self._ran.clear()
        work()
        ran = [told for told in self._ran if told.lstrip().startswith(_PLANNED)]
        assert ran
        return "\n".join(self._database.read(lambda rows: [*_plans(rows, ran)]))


def _plans(rows: Rows, statements: list[str]) -> Iterator[str]:
    for statement in statements:
        yield " ".join(statement.split())
        yield from (f"  {found[-1]}" for found in rows.execute(f"EXPLAIN QUERY PLAN {statement}"))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> ChainStore:
    store = ChainStore(tmp_path_factory.mktemp("store"))
    for path, cells in (("/n.ipynb", "ABC"), ("/other.ipynb", "XYZ")):
        chain = opened(store, path, cells)
        for cell in cells:
            ask(store, chain, cell)
    return store


def _forked(store: ChainStore, chain: Chain, name: str) -> Chain:
    store.fork(chain, name)
    return Chain(chain.notebook, name)


WORK: dict[str, Callable[[ChainStore, Chain], object]] = {
    "the notebook is known": lambda store, _: opened(store),
    "it is renamed": lambda store, _: opened(store, "/renamed.ipynb"),
    "a new one asks what others asked": lambda store, _: store.notebook(
        Seen("/new.ipynb", ("N",), "N", frozenset({"x"})), nowhere
    ),
    "a question": lambda store, chain: store.end(begun(store, chain), answer("4")),
    "its path": lambda store, chain: store.path(chain, 0.0),
    "its tree": lambda store, chain: store.tree(chain),
    "its list": lambda store, chain: store.lines(chain),
    "its chains": lambda store, chain: store.chains(chain.notebook),
    "its turns": lambda store, chain: store.read(chain, [1, 2]),
    "its cost": lambda store, chain: store.ledger.spent(chain.notebook),
    "its cost today": lambda store, chain: store.ledger.today(chain.notebook),
    "names for the tab key": lambda store, _: store.used("/n.ipynb"),
    "a response is known": lambda store, chain: store.remote.knows(chain, "r"),
    "a response is forgotten": lambda store, chain: store.remote.forget(
        store.remote.turns(chain)[0]
    ),
    "a turn is settled": lambda store, chain: store.remote.settle(
        store.remote.turns(chain)[0], answer("4")
    ),
    "a fork": lambda store, chain: store.fork(chain, "fork"),
    "a chain is renamed": lambda store, chain: store.rename(_forked(store, chain, "new"), "old"),
    "a chain is deleted": lambda store, chain: store.delete(_forked(store, chain, "left")),
}


@pytest.mark.parametrize("name", WORK)
def test_a_notebook_reads_no_table_from_end_to_end(store: ChainStore, name: str) -> None:
    chain = opened(store)
    plans = Plans(store._database)  # noqa: SLF001 - only SQLite tells
    assert not _LARGE.search(told := plans.of(lambda: WORK[name](store, chain))), told


@pytest.mark.parametrize("name", ["its path", "its chains", "a response is known"])
def test_a_list_of_turns_does_not_read_their_texts(store: ChainStore, name: str) -> None:
    chain = opened(store)
    plans = Plans(store._database)  # noqa: SLF001 - only SQLite tells
    assert not _LONG.search(told := plans.of(lambda: WORK[name](store, chain))), told


def test_a_map_reads_its_own_answers(tmp_path: Path) -> None:
    answers = Answers(tmp_path)
    plans = Plans(answers.database)
    run = answers.begin("n", "reviews")
    answers.add(run, [(b"one", Outcome("completed", "good")), (b"two", Outcome("failed", "", "?"))])
    answers.note(run, "done", "{}", ("demo", Learned()))
    for work in (
        lambda: answers.outcomes(run, [b"one", b"two"]),
        lambda: answers.statuses(run, [b"one", b"two"]),
        lambda: [*answers.failed(run)],
        lambda: maps_of(answers, "n"),
        lambda: answers.forget("other"),
        lambda: forget_maps(answers, maps_of(answers, "n")),
    ):
        assert not _LARGE.search(told := plans.of(work)), told
    assert maps_of(answers, "n") == ()


def test_deleting_a_chain_costs_in_proportion_to_its_turns() -> None:
    assert _steps_to_delete(400) < 3 * _steps_to_delete(200)


def _steps_to_delete(turns: int) -> int:
    """Return how many hundreds of steps SQLite makes to delete a chain."""
    store, steps = ChainStore(None), [0]

    def count() -> None:
        steps[0] += 1

    chain = opened(store)
    for _ in range(turns):
        store.begin(Record(chain=chain, cell="A", prompt="?"))
    database = store._database  # noqa: SLF001 - only SQLite tells
    database.read(lambda rows: rows.set_progress_handler(count, 100))
    store.delete(chain)
    return steps[0]
