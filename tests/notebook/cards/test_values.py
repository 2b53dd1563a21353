from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen_magic.notebook.cards.values import growing_value, value_html, value_markdown, value_plain
from qwen_magic.notebook.markdown.markdown import to_html
from tests.notebook.attacks import ATTACKS
from tests.notebook.safety import assert_inert

REVIEW = {"sentiment": "negative", "topics": ["battery", "screen"], "score": 0.2, "by": None}
ITEMS = [{"name": "Tea", "price": 3.5}, {"name": "Cake | cream", "tip": True}]
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


def words(html: str) -> list[str]:
    return re.sub(r"<[^>]*>", " ", html).split()


def test_an_object_shows_field_by_field() -> None:
    assert words(value_html(REVIEW)) == (
        ["sentiment", "negative", "topics", "battery", "screen", "score", "0.2", "by", "null"]
    )
    assert value_plain(REVIEW) == (
        'sentiment: negative\ntopics: ["battery", "screen"]\nscore: 0.2\nby: null'
    )
    shown = to_html(value_markdown(REVIEW))
    assert words(shown)[:4] == ["field", "value", "sentiment", "negative"]


def test_records_are_rows_of_a_table() -> None:
    assert value_html(ITEMS).count("<th ") == 3
    assert words(value_html(ITEMS)) == [
        "name",
        "price",
        "tip",
        "Tea",
        "3.5",
        "Cake",
        "|",
        "cream",
        "true",
    ]
    assert value_plain(ITEMS).splitlines()[0] == "| name | price | tip |"
    assert words(to_html(value_markdown(ITEMS))) == words(value_html(ITEMS))


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("Yes.", ["Yes."]),
        (3, ["3"]),
        (True, ["true"]),
        (None, ["null"]),
        ([], ["[]"]),
        ({}, ["{}"]),
    ],
)
def test_a_plain_value_shows_as_it_is(value: object, shown: list[str]) -> None:
    assert words(value_html(value)) == shown
    assert value_plain(value).split() == shown


def test_what_is_nested_is_drawn_down_to_some_depth() -> None:
    deep: object = "end"
    for _ in range(200):
        deep = {"a": deep}
    assert value_html(deep).count("<table>") == 4
    assert_inert(value_html(deep))


@pytest.mark.parametrize("value", [[{"n": n} for n in range(120)], list(range(120)), {str(n): n for n in range(120)}])  # fmt: skip
def test_a_long_value_is_bounded(value: object) -> None:
    assert "… 70 more rows" in value_html(value)
    assert len(value_plain(value).splitlines()) < 60


@pytest.mark.parametrize("attack", ATTACKS)
def test_hostile_values_stay_text(attack: str) -> None:
    for value in (attack, [attack], {attack: attack}, [{attack: attack}], [[{"a": [attack]}]]):
        assert_inert(value_html(value))
        assert_inert(to_html(value_markdown(value)))


@given(values)
def test_any_value_can_be_shown(value: object) -> None:
    assert_inert(value_html(value))
    assert_inert(to_html(value_markdown(value)))
    assert "\x1b" not in value_plain(value)


@given(values, st.data())
def test_a_value_fills_in_wherever_its_text_is_cut(value: object, data: st.DataObject) -> None:
    text = json.dumps(value, ensure_ascii=data.draw(st.booleans()))
    cut = data.draw(st.integers(0, len(text)))
    assert_inert(value_html(growing_value(text[:cut])))
    assert growing_value(text) == value
    assert growing_value(f"```json\n{text}") == value


def test_what_has_arrived_of_a_value_is_shown() -> None:
    assert growing_value('{"topics": ["bat') == {"topics": ["bat"]}
    assert growing_value("") is None
    assert growing_value("no JSON") is None
