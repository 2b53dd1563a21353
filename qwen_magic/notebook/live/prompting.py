"""Asking at a prompt whether a function may be called, if no button can be pressed in time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qwen_magic.conversation.tools.approval import ALLOWED, Decision
from qwen_magic.notebook.cards.wording import asked_of, cut
from qwen_magic.notebook.markdown.escapes import strip_controls
from qwen_magic.responses.items import FunctionCall

if TYPE_CHECKING:
    from qwen_magic.conversation.turn.calls import Call

__all__ = ["AtPrompt", "decision_of"]

_YES = frozenset({"y", "yes", "allow"})
_ALWAYS = frozenset({"a", "always"})
_NO = frozenset({"", "n", "no", "deny"})


class AtPrompt:
    """Asks with `input()`, one call after another."""

    def __init__(self) -> None:
        self._decisions: dict[int, Decision] = {}

    def ask(self, number: int, call: Call) -> None:
        """Ask, and wait for the answer."""
        question = asked_of(call)
        if "…" in question:  # whoever decides must see all of it
            question = f"{cut(call.arguments)}\n{question}"
        always = "[a]lways, " if isinstance(call, FunctionCall) else ""
        try:
            answer = input(f"{strip_controls(question)} [y]es, {always}[n]o, or why not: ")
        except EOFError:  # Ctrl-D
            answer = ""
        self._decisions[number] = decision_of(answer)

    def answer(self, number: int) -> Decision:
        """Return what was answered."""
        return self._decisions[number]


def decision_of(answer: str) -> Decision:
    """Return what an answer means; if it is neither yes nor no, it is the reason for a no."""
    word = answer.strip().lower()
    if word in _YES:
        return ALLOWED
    if word in _ALWAYS:
        return Decision("always")
    return Decision("deny", "" if word in _NO else answer.strip())
