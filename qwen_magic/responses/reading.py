"""A body's bytes → events, whether they come as a stream or as one whole response (pure)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import structs

from qwen_magic.errors import WireError
from qwen_magic.responses import lenient
from qwen_magic.responses.decoding import decode, from_response, join
from qwen_magic.responses.events import (
    Cancelled,
    Completed,
    Created,
    Event,
    Failed,
    Incomplete,
    Other,
    Unreadable,
)
from qwen_magic.responses.refusals import cleaned, is_rate_limit, rate_limited, refusal
from qwen_magic.responses.sse import EVENT_LIMIT, Decoder

if TYPE_CHECKING:
    from qwen_magic.responses.endpoint import Endpoint
    from qwen_magic.responses.response import Response

__all__ = ["Reading"]

_BLANK = b" \t\r\n\xef\xbb\xbf"
_ENDS = frozenset({"", "[DONE]"})  # which other APIs have, too


class Reading:
    """Read one successful response's body.

    A body that starts with `{` is one whole response, whatever its content type says.

    Attributes:
        ended: Whether the last event was read; what follows it is ignored.
        began: Whether any event was read.
        left: A response that came whole, but that the server still works on.

    Raises:
        StatusError: From `feed` and `close`: the body is a refusal.
        WireError: From `feed` and `close`: the body is no response.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        self.ended = False
        self.began = False
        self.left: Response | None = None
        self._endpoint = endpoint
        self._decoder = Decoder()
        self._start = bytearray()
        self._form = b""

    def feed(self, data: bytes) -> list[Event]:
        """Return the events that these bytes complete, neighbouring deltas joined."""
        if self._form in b"{<":
            self._start += data
            self._form = self._form or bytes(self._start.lstrip(_BLANK)[:1])
            if self._form in b"{<":
                self._refuse_oversized()
                return []
            data = bytes(self._start)
        return self._events(self._decoder.feed(data))

    def close(self) -> list[Event]:
        """Return the events that only the end of the body completes."""
        if self._form == b"{":
            return self._until_end(self._whole())
        if self._form == b"<":
            raise WireError(
                "the server answered with an HTML page",
                hint=f"check the base URL: {self._endpoint.base_url}",
            )
        return self._events(self._decoder.close())

    def _events(self, frames: list[bytes]) -> list[Event]:
        return self._until_end(join(map(decode, frames)))

    def _until_end(self, events: list[Event]) -> list[Event]:
        """Return the events up to the last one that counts."""
        for number, event in enumerate(events):
            if isinstance(event, Failed):
                self.ended = True
                return [*events[:number], self._failed(event)]
            self.began = self.began or not _is_foreign(event)
            if isinstance(event, Completed | Incomplete | Cancelled):
                self.ended = True
                return events[: number + 1]
        return events

    def _whole(self) -> list[Event]:
        try:
            fields = lenient.load(bytes(self._start.strip(_BLANK)))
        except ValueError:
            raise WireError("the answer ended in the middle", hint="run the cell again") from None
        if not ("output" in fields or "status" in fields):
            del fields  # it may repeat the key, and a traceback may show it
            raise refusal(200, {}, bytes(self._start), self._endpoint)
        created, *others = from_response(fields)
        if isinstance(created, Created) and created.response.is_open:
            self.left = created.response
            return [created, *others]
        (terminal,) = others
        limited = isinstance(terminal, Failed) and is_rate_limit(terminal.response.error)
        return [terminal] if limited else [created, terminal]

    def _failed(self, event: Failed) -> Failed:
        """Return the event with an error fit to show; a rate limit at the start is a refusal."""
        began, self.began = self.began, True
        if event.response.error is None:
            return event
        error = cleaned(event.response.error, self._endpoint)
        if is_rate_limit(error) and not began:
            raise rate_limited(error)
        return Failed(structs.replace(event.response, error=error))

    def _refuse_oversized(self) -> None:
        if len(self._start) > EVENT_LIMIT:
            raise WireError(
                f"the answer is longer than {EVENT_LIMIT >> 20} MB",
                hint="check the base URL; or ask for less, with --max-output-tokens N",
            )


def _is_foreign(event: Event) -> bool:
    """Return whether an event may be that of another API, such as Chat Completions."""
    return isinstance(event, Unreadable) or (isinstance(event, Other) and event.type in _ENDS)
