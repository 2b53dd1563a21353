"""Rule R, whatever a reader does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from qwen_magic.conversation.chains.placement import Asked, How
from qwen_magic.conversation.chains.tree import Tree, branch, moves_head, path, restore, rewind
from tests.conversation.chains.notebook import Book
from tests.examples import tries

if TYPE_CHECKING:
    from qwen_magic.conversation.turn.turn import Status

CELLS = "ABCDE"
STATUSES: tuple[Status, ...] = (
    "completed",
    "completed",
    "completed",
    "incomplete",
    "failed",
    "cancelled",
)

cells = st.sampled_from(CELLS)
asks = st.tuples(st.just("ask"), cells, st.sampled_from(STATUSES), st.integers(1, 3))
moves = st.tuples(
    st.sampled_from(["move", "delete", "rewind", "restore"]), cells, st.integers(1, 9)
)
odd = st.tuples(st.sampled_from(["append", "new", "from"]), cells, st.integers(1, 9))
usual = st.lists(asks | moves, max_size=25)
anything = st.lists(asks | moves | odd, max_size=25)


def done(steps: list[tuple[object, ...]]) -> Book:
    book = Book(CELLS)
    for step in steps:
        match step:
            case ("ask", str(cell), status, int(count)):
                book.asks[cell] = count
                book.run(cell, *[_status(status)] * count)
            case (("append" | "new" | "from") as how, str(cell), int(number)):
                _odd(book, cell, how, number)
            case (str(what), str(cell), int(number)):
                _move(book, what, cell, number)
        assert all(moves_head(node.status) for node in path(book.tree))
    return book


def _status(status: object) -> Status:
    return next(known for known in STATUSES if known == status)


def _odd(book: Book, cell: str, how: How, number: int) -> None:
    if how != "from" or number <= len(path(book.tree)):
        book.ask(Asked(cell, how=how, number=number))


def _move(book: Book, what: str, cell: str, number: int) -> None:
    good = [node.id for node in book.tree.nodes if moves_head(node.status)]
    if what == "move" and cell in book.document:
        book.document.remove(cell)
        book.document.insert(number % (len(book.document) + 1), cell)
    elif what == "delete" and cell in book.document and len(book.document) > 1:
        book.delete(cell)
    elif what == "rewind":
        book.tree = rewind(book.tree, number % (len(path(book.tree)) + 1))
    elif what == "restore" and good:
        book.tree = restore(book.tree, good[number % len(good)])


def keys(tree: Tree) -> list[tuple[str, int]]:
    return [(node.cell, node.ask) for node in path(tree)]


@given(anything)
@settings(max_examples=tries(150))
def test_run_all_gives_the_documents_order(steps: list[tuple[object, ...]]) -> None:
    book = done(steps)
    book.run_all()
    expected = [(c, n) for c in book.document for n in range(1, book.asks.get(c, 1) + 1)]
    assert keys(book.tree) == expected


@given(usual)
@settings(max_examples=tries(150))
def test_no_cell_is_on_the_path_twice(steps: list[tuple[object, ...]]) -> None:
    found = keys(done(steps).tree)
    assert len(found) == len(set(found))


@given(anything, cells, st.integers(0, 3))
@settings(max_examples=tries(150))
def test_a_retried_cell_goes_where_it_would_have_gone(
    steps: list[tuple[object, ...]], cell: str, failures: int
) -> None:
    once, often = done(steps), done(steps)
    once.ask(Asked(cell))
    for _ in range(failures):
        often.ask(Asked(cell), "cancelled")
    often.ask(Asked(cell))
    assert keys(once.tree) == keys(often.tree)


@given(anything)
@settings(max_examples=tries(150))
def test_no_turn_is_lost(steps: list[tuple[object, ...]]) -> None:
    tree = done(steps).tree
    assert [node.id for node in tree.nodes] == list(range(1, len(tree.nodes) + 1))
    for node in tree.nodes:
        assert branch(tree, node.id)[-1] == node
        if moves_head(node.status):
            assert node in path(restore(tree, node.id))
