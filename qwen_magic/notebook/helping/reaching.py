"""Whether the endpoint can be reached, and with `--ask`, whether it takes the key."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from qwen_magic.errors import QwenError, StatusError
from qwen_magic.responses.client import Client
from qwen_magic.responses.endpoint import Endpoint, region_base
from qwen_magic.responses.regions import REGIONS
from qwen_magic.responses.request import Request

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Reached", "reached", "region_of_key"]

_PATIENCE = 10.0  # seconds
_REFUSED = frozenset({401, 403})
_UNKNOWN = frozenset({404, 405, 501})
_LEAST = 16  # tokens, the fewest that may be asked for


@dataclass(frozen=True, slots=True)
class Reached:
    """What came of one request.

    Attributes:
        seconds: How long it took.
        status: The HTTP status; 0 if nothing answered.
        skew: How many seconds this clock is ahead of the server's; None if that told no time.
        error: Why nothing answered, or what the server said against the request.
    """

    seconds: float = 0.0
    status: int = 0
    skew: float | None = None
    error: str = ""

    @property
    def is_refused(self) -> bool:
        """Whether the key was not taken."""
        return self.status in _REFUSED


def reached(endpoint: Endpoint, *, model: str = "") -> Reached:
    """Ask an endpoint for its list of models, which is free; whatever it answers, it is there.

    Args:
        endpoint: Where to ask; without a key, none is sent.
        model: The model to ask for a few tokens if there is no such list; empty not to.
    """
    began = time.monotonic()
    try:
        client = Client(endpoint, timeout=_PATIENCE, pauses=())
    except QwenError as unusable:  # the environment's proxy or certificates
        return Reached(error=str(unusable.args[0]))
    try:
        status, error = _asked(client)
        if status in _UNKNOWN and model:
            status, error = _asked(client, model)
    finally:
        client.close()
    return Reached(time.monotonic() - began, status, _skew(client.date), error)


def _asked(client: Client, model: str = "") -> tuple[int, str]:
    request = Request(model=model, input="Hi", max_output_tokens=_LEAST)
    waiting = client.stream(request) if model else client.call("GET", "/models")
    try:
        with closing(waiting):
            for _ in waiting:
                pass
    except StatusError as refused:
        return refused.status, str(refused.args[0])
    except QwenError as failed:
        return (200 if client.date else 0), str(failed.args[0])
    return 200, ""


def _skew(date: str) -> float | None:
    try:
        return time.time() - parsedate_to_datetime(date).timestamp()
    except (ValueError, TypeError):
        return None


def region_of_key(endpoint: Endpoint) -> str:
    """Return the region of Model Studio that takes the key which this one refused; empty if none."""
    for base in _others(endpoint):
        if reached(replace(base, key=endpoint.key)).status == 200:  # noqa: PLR2004 - OK
            return base.region
    return ""


def _others(endpoint: Endpoint) -> Iterator[Endpoint]:
    for region in REGIONS:
        try:
            base = region_base(region)
        except QwenError:  # the demo, or one that needs a workspace
            continue
        if base != endpoint.base_url:
            yield Endpoint(base, region=region)
