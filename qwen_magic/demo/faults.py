"""Models that misbehave, each in the way its name says."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from qwen_magic.demo.stream import Frame
from qwen_magic.demo.wire.refusals import Refusal
from qwen_magic.models import MODELS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = ["ALL_MODELS", "FAULTS", "RATE_LIMIT", "SILENCE", "Fault", "spoil"]

SILENCE = 600.0
"""The seconds that a stalled stream stays open in silence."""

RATE_LIMIT = {
    "code": "server_error",
    "message": "Upstream request failed: rate limit exceeded, please try again later.",
}
INTERNAL = {"code": "InternalError.Algo", "message": "An internal error has occurred."}


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong with one model.

    Attributes:
        refusal: Builds the refusal every request gets.
        error: The error of a response that fails at once, with HTTP status 200.
        ending: How the stream ends after `deltas` pieces of text.
        slowness: Seconds added before every piece.
        queued: An answer that does not stream comes before it is done: it has to be fetched.
    """

    refusal: Callable[[], Refusal] | None = None
    error: dict[str, str] | None = None
    ending: Literal["", "failed", "cut", "stall"] = ""
    deltas: int = 12
    slowness: float = 0.0
    queued: bool = False


FAULTS = {
    "demo-rate-limit": Fault(error=RATE_LIMIT),
    "demo-throttled": Fault(
        partial(
            Refusal,
            "Requests rate limit exceeded, please try again later.",
            "Throttling.RateQuota",
            429,
            {"Retry-After": "1"},
        )
    ),
    "demo-content-filter": Fault(
        partial(Refusal, "Input data may contain inappropriate content.", "DataInspectionFailed")
    ),
    "demo-arrears": Fault(
        partial(
            Refusal,
            "Access denied, please make sure your account is in good standing.",
            "Arrearage",
        )
    ),
    "demo-failed": Fault(ending="failed"),
    "demo-cut": Fault(ending="cut"),
    "demo-stall": Fault(ending="stall"),
    "demo-slow": Fault(slowness=0.25),
    "demo-queued": Fault(queued=True),
}

ALL_MODELS = frozenset((*MODELS, *FAULTS))


def spoil(frames: Iterable[Frame], fault: Fault) -> Iterator[Frame]:
    """Yield the frames of a whole stream until the fault strikes."""
    left = fault.deltas if fault.ending else -1
    sparse: dict[str, Any] = {}
    for frame in frames:
        sparse = sparse or frame.event["response"]
        is_text = frame.event["type"] == "response.output_text.delta"
        if is_text and left == 0:
            yield from _ending(fault, sparse)
            return
        left -= is_text
        yield replace(frame, seconds=fault.slowness if frame.paces else 0.0)


def _ending(fault: Fault, sparse: dict[str, Any]) -> Iterator[Frame]:
    if fault.ending == "stall":
        yield Frame({}, seconds=SILENCE)
    if fault.ending == "failed":
        failed = sparse | {"status": "failed", "error": INTERNAL}
        yield Frame({"type": "response.failed", "response": failed})
