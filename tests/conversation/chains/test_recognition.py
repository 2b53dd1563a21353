from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen_magic.conversation.chains.recognition import (
    Asker,
    Known,
    askers,
    digest_of_prompt,
    digest_of_source,
    given_name,
    is_given,
    recognised,
)
from qwen_magic.conversation.chains.tree import Node


def cells(texts: str) -> list[Asker]:
    """Return a cell for each letter, which is its source; a digit before it is its id."""
    found, name = list[Asker](), ""
    for letter in texts:
        if letter.isdigit():
            name = letter
        else:
            found.append(Asker(name, letter))
            name = ""
    return found


def turns(texts: str) -> list[Known]:
    """Return a turn for each letter; its name is its number, from 1."""
    return [Known(str(number), letter) for number, letter in enumerate(texts, 1)]


# The cells' sources, what was asked on the path, the turn of each cell.
CASES = {
    "nothing asked": ("ab", "", "--"),
    "as before": ("abc", "abc", "123"),
    "one inserted": ("axbc", "abc", "1-23"),
    "one inserted first": ("xabc", "abc", "-123"),
    "one deleted": ("ac", "abc", "13"),
    "one changed": ("axc", "abc", "123"),
    "the first changed": ("xbc", "abc", "123"),
    "the last changed": ("abx", "abc", "123"),
    "the only one changed": ("x", "a", "-"),
    "two neighbours changed": ("axyd", "abcd", "1--4"),
    "two apart changed": ("axcye", "abcde", "12345"),
    "one changed, one inserted beside": ("axyc", "abc", "1--3"),
    "one changed, its neighbour deleted": ("axd", "abcd", "1-4"),
    "the last moved up": ("cab", "abc", "312"),
    "the first moved down": ("bca", "abc", "231"),
    "the same text twice": ("aba", "aba", "123"),
    "the same text twice, one deleted": ("ba", "aba", "23"),
    "a copy": ("aab", "ab", "1-2"),
    "copies all over": ("aaaa", "aa", "12--"),
    "all changed": ("xyz", "abc", "---"),
    "ids win": ("2a1b", "ab", "21"),
    "an id and a text": ("1xb", "ab", "12"),
    "an id of another": ("9ab", "ab", "12"),
}


@pytest.mark.parametrize(("document", "asked", "expected"), CASES.values(), ids=CASES)
def test_cells_are_known(document: str, asked: str, expected: str) -> None:
    found = recognised(cells(document), turns(asked))
    assert "".join(name or "-" for name in found) == expected


def test_what_the_file_may_not_have_is_not_known_by_its_place() -> None:
    assert recognised(cells("axc"), turns("abc"), frozenset("2")) == ("1", "", "3")
    assert recognised(cells("axc"), turns("abc"), by_place=False) == ("1", "", "3")


def test_turns_of_earlier_versions_are_known_by_their_question() -> None:
    document = [Asker("", digest_of_source("%%qwen\nHi"), digest_of_prompt("Hi"))]
    assert recognised(document, [Known("old", digest_of_prompt("Hi\n"))]) == ("old",)
    assert recognised([Asker()], [Known("old", "")]) == ("",)


def test_white_space_around_a_source_does_not_count() -> None:
    assert digest_of_source("%%qwen\r\nHi\n") == digest_of_source("\n%%qwen\nHi")
    assert digest_of_source("Hi") != digest_of_prompt("Hi")
    assert digest_of_source("\ud800")


def test_a_cell_that_asks_often_is_one_asker() -> None:
    nodes = [Node(1, cell="A", source="a"), Node(2, 1, "A", 2, source="a"), Node(3, 2, "")]
    assert askers(nodes) == (Known("A", "a"),)


def test_a_given_name_is_free_and_no_id() -> None:
    assert given_name(Asker(source="a"), {"a.1", "a.3"}) == "a.2"
    assert is_given("a.2")
    assert not is_given("0a-b_c")


texts = st.text("abcd", max_size=12)


@given(texts, texts)
def test_no_turn_belongs_to_two_cells_and_as_many_texts_as_possible_agree(
    document: str, asked: str
) -> None:
    found = recognised(cells(document), turns(asked), by_place=False)
    known = [name for name in found if name]
    assert len(known) == len(set(known))
    pairs = [(n, int(name) - 1) for n, name in enumerate(found) if name]
    assert all(document[n] == asked[place] for n, place in pairs)
    assert len(pairs) == sum(min(document.count(c), asked.count(c)) for c in "abcd")
    assert increasing([place for _, place in pairs]) >= common(document, asked)


def increasing(numbers: list[int]) -> int:
    """Return the length of the longest increasing subsequence."""
    best = list[int]()
    for number in numbers:
        place = next((n for n, end in enumerate(best) if end >= number), len(best))
        best[place : place + 1] = [number]
    return len(best)


def common(one: str, other: str) -> int:
    """Return the length of the longest common subsequence, by the textbook."""

    @cache
    def length(i: int, j: int) -> int:
        if i == len(one) or j == len(other):
            return 0
        if one[i] == other[j]:
            return 1 + length(i + 1, j + 1)
        return max(length(i + 1, j), length(i, j + 1))

    return length(0, 0)


@given(texts)
def test_what_did_not_change_is_known_in_its_order(asked: str) -> None:
    assert recognised(cells(asked), turns(asked)) == tuple(t.name for t in turns(asked))
