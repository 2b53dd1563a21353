"""One question and its answer in the panel: growing, settled, or read from the store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from qwen_magic.notebook.cards.footer import ending, footer
from qwen_magic.notebook.cards.html import ending_html, line_html
from qwen_magic.notebook.cards.views import bundle
from qwen_magic.notebook.live.approval import ApprovalBar
from qwen_magic.notebook.live.growing_items import GrowingItems, Waiting
from qwen_magic.notebook.live.stylesheet import CLASSES
from qwen_magic.notebook.live.widgets import Column, Look
from qwen_magic.notebook.markdown.escapes import escape
from qwen_magic.notebook.panel.code import CodeDrawer
from qwen_magic.notebook.panel.controls import Controls, place
from qwen_magic.notebook.panel.page import UNHELPED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ipywidgets import Widget

    from qwen_magic.conversation.tools.approval import Decision
    from qwen_magic.conversation.turn.calls import Call
    from qwen_magic.conversation.turn.turn import Turn

__all__ = ["Actions", "TurnView", "question_html", "reason_html"]

_EXCERPT = "margin:0;overflow-x:auto;color:inherit;background:none"
_THINKING = "Thinking…"  # as the fold says


class Actions(Protocol):
    """What can be done with a turn in the panel."""

    def retry(self, view: TurnView) -> None:
        """Ask the question again, in its place."""

    def edit(self, view: TurnView) -> None:
        """Let the reader ask another question in its place."""

    def insert(self, code: str) -> None:
        """Put code below the next cell."""


def question_html(text: str) -> str:
    """Return a question as it was written."""
    return (
        '<div class="qwen-magic-question" style="white-space:pre-wrap;overflow-wrap:anywhere">'
        f'<span class="qwen-magic-unseen">You: </span>{escape(text)}</div>'
    )


def reason_html(reason: str) -> str:
    """Return why an answer is not whole, and below it what to do."""
    said, *lines = reason.split("\n")
    hint = lines.pop() if lines else ""
    place = escape("\n".join(lines))  # with a caret below what is meant
    shown = f'<pre style="{_EXCERPT}">{place}</pre>' if place else ""
    return ending_html(f"{said[:1].upper()}{said[1:]}") + shown + line_html(hint)


class TurnView:
    """A question, its answer, and what can be done with them.

    Args:
        question: The question as it was written.
        actions: Does what its buttons say.
        now: In seconds, by the monotonic clock.
        show_reasoning: Whether reasoning is displayed.

    Attributes:
        question: The question as it was written.
        key: The turn's id in the store; None until it is known.
        turn: The turn as it was shown last.
        html: The answer as static HTML, once it has settled.
    """

    def __init__(
        self, question: str, actions: Actions, *, now: float = 0.0, show_reasoning: bool = True
    ) -> None:
        self.question = question
        self.key: int | None = None
        self.turn: Turn | None = None
        self.html: str = ""
        self._actions = actions
        self._show_reasoning = show_reasoning
        self._look = look = Look()
        self._controls = controls = Controls(look)
        self._waiting = Waiting(now)
        self._items: GrowingItems | None = None
        self._drawer: CodeDrawer | None = None
        self._approvals: dict[int, ApprovalBar] = {}
        self._answer = look.box(classes=CLASSES)
        self._foot = look.html("")
        self._bar = controls.row(self._foot, classes=("qwen-magic-foot",))
        self.box = controls.column(
            look.html(question_html(question)),
            self._answer,
            self._bar,
            classes=("qwen-magic-exchange",),
        )

    def grow(self, turn: Turn, now: float, hint: str = "") -> None:
        """Draw what is new of a growing turn; a hint tells what it waits for, if not the model."""
        self.turn = turn
        if self._items is None:
            column = Column(self._look)
            self._items = GrowingItems(self._look, column, show_reasoning=self._show_reasoning)
            place(self._answer, (column.box, self._items.listed))
        self._items.draw(turn, now)
        told = hint or self._waiting.told(turn, now)
        self._tell("" if told == _THINKING and turn.output else line_html(told))

    def decide(self, calls: Mapping[int, Call], decisions: dict[int, Decision]) -> None:
        """Ask about undecided calls; note what is decided, in this panel or another."""
        for number, call in calls.items():
            if number not in self._approvals:
                if number in decisions:
                    continue
                bar = self._approvals[number] = ApprovalBar(self._look, call)
                place(self._answer, (*self._answer.children, bar.box))
            bar = self._approvals[number]
            if number in decisions:
                bar.decide(decisions[number])
            elif bar.decision is not None:
                decisions[number] = bar.decision

    def wait(self, hint: str) -> None:
        """Tell what the question waits for, before it is asked."""
        self._tell(line_html(hint))

    def settle(
        self, turn: Turn, now: float = 0.0, *, error: str = "", notes: Sequence[str] = ()
    ) -> None:
        """Show the turn as it ended."""
        self.turn = turn
        self._ask_no_more()
        shown = bundle(turn, notes=tuple(notes), show_reasoning=self._show_reasoning)
        self.html = shown[0]["text/html"]
        if self._items is None and error:  # which the turn itself does not tell
            self.grow(turn, now)
        if self._items is None:
            place(self._answer, (self._look.html(self.html),))
            self._tell("")
        else:
            self._draw_rest(self._items, turn, now)
            lines = (*notes, *turn.notes) if turn.status in {"completed", "incomplete"} else notes
            told = "".join(map(line_html, lines))
            cost = f'<div class="qwen-magic-cost">{line_html(footer(turn))}</div>'
            self._tell(told + reason_html(error or ending(turn)) + cost)
        self._offer(turn)

    def refuse(self, error: str) -> None:
        """Tell why the question was not asked."""
        self.html = reason_html(error)
        place(self._answer, (self._look.html(self.html),))
        self._tell("")
        self._offer(None)

    def empty(self) -> tuple[Widget, ...]:
        """Let go of what is shown before it leaves the page; return all widgets."""
        self._look.empty()
        return self._look.made

    def close(self) -> None:
        """Close the widgets."""
        if self._drawer is not None:
            self._drawer.close()
        self._look.close()

    def _ask_no_more(self) -> None:
        for bar in self._approvals.values():
            bar.decide(None)

    def _draw_rest(self, items: GrowingItems, turn: Turn, now: float) -> None:
        for _ in range(len(turn.output) + 1):  # a few new items at each drawing
            items.draw(turn, now)

    def _tell(self, html: str) -> None:
        if self._foot.value != html:
            self._foot.value = html

    def _offer(self, turn: Turn | None) -> None:
        """Put the buttons below the answer."""
        button = self._controls.button
        offered = [
            button("Retry", "Ask this question again, in its place", self._retry),
            button("Edit", "Ask another question in its place", self._edit),
        ]
        if turn is not None and turn.code:
            offered.append(
                button("Code", "Copy the code, or put it into a cell", self._unfold, UNHELPED)
            )
        place(self._bar, (self._foot, *offered))

    def _retry(self) -> None:
        self._actions.retry(self)

    def _edit(self) -> None:
        self._actions.edit(self)

    def _unfold(self) -> None:
        """Show the code blocks, or hide them again."""
        known, self._drawer = self._drawer, None
        children = [child for child in self.box.children if not known or child is not known.box]
        if known is None and self.turn is not None:
            self._drawer = CodeDrawer(self.turn.code, self._actions.insert)
            children.append(self._drawer.box)
        place(self.box, children)
        if known is not None:
            known.close()
