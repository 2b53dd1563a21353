from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from qwen_magic.conversation.chains.identity import (
    Copied,
    Fresh,
    Identity,
    Known,
    Renamed,
    Same,
    Seen,
    identify,
)
from qwen_magic.conversation.chains.tree import path
from qwen_magic.conversation.store.store import ChainStore
from qwen_magic.conversation.turn.records import Chain
from tests.conversation.store.storing import answer, ask, begun, opened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qwen_magic.conversation.store.notebook_rows import Notebook


@pytest.fixture
def store() -> Iterator[ChainStore]:
    store = ChainStore(None)
    yield store
    store.close()


class Disk:
    """The notebooks that exist, by their paths."""

    def __init__(self, **files: str) -> None:
        self.files = {f"/{name}.ipynb": frozenset(cells) for name, cells in files.items()}

    def __call__(self, path: str) -> frozenset[str] | None:
        return self.files.get(path)


def entered(
    store: ChainStore, name: str, cells: str | None, disk: Disk | None = None, **more: str
) -> Notebook:
    seen = Seen(f"/{name}.ipynb", None if cells is None else tuple(cells), more.get("asking", ""))
    return store.notebook(seen, disk or Disk(), held=more.get("held", ""))


def cells_of(store: ChainStore, notebook: Notebook) -> str:
    return "".join(node.cell for node in path(store.tree(Chain(notebook.id, notebook.chain))))


def asked(store: ChainStore, name: str, cells: str, disk: Disk | None = None) -> Notebook:
    notebook = entered(store, name, cells, disk)
    for cell in cells:
        ask(store, Chain(notebook.id), cell)
    return notebook


HERE, THERE = "/here.ipynb", "/there.ipynb"
ASKS = frozenset({"x", "y", "z"})


@pytest.mark.parametrize(
    ("seen", "known", "expected"),
    [
        (Seen(HERE, ("A",)), [], Fresh()),
        (Seen(HERE, ("A",)), [Known("1", HERE, 1, saved=True)], Same("1")),
        (Seen(HERE, ("A",)), [Known("1", HERE, 0, saved=True)], Fresh()),
        (Seen(HERE, None), [Known("1", HERE, 0, saved=True)], Same("1")),
        (Seen(HERE, ()), [Known("1", HERE, 0, saved=True)], Fresh()),
        (Seen(HERE, (), "A"), [Known("1", HERE, 0, saved=False)], Same("1")),
        (Seen(HERE, ("A",)), [Known("1", HERE, 0, saved=False)], Fresh()),
        (Seen(HERE, ("A", "B")), [Known("1", HERE, 1, saved=True), Known("2", HERE, 2, saved=True)], Same("2")),
        (Seen(HERE, ("A",)), [Known("1", "/gone.ipynb", 1, saved=True)], Renamed("1")),
        (Seen(HERE, ("A",)), [Known("1", THERE, 1, saved=True)], Copied("1")),
        (Seen(HERE, ("A",)), [Known("1", "/taken.ipynb", 1, saved=True)], Renamed("1")),
        (Seen(HERE, ("A",)), [Known("1", "/torn.ipynb", 1, saved=True)], Copied("1")),
        (Seen(HERE, ("A",)), [Known("1", HERE, 0, saved=True), Known("2", THERE, 1, saved=True)], Copied("2")),
        (Seen(HERE, ("A",)), [Known("1", HERE, 1, saved=True), Known("2", THERE, 9, saved=True)], Same("1")),
        (Seen(HERE, ("B",), sources=ASKS), [Known("1", HERE, 0, saved=True, alike=1)], Same("1")),
        (Seen(HERE, ("B",), sources=ASKS), [Known("1", HERE, 1, saved=True), Known("2", HERE, 0, saved=True, alike=3)], Same("1")),
        (Seen(HERE, None, sources=ASKS), [Known("1", HERE, 0, saved=False)], Same("1")),
        (Seen(HERE, None, sources=ASKS), [Known("1", THERE, 0, saved=False, alike=3, askers=3)], Copied("1")),
        (Seen(HERE, None, sources=ASKS), [Known("1", "/gone.ipynb", 0, saved=False, alike=3, askers=3)], Renamed("1")),
        (Seen(HERE, None, sources=ASKS), [Known("1", THERE, 0, saved=False, alike=1, askers=3)], Fresh()),
        (Seen(HERE, None, sources=ASKS), [Known("1", THERE, 0, saved=False, alike=3, askers=9)], Fresh()),
    ],
)  # fmt: skip
def test_which_notebook_asks(seen: Seen, known: list[Known], expected: Identity) -> None:
    disk = Disk(there="Axyz", taken="Z", torn="")
    assert identify(seen, known, disk) == expected


def test_two_notebooks_are_apart(store: ChainStore) -> None:
    one, other = asked(store, "one", "AB"), asked(store, "other", "CD")
    assert (cells_of(store, one), cells_of(store, other)) == ("AB", "CD")


def test_a_renamed_notebook_keeps_its_conversation(store: ChainStore) -> None:
    old = asked(store, "old", "AB")
    new = entered(store, "new", "ABC")
    assert (new.id, cells_of(store, new)) == (old.id, "AB")
    assert entered(store, "new", "ABC").id == old.id


