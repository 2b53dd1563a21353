"""A wish for a value: its shape, and how the model is brought to give it (pure)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from qwen_magic.conversation.planning.ways import Order, Way, dressed, easier
from qwen_magic.conversation.schema.shape import Shape, shape_of
from qwen_magic.conversation.turn.shaped import Shaped
from qwen_magic.errors import QwenError, RequestError
from qwen_magic.responses.request import Request

if TYPE_CHECKING:
    from qwen_magic.conversation.planning.question import Asking
    from qwen_magic.conversation.tools.toolbox import Toolbox

__all__ = ["Wish", "eased", "wished"]


class Wish(Struct, frozen=True):
    """What the answer's value is to look like, and how it is asked for.

    Attributes:
        bare: The request without anything about the value.
        asks: Whether the value is asked for now, and nothing else is offered.
        order: In which order the ways are tried.
        retries: How often the model may correct it.
    """

    shape: Shape[Any]
    bare: Request
    asks: bool = False
    way: Way = "forced"
    order: Order = ("forced", "auto", "text", "plain")
    retries: int = 0

    @property
    def request(self) -> Request:
        """The request that is sent now."""
        return dressed(self.bare, self.shape, self.way) if self.asks else self.bare

    @property
    def shaped(self) -> Shaped:
        """What the turn tells of it before there is a value."""
        return Shaped(self.shape.name, self.shape.parameters, self.shape.wrapped)


def wished(asking: Asking, tools: Toolbox, bare: Request) -> Wish | None:
    """Return the wish of a question, if it has one; other tools come first.

    Raises:
        RequestError: It does not go with how the question is asked.
        SchemaError: No model can be asked for such a value.
    """
    if asking.schema is None:
        return None
    if tools.foreign:
        raise RequestError(
            "a value cannot follow functions that only you can call",
            hint="offer functions of Python, or ask for the value in a turn of its own",
        )
    if bare.background:
        raise RequestError(
            "--background cannot give a value: nobody waits to read it",
            hint="leave one of --schema and --background out",
        )
    shape = shape_of(asking.schema, taken=tools.functions)
    return Wish(shape, bare, not tools.objects, retries=max(0, asking.schema_retries))


def eased(wish: Wish | None, error: QwenError) -> Wish | None:
    """Return the wish in an easier way, if the way in which it was asked for was refused."""
    way = easier(wish.way, wish.order, error) if wish is not None and wish.asks else None
    return replace(wish, way=way) if wish is not None and way is not None else None
