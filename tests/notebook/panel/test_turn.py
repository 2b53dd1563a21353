"""A turn in the panel whose answer came before anything of it was drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ipywidgets import HTMLMath

from qwen_magic.conversation.turn.turn import Turn
from qwen_magic.notebook.panel.turn import TurnView

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ipywidgets import Widget


class Nobody:
    """Does nothing with a turn."""

    def retry(self, view: TurnView) -> None: ...
    def edit(self, view: TurnView) -> None: ...
    def insert(self, code: str) -> None: ...


def shown(widget: Widget) -> Iterator[str]:
    if isinstance(widget, HTMLMath):
        yield widget.value
    for child in getattr(widget, "children", ()):
        yield from shown(child)


def waiting() -> TurnView:
    view = TurnView("Hi", Nobody(), now=1.0)
    view.wait("Waits for its turn…")
    return view


def test_a_quick_answer_waits_no_longer() -> None:
    view = waiting()
    assert "Waits" in "".join(shown(view.box))
    view.settle(Turn("Hi", status="completed"), 2.0)
    assert "Waits" not in "".join(shown(view.box))


def test_a_quick_error_is_told_in_the_words_that_were_given() -> None:
    view = waiting()
    turn = Turn("Hi", status="failed", error="no key\n→ %config QwenMagics.region")
    view.settle(turn, 2.0, error="Not at the moment.\nAsk later.")
    told = "".join(shown(view.box))
    assert "Not at the moment." in told
    assert "%config" not in told
    assert "Waits" not in told
