"""A question, and how it is about to be asked (pure)."""

from __future__ import annotations

from msgspec import Struct

from qwen_magic.conversation.chains.placement import Asked
from qwen_magic.conversation.planning.question import Asking
from qwen_magic.conversation.planning.wishes import Wish
from qwen_magic.conversation.tools.toolbox import Toolbox
from qwen_magic.conversation.turn.records import Prompt, Record
from qwen_magic.conversation.turn.turn import Turn
from qwen_magic.responses.request import Request

__all__ = ["Plan", "Question"]


class Question(Struct, frozen=True):
    """What is asked, how, and where."""

    prompt: Prompt
    asking: Asking = Asking()
    asked: Asked = Asked()


class Plan(Struct, frozen=True):
    """A question about to be asked.

    Attributes:
        turn: The turn as it begins.
        request: What is sent.
        record: What is stored.
        toolbox: What the model may use.
        wish: What the answer's value is to look like, if a value is asked for.
        earlier: The id of the stored turn to show instead of asking, if there is one.
    """

    turn: Turn
    request: Request
    record: Record
    toolbox: Toolbox = Toolbox()
    wish: Wish | None = None
    earlier: int | None = None
