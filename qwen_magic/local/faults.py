"""Why our server did not start, in one line, and the next step in another (pure)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from qwen_magic.errors import RequestError
from qwen_magic.excerpt import cut

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["INSTALL", "crashed", "refused", "too_large"]

INSTALL = "%pip install 'qwen_magic[local]', then ask again"
_ILLEGAL = frozenset({-4, 0xC000001D, 0xC000001D - (1 << 32)})
_KILLED = frozenset({-9, 137})
_MEMORY = re.compile(
    r"(un|not |fail\w* to )(able to )?alloc|out of memory|bad_alloc|cannot allocate|ENOMEM",
    re.IGNORECASE,
)
_SMALLER = "close other programs, or set local_model to a smaller model"
_OLD_CPU = "it lacks what these wheels need, as AVX2: use Ollama or llama-server, which %qwen --local finds"
_PREFIX = re.compile(r"\A[\d.]+ [A-Z] (\w+: )+(error loading model: )?")  # of llama.cpp's log
_LONGEST = 300


def refused(said: str, logged: Iterable[str] = ()) -> RequestError:
    """Return the error for a server that says why it cannot start.

    Args:
        said: Its own words.
        logged: What llama.cpp logged, line by line.
    """
    lines = tuple(logged)
    if "No module named 'xllamacpp'" in said:
        return RequestError(
            "no model server runs on this computer, and none can be started", hint=INSTALL
        )
    if "ImportError" in said or "OSError" in said:
        if "instruction" in said.lower() or "avx" in said.lower():
            return RequestError(f"llama.cpp does not run on this CPU: {_line(said)}", hint=_OLD_CPU)
        return RequestError(f"xllamacpp cannot be loaded: {_line(said)}", hint=INSTALL)
    if any(map(_MEMORY.search, (said, *lines))):
        return RequestError("there is not enough memory for the model", hint=_SMALLER)
    why = next((line for line in lines if re.search(r"\bE\b|error|failed", line)), said)
    return RequestError(
        f"llama.cpp cannot load the model: {_line(why)}",
        hint="the file may be damaged, or newer than xllamacpp: %pip install -U xllamacpp",
    )


def crashed(code: int | None, logged: Iterable[str] = ()) -> RequestError:
    """Return the error for a server that ended without a word."""
    lines = tuple(logged)
    if code in _ILLEGAL:
        return RequestError("llama.cpp does not run on this CPU", hint=_OLD_CPU)
    if code in _KILLED:
        return RequestError(
            "the system ended the model's server, probably for want of memory", hint=_SMALLER
        )
    if any(map(_MEMORY.search, lines)):
        return RequestError("there is not enough memory for the model", hint=_SMALLER)
    last = f": {_line(lines[-1])}" if lines else ""
    return RequestError(f"the model's server ended with {code}{last}", hint="ask again")


def too_large(needed: str, free: str) -> RequestError:
    """Return the error for a model that would not fit into memory."""
    return RequestError(
        f"the model needs about {needed} of memory, and {free} are free", hint=_SMALLER
    )


def _line(words: str) -> str:
    return cut(_PREFIX.sub("", " ".join(words.split())), _LONGEST)