def test_a_copy_starts_from_the_originals_turns_and_goes_its_own_way(store: ChainStore) -> None:
    disk = Disk(old="AB", copy="AB")
    old = asked(store, "old", "AB", disk)
    store.switch(Chain(old.id, "main"))
    copy = entered(store, "copy", "AB", disk)
    assert copy.id != old.id
    ask(store, Chain(copy.id), "C")
    ask(store, Chain(old.id), "D")
    assert (cells_of(store, copy), cells_of(store, old)) == ("ABC", "ABD")
    assert entered(store, "copy", "AB", disk).id == copy.id
    store.delete(Chain(old.id))
    records = store.read(Chain(copy.id), [1, 2, 3])
    assert [record.prompt for record in records] == [
        "Question of A",
        "Question of B",
        "Question of C",
    ]


@pytest.mark.parametrize("apart", ["demo:", "replay lesson.jsonl:"])
def test_a_copy_starts_from_turns_of_the_demo_and_of_cassettes_too(
    store: ChainStore, apart: str
) -> None:
    disk = Disk(old="AB", copy="AB")
    old = entered(store, "old", "AB", disk)
    ask(store, Chain(f"{apart}{old.id}", "draft"), "A")
    copy = entered(store, "copy", "AB", disk)
    copied = Chain(f"{apart}{copy.id}", "draft")
    ask(store, copied, "B")
    assert "".join(node.cell for node in path(store.tree(copied))) == "AB"
    assert len(store.tree(Chain(f"{apart}{old.id}", "draft")).nodes) == 1
    assert cells_of(store, copy) == ""


def test_a_new_notebook_of_the_same_name_gets_no_strangers_conversation(store: ChainStore) -> None:
    old = asked(store, "Untitled", "AB")
    for cells in ("CD", ""):
        new = entered(store, "Untitled", cells, asking="C")
        assert new.id != old.id
        assert cells_of(store, new) == ""
    assert entered(store, "Untitled", "AB").id == old.id


@pytest.mark.parametrize("disk", [Disk(), Disk(old="ABC")], ids=["gone", "there"])
def test_a_greeting_in_common_tells_no_notebook(store: ChainStore, disk: Disk) -> None:
    old = entered(store, "old", "ABC", disk)
    for cell in "ABC":
        record = begun(store, Chain(old.id), cell, source=f"source of {cell}")
        store.end(record, answer("Hello!"))
    greeting = frozenset({"source of A"})
    new = store.notebook(Seen("/new.ipynb", ("X",), "X", greeting), disk)
    assert cells_of(store, new) == ""
    copied = frozenset({"source of A", "source of B"})
    copy = store.notebook(Seen("/copy.ipynb", ("Y", "Z"), "Y", copied), disk)
    assert cells_of(store, copy) == "ABC"


def test_a_notebook_that_was_never_saved_is_known_by_its_path(store: ChainStore) -> None:
    first = entered(store, "Untitled", "", asking="A")
    assert entered(store, "Untitled", "", asking="B").id == first.id
    assert entered(store, "Untitled", "AB", asking="C").id == first.id


def test_a_file_that_cannot_be_read_counts_by_its_path(store: ChainStore) -> None:
    old = asked(store, "old", "AB")
    assert entered(store, "old", None).id == old.id


def test_a_kernel_keeps_its_notebook_though_another_takes_the_path(store: ChainStore) -> None:
    mine = asked(store, "Untitled", "AB")
    again = entered(store, "Untitled", "YZ", asking="C", held=mine.id)
    assert (again.id, again.deleted) == (mine.id, frozenset())
    assert entered(store, "Untitled", "YZ").id != mine.id
    assert entered(store, "renamed", "ABC", Disk(Untitled="YZ")).id == mine.id


def test_deleted_cells_are_known(store: ChainStore) -> None:
    book = asked(store, "n", "ABC")
    assert entered(store, "n", "AC", held=book.id).deleted == frozenset("B")
    assert store.delete_cells(book.id, ["A"]).deleted == frozenset("AB")
    assert entered(store, "n", "AC", held=book.id).deleted == frozenset("AB")
    assert entered(store, "n", "AC", asking="A", held=book.id).deleted == frozenset("B")
    assert entered(store, "n", "ABC", held=book.id).deleted == frozenset()


def test_a_cell_that_is_not_saved_yet_is_not_deleted(store: ChainStore) -> None:
    book = entered(store, "n", "AB")
    entered(store, "n", "AB", asking="C", held=book.id)
    assert entered(store, "n", "AB", held=book.id).deleted == frozenset()
    assert entered(store, "n", "ABCD", held=book.id).deleted == frozenset()


def test_a_turn_that_a_kernel_left_behind_has_failed(store: ChainStore) -> None:
    chain = opened(store)
    ask(store, chain, "A")
    begun(store, chain, "B")
    store.notebook(Seen("/n.ipynb", tuple("ABC")), Disk(), held=chain.notebook)
    assert store.tree(chain).nodes[1].status == "queued"
    assert opened(store) == chain
    left = store.read(chain, [2])[0]
    assert (left.status, left.error) == ("failed", "the kernel ended before the answer did")
    assert store.tree(chain).head == 1
