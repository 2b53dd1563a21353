"""What comes late to an item that is shown already: citations, thoughts, a value's refusal."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from ipywidgets import ToggleButton, Widget
from msgspec import structs

from qwen_magic.conversation.turn.folding import advance
from qwen_magic.conversation.turn.shaped import Shaped
from qwen_magic.conversation.turn.steps import Answered
from qwen_magic.conversation.turn.turn import Turn
from qwen_magic.notebook.cards.views import bundle
from qwen_magic.notebook.live.growing_items import GrowingItems
from qwen_magic.notebook.live.widgets import Column, Look
from qwen_magic.responses.events import AnnotationAdded, Completed, ItemAdded, TextDelta
from qwen_magic.responses.items import FunctionCall
from qwen_magic.responses.response import Response
from tests.notebook.safety import assert_inert

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qwen_magic.responses.events import Event

SENTENCE = "This is a sentence of a long text, and it has so many words. "
LATER = 40


class Live:
    """A growing turn's widgets, without a page."""

    def draw(self, events: Iterable[Event]) -> Turn:
        look, turn = Look(), Turn()
        self._column = Column(look)
        self._items = GrowingItems(look, self._column, show_reasoning=True)
        for event in events:
            turn = advance(turn, event)
            self._items.draw(turn, 0.0)
        return turn

    @property
    def html(self) -> str:
        return "".join(_values(self._column.box)) + "".join(_values(self._items.listed))


def _values(widget: object) -> Iterable[str]:
    yield str(getattr(widget, "value", "")) if hasattr(widget, "placeholder") else ""
    for child in getattr(widget, "children", ()):
        yield from _values(child)


def words(html: str) -> list[str]:
    return re.sub(r"<[^>]*>", " ", html).split()


def cited(place: int, number: int) -> AnnotationAdded:
    url = f"https://{number}.example/"
    told = {"type": "url_citation", "url": url, "title": f"Page {number}", "end_index": place}
    return AnnotationAdded(annotation={**told, "start_index": place - 5})


def streamed(text: str) -> list[Event]:
    return [TextDelta(delta=text[at : at + 40]) for at in range(0, len(text), 40)]


@pytest.mark.parametrize(
    "text",
    [
        SENTENCE * 60,
        (f"{SENTENCE}\n\n") * 60,
        "".join(f"- {SENTENCE}\n" for _ in range(60)),
        "| a |\n|---|\n" + "".join(f"| {SENTENCE}|\n" for _ in range(60)),
    ],
    ids=["paragraph", "paragraphs", "list", "table"],
)
@pytest.mark.parametrize("late", [0, 1, 30, 10_000])
def test_a_citation_is_shown_in_its_place_however_late_it_comes(text: str, late: int) -> None:
    events = streamed(text)
    places = [at.end() - 1 for at in re.finditer("words", text)][3::9]
    for number, place in enumerate(places, 1):
        events.insert(min(place // 40 + 2 + number + late, len(events)), cited(place + 1, number))
    live = Live()
    turn = live.draw(events)
    assert_inert(live.html)
    begun = words(live.html[: live.html.index("<ol")])
    turn = live.draw([*events, Completed(Response("r", status="completed"))])
    assert_inert(live.html)
    settled = bundle(turn)[0]["text/html"]
    answer = settled[: settled.index("<details")]
    shown = live.html[: live.html.index("<ol")]
    assert words(shown) == words(answer)
    assert shown.count("<sup>") == len(places)
    assert len(begun) > 0.8 * len(words(shown))


def test_thoughts_without_their_first_tag_move_above_the_answer() -> None:
    live = Live()
    turn = live.draw([TextDelta(delta="Hm.\n\nWell."), TextDelta(delta="\n</think>\n\nYes.")])
    assert turn.text == "Yes."
    assert words(live.html) == ["Hm.", "Well.", "Yes."]


def test_a_value_that_does_not_fit_folds_with_its_reason() -> None:
    turn = Turn(shaped=Shaped("review"))
    call = FunctionCall("c", "in_progress", "review", '{"stars": 9}', "c")
    look = Look()
    column = Column(look)
    items = GrowingItems(look, column, show_reasoning=True)
    turn = advance(turn, ItemAdded(0, call))
    items.draw(turn, 0.0)
    assert words("".join(_values(column.box))) == ["stars", "9"]
    failed = structs.replace(call, status="failed", error="stars: more than 5", output="no")
    turn = advance(turn, Answered(0, failed))
    items.draw(turn, 0.0)
    shown = list(_all(column.box))
    assert [w.description for w in shown if isinstance(w, ToggleButton)] == [
        "A value that does not fit · failed"
    ]
    assert "stars: more than 5" in "".join(_values(column.box))
    assert (
        sum("<table>" in getattr(w, "value", "") for w in shown if hasattr(w, "placeholder")) == 0
    )


def _all(widget: Widget) -> Iterable[Widget]:
    yield widget
    for child in getattr(widget, "children", ()):
        yield from _all(child)
