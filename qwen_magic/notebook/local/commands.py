"""`%qwen --local`: what this computer can answer with, and starting or ending a model of our own."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from qwen_magic.errors import CellError
from qwen_magic.notebook.local.consent import consented
from qwen_magic.responses.endpoint import LOCAL
from qwen_magic.responses.nearest import suggestion

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qwen_magic.notebook.kernel.frontend import Frontend
    from qwen_magic.settings import Settings

__all__ = ["WORDS", "memory_in_use", "said"]

WORDS = ("load", "stop")


def said(word: str, settings: Settings, frontend: Frontend) -> Iterator[str]:
    """Yield the lines that answer `%qwen --local WORD`.

    Raises:
        CellError: There is no such word.
        QwenError: No model can be started.
    """
    from qwen_magic.local import place

    here = replace(settings, region=LOCAL, base_url="", replay="")
    match word.strip():
        case "":
            yield place.told(here.wish)
            if used := place.in_use(here.wish):
                yield f"Memory in use: {used}"
            if settings.region != LOCAL:
                yield 'To ask them: %config QwenMagics.region = "local"'
        case "stop":
            ended = place.stop(here.wish)
            yield f"Ended: {', '.join(ended)}" if ended else "No model of our own is running"
        case "load":
            yield from _loaded(consented(here, frontend))
        case _:
            raise CellError(f"unknown word {word!r} after --local", hint=suggestion(word, WORDS))


def _loaded(settings: Settings) -> Iterator[str]:
    """Yield a line whenever something else goes on, and the model that is ready."""
    last = ""
    from qwen_magic.local.place import ready

    for words in ready(settings.wish):
        if (what := words.partition(":")[0]) != last:
            last = what
            yield words
    yield settings.endpoint().advice


def memory_in_use(settings: Settings) -> str:
    """Return what our own model takes of this computer's memory; empty if none runs."""
    if not settings.is_local:
        return ""
    from qwen_magic.local.place import in_use

    return in_use(settings.wish)
