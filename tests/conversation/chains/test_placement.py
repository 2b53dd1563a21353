from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from qwen_magic.conversation.chains.placement import Asked, Placement, place
from qwen_magic.conversation.chains.tree import Node, Tree, counted, path, restore, rewind, stale
from qwen_magic.errors import RequestError
from tests.conversation.chains.notebook import Book

if TYPE_CHECKING:
    from collections.abc import Callable

LINE = Tree(tuple(Node(n, n - 1 or None, "ABCD"[n - 1]) for n in range(1, 5)), 4)


def restarted(book: Book) -> str:
    """Run all cells in a new kernel, which knows the tree and nothing else."""
    copy = Book("".join(book.document))
    copy.tree, copy.asks = book.tree, book.asks
    copy.run_all()
    book.tree = copy.tree
    return book.path


def deleted(book: Book, cell: str) -> str:
    book.delete(cell)
    return book.run_all()


def moved(book: Book, document: str) -> str:
    book.document = list(document)
    return book.run_all()


def in_a_loop(book: Book, *runs: tuple[str, int]) -> None:
    for cell, count in runs:
        book.asks[cell] = count
        book.run(cell)


# What was run → the cells whose turns are on the path.
CASES: dict[str, tuple[str, Callable[[Book], object], str]] = {
    "first run": ("A", lambda b: b.run("A"), "A"),
    "new cell": ("AB", lambda b: b.run("AB"), "AB"),
    "no cell ids": ("", lambda b: [b.ask(Asked()) for _ in range(3)], ""),
    "re-run of the last cell": ("ABC", lambda b: b.run("ABCC"), "ABC"),
    "re-run of a middle cell": ("ABC", lambda b: b.run("ABCB"), "AB"),
    "re-run of the first cell": ("ABC", lambda b: b.run("ABCA"), "A"),
    "a re-run, and on from there": ("ABCD", lambda b: b.run("ABCBD"), "ABD"),
    "Run All": ("ABC", lambda b: b.run_all(), "ABC"),
    "Run All twice": ("ABC", lambda b: (b.run_all(), b.run_all()), "ABC"),
    "Run All after restart": ("ABC", lambda b: (b.run("ABC"), restarted(b)), "ABC"),
    "a fourth cell after restart": ("ABCD", lambda b: (b.run("ABC"), b.run("D")), "ABCD"),
    "inserted in the middle, alone": ("AXB", lambda b: b.run("ABX"), "ABX"),
    "inserted in the middle, Run All": ("AXB", lambda b: (b.run("AB"), b.run_all()), "AXB"),
    "inserted at the top, Run All": ("XAB", lambda b: (b.run("AB"), b.run_all()), "XAB"),
    "inserted at the end, Run All": ("ABX", lambda b: (b.run("AB"), b.run_all()), "ABX"),
    "the first deleted, Run All": ("ABC", lambda b: (b.run("ABC"), deleted(b, "A")), "BC"),
    "a middle one deleted, Run All": ("ABC", lambda b: (b.run("ABC"), deleted(b, "B")), "AC"),
    "the last deleted, Run All": ("ABC", lambda b: (b.run("ABC"), deleted(b, "C")), "AB"),
    "the last moved up, Run All": ("ABC", lambda b: (b.run("ABC"), moved(b, "CAB")), "CAB"),
    "the first moved down, Run All": ("ABC", lambda b: (b.run("ABC"), moved(b, "BCA")), "BCA"),
    "a copy pasted (a new id), Run All": (
        "ABC",
        lambda b: (b.run("ABC"), moved(b, "ABXC")),
        "ABXC",
    ),
    "a copy pasted at the top, Run All": (
        "ABC",
        lambda b: (b.run("ABC"), moved(b, "XABC")),
        "XABC",
    ),
    "--append": ("AB", lambda b: (b.run("AB"), b.run("A", how="append")), "ABA"),
    "--append, then a re-run": (
        "CAB",
        lambda b: (b.run("CAB"), b.run("A", how="append"), b.run("A")),
        "CABA",
    ),
    "--from 1": ("ABCD", lambda b: (b.run("ABC"), b.run("D", how="from", number=1)), "AD"),
    "--from 1 again": (
        "ABD",
        lambda b: [b.run("AB"), *(b.run("D", how="from", number=1) for _ in "12")],
        "AD",
    ),
    "--new": ("ABC", lambda b: (b.run("AB"), b.run("C", how="new")), "C"),
    "--new, and on": ("ABCD", lambda b: (b.run("AB"), b.run("C", how="new"), b.run("D")), "CD"),
    "stopped and retried": (
        "AB",
        lambda b: (b.run("A"), b.run("B", "cancelled"), b.run("B")),
        "AB",
    ),
    "failed and retried": ("AB", lambda b: (b.run("A"), b.run("B", "failed"), b.run("B")), "AB"),
    "the first failed and retried": ("AB", lambda b: (b.run("A", "failed"), b.run("AB")), "AB"),
    "a re-run that failed, retried": (
        "ABC",
        lambda b: (b.run("ABC"), b.run("B", "failed"), b.run("B")),
        "AB",
    ),
    "a re-run that failed leaves the path": (
        "ABCD",
        lambda b: (b.run("ABC"), b.run("B", "failed"), b.run("D")),
        "ABCD",
    ),
    "an incomplete turn is continued": (
        "AB",
        lambda b: (b.run("A", "incomplete"), b.run("B")),
        "AB",
    ),
    "cells out of order": ("ABC", lambda b: b.run("ACB"), "ACB"),
    "cells out of order, then Run All": ("ABC", lambda b: (b.run("CBA"), b.run_all()), "ABC"),
    "run selected and below": ("ABCD", lambda b: (b.run("ABCD"), b.run_all("B")), "ABCD"),
    "run selected and below, only once asked above": (
        "ABCD",
        lambda b: (b.run("AB"), b.run_all("C")),
        "ABCD",
    ),
    "two asks in a cell": ("AB", lambda b: in_a_loop(b, ("A", 2), ("B", 1)), "AAB"),
    "two asks, run again": ("AB", lambda b: in_a_loop(b, ("A", 2), ("B", 1), ("A", 2)), "AA"),
    "two asks, run again as the last": (
        "AB",
        lambda b: in_a_loop(b, ("A", 1), ("B", 2), ("B", 2)),
        "ABB",
    ),
    "a loop that grows": ("AB", lambda b: in_a_loop(b, ("A", 1), ("B", 2), ("B", 3)), "ABBB"),
    "a loop that shrinks": ("AB", lambda b: in_a_loop(b, ("A", 1), ("B", 3), ("B", 1)), "AB"),
    "two tabs, one kernel": ("ABC", lambda b: b.run("ABACBC"), "AC"),
}


