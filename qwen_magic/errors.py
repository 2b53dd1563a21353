"""One tree of errors: each says what happened and what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "ArgumentsError",
    "Arrived",
    "CassetteError",
    "CellError",
    "ConsentError",
    "ContextError",
    "GoneError",
    "MisfitError",
    "QwenError",
    "RequestError",
    "ResponseError",
    "SchemaError",
    "StatusError",
    "ToolError",
    "WireError",
]


class Arrived(Protocol):
    """What had arrived of a turn: the part of a `qwen_magic.Turn` that an error needs."""

    @property
    def prompt(self) -> str:
        """The question as it was sent."""

    @property
    def text(self) -> str:
        """The answer so far, in Markdown."""

    @property
    def reasoning(self) -> str:
        """The reasoning so far."""

    @property
    def code(self) -> Sequence[str]:
        """The code blocks of the answer."""

    @property
    def items(self) -> Sequence[Any]:
        """What the model produced, in order."""

    @property
    def tool_calls(self) -> Sequence[Any]:
        """The tools that were called."""

    @property
    def status(self) -> str:
        """How it ended: `failed`, or `cancelled`."""

    @property
    def response_id(self) -> str | None:
        """The server's name for the response, if it gave one."""

    @property
    def previous_response_id(self) -> str | None:
        """The response that it continues."""

    @property
    def model(self) -> str:
        """The model that was asked."""

    @property
    def usage(self) -> Any:  # noqa: ANN401 - a `Usage`, which is above us
        """What it cost, if that is known."""

    @property
    def error(self) -> str:
        """What went wrong."""

    @property
    def chain(self) -> str:
        """The chain that it belongs to."""

    @property
    def number(self) -> int:
        """Its depth in the chain, from 1."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What the reader should know of its place in the chain."""


class QwenError(Exception):
    """What went wrong, in one line, and the next step in another.

        try:
            turn = session.ask("Tell a long story.")
        except QwenError as error:
            print(error, error.turn.text if error.turn else "")

    Attributes:
        hint: The next step for the reader, or an empty string.
        turn: The turn as far as it had arrived, if one had begun.
    """

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint
        self.turn: Arrived | None = None

    def __str__(self) -> str:
        message = str(self.args[0])
        return f"{message}\n→ {self.hint}" if self.hint else message

    def __reduce__(self) -> tuple[Any, ...]:
        """Let it be copied, and leave a process, whatever its class takes."""
        return _remade, (type(self), self.args), self.__dict__


class CellError(QwenError):
    """The cell or its magic line cannot be read as a question."""


class CassetteError(QwenError):
    """A cassette cannot be read or written, or holds no answer to the question."""


class RequestError(QwenError):
    """The request was refused before anything was sent."""


class ConsentError(RequestError):
    """A model would have to be downloaded, and nobody has allowed that."""


class ContextError(RequestError):
    """The question, with its conversation, is longer than what the model reads.

    Attributes:
        needed: How many tokens it has.
        most: How many the model reads.
    """

    def __init__(self, message: str, *, needed: int, most: int, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.needed = needed
        self.most = most


class StatusError(QwenError):
    """The server refused the request.

    Attributes:
        status: The HTTP status; 200 if the refusal came in the body of a success.
        code: The server's own word for the error, or an empty string.
        retry_after: How many seconds the server asked to wait, if it said so.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int,
        code: str = "",
        hint: str = "",
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.status = status
        self.code = code
        self.retry_after = retry_after


class WireError(QwenError):
    """The connection failed, fell silent, or the stream ended before its last event.

    Attributes:
        retryable: Whether trying again is harmless, because nothing had been answered yet.
    """

    def __init__(self, message: str, *, hint: str = "", retryable: bool = False) -> None:
        super().__init__(message, hint=hint)
        self.retryable = retryable


class GoneError(WireError):
    """The server no longer shows a response that it was asked for."""


class ResponseError(QwenError):
    """The model's response ended as `failed`.

    Attributes:
        code: The server's own word for the error, or an empty string.
    """

    def __init__(self, message: str, *, code: str = "", hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.code = code


class ToolError(QwenError):
    """A function cannot be offered to the model as a tool."""


class ArgumentsError(QwenError):
    """The model's arguments do not fit the tool it called; the text is written for the model."""


class SchemaError(QwenError):
    """No answer of such a shape can be asked for; said before anything is sent."""


class MisfitError(QwenError):
    """The model's value does not fit the shape that was asked for; `turn.text` holds what it said."""


def _remade(kind: type[QwenError], args: tuple[Any, ...]) -> QwenError:
    return kind.__new__(kind, *args)
