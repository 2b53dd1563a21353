"""Widgets that grow, without a page: what they hold and what is sent again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from ipywidgets import HTMLMath, VBox

from qwen_magic.demo.answers.essay import essay
from qwen_magic.notebook.cards.cards import Card
from qwen_magic.notebook.cards.parts import Note, Words
from qwen_magic.notebook.live.body import Body, Fold
from qwen_magic.notebook.live.widgets import Column, Look
from qwen_magic.notebook.markdown.markdown import to_html

if TYPE_CHECKING:
    from ipywidgets import Widget

TEXT = essay(4_000)


def leaves(widget: Widget) -> list[HTMLMath]:
    """Return the texts in a container, in the order of reading."""
    if isinstance(widget, VBox):
        return [leaf for child in widget.children for leaf in leaves(child)]
    assert isinstance(widget, HTMLMath)
    return [widget]


def grown(text: str, step: int = 7) -> Body:
    """Return a body in which a text has arrived piece by piece."""
    body = Body(Look())
    for end in range(0, len(text), step):
        body.show([Words(text[:end])], growing=True)
    body.show([Words(text)], growing=False)
    return body


@pytest.mark.parametrize("step", [1, 7, 100, 10_000])
def test_a_text_that_grew_reads_as_if_it_came_at_once(step: int) -> None:
    values = [leaf.value for leaf in leaves(grown(TEXT, step).box)]
    assert "".join(values) == to_html(TEXT)


def test_what_is_finished_is_not_sent_again() -> None:
    body, sent = Body(Look()), []
    for end in range(0, len(TEXT), 7):
        known = len(leaves(body.box))
        body.show([Words(TEXT[:end])], growing=True)
        for leaf in leaves(body.box)[known:]:
            leaf.observe(lambda change: sent.append(change.new), "value")
    longest = max(map(len, sent))
    assert longest < 2_500  # a paragraph with its formulas, not the answer
    assert len(to_html(TEXT)) > 6_000


def test_short_blocks_share_a_widget_and_formulas_do_not() -> None:
    body = grown("# A\n\nB\n\n- c\n- d\n\nThe end")
    assert len(leaves(body.box)) == 1
    body = grown("# A\n\n$$x$$\n\nB $y$ c\n\nThe end")
    assert len(leaves(body.box)) == 3


def test_a_burst_of_text_is_one_widget() -> None:
    body = Body(Look())
    body.show([Words(essay(40_000))], growing=True)
    assert len(leaves(body.box)) == 2


def test_a_text_that_was_written_anew_is_shown_anew() -> None:
    body = grown(TEXT)
    body.show([Words("Another text.")], growing=False)
    assert [leaf.value for leaf in leaves(body.box)] == ["<p>Another text.</p>\n"]


def test_what_follows_the_text_stands_below_it() -> None:
    body = grown("Words.")
    body.show([Words("Words."), Note("A <b> note")], growing=False)
    (leaf,) = leaves(body.box)
    assert leaf.value.startswith("<p>Words.</p>")
    assert "A &lt;b&gt; note" in leaf.value


def test_no_container_holds_many_and_the_order_is_kept() -> None:
    look = Look()
    column = Column(look)
    for number in range(100):
        column.add(look.html(str(number)))
    assert [leaf.value for leaf in leaves(column.box)] == [str(n) for n in range(100)]
    groups = [child for child in column.box.children if isinstance(child, VBox)]
    assert len(groups) == 6
    assert max(len(group.children) for group in groups) == 16


def test_all_texts_share_one_layout_and_one_style() -> None:
    shown = leaves(grown(TEXT).box)
    assert len(shown) > 10
    assert len({leaf.layout.model_id for leaf in shown}) == 1
    assert len({leaf.style.model_id for leaf in shown}) == 1


def thought(fold: Fold, *, busy: bool) -> None:
    state = "running" if busy else "done"
    card = Card("Reasoning", state, (Words("A thought."),), kind="reasoning")  # type: ignore[arg-type]
    fold.show(card, "Thinking…" if busy else "Thought for 3.2 s", busy=busy)


def test_a_fold_is_open_while_it_grows_and_folds_itself() -> None:
    fold = Fold(Look())
    thought(fold, busy=True)
    assert (fold.is_open, fold.heading.description) == (True, "Thinking…")
    thought(fold, busy=False)
    assert (fold.is_open, fold.is_chosen) == (False, False)
    assert fold.heading.description == "Thought for 3.2 s"


def test_a_fold_stays_as_the_reader_put_it() -> None:
    fold = Fold(Look())
    thought(fold, busy=True)
    fold.heading.value = False  # as if clicked
    fold.heading.value = True
    thought(fold, busy=False)
    assert (fold.is_open, fold.is_chosen) == (True, True)
    fold.heading.value = False
    thought(fold, busy=False)
    assert not fold.is_open


def test_a_fold_that_holds_nothing_cannot_be_toggled() -> None:
    fold = Fold(Look())
    fold.show(Card("now()", "done"), "now()", busy=False)
    assert fold.heading.disabled
    thought(fold, busy=False)
    assert not fold.heading.disabled


def test_closing_closes_every_widget() -> None:
    look = Look()
    root = look.root(look.html("a"), look.box(look.html("b")))
    look.close()
    assert root.comm is None
    assert all(leaf.comm is None for leaf in leaves(root.children[1]))
