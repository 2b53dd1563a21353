"""What the model is told about an exception in a tool (pure).

A line like the last one of a traceback, and where in the user's own code it was raised; never the
traceback: most of its frames are ours or a library's, and cost the model more than they tell it.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from sysconfig import get_paths
from traceback import walk_tb

from qwen_magic.excerpt import cut

__all__ = ["failure"]

LENGTH = 2_000  # some messages quote a whole document
MEMBERS = 5
DEPTH = 5


def failure(error: BaseException) -> str:
    """Return what went wrong, as "KeyError: 'x' (line 3 of weather)"."""
    place = _place(error)
    return cut(_said(error, DEPTH), LENGTH) + (f" ({place})" if place else "")


def _said(error: BaseException, depth: int) -> str:
    kind = cut(type(error).__name__, LENGTH // 10)
    if isinstance(error, BaseExceptionGroup) and depth:
        told = [cut(_said(one, depth - 1), LENGTH // MEMBERS) for one in error.exceptions[:MEMBERS]]
        left = len(error.exceptions) - len(told)
        return f"{kind}: {'; '.join(told)}{f'; and {left} more' if left else ''}"
    try:
        message = str.__str__(str(error))
    except Exception as worse:  # noqa: BLE001 - a user's __str__ may raise anything
        message = f"its message cannot be read ({type(worse).__name__})"
    return f"{kind}: {message}" if message else kind


def _place(error: BaseException) -> str:
    """Return the last line of the user's code that was running."""
    own = [
        (line, frame.f_code.co_name)
        for frame, line in walk_tb(error.__traceback__)
        if not frame.f_code.co_filename.startswith(_foreign())
    ]
    return f"line {own[-1][0]} of {own[-1][1]}" if own else ""


@cache
def _foreign() -> tuple[str, ...]:
    """Return where code lies that is not the user's: ours, Python's, and installed packages."""
    paths = get_paths()
    installed = (paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib"))
    return (str(Path(__file__).parents[2]), "<frozen ", *installed)
