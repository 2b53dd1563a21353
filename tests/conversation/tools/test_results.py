from __future__ import annotations

import json
from base64 import b64decode
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen_magic.conversation.tools.pictures import IMAGE_BYTES
from qwen_magic.conversation.tools.results import LENGTH, output_of
from qwen_magic.conversation.turn.turn import Turn
from tests.conversation.tools.schema_values import JSON

PNG = b"\x89PNG\r\n\x1a\n"
CUT = f"\n… cut at {LENGTH:,} characters; ask for less to see the rest"


@dataclass
class Picture:
    data: bytes | None = PNG

    def _repr_png_(self) -> bytes | None:
        return self.data


class Axes:
    def __init__(self, figure: Figure) -> None:
        self.figure = figure

    def get_figure(self) -> Figure:
        return self.figure


class Figure:
    def savefig(self, target: Any, **_options: object) -> None:  # noqa: ANN401
        target.write(PNG + b"figure")

    def __repr__(self) -> str:
        return "<Figure>"


class Note:
    def _repr_markdown_(self) -> str:
        return "# A note"


class Broken:
    def __repr__(self) -> str:
        raise LookupError("no")


class Claims:
    """Claims to have every attribute."""

    def __getattr__(self, name: str) -> Claims:
        return self

    def __call__(self, *_args: object) -> Claims:
        return self

    def __repr__(self) -> str:
        return "<Claims>"


class Undrawable:
    def _repr_png_(self) -> bytes:
        raise OSError("no display")


def text(words: str) -> dict[str, str]:
    return {"type": "input_text", "text": words}


def image(data: bytes = PNG) -> dict[str, bytes]:
    return {"png": data}


def seen(result: object) -> list[Any]:
    """Return an output's parts, with the bytes of its images."""
    parts = output_of(result, images=True)
    assert isinstance(parts, list)
    return [
        {"png": b64decode(part["image_url"].removeprefix("data:image/png;base64,"))}
        if part["type"] == "input_image"
        else part
        for part in parts
    ]


@pytest.mark.parametrize(
    ("result", "told"),
    [
        ("as it is: é\n", "as it is: é\n"),
        ("", ""),
        (None, "The function ran, and returned nothing."),
        (True, "true"),
        (1.0, "1.0"),
        ({"é": [1, 2]}, '{"é":[1,2]}'),
        ([None], "[null]"),
        (float("nan"), "NaN"),
        (pd.Timestamp("2026-01-02"), "2026-01-02T00:00:00"),
        (np.zeros(2), "[0.0,0.0]"),
        (b"bytes of text", "bytes of text"),
        (pd.DataFrame({"a": [1]}), '[{"a":1}]'),
        (Turn(prompt="?"), ""),
        (Note(), "# A note"),
        (Claims(), "<Claims>"),
        (Picture(None), '{"data":null}'),
        ("\ud83d\ude00 \ud800", "😀 �"),
        (print, "<built-in function print>"),
    ],
)
def test_a_result_is_told_in_text(result: object, told: str) -> None:
    assert output_of(result, images=True) == output_of(result, images=False) == told


def test_an_object_whose_repr_raises_is_told_as_such() -> None:
    told = output_of(Broken(), images=False)
    assert str(told).startswith(
        "The function returned a Broken that cannot be shown: LookupError: no (line "
    )
    assert "OSError: no display" in str(output_of(Undrawable(), images=True))


@pytest.mark.parametrize(
    "result",
    [
        "x" * 10**6,
        range(10**12),
        {"x": "y" * 10**6},
        np.zeros(10**7),
        b"x" * 10**6,
        b"\xff" * 10**6,
    ],
    ids=["text", "range", "dict", "array", "bytes of text", "bytes"],
)
def test_a_huge_result_is_cut_and_says_so(result: object) -> None:
    told = output_of(result, images=False)
    assert isinstance(told, str)
    assert told.endswith(CUT)
    assert len(told) == LENGTH


def test_a_result_that_just_fits_is_whole() -> None:
    assert output_of("x" * LENGTH, images=False) == "x" * LENGTH
    assert output_of([1] * 9_999, images=False) == json.dumps([1] * 9_999, separators=(",", ":"))


def test_a_picture_is_sent_where_pictures_may_be() -> None:
    assert seen(Picture()) == [text("Picture(data=b'\\x89PNG\\r\\n\\x1a\\n')"), image()]
    assert seen(PNG) == [text("image file"), image()]
    assert seen(Figure()) == [text("<Figure>"), image(PNG + b"figure")]


def test_where_no_pictures_may_be_a_sentence_stands_for_each() -> None:
    sentence = "[a picture of 1 kB, which cannot be sent to you: <Figure>]"
    assert output_of(Figure(), images=False) == sentence
    assert (
        output_of([Figure(), "caption", {"a": 1}], images=False)
        == f'{sentence}\ncaption\n{{"a":1}}'
    )


def test_pictures_among_other_results_are_sent_in_order() -> None:
    parts = seen(["before", Figure(), {"a": 1}])
    assert parts == [text("before"), text("<Figure>"), image(PNG + b"figure"), text('{"a":1}')]


def test_a_figure_and_its_axes_are_one_picture() -> None:
    figure = Figure()
    assert seen((figure, Axes(figure), Axes(figure))) == [text("<Figure>"), image(PNG + b"figure")]


def test_a_picture_that_is_too_large_is_told() -> None:
    told = output_of(PNG + b"x" * IMAGE_BYTES, images=True)
    assert told == "[a picture of 7001 kB, too large to be sent: image file]"
    half = IMAGE_BYTES // 2 + 1
    parts = output_of([PNG + b"a" * half, PNG + b"b" * half], images=True)
    assert [part["type"] for part in parts if isinstance(part, dict)] == [
        "input_text",
        "input_image",
        "input_text",
    ]


VALUES = st.recursive(
    JSON | st.binary() | st.decimals() | st.dates() | st.uuids() | st.floats() | st.complex_numbers()
    | st.sampled_from([Broken, Claims, Note, Picture, Undrawable, Figure]).flatmap(st.builds),
    lambda inner: (
        st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.integers() | st.text(), inner)
    ),
    max_leaves=20,
)  # fmt: skip


@given(VALUES, st.booleans())
def test_any_result_is_told_in_bounded_json(result: object, images: bool) -> None:  # noqa: FBT001 - drawn
    told = output_of(result, images=images)
    json.dumps(told, ensure_ascii=False).encode()
    texts = [told] if isinstance(told, str) else [part.get("text", "") for part in told]
    assert sum(map(len, texts)) <= LENGTH
    assert images or isinstance(told, str)
