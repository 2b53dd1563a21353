"""May this call be made? Who is asked, and what answer is remembered."""

from __future__ import annotations

from types import MethodType
from typing import TYPE_CHECKING, Any, Literal, Protocol

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Callable

    from qwen_magic.conversation.turn.calls import Call

__all__ = ["ALLOWED", "Approvals", "Approver", "Decision", "Nobody"]


class Decision(Struct, frozen=True):
    """What was decided about a call.

    Attributes:
        verdict: `always` allows this function from now on, until it is defined anew.
        reason: Why it was denied; the model is told.
    """

    verdict: Literal["allow", "always", "deny"]
    reason: str = ""


ALLOWED = Decision("allow")


class Approver(Protocol):
    """Who decides about calls; several can be pending at once."""

    def ask(self, number: int, call: Call) -> None:
        """Ask the person about a call; its number tells it from the turn's other calls."""

    def answer(self, number: int) -> Decision | None:
        """Return the decision, or None while there is none."""


class Nobody:
    """There is nobody to ask, so no call is made."""

    def ask(self, number: int, call: Call) -> None:
        """Ask nobody."""

    def answer(self, number: int) -> Decision:
        """Deny."""
        del number
        return Decision(
            "deny",
            "nobody could be asked to approve it; approve = always (--approve always) lets it be called",
        )


class Approvals:
    """The functions that may be called without asking again."""

    def __init__(self) -> None:
        self._allowed: list[Callable[..., Any]] = []

    def known(self, setting: str, function: Callable[..., Any] | None) -> Decision | None:
        """Return the decision that needs no asking, or None if somebody must be asked.

        Args:
            setting: `ask`, `always` or `never`.
            function: The function to call; None for an MCP server's tool.
        """
        if setting == "always" or (function is not None and self._is_allowed(function)):
            return ALLOWED
        if setting == "never":
            return Decision(
                "deny",
                "calls are switched off; approve = ask (--approve ask) allows them one by one",
            )
        return None

    def remember(self, decision: Decision, function: Callable[..., Any] | None) -> None:
        """Note that a function may always be called from now on."""
        if decision.verdict == "always" and function is not None:
            self._allowed.append(function)

    def _is_allowed(self, function: Callable[..., Any]) -> bool:
        """Return whether it is one of them; a method is a new object each time it is looked up."""
        if isinstance(function, MethodType):
            return any(isinstance(f, MethodType) and f == function for f in self._allowed)
        return any(known is function for known in self._allowed)