@pytest.mark.parametrize(("cells", "run", "expected"), CASES.values(), ids=CASES)
def test_rule_r(cells: str, run: Callable[[Book], object], expected: str) -> None:
    book = Book(cells)
    run(book)
    assert book.path == expected


def test_a_cell_alone_above_all_others_begins_the_conversation() -> None:
    book = Book("ABC")
    assert book.run("CB") == "B"
    assert book.told == "1 later turn set aside · %qwen_chain --restore 1"
    assert book.run("A", how="append") == "BA"


def test_a_cell_alone_below_a_deleted_one_goes_on() -> None:
    book = Book("ABC")
    book.run("AB")
    book.delete("A")
    assert book.run("C") == "ABC"
    assert book.told == "1 turn of a deleted cell is still in context · Run All rebuilds"
    assert book.run_all() == "BC"
    assert book.told == ""


def test_a_cell_begins_afresh_when_all_that_asked_are_deleted() -> None:
    book = Book("ABC")
    book.run("AB")
    book.delete("A")
    book.delete("B")
    assert book.run("C") == "C"
    assert book.told == "2 earlier turns set aside · %qwen_chain --restore 2"


def test_the_nth_ask_matches_the_nth_ask_of_the_last_run() -> None:
    book = Book("AB")
    in_a_loop(book, ("A", 3), ("B", 1))
    assert book.ids == [1, 2, 3, 4]
    assert book.ask(Asked("A", 2)).parent == 1
    assert book.ids == [1, 5]
    assert book.ask(Asked("A", 3)).parent == 5


