from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from qwen_magic.conversation.turn.text import Text


def test_a_new_text_is_empty() -> None:
    assert str(Text()) == ""


def test_appending_leaves_the_shorter_text_as_it_was() -> None:
    short = Text().append("a")
    long = short.append("b")
    assert (str(short), str(long)) == ("a", "ab")


def test_two_texts_grown_from_one_do_not_disturb_each_other() -> None:
    root = Text().append("a")
    left, right = root.append("b"), root.append("c")
    assert [str(left.append("d")), str(right.append("e")), str(root)] == ["abd", "ace", "a"]


def test_appending_to_the_longest_text_copies_nothing() -> None:
    text = Text().append("a")
    assert text.append("b").pieces is text.pieces


def test_texts_are_equal_by_what_they_say() -> None:
    assert Text().append("a").append("b") == Text(["ab"], 1)
    assert hash(Text().append("a").append("b")) == hash(Text(["ab"], 1))
    assert Text() != ""


@given(st.lists(st.tuples(st.integers(0, 100), st.text(max_size=3)), max_size=30))
def test_any_family_of_texts_behaves_like_strings(steps: list[tuple[int, str]]) -> None:
    texts, strings = [Text()], [""]
    for step, more in steps:
        parent = step % len(texts)
        texts.append(texts[parent].append(more))
        strings.append(strings[parent] + more)
    assert [str(text) for text in texts] == strings
