"""Long blocks that grow: what is sent again, and what they are in the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ipywidgets import HTMLMath, VBox

from qwen_magic.notebook.cards.parts import Words
from qwen_magic.notebook.live.body import Body
from qwen_magic.notebook.live.widgets import Look
from qwen_magic.notebook.markdown.markdown import to_html
from tests.bench.shapes import SHAPES, shaped
from tests.examples import tries
from tests.notebook.markdown.test_settling import TEXTS
from tests.notebook.safety import assert_inert

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ipywidgets import Widget
    from traitlets import Bunch

SOURCES = st.builds(lambda text, times: text * times, TEXTS, st.integers(1, 40))


def leaves(widget: Widget) -> Iterator[HTMLMath]:
    """Yield the texts in a container, in the order of reading."""
    if isinstance(widget, VBox):
        for child in widget.children:
            yield from leaves(child)
    else:
        yield widget


class Watched:
    """A body, and what it sends while its text grows.

    Attributes:
        values: Each text that was sent.
        again: What was sent in place of a part that was not the last one.
    """

    def __init__(self) -> None:
        self.body = Body(Look())
        self.values: list[str] = []
        self.again: list[str] = []
        self._known: set[HTMLMath] = set()

    def grow(self, text: str, step: int) -> None:
        for end in range(0, len(text), step):
            self.body.show([Words(text[:end])], growing=True)
            for leaf in leaves(self.body.box):
                if leaf not in self._known:
                    self._known.add(leaf)
                    self.values.append(leaf.value)
                    leaf.observe(self._note, "value")

    def end(self, text: str) -> str:
        self.body.show([Words(text)], growing=False)
        return "".join(leaf.value for leaf in leaves(self.body.box))

    def _note(self, change: Bunch) -> None:
        self.values.append(change.new)
        *settled, _ = leaves(self.body.box)
        if change.owner in settled:
            self.again.append(change.new)


@settings(max_examples=tries(60), deadline=None)
@given(SOURCES, st.integers(5, 60))
def test_whatever_grew_is_the_whole_in_the_end_and_always_safe(text: str, step: int) -> None:
    watched = Watched()
    watched.grow(text, step)
    for value in watched.values:
        assert_inert(value)
    assert watched.end(text) == to_html(text)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_long_block_is_sent_once_and_a_half_not_hundreds_of_times(shape: str) -> None:
    text = shaped(shape, 8_000)
    watched = Watched()
    watched.grow(text, 26)
    assert max(map(len, watched.values)) < 2_500
    assert sum(map(len, watched.values)) < 170_000
    assert [value for value in watched.again if value] == []
    assert watched.end(text) == to_html(text)
    assert [leaf.value for leaf in leaves(watched.body.box) if leaf.value] == [to_html(text)]


def test_a_block_that_has_ended_is_one_again_and_the_next_one_grows() -> None:
    text = f"{shaped('list', 3_000)}\n\nThe end.\n\n{shaped('fence', 3_000)}"
    watched = Watched()
    watched.grow(text, 26)
    values = [leaf.value for leaf in leaves(watched.body.box) if leaf.value]
    assert values[0] == to_html(shaped("list", 3_000))
    assert len(values) > 5
    assert watched.end(text) == to_html(text)


def test_a_text_that_cannot_be_cut_is_shown_now_and_then() -> None:
    text = f"# {'a ' * 4_000}"
    watched = Watched()
    watched.grow(text, 20)
    assert sum(map(len, watched.values)) < 10 * len(text) + 200_000
    assert watched.end(text) == to_html(text)