def test_a_first_ask_that_failed_before_takes_the_place_of_the_second() -> None:
    book = Book("A")
    book.asks["A"] = 2
    assert book.run("A", "failed", "completed") == "A"
    assert book.run("A") == "AA"
    assert book.ids == [3, 4]


def test_an_older_run_of_the_same_cell_is_not_matched() -> None:
    book = Book("BA")
    book.asks["A"] = 2
    book.run("BA")
    book.run("A", how="append")
    book.run("A")
    assert book.ids == [1, 2, 3, 6, 7]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (Asked("E"), Placement(4, 5)),
        (Asked("D"), Placement(3, 4)),
        (Asked("B"), Placement(1, 2, 2, "2 later turns set aside · %qwen_chain --restore 4")),
        (Asked("C"), Placement(2, 3, 1, "1 later turn set aside · %qwen_chain --restore 4")),
        (Asked("E", how="new"), Placement(None, 1, 4, "4 earlier turns set aside · %qwen_chain --restore 4")),
        (Asked("E", how="from", number=3), Placement(3, 4, 1, "1 later turn set aside · %qwen_chain --restore 4")),
        (Asked("A", how="append"), Placement(4, 5)),
        (Asked("C", chain="my plot"), Placement(2, 3, 1, "1 later turn set aside · %qwen_chain -c 'my plot' --restore 4")),
        (
            Asked("E", deleted=frozenset("B")),
            Placement(4, 5, 0, "1 turn of a deleted cell is still in context · Run All rebuilds"),
        ),
        (
            Asked("E", deleted=frozenset("BC")),
            Placement(4, 5, 0, "2 turns of deleted cells are still in context · Run All rebuilds"),
        ),
    ],
)  # fmt: skip
def test_a_changed_path_is_told_in_one_line(asked: Asked, expected: Placement) -> None:
    assert place(LINE, asked) == expected


@pytest.mark.parametrize("number", [0, 5, -1])
def test_from_a_turn_that_is_not_there_is_refused(number: int) -> None:
    with pytest.raises(RequestError, match=f"no turn {number}") as caught:
        place(LINE, Asked("E", how="from", number=number))
    assert caught.value.hint.startswith("it has 4 turns")


def test_chains_know_nothing_of_each_other() -> None:
    one, other = Book("AB"), Book("AB")
    one.run("AB")
    assert other.run("B") == "B"
    assert one.path == "AB"


def test_what_was_set_aside_comes_back() -> None:
    book = Book("ABCD")
    book.run("ABCDB")
    assert (book.path, [node.id for node in stale(book.tree)]) == ("AB", [2, 3, 4])
    book.tree = restore(book.tree, 4)
    assert book.ids == [1, 2, 3, 4]
    book.tree = restore(book.tree, 5)
    assert book.ids == [1, 5]
    assert [n.id for n in path(restore(book.tree, 2))] == [1, 2, 3, 4]


def test_only_good_turns_come_back() -> None:
    book = Book("A")
    book.run("A", "failed")
    with pytest.raises(RequestError, match="turn 1 is failed"):
        restore(book.tree, 1)
    for missing in (0, 2, -1):
        with pytest.raises(RequestError, match="no stored turn"):
            restore(book.tree, missing)


def test_one_thing_is_singular() -> None:
    assert [counted(n, "turn") for n in (0, 1, 2_000)] == ["0 turns", "1 turn", "2,000 turns"]


@pytest.mark.parametrize(("number", "left"), [(None, "ABC"), (2, "AB"), (4, "ABCD"), (0, "")])
def test_rewinding_shortens_the_path(number: int | None, left: str) -> None:
    assert "".join(node.cell for node in path(rewind(LINE, number))) == left


def test_rewinding_beyond_the_path_is_refused() -> None:
    assert rewind(Tree()) == Tree()
    with pytest.raises(RequestError, match="no turn 5"):
        rewind(LINE, 5)
