"""Settings as another process may see them, and the key as it is found there.

The key never travels: not in a graph, so not in a scheduler's memory, a dump or a log.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from qwen_magic.errors import QwenError, RequestError
from qwen_magic.responses.endpoint import DEMO

if TYPE_CHECKING:
    from qwen_magic.settings import Settings

__all__ = ["NO_KEY", "key_here", "masked", "plain", "portable"]

NO_KEY = "none-yet"
"""Stands for a key until something is sent."""

_HERE: dict[tuple[str, str], str] = {}
"""Keys that were given in this process, by region and address."""
_CONFIG = "qwen-magic.api-key"
_MASK = "•••"
_SECRET = ("headers", "authorization")
_HINT = (
    "set DASHSCOPE_API_KEY in the environment of each worker, or qwen-magic.api-key in Dask's configuration"
    " there"
)


def portable(settings: Settings) -> Settings:
    """Return settings that mean the same in another process, and hold no key.

    Raises:
        RequestError: They hold other secrets, or mean something in this process alone.
    """
    for name in ("record", "replay"):
        if getattr(settings, name):
            raise RequestError(f"{name} does not go with a map in many processes")
    for offer in settings.tools:
        if isinstance(offer, Mapping) and any(offer.get(name) for name in _SECRET):
            raise RequestError(
                f"the headers of {offer.get('server_label', 'a tool')!r} would be in the graph",
                hint="a map in many processes takes functions, and servers without headers",
            )
    found = settings
    if settings.region != DEMO and not settings.is_local:
        found = replace(settings, base_url=settings.endpoint().base_url, workspace="")
    if settings.api_key:
        _HERE[_name(found)] = settings.api_key
    return replace(found, api_key="")


def key_here(settings: Settings) -> str:
    """Return the key for portable settings: of this process, of its environment, or of Dask's configuration."""
    return _HERE.get(_name(settings), "") or settings.key or _configured()


def _configured() -> str:
    if "dask" not in sys.modules:
        return ""
    import dask

    return str(dask.config.get(_CONFIG, "") or "")


def _name(settings: Settings) -> tuple[str, str]:
    return settings.region, settings.base_url


def masked(text: str, key: str) -> str:
    """Return a text without the key in it; servers may repeat what they were sent."""
    return text.replace(key, _MASK) if key else text


def plain(error: QwenError, key: str) -> RequestError:
    """Return an error that can travel to another process, and says nothing secret."""
    is_keyless = isinstance(error, RequestError) and not key and "API key" in str(error.args[0])
    hint = _HINT if is_keyless else error.hint
    return RequestError(masked(str(error.args[0]), key), hint=masked(hint, key))
