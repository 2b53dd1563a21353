"""What stands for a value that a repr says little of: source, JSON, a traceback, a docstring."""

from __future__ import annotations

import inspect
import json
import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import PurePath
from traceback import format_exception
from types import ModuleType
from typing import TYPE_CHECKING, Any

from qwen_magic.conversation.schema.sources import class_source
from qwen_magic.conversation.tools.json_text import is_of
from qwen_magic.excerpt import cut, whole

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Description", "description"]

LENGTH = 20_000  # characters of a source
_FRAMES = 5
_HEAD = 1_000  # characters of a module's docstring
_LINE = 80
_PRINTED = (date, time, timedelta, Decimal, Fraction, PurePath)  # a repr names the class, too
_FOREIGN = (("numpy", "generic"), ("uuid", "UUID"))


@dataclass(frozen=True, slots=True)
class Description:
    """A value in words, and what these are."""

    text: str
    note: str


def description(value: object, *, is_short: bool) -> Description | None:
    """Return what stands for a value; None if its repr does.

    Args:
        value: Any value.
        is_short: Whether its repr is short: a long list or dict is not read as a whole.
    """
    kind = type(value).__name__
    if is_short and (isinstance(value, _PRINTED) or any(is_of(value, *one) for one in _FOREIGN)):
        return Description(str(value), kind)
    if isinstance(value, dict | list):
        text = _json(value) if is_short else ""
        return Description(text, f"{kind}, as JSON") if text else None
    if isinstance(value, BaseException):
        return Description(_traceback(value), f"{kind}, with its traceback")
    if isinstance(value, ModuleType):
        return Description(_module(value), "module, how its docstring begins")
    if inspect.isroutine(value) or inspect.isclass(value):
        return _source(value, "class" if inspect.isclass(value) else "function")
    return None


def _json(value: object) -> str:
    """Return a value as JSON if nothing of it is lost there."""
    with suppress(TypeError, ValueError, RecursionError):
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, default=_number)
        if json.loads(text) == value:
            pretty = json.dumps(value, ensure_ascii=False, indent=2, default=_number)
            return text if len(text) <= _LINE else _fenced("json", pretty)
    return ""


def _number(value: Any) -> object:  # noqa: ANN401
    """Return a number of NumPy as Python's."""
    if is_of(value, "numpy", "generic"):
        return value.item()
    raise TypeError


def _traceback(error: BaseException) -> str:
    """Return an error with its last frames, without those of the notebook itself."""
    lines = format_exception(type(error), error, error.__traceback__, limit=-_FRAMES)
    return _fenced("text", "".join(lines).rstrip())


def _module(module: ModuleType) -> str:
    told = inspect.cleandoc(module.__doc__ or "")
    head = cut(told, _HEAD)
    return f"module {module.__name__}: {head}" if head else f"module {module.__name__}"


def _source_of(value: Callable[..., object]) -> str:
    """Return the source, if there is one that names what it defines.

    Python 3.13 takes the text of `-c` for the source of whatever has none.
    """
    with suppress(OSError, TypeError):
        text = class_source(value) if inspect.isclass(value) else inspect.getsource(value)
        source = inspect.cleandoc(f"\n{text}")
        code = getattr(inspect.unwrap(value), "__code__", None)
        name: str = code.co_name if code else value.__name__
        return source if name.strip("<>") in source else ""
    return ""


def _source(value: Callable[..., object], kind: str) -> Description:
    """Return the source of a function or class; where there is none, how it is called."""
    source = _source_of(value)
    if len(source) > LENGTH:
        begun = source[:LENGTH].rpartition("\n")[0]
        return Description(_fenced("python", f"{begun}\n# …"), f"{kind}, how its source begins")
    if source:
        return Description(_fenced("python", source), f"{kind}, its source")
    name = getattr(value, "__qualname__", repr(value))
    signature = ""
    with suppress(TypeError, ValueError):
        signature = str(inspect.signature(value))
    own = vars(value).get("__doc__") if inspect.isclass(value) else inspect.getdoc(value)
    told = inspect.cleandoc(own or "")
    return Description(f"{name}{signature}\n{whole(told, _HEAD)}".strip(), f"{kind}, its signature")


def _fenced(language: str, text: str) -> str:
    bar = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
    return f"{bar}{language}\n{text}\n{bar}"
