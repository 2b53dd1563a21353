from __future__ import annotations

from collections import Counter, OrderedDict, defaultdict, deque, namedtuple
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wcwidth import iter_graphemes

from qwen_magic.excerpt import LONGEST, cut, excerpt, whole

Point = namedtuple("Point", ["x", "y"])  # noqa: PYI024 - as users write it
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: (
        st.lists(inner) | st.tuples(inner) | st.dictionaries(st.text(), inner) | st.tuples()
    ),
    max_leaves=20,
)


@given(VALUES)
def test_a_value_that_fits_reads_as_its_repr(value: object) -> None:
    whole = repr(value)
    assert excerpt(value, len(whole)) == whole


@given(VALUES, st.integers(min_value=0, max_value=50))
def test_a_value_that_does_not_fit_is_one_character_too_long(value: object, length: int) -> None:
    whole = repr(value)
    if len(whole) > length:
        assert excerpt(value, length) == whole[: length + 1]


@pytest.mark.parametrize(
    "value", [OrderedDict(a=1), Counter("aab"), deque([1, 2]), frozenset({3}), Point(1, 2), set()]
)
def test_a_named_container_keeps_its_name(value: object) -> None:
    assert eval(excerpt(value, 100)) == value


def test_a_defaultdict_shows_what_it_holds() -> None:
    assert excerpt(defaultdict(list, a=[1]), 100) == "defaultdict({'a': [1]})"


def test_a_set_of_strings_reads_the_same_in_every_run() -> None:
    assert excerpt({"pear", "apple", "fig"}, 100) == "{'apple', 'fig', 'pear'}"


def test_a_container_in_itself_ends() -> None:
    ring: list[object] = [1]
    ring.append(ring)
    assert excerpt(ring, 100) == "[1, ...]"


def test_a_deep_nest_ends() -> None:
    nest: list[object] = []
    for _ in range(100_000):
        nest = [nest]
    assert excerpt(nest, 1_000) == "[" * 30 + "..." + "]" * 30


def test_no_more_is_read_than_is_shown() -> None:
    class Costly:
        count = 0

        def __repr__(self) -> str:
            Costly.count += 1
            return "Costly()"

    assert excerpt([[Costly()] * 1_000_000] * 1_000_000, 90).startswith("[[Costly(), Costly()")
    assert Costly.count < 12


def test_a_class_with_a_repr_of_its_own_is_asked() -> None:
    class Basket(dict[str, int]):
        def __repr__(self) -> str:
            return "a basket"

    assert excerpt([Basket(a=1)], 100) == "[a basket]"


def test_what_a_repr_raises_comes_through() -> None:
    class Broken:
        def __repr__(self) -> str:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        excerpt({"a": Broken()}, 100)


ONE = [
    "家",
    "e\u0301",
    "👨\u200d👩\u200d👧",
    "🇨🇳",
    "ᄀ\u1161\u11a8",
    "☺\ufe0f",
    "1\ufe0f\u20e3",
    "👋🏽",
    "नि",
    "\r\n",
    "a",
]
TEXTS = st.text() | st.lists(st.sampled_from(ONE)).map("".join)


@pytest.mark.parametrize("one", ONE)
def test_what_a_reader_takes_for_one_character_stays_whole(one: str) -> None:
    for length in range(1, len(one)):
        assert cut(f"家{one}x", 1 + length) == "家…"
    assert cut(f"家{one}x", 1 + len(one)) == f"家{one}…"
    assert cut(f"家{one}", 1 + len(one)) == f"家{one}"


@given(TEXTS, st.integers(min_value=0, max_value=30))
def test_a_text_is_cut_between_characters(text: str, length: int) -> None:
    kept = whole(text, length)
    ends = [*accumulate(map(len, iter_graphemes(text)), initial=0)]
    assert kept == text[: max(end for end in ends if end <= length)]


def test_a_letter_with_countless_accents_is_cut_all_the_same() -> None:
    text = "a" + "\u0301" * 1_000_000
    assert 500_000 - LONGEST < len(whole(text, 500_000)) <= 500_000
    assert len(whole(f"家{text}", 30)) == 1
